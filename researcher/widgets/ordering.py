"""The order of the rows of an Explorer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from researcher.arrays import Array, Indices
from researcher.tables.columns import Columns
from researcher.widgets.folding import side_by_side

Sort = Sequence[tuple[str, bool]]


def ordered(columns: Columns, rows: Indices, sort: Sort) -> Indices:
    """The rows as sorted; what has no value comes last, whichever way the column is sorted."""
    for name, descending in reversed(sort):
        keys = sort_keys(columns, name)
        if keys is not None:
            found = -keys[rows] if descending else keys[rows]
            rows = rows[np.argsort(found, kind="stable")]  # NaN sorts last
    return rows


def folded(columns: Columns, rows: Indices, sort: Sort, groups: Indices) -> Indices:
    """The rows such that those of one group follow each other, sorted by the means of groups."""
    keys = [
        (numbers, columns.column(name).there, descending)
        for name, descending in sort
        if (numbers := sort_keys(columns, name)) is not None
    ]
    return side_by_side(rows, groups, keys)


def sort_keys(columns: Columns, name: str) -> Array | None:
    """A number for each row that sorts as the values of a column do, NaN where there is none; None for no column."""
    if name in columns.params:
        facet = columns.params[name]
        return np.where(facet.there, facet.codes, np.nan)
    if name == "title":
        _, rank = np.unique(np.array(columns.titles), return_inverse=True)
        return rank.astype(float)
    if name == "timestamp":
        return np.where(columns.recorded_at > 0, columns.recorded_at, np.nan)
    found = columns.column(name)
    return found.numbers if found.there.any() else None
