"""The experiments that are loaded, by row, by number and as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from researcher.arrays import Indices, Mask
from researcher.experiment import Experiment
from researcher.storage.shelved import Shelved
from researcher.tables.columns import Columns
from researcher.widgets.numbers import Numbers


class Loaded:
    """Some experiments, and where each is; made anew when they come or go. An `Experiment` is made when it is touched.

    Attributes:
        experiments: a row each, each once.
        columns: the same as columns.
        numbers: the number of each row's experiment, of shape ``(n_experiments,)``; see `Numbers`.
    """

    def __init__(self, experiments: Sequence[Experiment], numbers: Numbers) -> None:
        self.experiments, self.numbers = numbers.shown(experiments)
        self.columns = Columns(self.experiments)
        self._numbers = numbers
        self._slots = np.empty(len(self.experiments), dtype=object)
        self._slots[:] = self.experiments.slots
        self._row_of = np.full(int(self.numbers.max(initial=-1)) + 2, -1, dtype=np.intp)  # the last is that of nobody
        self._row_of[self.numbers] = np.arange(len(self.numbers))

    def at(self, rows: Indices) -> Shelved:
        """The experiments in these rows."""
        return Shelved(self.experiments.shelf, self._slots[rows].tolist())

    def row(self, experiment: Experiment) -> int | None:
        """The row of an experiment; None if it is not loaded."""
        found = self._rows_of(np.array([self._numbers.number(experiment)]))
        return int(found[0]) if found[0] >= 0 else None

    def rows(self, experiments: Iterable[Experiment]) -> Indices:
        """The rows of those that are loaded, each once, in the order given."""
        if isinstance(experiments, Shelved):
            numbers = self._numbers.of(experiments)
        else:
            numbers = np.fromiter(map(self._numbers.number, experiments), dtype=np.intp)
        return self.numbered(numbers)

    def numbered(self, numbers: Indices) -> Indices:
        """The rows of these numbers, each once, in the order given; unknown numbers are passed over."""
        rows = self._rows_of(numbers)
        rows = rows[rows >= 0]
        return rows[np.sort(np.unique(rows, return_index=True)[1])]

    def mask(self, rows: Indices) -> Mask:
        """Which rows are these."""
        found = np.zeros(len(self.numbers), dtype=bool)
        found[rows] = True
        return found

    def put(self, row: int, experiment: Experiment) -> bool:
        """This is the experiment of a row from now on; returns whether it was another object before."""
        self._numbers.keep(experiment)
        if self.experiments[row] is experiment:
            return False
        self.experiments.slots[row] = self._slots[row] = experiment
        return True

    def _rows_of(self, numbers: Indices) -> Indices:
        known = (numbers >= 0) & (numbers < len(self._row_of) - 1)
        return self._row_of[np.where(known, numbers, -1)]
