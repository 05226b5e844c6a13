"""The table with its repeats folded: one row for each group, with how many they are, means and standard deviations."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from researcher.arrays import Indices
from researcher.params import ABSENT, as_float, is_number, label, value_key
from researcher.reserved import OWN
from researcher.widgets.sheet import Sheet, sheet_of
from researcher.widgets.state import ExplorerState


def shown_of(state: ExplorerState, most: int | None = None, columns: Sequence[str] | None = None) -> Sheet:
    """The table as it is shown: where repeats share a row, one for each group, led by its first visible experiment.

    After the title stands ``n``, the number of repeats; an observation has its mean over them and, in a column of its
    own called ``NAME std``, the standard deviation (n - 1). Of params that differ it says how many values there are.

    Args:
        state: its lock is held.
        most: how many rows at most; all if not given.
        columns: in place of those of the table.
    """
    if not state.folded:
        return sheet_of(state, most, columns)
    groups = _groups(state)[:most]
    flat = sheet_of(state, sum(map(len, groups)), columns)
    params = {facet.name for facet in state.facets} | {*OWN}
    observed = {
        i
        for i, name in enumerate(flat.columns)
        if name not in params and all(row[i] is ABSENT or is_number(row[i]) for row in flat.rows)
    }
    names: list[str] = []
    for i, name in enumerate(flat.columns):
        names += [name, f"{name} std"] if i in observed else [name, "n"] if i == 0 else [name]
    rows, taken = [], iter(flat.rows)
    for group in groups:
        values = list(zip(*islice(taken, len(group)), strict=True))
        row: list[Any] = []
        for i, cells in enumerate(values):
            row += _mean_and_std(cells) if i in observed else [_shared(cells), *([len(group)] if i == 0 else [])]
        rows.append(row)
    return Sheet(tuple(names), state.at(np.array([group[0] for group in groups], dtype=np.intp)), rows)


def n_rows(state: ExplorerState) -> int:
    """How many rows the table has; the state's lock is held."""
    return len(_groups(state)) if state.folded else len(state.visible)


def _groups(state: ExplorerState) -> list[Indices]:
    """The places of the visible experiments in their groups; those of one group stand side by side."""
    numbers = state.repeats()[state.rows]
    return np.split(state.rows, np.flatnonzero(np.diff(numbers)) + 1) if len(numbers) else []


def _mean_and_std(cells: Sequence[Any]) -> list[Any]:
    numbers = np.array([as_float(value) for value in cells if value is not ABSENT])
    if not len(numbers):
        return [ABSENT, ABSENT]
    with np.errstate(invalid="ignore"):
        return [float(numbers.mean()), float(numbers.std(ddof=1)) if len(numbers) > 1 else ABSENT]


def _shared(cells: Sequence[Any]) -> Any:
    """The value that all have, or how many there are."""
    distinct = {value_key(value): value for value in cells}
    if len(distinct) == 1:
        return cells[0]
    there = [value for value in distinct.values() if value is not ABSENT]
    return f"{label(there[0])} or none" if len(there) == 1 else f"{len(there)} values"
