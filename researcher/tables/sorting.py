"""Experiments in the order of their params and numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from researcher.arrays import Array, Indices, Mask
from researcher.params import Path
from researcher.tables.coded import coded
from researcher.tables.table import Table


def order(table: Table, names: Sequence[tuple[Path, bool]]) -> Indices:
    """The places of the experiments as sorted, of shape ``(n_experiments,)``; those that are alike keep their order.

    Args:
        table: of the experiments.
        names: each with whether the largest comes first, the most important first. NaN comes last, and then what has
            no value.
    """
    found: Indices = np.arange(len(table))
    for path, descending in reversed(names):
        keys, there = _keys(table, path)
        found = found[np.lexsort(((-keys if descending else keys)[found], ~there[found]))]
    return found


def _keys(table: Table, path: Path) -> tuple[Array, Mask]:
    """Numbers that are ordered as the values are, and which experiments have any."""
    numbers = table.numbers_at(path)
    if numbers is None:
        column = table.look_up(path)
        if (column.codes >= 0).any():
            return np.append(column.ranks(), np.nan)[column.codes], column.codes >= 0
        numbers = table.numbers("final", ".".join(path))
    if any(type(value) is int for value in numbers.asked.values()):  # which may be alike as floats only
        column = coded(numbers.listed())
        return np.append(column.ranks(), np.nan)[column.codes], numbers.there
    return numbers.values, numbers.there
