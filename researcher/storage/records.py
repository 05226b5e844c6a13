"""The text of a record: its layout, its hash, and what strict JSON has no word for.

Strict JSON has neither NaN nor infinity, and its keys are text. A record holds the strings ``"NaN"``,
``"Infinity"`` and ``"-Infinity"`` instead, and lists under ``researcher`` by JSON pointer (RFC 6901) what would
otherwise be mistaken: ``texts``, a user's own text of that spelling, and ``keys``, keys that were not text.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from researcher.errors import NewerFormatWarning, NotRecordable

FORMAT = 1
TIMESTAMP = "%Y-%m-%d_%H:%M:%S"
RESERVED = ("hash", "timestamp", "duration", "observations", "researcher")
_TOKENS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SUSPECT = (b'NaN"', b'Infinity"')


class Record(NamedTuple):
    """What a record file says, its observations not yet decoded."""

    head: dict[str, Any]
    observations: Callable[[], Any]


def digest(params: Mapping[str, Any]) -> str:
    """MD5 in hex of ``json.dumps(params)`` in the order given; ``params`` are plain already."""
    return hashlib.md5(json.dumps(params).encode(), usedforsecurity=False).hexdigest()


def stamped(params: Mapping[str, Any], duration: float | None, status: str) -> dict[str, Any]:
    """Everything of a new record but its observations: params, then hash, times and status."""
    now = datetime.datetime.now(datetime.UTC)
    head = {**params}
    head.setdefault("hash", digest({key: value for key, value in params.items() if key not in RESERVED}))
    head.setdefault("timestamp", now.astimezone().strftime(TIMESTAMP))
    if duration is not None:
        head["duration"] = duration
    head["researcher"] = {"format": FORMAT, "status": status, "recorded_at": now.isoformat()}
    return head


def encode(head: Mapping[str, Any], observations: Mapping[Any, Any]) -> bytes:
    """The text of a record: a key a line, an observation a line, no number on a line of its own."""
    texts: list[str] = []
    keys: dict[str, Any] = {}
    strict = {
        key: _strict(value, _pointer("", key), texts, keys)
        for key, value in head.items()
        if key != "researcher"
    }
    series = _strict(observations, "/observations", texts, keys)
    ours = {**head["researcher"], **({"texts": texts} if texts else {}), **({"keys": keys} if keys else {})}
    try:
        return _laid_out(strict, ours, series, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot hold and JSON's escapes can
        return _laid_out(strict, ours, series, ensure_ascii=True).encode()


def _laid_out(
    head: Mapping[str, Any], ours: Any, observations: Mapping[str, Any], *, ensure_ascii: bool
) -> str:
    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=ensure_ascii, allow_nan=False)

    lines = [f"  {text(key)}: {text(value)},\n" for key, value in head.items()]
    lines.append(f'  "researcher": {text(ours)},\n')
    series = ",\n".join(f"    {text(key)}: {text(value)}" for key, value in observations.items())
    return "".join(["{\n", *lines, '  "observations": {', f"\n{series}\n  " if series else "", "}\n}\n"])


def strict(value: Any) -> Any:
    """A plain value as strict JSON holds it, for readers who need no way back."""
    return _strict(value, "", [], {})


def decode(content: bytes) -> Record:
    """Read a record; its observations are checked for syntax, and decoded when they are asked for.

    Raises:
        ValueError: it is not UTF-8, not JSON or not an object; the message says which.
    """
    import msgspec

    if not content.strip():
        raise ValueError("it is empty")
    try:
        if not content.isascii():
            content.decode()
        raw = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        head = {key: msgspec.json.decode(value) for key, value in raw.items() if key != "observations"}
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 (byte {error.start})") from None
    except (msgspec.MsgspecError, RecursionError):
        return _decode_leniently(content)
    series = bytes(raw.get("observations", b"null"))
    ours = _ours(head)
    suspect = any(token in content for token in _SUSPECT)

    def observations() -> Any:
        try:
            found = msgspec.json.decode(series)
        except msgspec.MsgspecError:
            found = json.loads(series)
        return _restored(found, "/observations", ours, suspect)

    return Record(_restored_head(head, ours, suspect), observations)


def _decode_leniently(content: bytes) -> Record:
    """The standard library's way: slower, and it reads bare NaN, lone surrogates and a byte order mark too."""
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        cut = error.pos >= len(content.decode("utf-8-sig").rstrip()) or "Unterminated" in error.msg
        what = "it ends too early" if cut else "it is not JSON"
        raise ValueError(f"{what} ({error.msg}, line {error.lineno})") from None
    if not isinstance(found, dict):
        raise ValueError(f"it holds a {type(found).__name__}, not an object")
    ours = _ours(found)
    series = _restored(found.pop("observations", None), "/observations", ours, suspect=True)
    return Record(_restored_head(found, ours, suspect=True), lambda: series)


def _ours(head: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ``researcher`` part, or nothing for a record of the 2020 package."""
    ours = head.get("researcher")
    if not isinstance(ours, dict) or not isinstance(ours.get("format"), int):
        return {}
    if ours["format"] > FORMAT:
        warnings.warn(
            f"a record has format {ours['format']}, and this researcher knows formats up to {FORMAT}: "
            "it is read as far as possible",
            NewerFormatWarning,
            stacklevel=2,
        )
    return ours


def _restored_head(head: dict[str, Any], ours: Mapping[str, Any], suspect: bool) -> dict[str, Any]:
    return {
        key: value if key == "researcher" else _restored(value, _pointer("", key), ours, suspect)
        for key, value in head.items()
    }


def _pointer(above: str, key: object) -> str:
    return f"{above}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _strict(value: Any, at: str, texts: list[str], keys: dict[str, Any]) -> Any:
    """``value`` in strict JSON; notes in ``texts`` and ``keys`` what has to be restored on reading."""
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else _token(value)
    if kind is str:
        if value in _TOKENS:
            texts.append(at)
        return value
    if kind is dict:
        found = {}
        for key, item in value.items():
            text = _key_text(key)
            here = _pointer(at, text)
            if type(key) is not str:
                keys[here] = _token(key) if isinstance(key, float) and not math.isfinite(key) else key
            found[text] = _strict(item, here, texts, keys)
        return found
    if kind is list:
        kinds = set(map(type, value))
        if kinds <= {int, bool, type(None)} or (kinds <= {float, int} and all(map(math.isfinite, value))):
            return value
        return [_strict(item, f"{at}/{i}", texts, keys) for i, item in enumerate(value)]
    return value


def _token(number: float) -> str:
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"


def _key_text(key: object) -> str:
    """A key as the standard library's ``json`` writes it."""
    if isinstance(key, str):
        return key
    if isinstance(key, float) and not math.isfinite(key):
        return _token(key)
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(key)
    raise NotRecordable(f"a key of the type {type(key).__name__} cannot stand in a record", key)


def _restored(value: Any, at: str, ours: Mapping[str, Any], suspect: bool) -> Any:
    """What `_strict` was given; records without a ``researcher`` part hold no tokens."""
    if not ours or not (suspect or ours.get("keys")):
        return value
    return _restore(value, at, set(ours.get("texts", ())), ours.get("keys", {}))


def _restore(value: Any, at: str, texts: set[str], keys: Mapping[str, Any]) -> Any:
    kind = type(value)
    if kind is str:
        return _TOKENS[value] if value in _TOKENS and at not in texts else value
    if kind is list:
        if str not in (kinds := set(map(type, value))) and not kinds & {list, dict}:
            return value
        return [_restore(item, f"{at}/{i}", texts, keys) for i, item in enumerate(value)]
    if kind is dict:
        found = {}
        for key, item in value.items():
            here = _pointer(at, key)
            original = keys.get(here, key)
            if here in keys and isinstance(original, str):
                original = _TOKENS.get(original, original)
            found[original] = _restore(item, here, texts, keys)
        return found
    return value
