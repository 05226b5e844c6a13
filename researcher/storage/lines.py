"""The lines of a journal: what each of them can say, and how it is written and read."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec

from researcher.plain import key_text

Number = int | float


class Series(msgspec.Struct, omit_defaults=True):
    """All that one curve held when a record was resumed; without a fold unless it is one."""

    name: str
    steps: list[Number]
    values: list[Number | str]
    times: list[Number]
    fold: int | None = None


class Line(msgspec.Struct, omit_defaults=True):
    """What happened at one time while an experiment ran.

    Attributes:
        time: seconds since the start.
        observed: points of curves, by name; NaN and infinity as the strings that records use.
        step: of the points; not there: one after the step before, for each curve.
        fold: of the points, counted from 0.
        kept: observations that are no curves, by name; the last one stays.
        texts: see `researcher.storage.strict`; for ``kept``.
        keys: likewise.
        note: a remark of the user, with the time of day.
        tags: words that the experiment is tagged with.
        untagged: words that it is no longer tagged with.
        file: a file that belongs to the experiment: path, size and digest.
        status: how it ended, which may be taken back by ``resumed``.
        error: what ended it.
        resumed: recording went on in another process.
        series: what was there before, where a record is resumed.
    """

    time: float = 0.0
    observed: dict[str, Number | str] | None = None
    step: Number | None = None
    fold: int | None = None
    kept: dict[str, Any] | None = None
    texts: list[str] | None = None
    keys: dict[str, Any] | None = None
    note: dict[str, str] | None = None
    tags: list[str] | None = None
    untagged: list[str] | None = None
    file: dict[str, Any] | None = None
    status: str | None = None
    error: dict[str, str] | None = None
    resumed: bool = False
    series: list[Series] | None = None


class Points(msgspec.Struct, omit_defaults=True, gc=False):
    """A `Line` of points of curves and nothing else, which is quicker to write."""

    time: float
    observed: dict[str, float]
    step: int | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


def encoded(line: Line) -> bytes:
    """One line of a journal, with its end."""
    try:
        return _encode(line) + b"\n"
    except (OverflowError, UnicodeEncodeError):  # an integer of more than 64 bits, a lone surrogate
        return json.dumps(_without_defaults(line)).encode() + b"\n"


def encoded_points(points: Points) -> bytes:
    """One line of a journal, with its end."""
    try:
        return _encode(points) + b"\n"
    except (OverflowError, UnicodeEncodeError):
        return encoded(Line(points.time, dict(points.observed), points.step))


def decoded(line: bytes) -> Line:
    """What a line says.

    Raises:
        ValueError: it is no line of a journal.
    """
    try:
        return _decode(line)
    except msgspec.ValidationError:
        raise
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.convert(json.loads(line), Line)


def number_text(value: float) -> Number | str:
    """A number as strict JSON can hold it."""
    return value if math.isfinite(value) else key_text(value)


def _without_defaults(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(line)
    return found
