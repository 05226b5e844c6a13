"""Params as numbers."""

from __future__ import annotations

import numpy as np

from researcher.arrays import Array
from researcher.params import is_number
from researcher.tables.facets import Facet

_CATEGORIES = 20  # values of a param that are told apart; the rarer ones are one


def numbers_of(facet: Facet) -> Array:
    """The param of each experiment as a number, of shape ``(n_experiments,)``; NaN where it is none.

    Only their order is meant: they are the ranks of its distinct values. A switch is no number.
    """
    known = [is_number(value) and value == value for value in facet.values]
    return np.where(known, np.arange(len(facet.values), dtype=float), np.nan)[facet.codes]


def encoded(facet: Facet) -> Array:
    """A param as columns that a tree can split, of shape ``(n, n_columns)``.

    Numbers by their order, which is all that a tree looks at; any other value as a column of its own.
    """
    numbers = numbers_of(facet)
    is_number = ~np.isnan(numbers)
    ordered = len(np.unique(numbers[is_number])) > 1
    others, counts = np.unique(facet.codes[~is_number] if ordered else facet.codes, return_counts=True)
    common = others[np.argsort(-counts, kind="stable")][:_CATEGORIES]
    columns = (facet.codes[:, None] == common).astype(float)
    return np.column_stack([facet.codes, columns]) if ordered else columns


def is_label(facet: Facet) -> bool:
    """Whether it names the experiments rather than setting them: no numbers, and hardly a value twice."""
    return bool(np.isnan(numbers_of(facet)).all()) and len(facet.values) > max(2, 0.8 * len(facet.codes))
