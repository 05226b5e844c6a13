"""The experiments that are loaded, by row, by number and as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from researcher.arrays import Indices
from researcher.experiment import Experiment
from researcher.tables.columns import Columns
from researcher.widgets.numbers import Numbers


class Loaded:
    """Some experiments, and where each is; made anew when they come or go.

    Attributes:
        experiments: a row each.
        columns: the same as columns.
        rows: the row of each.
        numbers: the number of each row's experiment, of shape ``(n_experiments,)``; see `Numbers`.
    """

    def __init__(self, experiments: Sequence[Experiment], numbers: Numbers, columns: Columns) -> None:
        self.experiments = tuple(experiments)
        self.columns = columns
        self.rows = {experiment: row for row, experiment in enumerate(self.experiments)}
        self.numbers: Indices = np.array([*map(numbers.keep, self.experiments)], dtype=np.intp)
        self._objects = np.empty(len(self.experiments), dtype=object)
        self._objects[:] = self.experiments

    def at(self, rows: Indices) -> tuple[Experiment, ...]:
        """The experiments in these rows."""
        return tuple(self._objects[rows].tolist())

    def numbered(self, numbers: Iterable[int]) -> list[Experiment]:
        """The experiments of these numbers, in their order; unknown numbers are passed over."""
        return [self.experiments[row] for number in numbers if (row := self._row_of.get(number)) is not None]

    def mask(self, experiments: Iterable[Experiment]) -> npt.NDArray[np.bool_]:
        """Which rows are those of these experiments."""
        found = np.zeros(len(self.experiments), dtype=bool)
        found[[self.rows[experiment] for experiment in experiments]] = True
        return found

    @cached_property
    def _row_of(self) -> dict[int, int]:
        return dict(zip(self.numbers.tolist(), range(len(self.numbers)), strict=True))
