"""A column as an axis: what the page needs to know to draw it, and what a filter keeps of it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.params import ABSENT, value_key
from researcher.tables.column import Column
from researcher.tables.facets import Facet, Kept

LANES = ("", "NaN", "∞", "−∞", "absent")
"""Where values are drawn that have no place among the numbers; the first stands for the numbers themselves."""

_EPOCH = datetime.datetime(1970, 1, 1)


def axis_of(column: Column) -> dict[str, Any]:
    """The column as plain data and bytes.

    Returns:
        ``kind`` (``number``, ``time`` or ``category``), ``labels`` of the categories, and for each experiment its
        number (float64; seconds since 1970, read as if UTC, for times) and the place of its lane in `LANES` (uint8).
    """
    timed = _is_timed(column)
    return {
        "kind": "time" if timed else "number" if column.numeric else "category",
        "labels": [] if timed else list(column.labels),
        "values": numbers_of(column).astype("<f8").tobytes(),
        "lanes": lanes_of(column).tobytes(),
    }


def numbers_of(column: Column) -> npt.NDArray[np.float64]:
    """For each experiment its place along the axis, of shape ``(n_experiments,)``; NaN where it has none."""
    if not _is_timed(column):
        return column.numbers
    seconds = (np.nan if value is ABSENT else (value - _EPOCH).total_seconds() for value in column.values)
    return np.fromiter(seconds, dtype=float, count=len(column.values))


def lanes_of(column: Column) -> npt.NDArray[np.uint8]:
    """For each experiment the place of its lane in `LANES`, of shape ``(n_experiments,)``."""
    lanes = np.zeros(len(column.values), dtype=np.uint8)
    lanes[np.isnan(column.numbers)] = 1
    lanes[np.isposinf(column.numbers)] = 2
    lanes[np.isneginf(column.numbers)] = 3
    lanes[~column.there] = 4
    return lanes


def values_at(column: Column, places: Collection[float], lanes: Collection[int]) -> tuple[Any, ...]:
    """The distinct values of a column that lie at these numbers or in these lanes, in order of appearance."""
    where = lanes_of(column)
    wanted = np.where(where == 0, np.isin(numbers_of(column), list(places)), np.isin(where, list(lanes)))
    return tuple({value_key(column.values[row]): column.values[row] for row in np.flatnonzero(wanted)}.values())


def kept_of(column: Column, facet: Facet, kept: Kept) -> dict[str, Any]:
    """What a filter keeps of a column, as the page shows it.

    Returns:
        ``min`` and ``max``, None for an open end, of a range of numbers; of any other filter the ``places`` and
        ``lanes`` of the experiments that pass it.
    """
    if isinstance(kept, Mapping) and column.numeric and "contains" not in kept:
        ends = (kept.get(end) for end in ("min", "max"))
        low, high = (float(end) if end is not None and np.isfinite(end) else None for end in ends)
        return {"min": low, "max": high}
    passing, lanes = facet.chosen(kept), lanes_of(column)
    return {
        "places": np.unique(numbers_of(column)[passing & (lanes == 0)]).tolist(),
        "lanes": np.unique(lanes[passing & (lanes > 0)]).tolist(),
    }


def _is_timed(column: Column) -> bool:
    there = [value for value in column.values if value is not ABSENT]
    return bool(there) and all(isinstance(value, datetime.datetime) for value in there)
