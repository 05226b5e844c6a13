"""The lines of a journal: what each of them can say, and how it is written and read."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from researcher.plain import DEEPEST, key_text
from researcher.storage.json_texts import shallow
from researcher.storage.strict import TOKENS

FOLDS = 10_000  # a fold beyond is taken for a mistake: a record lists all folds below it too
Number = int | float
Fold = Annotated[int, msgspec.Meta(ge=0, lt=FOLDS)]
_START = b'{"time":'


class Series(msgspec.Struct, omit_defaults=True):
    """All of one curve at once; without a fold unless it is one."""

    name: str
    steps: list[Number]
    values: list[Number | str | None]
    times: list[Number | None]
    fold: Fold | None = None


class Line(msgspec.Struct, omit_defaults=True):
    """What happened at one time while an experiment ran.

    Attributes:
        time: seconds since the start; 0 for what another process added.
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
        resumed: recording went on in another process, at ``step`` if there is one.
        series: whole curves: what was there before, where a record is resumed, or what a function returned.
        ours: what else the record says of itself, by name.
    """

    time: float
    observed: dict[str, Number | str] | None = None
    step: Number | None = None
    fold: Fold | None = None
    kept: dict[str, Any] | None = None
    texts: list[str] | None = None
    keys: dict[str, Any] | None = None
    note: dict[str, str] | None = None
    tags: list[str] | None = None
    untagged: list[str] | None = None
    file: dict[str, str | int] | None = None
    status: str | None = None
    error: dict[str, str] | None = None
    resumed: bool = False
    series: list[Series] | None = None
    ours: dict[str, Any] | None = None


class Points(msgspec.Struct, omit_defaults=True, gc=False):
    """A `Line` of points of curves and nothing else, which is quicker to write."""

    time: float
    observed: dict[str, float]
    step: int | None = None


_encode = msgspec.json.Encoder().encode_lines
_decode = msgspec.json.Decoder(Line).decode


def encoded(line: Line | Points) -> bytes:
    """One line of a journal, with its end."""
    try:
        return _encode((line,))
    except (OverflowError, UnicodeEncodeError):  # an integer of more than 64 bits, a lone surrogate
        return json.dumps(msgspec.to_builtins(line)).encode() + b"\n"


def decoded(line: bytes) -> Line:
    """What a line says.

    Raises:
        ValueError: it is no line of a journal.
    """
    try:
        found = _decode(line)
    except msgspec.ValidationError:
        raise
    except (msgspec.MsgspecError, UnicodeDecodeError):
        found = msgspec.convert(_decoded_leniently(line), Line)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if (found.kept or found.ours) and line.count(b"[") + line.count(b"{") > DEEPEST:
        shallow({**(found.kept or {}), **(found.ours or {})})
    return found


def beginnings(line: bytes) -> Iterator[int]:
    """Where a line can begin within one of the file: at its start, and after the half line of a writer that died."""
    yield 0
    at = line.find(_START, 1)
    while at > 0:
        yield at
        at = line.find(_START, at + 1)


def number_text(value: float) -> Number | str:
    """A number as strict JSON can hold it."""
    return value if isinstance(value, int) or math.isfinite(value) else key_text(value)


def number(value: Number | str) -> Number:
    """The number of such a text; NaN and infinity are written as text."""
    if isinstance(value, str):
        if value not in TOKENS:
            raise ValueError(f"{value!r} is no number")
        return TOKENS[value]
    return value


def is_step(step: Number) -> bool:
    """Whether it is a number that can be a step: one that floats reach."""
    return abs(step) <= sys.float_info.max


def check(line: Line) -> None:
    """Refuse what JSON can say, but no writer of ours: what is not finite, and what does not fit together."""
    if not math.isfinite(line.time) or (line.step is not None and not is_step(line.step)):
        raise ValueError("a time or step that is not finite")
    for series in line.series or ():
        if not all(map(is_step, series.steps)) or len({len(series.steps), len(series.values)}) > 1:
            raise ValueError("a curve that makes no sense")
        if len(series.times) not in (0, len(series.values)):
            raise ValueError("times that are not those of the curve")
        for value in series.values:
            if isinstance(value, str):
                number(value)


def _decoded_leniently(line: bytes) -> Any:
    try:
        return json.loads(line.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
