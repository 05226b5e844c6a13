"""Records read back from their texts, without decoding their observations."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from researcher.errors import NewerFormatWarning
from researcher.plain import DEEPEST
from researcher.reserved import ours_of
from researcher.storage.json_texts import from_json, leniently, shallow, texts_of
from researcher.storage.layout import FORMAT
from researcher.storage.strict import Notes, may_hold_tokens, pointer

OF_CURVES = ("steps", "times")  # in the ``researcher`` part, as large as the observations
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


def decode(content: bytes) -> Record:
    """Read a record; its observations are checked for syntax, and decoded when they are asked for.

    Raises:
        ValueError: it is not UTF-8, not JSON, not an object or nested too deeply; the message says which.
            ``observations()`` raises it too.
    """
    if not content or content.isspace():
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


def _curved(raw: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    """The ``researcher`` part without what belongs to curves, under its key; nothing if all of it is of the head."""
    found = bytes(raw.get("researcher", b""))
    if not (found.startswith(b"{") and any(f'"{key}"'.encode() in found for key in OF_CURVES)):
        return {}
    ours = {key: msgspec.json.decode(value) for key, value in texts_of(found).items() if key not in OF_CURVES}
    return {"researcher": ours} if ours_of({"researcher": ours}) else {}


def _decoded_leniently(content: bytes) -> Record:
    """The standard library's way: slower, and it reads bare NaN, lone surrogates and a byte order mark too."""
    found = shallow(leniently(content.decode("utf-8-sig")))
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


def _decoded(series: bytes) -> Any:
    found = from_json(series)
    brackets = series.count(b"[") + series.count(b"{")
    return shallow(found) if brackets > DEEPEST else found


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
