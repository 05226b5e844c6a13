"""The params of the rows of a shelf, as columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from researcher.arrays import Indices
from researcher.params import ABSENT, flattened, leaves
from researcher.storage.shelf import Shelf
from researcher.tables.coded import Coded, coded
from researcher.tables.rows import rows_of

First = tuple[int, ...]
"""Where a param appears first: the place of the experiment, and the order within."""


def params_of(shelf: Shelf, asked: Indices) -> dict[str, tuple[First, Coded]]:
    """The params of rows by dotted name: where each appears first, and its column over the whole shelf.

    Args:
        shelf: where the rows are.
        asked: of each experiment its row, -1 for those that have none, of shape ``(n_experiments,)``.
    """
    rows = rows_of(shelf)
    names = [".".join(leaf.path) for leaf in rows.leaves]
    if len(set(names)) < len(names):  # some may be told apart by backticks, in one experiment and not in another
        return _one_by_one(shelf, asked)
    layouts, which = _layouts(shelf)
    places = np.flatnonzero(asked >= 0)
    found: dict[str, tuple[First, Coded]] = {}
    for name, leaf in zip(names, rows.leaves, strict=True):
        there = places[leaf.column.codes[asked[places]] >= 0]
        if len(there):
            first = int(there[0])
            row = int(asked[first])
            order = layouts[which[row]].index(leaf.path[:1])
            inner = [path for path, _ in leaves({leaf.path[0]: shelf.value(row, leaf.path[:1])})].index(leaf.path)
            found[name] = ((first, order, inner), leaf.column)
    return found


def _one_by_one(shelf: Shelf, asked: Indices) -> dict[str, tuple[First, Coded]]:
    n = rows_of(shelf).n
    rows = {place: int(asked[place]) for place in np.flatnonzero(asked >= 0).tolist()}
    flat = {place: flattened(shelf.fresh(row).params) for place, row in rows.items()}
    firsts: dict[str, First] = {}
    for place, own in flat.items():
        for order, name in enumerate(own):
            firsts.setdefault(name, (place, order))
    found = {}
    for name, first in firsts.items():
        values: list[object] = [ABSENT] * n
        for place, own in flat.items():
            values[rows[place]] = own.get(name, ABSENT)
        found[name] = (first, coded(values))
    return found


def _layouts(shelf: Shelf) -> tuple[list[list[tuple[str, ...]]], Any]:
    with shelf.lock:
        return shelf.heads.layouts()
