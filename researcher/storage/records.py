"""The text of a record: its layout, and how it is read without decoding its observations."""

from __future__ import annotations

import contextlib
import datetime
import json
import time
import warnings
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

import msgspec

from researcher.errors import NewerFormatWarning
from researcher.params import digest
from researcher.plain import DEEPEST
from researcher.reserved import RESERVED, TIMESTAMP, ours_of
from researcher.storage.strict import Notes, may_hold_tokens, pointer

FORMAT = 1
OF_CURVES = ("steps", "times")  # in the ``researcher`` part, as large as the observations
_OBSERVED, _END = b',\n  "observations": ', b"\n}\n"  # before and after the observations, in the layout of `encode`
_warned_of: set[int] = set()


class Record(NamedTuple):
    """What a record file says: its head, and what gives the rest, None if there is none.

    The head is all but the observations and what belongs to them, `OF_CURVES` in the ``researcher`` part.
    """

    head: dict[str, Any]
    later: Callable[[], dict[str, Any]] | None

    def rest(self) -> dict[str, Any]:
        """The observations under their key, and the whole ``researcher`` part if the head lacks some of it."""
        return {} if self.later is None else self.later()


def stamped(params: Mapping[str, Any], duration: float | None, status: str) -> dict[str, Any]:
    """Everything of a new record but its observations: params, then hash, times and status."""
    now = time.time()
    head = {**params}
    head.setdefault("hash", digest({key: value for key, value in params.items() if key not in RESERVED}))
    head.setdefault("timestamp", time.strftime(TIMESTAMP, time.localtime(now)))
    if duration is not None:
        head["duration"] = duration
    head["researcher"] = {"format": FORMAT, "status": status, "recorded_at": _exactly(now)}
    return head


def _exactly(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="microseconds")


def encode(head: Mapping[str, Any], observations: Mapping[str, Any]) -> bytes:
    """The text of a record: a key a line, an observation a line, no number on a line of its own.

    Raises:
        ValueError: there is NaN or infinity in the ``researcher`` part.
    """
    notes = Notes()
    lines = [
        b"  %b: %b,\n" % (_name(key), _text(notes.strict(value, pointer("", key))))
        for key, value in head.items()
        if key != "researcher"
    ]
    series = [
        b"    %b: %b" % (_name(name), _dense(value, notes, pointer("/observations", name)))
        for name, value in observations.items()
    ]
    ours = _checked({**head["researcher"], **notes.as_dict()})
    within = b"\n%b\n  " % b",\n".join(series) if series else b""
    return b'{\n%b  "researcher": %b%b{%b}%b' % (b"".join(lines), ours, _OBSERVED, within, _END)


def encode_head(head: Mapping[str, Any]) -> bytes:
    """The same without observations, in one line: how a journal begins."""
    notes = Notes()
    strict = {key: notes.strict(value, pointer("", key)) for key, value in head.items() if key != "researcher"}
    return _checked({**strict, "researcher": {**head["researcher"], **notes.as_dict()}}) + b"\n"


def _text(strict: Any) -> bytes:
    """Strict JSON in one line: UTF-8, or ASCII where there is half of a pair of characters, which only escapes hold."""
    try:
        text = msgspec.json.encode(strict)
    except UnicodeEncodeError:
        return json.dumps(strict, allow_nan=False).encode()
    return msgspec.json.format(text, indent=0) if type(strict) in (list, dict) else text  # with spaces


@lru_cache(maxsize=256)
def _name(key: str) -> bytes:
    """The text of a key, which many records have."""
    return _text(key)


def _checked(ours: dict[str, Any]) -> bytes:
    """The same of what should be strict JSON."""
    text = _text(ours)
    if b"null" in text:
        json.dumps(ours, allow_nan=False)  # as the other encoder writes null for NaN
    return text


def _dense(value: Any, notes: Notes, at: str) -> bytes:
    """A plain value as strict JSON without spaces, and notes of it."""
    try:
        text = msgspec.json.encode(value)
        if type(value) is list and b"n" not in text and b'"' not in text:  # numbers and booleans; NaN is null there
            return text
    except (TypeError, UnicodeEncodeError):
        pass
    strict = notes.strict(value, at)
    try:
        return msgspec.json.encode(strict)
    except UnicodeEncodeError:
        return json.dumps(strict, allow_nan=False, separators=(",", ":")).encode()


def decode(content: bytes) -> Record:
    """Read a record; its observations are checked for syntax, and decoded when they are asked for.

    Raises:
        ValueError: it is not UTF-8, not JSON, not an object or nested too deeply; the message says which.
            ``observations()`` raises it too.
    """
    if not content.strip():
        raise ValueError("it is empty")
    try:
        if not content.isascii():
            content.decode()
        raw = texts_of(content)
        curved = _curved(raw)
        series = raw.pop("observations", None)
        head = {key: msgspec.json.decode(value) for key, value in raw.items() if key not in curved}
        head = {key: head[key] if key in head else curved[key] for key in raw}
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 (byte {error.start})") from None
    except (msgspec.MsgspecError, RecursionError):
        return _decoded_leniently(content)
    restored = _restorer(head, content)
    head = {key: restored(value, key) for key, value in shallow(head).items()}
    parts = {key: bytes(raw[key]) for key in curved}
    if series is not None:
        parts["observations"] = bytes(series)
    if not parts:
        return Record(head, None)
    return Record(head, lambda: {key: restored(_decoded(part), key) for key, part in parts.items()})


def observations_of(content: bytes) -> Any:
    """The observations of a record that was read before, None if there are none.

    Raises:
        ValueError: it is none any more.
    """
    try:
        raw = texts_of(content)
        if "observations" not in raw:
            return None
        found = _decoded(bytes(raw["observations"]))
        if not may_hold_tokens(content):
            return found
        ours = msgspec.json.decode(raw["researcher"]) if "researcher" in raw else None
    except (msgspec.MsgspecError, RecursionError):
        return decode(content).rest().get("observations")
    return _restorer({"researcher": ours}, content)(found, "observations")


def curves_of(content: bytes) -> dict[str, list[float]] | None:
    """The observations of a record, a number as a curve of one; None if any is something else, or holds NaN or null.

    It is the quick way for most.
    """
    try:
        return _curves(_record_decoder().decode(content).observations)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def taken_apart(content: bytes) -> tuple[bytes, dict[str, list[float]] | None]:
    """The text of a record without its observations, and these as `curves_of` has them; or the whole text and None.

    No byte is read twice. It understands what `encode` laid out: if both parts are JSON, all of it is.
    """
    head, mark, rest = content.partition(_OBSERVED)
    if len(head) > 2 and mark and rest.endswith(_END):
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            curves = _curves(_observations_decoder().decode(memoryview(rest)[: -len(_END)]))
            return head + _END, curves
    return content, None


def _curves(observations: Mapping[str, Any]) -> dict[str, list[float]]:
    return {name: value if type(value) is list else [value] for name, value in observations.items()}


_Numbers = dict[str, list[float | int] | float | int]


@cache
def _observations_decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_Numbers)


@cache
def _record_decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(msgspec.defstruct("Observed", [("observations", _Numbers, {})]))


def texts_of(content: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The text of each value of an object. They keep all of it in memory."""
    return _texts_decoder().decode(content)


@cache
def _texts_decoder() -> msgspec.json.Decoder[dict[str, msgspec.Raw]]:
    return msgspec.json.Decoder(dict[str, msgspec.Raw])


def _curved(raw: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    """The ``researcher`` part without what belongs to curves, under its key; nothing if all of it is of the head."""
    found = bytes(raw.get("researcher", b""))
    if not (found.startswith(b"{") and any(f'"{key}"'.encode() in found for key in OF_CURVES)):
        return {}
    ours = {key: msgspec.json.decode(value) for key, value in texts_of(found).items() if key not in OF_CURVES}
    return {"researcher": ours} if ours_of({"researcher": ours}) else {}


def _decoded_leniently(content: bytes) -> Record:
    """The standard library's way: slower, and it reads bare NaN, lone surrogates and a byte order mark too."""
    found = shallow(_from_json(content.decode("utf-8-sig")))
    if not isinstance(found, dict):
        raise ValueError(f"it holds a {type(found).__name__}, not an object")
    restored = _restorer(found, content)
    head = {key: restored(value, key) for key, value in found.items()}
    ours = ours_of(head)
    later = {"observations": head.pop("observations")} if "observations" in head else {}
    if any(key in ours for key in OF_CURVES):
        later["researcher"] = ours
        head["researcher"] = {key: value for key, value in ours.items() if key not in OF_CURVES}
    return Record(head, (lambda: later) if later else None)


def from_json(content: str | bytes) -> Any:
    """The value of a JSON text, of lone surrogates and bare NaN too.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, RecursionError):
        return _from_json(content if isinstance(content, str) else content.decode())


def _decoded(series: bytes) -> Any:
    found = from_json(series)
    brackets = series.count(b"[") + series.count(b"{")
    return shallow(found) if brackets > DEEPEST else found


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        text = text.strip()
        cut = error.pos >= len(text) or (text.startswith("{") and not text.endswith("}"))
        what = "it ends too early" if cut else "it is not JSON"
        raise ValueError(f"{what} ({error.msg}, line {error.lineno})") from None


def shallow(found: Any) -> Any:
    """``found``, if it is no deeper than what we write: all that walk it later need Python's stack."""
    level: list[Any] = [[found]]
    for _ in range(DEEPEST + 1):
        inner = (part for whole in level for part in (whole.values() if isinstance(whole, dict) else whole))
        level = [part for part in inner if isinstance(part, (dict, list))]
        if not level:
            return found
    raise ValueError("it is nested too deeply")


def _restorer(head: Mapping[str, Any], content: bytes) -> Callable[[Any, str], Any]:
    """What turns the value of a key of the record back into what was recorded."""
    ours = ours_of(head)
    warn_of_newer(ours.get("format", FORMAT))
    notes = Notes(ours.get("texts"), ours.get("keys"))
    if not ours or not (notes or may_hold_tokens(content)):
        return lambda value, _: value
    return lambda value, key: value if key == "researcher" else notes.restored(value, pointer("", key))


def warn_of_newer(version: int) -> None:
    """Warn of a record of a later format, once a process and format."""
    if version > FORMAT and version not in _warned_of:
        _warned_of.add(version)
        warnings.warn(
            f"a record has format {version}, and this researcher knows formats up to {FORMAT}: "
            "it is read as far as possible",
            NewerFormatWarning,
            stacklevel=4,
        )
