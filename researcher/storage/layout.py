"""The text of a record as it is laid out: written, and quickly taken apart again."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import msgspec

from researcher.params import digest
from researcher.reserved import RESERVED, TIMESTAMP
from researcher.storage.strict import Notes, pointer

FORMAT = 1
_OBSERVED, _END = b',\n  "observations": ', b"\n}\n"  # before and after the observations, in the layout of `encode`


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
    ours = strict_text({**head["researcher"], **notes.as_dict()})
    within = b"\n%b\n  " % b",\n".join(series) if series else b""
    return b'{\n%b  "researcher": %b%b{%b}%b' % (b"".join(lines), ours, _OBSERVED, within, _END)


def encode_head(head: Mapping[str, Any]) -> bytes:
    """The same without observations, in one line: how a journal begins."""
    notes = Notes()
    strict = {key: notes.strict(value, pointer("", key)) for key, value in head.items() if key != "researcher"}
    return strict_text({**strict, "researcher": {**head["researcher"], **notes.as_dict()}}) + b"\n"


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


def strict_text(value: dict[str, Any]) -> bytes:
    """The text of what should be strict JSON, in one line.

    Raises:
        ValueError: there is NaN or infinity in it.
    """
    text = _text(value)
    if b"null" in text:
        json.dumps(value, allow_nan=False)  # as the other encoder writes null for NaN
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


def curves_of(content: bytes) -> dict[str, list[float]] | None:
    """The observations of a record, a number as a curve of one; None if any is something else, or holds NaN or null.

    It is the quick way for most.
    """
    try:
        return _curves(_record_decoder().decode(content).observations)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _curves(observations: Mapping[str, Any]) -> dict[str, list[float]]:
    return {name: value if type(value) is list else [value] for name, value in observations.items()}


_Numbers = dict[str, list[float | int] | float | int]


@cache
def _record_decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(msgspec.defstruct("Observed", [("observations", _Numbers, {})]))
