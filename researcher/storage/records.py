"""The text of a record: its layout, and how it is read without decoding its observations."""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from researcher.errors import NewerFormatWarning
from researcher.experiment import RESERVED, TIMESTAMP, ours_of
from researcher.params import digest
from researcher.plain import DEEPEST
from researcher.storage.strict import Notes, may_hold_tokens, pointer

FORMAT = 1
_warned_of: set[int] = set()


class Record(NamedTuple):
    """What a record file says: all but its observations, and how to decode those, None if it has none."""

    head: dict[str, Any]
    observations: Callable[[], Any] | None

    def rest(self) -> dict[str, Any]:
        """The observations under their key; nothing if there are none."""
        return {} if self.observations is None else {"observations": self.observations()}


def stamped(params: Mapping[str, Any], duration: float | None, status: str) -> dict[str, Any]:
    """Everything of a new record but its observations: params, then hash, times and status."""
    now = datetime.datetime.now(datetime.UTC)
    head = {**params}
    head.setdefault("hash", digest({key: value for key, value in params.items() if key not in RESERVED}))
    head.setdefault("timestamp", now.astimezone().strftime(TIMESTAMP))
    if duration is not None:
        head["duration"] = duration
    head["researcher"] = {"format": FORMAT, "status": status, "recorded_at": now.isoformat(timespec="microseconds")}
    return head


def encode(head: Mapping[str, Any], observations: Mapping[str, Any]) -> bytes:
    """The text of a record: a key a line, an observation a line, no number on a line of its own."""
    notes = Notes()
    strict = {key: notes.strict(value, pointer("", key)) for key, value in head.items() if key != "researcher"}
    series = notes.strict(observations, "/observations")
    strict["researcher"] = {**head["researcher"], **notes.as_dict()}
    try:
        return _laid_out(strict, series, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot hold and JSON's escapes can
        return _laid_out(strict, series, ensure_ascii=True).encode()


def encode_head(head: Mapping[str, Any]) -> bytes:
    """The same without observations, in one line: how a journal begins."""
    notes = Notes()
    strict = {key: notes.strict(value, pointer("", key)) for key, value in head.items() if key != "researcher"}
    strict["researcher"] = {**head["researcher"], **notes.as_dict()}
    try:
        return json.dumps(strict, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(strict, allow_nan=False).encode() + b"\n"


def _laid_out(head: Mapping[str, Any], observations: Mapping[str, Any], *, ensure_ascii: bool) -> str:
    def line(key: str, value: object) -> str:
        return ": ".join(json.dumps(part, ensure_ascii=ensure_ascii, allow_nan=False) for part in (key, value))

    lines = [f"  {line(key, value)},\n" for key, value in head.items()]
    series = ",\n".join(f"    {line(key, value)}" for key, value in observations.items())
    return "".join(["{\n", *lines, '  "observations": {', f"\n{series}\n  " if series else "", "}\n}\n"])


def decode(content: bytes) -> Record:
    """Read a record; its observations are checked for syntax, and decoded when they are asked for.

    Raises:
        ValueError: it is not UTF-8, not JSON, not an object or nested too deeply; the message says which.
            ``observations()`` raises it too.
    """
    import msgspec

    if not content.strip():
        raise ValueError("it is empty")
    try:
        if not content.isascii():
            content.decode()
        raw = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        series = raw.pop("observations", None)
        head = {key: msgspec.json.decode(value) for key, value in raw.items()}
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 (byte {error.start})") from None
    except (msgspec.MsgspecError, RecursionError):
        return _decoded_leniently(content)
    restored = _restorer(head, content)
    head = {key: restored(value, key) for key, value in shallow(head).items()}
    return Record(head, None if series is None else lambda: restored(_decoded(bytes(series)), "observations"))


def _decoded_leniently(content: bytes) -> Record:
    """The standard library's way: slower, and it reads bare NaN, lone surrogates and a byte order mark too."""
    found = shallow(_from_json(content.decode("utf-8-sig")))
    if not isinstance(found, dict):
        raise ValueError(f"it holds a {type(found).__name__}, not an object")
    restored = _restorer(found, content)
    head = {key: restored(value, key) for key, value in found.items()}
    if "observations" not in head:
        return Record(head, None)
    series = head.pop("observations")
    return Record(head, lambda: series)


def from_json(content: str | bytes) -> Any:
    """The value of a JSON text, of lone surrogates and bare NaN too.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    import msgspec

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
    _warn_of_newer(ours.get("format", FORMAT))
    notes = Notes(ours.get("texts"), ours.get("keys"))
    if not ours or not (notes or may_hold_tokens(content)):
        return lambda value, _: value
    return lambda value, key: value if key == "researcher" else notes.restored(value, pointer("", key))


def _warn_of_newer(version: int) -> None:
    """Warn of a record of a later format, once a process and format."""
    if version > FORMAT and version not in _warned_of:
        _warned_of.add(version)
        warnings.warn(
            f"a record has format {version}, and this researcher knows formats up to {FORMAT}: "
            "it is read as far as possible",
            NewerFormatWarning,
            stacklevel=4,
        )
