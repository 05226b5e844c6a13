"""Experiments that share a row of the table: their rows side by side, sorted by their means."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]


def side_by_side(rows: Rows, groups: Rows, keys: Iterable[tuple[Floats, Mask, bool]]) -> Rows:
    """The rows such that those of one group follow each other, in the order that they have here.

    Args:
        rows: some rows.
        groups: the number of the group of every row there is.
        keys: what groups are sorted by, the most important first: a number for every row, whether there is one, and
            whether the order descends. Groups without a key stand in the order of their first row.

    >>> rows, groups = np.array([0, 1, 2, 3]), np.array([7, 8, 7, 8])
    >>> side_by_side(rows, groups, []).tolist()
    [0, 2, 1, 3]
    >>> losses, all_there = np.array([0.5, 0.3, 0.1, 0.2]), np.ones(4, dtype=bool)
    >>> side_by_side(rows, groups, [(losses, all_there, False)]).tolist()
    [1, 3, 0, 2]
    """
    _, first, member = np.unique(groups[rows], return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    for numbers, there, descending in reversed(list(keys)):
        means = means_of(numbers[rows], there[rows], member, len(first))[order]
        order = order[np.argsort(-means if descending else means, kind="stable")]  # NaN sorts last
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return rows[np.argsort(rank[member], kind="stable")]


def means_of(numbers: Floats, there: Mask, member: Rows, n: int) -> Floats:
    """The mean of each of ``n`` groups over those that have a number, NaN among them; NaN where none has one."""
    totals = np.bincount(member[there], weights=numbers[there], minlength=n)
    counts = np.bincount(member[there], minlength=n)
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)
