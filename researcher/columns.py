"""A column of a table of experiments: a param, a summary of an observation, or what each record says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.experiment import Experiment
from researcher.facets import Facet, facet_of, values_of
from researcher.params import ABSENT, as_float


@dataclass(frozen=True, eq=False)
class Column:
    """One value for each experiment, to sort, draw and compare by.

    Attributes:
        name: a dotted param name, ``final.loss`` and the like, an observation's name for its final value, or one of
            ``status``, ``title``, ``timestamp``, ``duration`` and ``hash``.
        values: the values, `ABSENT` where an experiment has none, of length ``n_experiments``.
        numeric: whether all values that are there are numbers.
        numbers: the values as floats; of other values the place in their order. NaN where there is none. Of shape
            ``(n_experiments,)``.
        labels: what the places stand for, in order; empty for a numeric column.
    """

    name: str
    values: tuple[Any, ...]
    numeric: bool
    numbers: npt.NDArray[np.float64]
    labels: tuple[str, ...]

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """Which experiments have a value, NaN among them, of shape ``(n_experiments,)``."""
        return np.array([value is not ABSENT for value in self.values], dtype=bool)

    @property
    def wide(self) -> bool:
        """Whether the numbers are positive and span more than two powers of ten, so that a log axis shows them."""
        finite = self.numbers[np.isfinite(self.numbers)]
        return bool(self.numeric and len(finite) > 1 and finite.min() > 0 and finite.max() / finite.min() > 100)


def column_of(experiments: Sequence[Experiment], name: str) -> Column:
    """The column of this name; all `ABSENT` where no experiment has it."""
    return _column(name, values_of(experiments, name))


def column_of_facet(facet: Facet) -> Column:
    """The column of a param whose facet is known."""
    return _column(facet.name, [facet.values[code] for code in facet.codes])


def _column(name: str, values: Sequence[Any]) -> Column:
    numeric = all(value is ABSENT or _is_number(value) for value in values)
    if numeric:
        numbers = np.array([np.nan if value is ABSENT else as_float(value) for value in values], dtype=float)
        return Column(name, tuple(values), True, numbers, ())
    facet = facet_of(name, values)
    numbers = facet.codes.astype(float)
    numbers[[value is ABSENT for value in values]] = np.nan
    labels = tuple(text for text, value in zip(facet.labels, facet.values, strict=True) if value is not ABSENT)
    return Column(name, tuple(values), False, numbers, labels)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
