"""The records of a directory, of which an `Experiment` is made when it is touched."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar
from weakref import WeakValueDictionary

from researcher.errors import DamagedRecord
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage import layout, records
from researcher.storage.heads import Heads, Key
from researcher.storage.names import RECORD
from researcher.storage.reading import rest, whole
from researcher.storage.summaries import Summaries
from researcher.storage.values import Values
from researcher.summary import numbers_of

Slot = int | Experiment
"""The row of a record, or an experiment that is none."""

_T = TypeVar("_T")
Told = Callable[[Experiment, str], Mapping[str, Mapping[str, float]]]
Contents = Callable[[Iterable[str]], Iterable[tuple[str, bytes | Exception]]]


class Home(NamedTuple):
    """A row of a shelf, of which an experiment is made."""

    shelf: Shelf
    row: int

    def hold(self, experiment: Experiment) -> None:
        """Keep an experiment of this row that holds something else now than the row says."""
        self.shelf.hold(self.row, experiment)


class Shelf:
    """Records as rows of columns, and the experiments that were made of some.

    Attributes:
        directory: where they lie.
        heads: what they say; read it under the lock.
        summaries: what sums up their observations, as far as they were read for that; read it under the lock too.
        by_steps: the same of numbers that follow from steps, by the name of the number, as far as they were asked for.
        columns: what was made of these for all that ask; None after a change.
        contents: gives the bytes of files, or why there are none.
        read_again: is told the number of bytes that were read to sum up observations.
        lock: held while rows are added or read.
    """

    def __init__(self, directory: Place) -> None:
        self.directory = directory
        self.heads = Heads()
        self.summaries = Summaries()
        self.by_steps: dict[str, Summaries] = {}
        self.columns: object = None
        self.contents: Contents = lambda _names: iter(())
        self.read_again: Callable[[int], None] = lambda _bytes: None
        self.lock = threading.RLock()
        self._made: WeakValueDictionary[int, Experiment] = WeakValueDictionary()
        self._held: dict[int, Experiment] = {}  # those that cannot be made again as they are

    def put(self, name: str, content: bytes) -> int:
        """Add a record; its observations are decoded when something is asked of them.

        Returns:
            Its row.

        Raises:
            ValueError: it is none; see `researcher.storage.records.decode`.
        """
        with self.lock:
            self.columns = None
            return self.heads.add(name, content)

    def sum_up(self, rows: Sequence[int]) -> None:
        """Sum up the observations of these records, as far as that is not done; what cannot be read is left out."""
        read = 0
        wanted = {self.heads.names[row]: row for row in self.summaries.unknown(rows)}
        for name, content in self.contents(wanted):
            if isinstance(content, bytes):
                read += len(content)
                self._sum_up(wanted[name], content)
        if read:
            self.read_again(read)

    def sum_up_by_steps(self, which: str, rows: Sequence[int], numbers: Told) -> Summaries:
        """The same for a number that follows from steps, which ``numbers`` tells of an experiment."""
        with self.lock:
            found = self.by_steps.setdefault(which, Summaries((which,)))
            wanted = {self.heads.names[row]: row for row in found.unknown(rows)}
        for name, content in self.contents(wanted):
            try:
                told = numbers(whole(self.directory / name, content), which) if isinstance(content, bytes) else None
            except (DamagedRecord, ValueError):
                continue
            if told is not None:
                with self.lock:
                    found.put(wanted[name], told)
        return found

    def _sum_up(self, row: int, content: bytes) -> None:
        """Sum up a record; it is decoded without the lock."""
        curves = layout.curves_of(content)
        with self.lock:
            single = self.heads.get(row, ("researcher", "values"))
            self.columns = None
            if curves is not None and not single and self.summaries.put_curves(row, curves):
                return
        with contextlib.suppress(ValueError):
            observations = records.observations_of(content)
            numbers = numbers_of(observations, single if isinstance(single, list) else ())
            with self.lock:
                self.columns = None
                self.summaries.put(row, numbers)

    def experiment(self, row: int) -> Experiment:
        """The experiment of a row, the same object as long as anybody has it.

        What is decoded for it goes with it, so that one can look at all curves of many.
        """
        found = self._made.get(row)
        if found is None:
            with self.lock:
                found = self._made.get(row) or self.fresh(row)
                self._made[row] = found
        return found

    def fresh(self, row: int) -> Experiment:
        """The experiment of a row as it was recorded, a new object; its head is decoded when it is looked at."""
        with self.lock:
            path = self.directory / self.heads.names[row]
            later = partial(rest, path) if self.heads.has_rest(row) else None
            head, known = partial(self._locked, self.heads.head, row), partial(self._locked, self.summaries.of, row)
            return Experiment(head, path, later, home=Home(self, row), summaries=known)

    def _locked(self, function: Callable[[int], _T], row: int) -> _T:
        """What a function says of a row, which no other thread changes meanwhile."""
        with self.lock:
            return function(row)

    def made(self, row: int) -> Experiment | None:
        """The same, but None if nobody has it."""
        return self._made.get(row)

    def adopted(self) -> dict[int, Experiment]:
        """The experiments of rows that they were not made of; see `hand_over`."""
        return {row: made for row, made in [*self._made.items()] if made.born != Home(self, row)}

    def hand_over(self, row: int, experiment: Experiment) -> None:
        """From now on ``experiment`` is the one of this row, and holds what that says."""
        experiment.become(self.fresh(row))
        self.hold(row, experiment)

    def hold(self, row: int, experiment: Experiment) -> None:
        """Keep the experiment of a row, whoever has it."""
        self._made[row] = self._held[row] = experiment

    def let_go(self, row: int) -> None:
        """The experiment of this row is another one from now on."""
        self._made.pop(row, None)
        self._held.pop(row, None)

    def moved(self) -> dict[int, Experiment]:
        """The experiments that hold something else now than their row says."""
        return {row: made for row, made in [*self._made.items()] if made.home != Home(self, row)}

    def formats(self) -> list[int]:
        """The formats that the records have."""
        with self.lock:
            found = self.heads.columns.get(("researcher", "format"), Values()).values()
            return [version for version in found if type(version) is int]

    def value(self, row: int, place: Key) -> Any:
        """What a row says in one place."""
        with self.lock:
            return self.heads.columns[place].value(row)

    def said(self, rows: Iterable[int], place: Key) -> list[Any]:
        """What each of these rows says in one place; None where it says nothing. Values that are alike are one."""
        with self.lock:
            column = self.heads.columns.get(place, Values())
            values, codes = [*column.values(), None], column.codes.dense(len(self.heads))
            return [values[codes[row]] for row in rows]  # the last is that of none

    def name(self, row: int) -> str:
        """The name of the record of a row."""
        return self.heads.names[row].removesuffix(RECORD)

    def ours(self, row: int) -> Mapping[str, Any]:
        """The ``researcher`` part of a row, without what belongs to curves."""
        with self.lock:
            places = [place for place in self.heads.places(row) if len(place) > 1]
            return {place[1]: self.heads.columns[place].value(row) for place in places}

    def rows_of(self, experiment_id: str) -> list[int]:
        """The rows of the experiment that was recorded under this id while it ran."""
        with self.lock:
            return self.heads.columns.get(("researcher", "id"), Values()).rows_of(experiment_id)
