"""A column of a table of experiments: a param, a summary of an observation, or what each record says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from researcher.arrays import Array, Mask
from researcher.params import ABSENT
from researcher.tables.facets import Facet


@dataclass(frozen=True, eq=False)
class Column:
    """One value for each experiment, to sort, draw and compare by.

    Attributes:
        name: a dotted param name, ``final.loss`` and the like, an observation's name for its final value, or one of
            `researcher.reserved.OWN`.
        numeric: whether all values that are there are numbers.
        numbers: the values as floats; of other values the place in their order. NaN where there is none. Of shape
            ``(n_experiments,)``.
        labels: what the places stand for, in order; empty for a numeric column.
        there: which experiments have a value, NaN among them, of shape ``(n_experiments,)``.
        listed: gives the values.
    """

    name: str
    numeric: bool
    numbers: Array
    labels: tuple[str, ...]
    there: Mask
    listed: Callable[[], Iterable[Any]]

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """The values, `ABSENT` where an experiment has none, of length ``n_experiments``."""
        return tuple(self.listed())

    @property
    def wide(self) -> bool:
        """Whether the numbers are positive and span more than two powers of ten, so that a log axis shows them."""
        finite = self.numbers[np.isfinite(self.numbers)]
        return bool(self.numeric and len(finite) > 1 and finite.min() > 0 and finite.max() / finite.min() > 100)


def column_of_facet(facet: Facet) -> Column:
    """The column of a param whose facet is known."""

    def listed() -> list[Any]:
        return [facet.values[code] for code in facet.codes.tolist()]

    there = facet.there
    if facet.numeric:
        return Column(facet.name, True, facet.numbers[facet.codes], (), there, listed)
    labels = facet.labels[: len(facet.values) - (facet.values[-1:] == (ABSENT,))]
    return Column(facet.name, False, np.where(there, facet.codes, np.nan), labels, there, listed)


def column_of_numbers(name: str, numbers: Array, there: Mask) -> Column:
    """The column of a summary: a number for each experiment, and which of them have one."""

    def listed() -> list[Any]:
        values: list[Any] = numbers.tolist()
        for row in np.flatnonzero(~there).tolist():
            values[row] = ABSENT
        return values

    return Column(name, True, np.where(there, numbers, np.nan), (), there, listed)
