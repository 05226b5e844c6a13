"""The columns of experiments, by name, as everything that filters, sorts, draws and compares many of them needs it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

import numpy as np

from researcher.arrays import Array, Indices, Mask, floats
from researcher.experiment import Experiment
from researcher.params import ABSENT
from researcher.reserved import OWN
from researcher.summary import lower_is_better
from researcher.summary_names import summary_named
from researcher.tables.column import Column, column_of_facet, column_of_numbers
from researcher.tables.facets import Facet, facet_of, facet_of_coded, facet_of_numbers, telling
from researcher.tables.finals import finals_of
from researcher.tables.tabling import table_of

Numbers = tuple[Array, Mask]


class Columns:
    """Columns of experiments; each is made when it is first asked for, and kept until its experiments grow.

    Attributes:
        experiments: a row each, in this order.
        observed: the names of all observations that have a number, in order of first appearance.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.experiments = experiments
        self._table = table_of(experiments)
        self.observed = tuple(self._table.observed)
        self._summaries: dict[tuple[str, str], Numbers] = {}
        self._facets: dict[str, Facet] = {}
        self._columns: dict[str, Column] = {}
        self._ends: dict[int, dict[str, object]] = {}  # final values of those that grew, by row

    @cached_property
    def params(self) -> dict[str, Facet]:
        """A facet for each param by name, in order of first appearance, whether or not it varies."""
        return {name: facet_of_coded(name, column) for name, column in self._table.params.items()}

    @cached_property
    def statuses(self) -> list[str]:
        """The status of each experiment."""
        return [str(status) for status in self._table.status.listed()]

    @property
    def recorded_at(self) -> Array:
        """When each was recorded, in seconds since 1970, 0 where that is not known; of shape ``(n_experiments,)``."""
        return self._table.recorded_at

    @cached_property
    def hashes(self) -> list[str]:
        """The hash of each experiment."""
        return self._table.hash

    @cached_property
    def titles(self) -> list[str]:
        """What each experiment is called: its title, or else the first characters of its hash."""
        titles = self.given_titles
        return titles if all(titles) else [title or of[:8] for title, of in zip(titles, self.hashes, strict=True)]

    @cached_property
    def given_titles(self) -> list[str]:
        """The title of each experiment; empty where it was given none."""
        return self._table.title.listed()

    @property
    def names(self) -> list[str]:
        """The name of each experiment; see `Experiment.name`."""
        grown = {row: self.experiments[row].name for row in self._ends}
        return [grown.get(row, name) for row, name in enumerate(self._table.name)] if grown else self._table.name

    def summary(self, which: str, observation: str) -> Numbers:
        """One number of an observation for each experiment, and which of them have it; see `Experiment.summary`.

        Returns:
            Two arrays of shape ``(n_experiments,)``; where there is no number, the first holds NaN.
        """
        if which == "best":
            which = "min" if lower_is_better(observation) else "max"
        if (which, observation) not in self._summaries:
            found = self._table.numbers(which, observation)
            self._summaries[which, observation] = found.values, found.there
            self._patch(which, observation, self._ends)
        return self._summaries[which, observation]

    def finals(self, observation: str, rows: Indices) -> list[object]:
        """Exactly the final value of an observation for the experiments in these rows, `ABSENT` where it has none."""
        found = self._table.numbers("final", observation).taken(rows).listed()
        for place, row in enumerate(rows.tolist() if self._ends else ()):
            if row in self._ends:
                found[place] = self._one(row, "final", observation)
        return found

    def grow(self, rows: Collection[int]) -> None:
        """Bring in line what follows from the experiments in these rows, which hold more now than before."""
        statuses = self.statuses
        for row in rows:
            statuses[row] = self.experiments[row].status
            self._ends[row] = finals_of(self.experiments[row])
        self.observed = tuple(dict.fromkeys([*self.observed, *(name for row in rows for name in self._ends[row])]))
        for which, name in self._summaries:
            self._patch(which, name, rows)
        self._facets = {}
        self._columns = {name: column for name, column in self._columns.items() if name in self.params}

    def _patch(self, which: str, observation: str, rows: Collection[int]) -> None:
        """Put what experiments have by now into these rows of a summary."""
        if not rows:
            return
        found = [self._one(row, which, observation) for row in rows]
        numbers, there = self._summaries[which, observation]
        numbers, there = numbers.copy(), there.copy()
        numbers[[*rows]] = floats([value if isinstance(value, (int, float)) else np.nan for value in found])
        there[[*rows]] = [value is not ABSENT for value in found]
        self._summaries[which, observation] = numbers, there

    def _one(self, row: int, which: str, observation: str) -> object:
        if which == "final" and row in self._ends:
            return self._ends[row].get(observation, ABSENT)
        return self.experiments[row].summary(which, observation)

    def telling(self) -> list[Facet]:
        """A facet for each param that varies, the most telling first."""
        return telling([*self.params.values()])

    def facet(self, name: str) -> Facet:
        """The facet of a column, whatever it is a column of; see `column`."""
        if name in self.params:
            return self.params[name]
        if name not in self._facets:
            numbers = self._numbers(name)
            if numbers is None:
                self._facets[name] = self._own(name)
            else:
                self._facets[name] = facet_of_numbers(name, *numbers)
        return self._facets[name]

    def column(self, name: str) -> Column:
        """The values of a column; all `ABSENT` where no experiment has it.

        Args:
            name: a dotted param name; if no experiment has it, ``final.loss`` and the like, one of
                `researcher.reserved.OWN`, or the name of an observation for its final value.
        """
        if name not in self._columns:
            numbers = None if name in self.params else self._numbers(name)
            found = column_of_facet(self.facet(name)) if numbers is None else column_of_numbers(name, *numbers)
            self._columns[name] = found
        return self._columns[name]

    def _numbers(self, name: str) -> Numbers | None:
        """The numbers of a column that is no param; None for what a record says of itself."""
        summary = summary_named(name)
        if summary is not None:
            return self.summary(*summary)
        return None if name in OWN else self.summary("final", name)

    def _own(self, name: str) -> Facet:
        """What records say of themselves; of experiments that grew, what they say now."""
        found = self._table.look_up((name,))
        if not self._ends:
            return facet_of_coded(name, found)
        values = found.listed()
        for row in self._ends:
            values[row] = self.experiments[row].look_up((name,))
        return facet_of(name, values)
