"""Experiments as columns, for everything that asks something of many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from researcher.arrays import Array, Indices, floats
from researcher.curves.at_step import numbers_by_steps
from researcher.experiment import Experiment
from researcher.params import ABSENT, Path, flattened, unused
from researcher.storage.shelf import Shelf
from researcher.storage.summaries import Summaries
from researcher.summary_names import by_steps, summary_named
from researcher.tables.coded import Coded, coded, same
from researcher.tables.numbers import Numbers
from researcher.tables.params import params_of
from researcher.tables.rows import Rows, rows_of

_OWN: Mapping[str, tuple[str, ...]] = {
    "status": ("researcher", "status"),
    "tags": ("researcher", "tags"),
    "notes": ("researcher", "notes"),
    "timestamp": ("timestamp",),
    "duration": ("duration",),
}


class Table:
    """Experiments as columns, as they are when a column is first asked for; the same is given after that.

    Those of a records directory are not decoded for it, and no `Experiment` is made of them; those that were made by
    hand, still run, or hold something else now than their record did are asked one by one. To have one of them, index
    the list of experiments.
    """

    def __init__(self, shelf: Shelf | None, rows: Indices, loose: Mapping[int, Experiment]) -> None:
        """Hold experiments.

        Args:
            shelf: where rows are.
            rows: of each experiment the row on the shelf, -1 for those that are asked themselves.
            loose: the latter, by their place.
        """
        self.loose = loose
        self._rows = rows
        self._shelf = shelf

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def shelved(self) -> Rows | None:
        """The columns of the shelf, if there is any."""
        return None if self._shelf is None else rows_of(self._shelf)

    @cached_property
    def params(self) -> dict[str, Coded]:
        """A column for each param by its dotted name, as `researcher.params.flattened` has it.

        In order of first appearance.
        """
        flat = {place: flattened(e.params) for place, e in self.loose.items()}
        found = {} if self._shelf is None else params_of(self._shelf, self._rows)
        firsts: dict[str, tuple[int, ...]] = {name: first for name, (first, _) in found.items()}
        for place, own in flat.items():
            for order, name in enumerate(own):
                firsts[name] = min(firsts.get(name, (place, order)), (place, order))
        columns = {}
        for name in sorted(firsts, key=firsts.__getitem__):
            said = {place: own.get(name, ABSENT) for place, own in flat.items()}
            columns[name] = self._with_loose(found[name][1] if name in found else None, said)
        return columns

    @cached_property
    def observed(self) -> list[str]:
        """The names of all observations that have a number, in order of first appearance."""
        firsts = [(place, order, name) for place, e in self._alone.items() for order, name in enumerate(e.observed())]
        rows = self._summed_up
        if rows is not None:
            places = np.flatnonzero(self._rows >= 0)
            for name in rows.observed(self._rows[places]):
                there = places[rows.numbers("final", name)[1][self._rows[places]]]
                firsts.append((int(there[0]), len(firsts), name))
        return list(dict.fromkeys(name for _, _, name in sorted(firsts)))

    @cached_property
    def status(self) -> Coded:
        """The status of each experiment."""
        own = None if self.shelved is None else self.shelved.own("status", _OWN["status"])
        return self._with_loose(own, self._said(lambda e: e.status))

    @cached_property
    def title(self) -> Coded:
        """The title of each experiment as text; empty where it has none."""
        rows = self.shelved
        column = None if rows is None else rows.column(("title",))
        if column is not None and {*map(type, column.values)} - {str}:
            column = column.mapped(lambda value: "" if value is None else str(value))
        found = self._with_loose(column, self._said(lambda e: e.title))
        return found.or_else(same("", len(self)))

    @cached_property
    def name(self) -> list[str]:
        """The name of each experiment; see `Experiment.name`."""
        names = [""] if self.shelved is None else [*self.shelved.names, ""]  # the last is that of the loose ones
        found = [*map(names.__getitem__, self._rows.tolist())]
        for place, experiment in self.loose.items():
            found[place] = experiment.name
        return found

    @cached_property
    def hash(self) -> list[str]:
        """The hash of each experiment."""
        rows = self.shelved
        found = [None] * len(self) if rows is None else rows.column(("hash",)).taken(self._rows).listed()
        return [value if isinstance(value, str) else self._at(place).hash for place, value in enumerate(found)]

    @cached_property
    def recorded_at(self) -> Array:
        """When each was recorded, in seconds since 1970; 0 where that is not known, of shape ``(n_experiments,)``."""
        rows = self.shelved
        found = np.zeros(len(self)) if rows is None or not rows.n else rows.recorded_at[self._rows]
        found[[*self.loose]] = [e.recorded_at for e in self.loose.values()]
        return found

    def look_up(self, path: Path) -> Coded:
        """What a name in a query stands for, for each experiment; see `Experiment.look_up`."""
        found = self._with_loose(self._shelved_look_up(path), self._said(lambda e: e.look_up(path)))
        summary = summary_named(".".join(path)) if len(path) > 1 else None
        if summary is not None:
            numbers = self.numbers(*summary)
            codes = np.where(numbers.there, np.arange(len(self)), -1).astype(np.int32)
            return found.or_else(Coded(numbers.listed(), codes))
        return found

    def _shelved_look_up(self, path: Path) -> Coded | None:
        rows = self.shelved
        if rows is None:
            return None
        found = rows.path(path)
        name = ".".join(path)
        if name in _OWN:
            return found.or_else(rows.own(name, _OWN[name]))
        return found.or_else(coded(Table(self._shelf, np.arange(rows.n), {}).hash)) if path == ("hash",) else found

    def numbers(self, which: str, observation: str) -> Numbers:
        """One number of an observation for each experiment; see `Experiment.summary`.

        Args:
            which: ``final``, ``at.100`` and so on; see `researcher.summary_names`.
            observation: its name.
        """
        n = len(self)
        values, there, whole = np.full(n, np.nan), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        rows, alone = self._summed_up_by(which)
        if rows is not None and rows.n:
            values, there, whole = (column[self._rows] for column in rows.numbers(which, observation))
        asked = {place: e.summary(which, observation) for place, e in alone.items()}
        whole[[*asked]] = False
        for place, value in asked.items():
            there[place] = value is not ABSENT
            values[place] = floats([value])[0] if isinstance(value, (int, float)) else np.nan
        return Numbers(values, there, whole, asked)

    def columns(self) -> dict[str, Coded | Numbers]:
        """The params by dotted name, then the final value of each observation.

        An observation that is called as a param is takes the column ``final.NAME``.
        """
        found: dict[str, Coded | Numbers] = {**self.params}
        for name in self.observed:
            found[unused(f"final.{name}" if name in found else name, found)] = self.numbers("final", name)
        return found

    def knows(self, path: Path) -> bool:
        """Whether any experiment has what a name in a query stands for."""
        numbers = self.numbers_at(path)
        return bool((self.look_up(path).codes >= 0).any() if numbers is None else numbers.there.any())

    def best(self, observation: str, mode: str) -> int | None:
        """The place of the first experiment with the smallest or largest number; None if there is no number.

        Args:
            observation: its name.
            mode: ``min`` or ``max``; of which summary too.
        """
        found = self.numbers(mode, observation)
        real = np.flatnonzero(~np.isnan(found.values))
        if not len(real):
            return None
        values = found.values[real] if mode == "min" else -found.values[real]
        first = real[values == values.min()]
        exactly = {place: found.asked[place] for place in first.tolist() if place in found.asked}
        if exactly:  # as floats they are equal
            numbers: dict[int, Any] = {place: float(found.values[place]) for place in first.tolist()} | exactly
            return (min if mode == "min" else max)(numbers, key=numbers.__getitem__)
        return int(first[0])

    def numbers_at(self, path: Path) -> Numbers | None:
        """The numbers that a name in a query stands for in all experiments; None if it may be something else."""
        summary = summary_named(".".join(path)) if len(path) > 1 and path[0] not in self._beginnings else None
        return None if summary is None else self.numbers(*summary)

    @cached_property
    def _beginnings(self) -> set[str]:
        """What the names of params begin with."""
        keys = {key for e in self.loose.values() for key in e.params} | set(self.shelved.keys if self.shelved else ())
        return {str(key).partition(".")[0] for key in keys}

    @property
    def rows(self) -> Indices:
        """Of each experiment the row on the shelf, -1 for the loose ones, of shape ``(n_experiments,)``."""
        return self._rows

    @cached_property
    def _summed_up(self) -> Rows | None:
        """The shelf, once all of these rows are summed up."""
        if self._shelf is None:
            return None
        self._shelf.sum_up(self._rows[self._rows >= 0].tolist())
        return rows_of(self._shelf)

    @cached_property
    def _alone(self) -> Mapping[int, Experiment]:
        """Those that are asked for numbers themselves: the loose ones, and some whose integers no float can hold."""
        if self._summed_up is None or self._shelf is None:
            return self.loose
        return self._with_inexact(self._shelf.summaries)

    def _summed_up_by(self, which: str) -> tuple[Rows | None, Mapping[int, Experiment]]:
        """The shelf, once it knows this number of these rows, and those that are asked for it themselves."""
        if self._shelf is None or not by_steps(which):
            return self._summed_up, self._alone
        rows = self._rows[self._rows >= 0].tolist()
        return rows_of(self._shelf), self._with_inexact(self._shelf.sum_up_by_steps(which, rows, numbers_by_steps))

    def _with_inexact(self, summaries: Summaries) -> Mapping[int, Experiment]:
        inexact = summaries.inexact()
        places = np.flatnonzero(np.isin(self._rows, inexact)).tolist() if inexact else []
        return {**self.loose, **{place: self._at(place) for place in places}}

    def _at(self, place: int) -> Experiment:
        if place in self.loose or self._shelf is None:
            return self.loose[place]
        return self._shelf.experiment(int(self._rows[place]))

    def _said(self, value_of: Callable[[Experiment], object]) -> dict[int, object]:
        """What the loose ones say."""
        return {place: value_of(experiment) for place, experiment in self.loose.items()}

    def _with_loose(self, column: Coded | None, said: Mapping[int, object]) -> Coded:
        """The column of these experiments: that of the shelf, and what the loose ones say."""
        found = Coded([], np.full(len(self), -1, dtype=np.int32)) if column is None else column.taken(self._rows)
        if not self.loose:
            return found
        made = coded(said.values())
        codes = np.full(len(self), -1, dtype=np.int32)
        codes[[*said]] = made.codes
        return found.or_else(Coded(made.values, codes))
