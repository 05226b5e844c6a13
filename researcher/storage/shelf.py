"""The records of a directory, of which an `Experiment` is made when it is touched."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, overload

from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage.heads import Heads
from researcher.storage.reading import rest
from researcher.storage.values import Values

Slot = int | Experiment
"""The row of a record, or an experiment that is none."""


class Home(NamedTuple):
    """A row of a shelf."""

    shelf: Shelf
    row: int


class Shelf:
    """Records as rows of columns, and the experiments that were made of some.

    Attributes:
        directory: where they lie.
        heads: what they say; read it under the lock.
        lock: held while rows are added or read.
    """

    def __init__(self, directory: Place, heads: Heads | None = None) -> None:
        self.directory = directory
        self.heads = heads or Heads()
        self.lock = threading.RLock()
        self._made: dict[int, Experiment] = {}

    def put(self, name: str, content: bytes) -> int:
        """Add a record.

        Returns:
            Its row.

        Raises:
            ValueError: it is none; see `researcher.storage.records.decode`.
        """
        with self.lock:
            return self.heads.add(name, content)

    def experiment(self, row: int) -> Experiment:
        """The experiment of a row, the same object each time."""
        found = self._made.get(row)
        if found is None:
            with self.lock:
                found = self._made.setdefault(row, self._made.get(row) or self.fresh(row))
        return found

    def fresh(self, row: int) -> Experiment:
        """The experiment of a row as it was recorded, a new object."""
        with self.lock:
            path = self.directory / self.heads.names[row]
            later = partial(rest, path) if self.heads.has_rest(row) else None
            return Experiment(self.heads.head(row), path, later, home=Home(self, row))

    def made(self, row: int) -> Experiment | None:
        """The same, but None if nobody asked for it yet."""
        return self._made.get(row)

    def hand_over(self, row: int, experiment: Experiment) -> None:
        """From now on ``experiment`` is the one of this row, and holds what that says."""
        experiment.become(self.fresh(row))
        self._made[row] = experiment

    def let_go(self, row: int) -> None:
        """The experiment of this row is another one from now on."""
        self._made.pop(row, None)

    def moved(self) -> dict[int, Experiment]:
        """The experiments that hold something else now than their row says."""
        return {row: made for row, made in [*self._made.items()] if made.home != (self, row)}

    def ours(self, row: int) -> Mapping[str, Any]:
        """The ``researcher`` part of a row, without what belongs to curves."""
        with self.lock:
            places = [place for place in self.heads.places(row) if len(place) > 1]
            return {place[1]: self.heads.columns[place].value(row) for place in places}

    def rows_of(self, experiment_id: str) -> list[int]:
        """The rows of the experiment that was recorded under this id while it ran."""
        with self.lock:
            return self.heads.columns.get(("researcher", "id"), Values()).rows_of(experiment_id)


class Shelved(Sequence[Experiment]):
    """Some of the experiments of a shelf, and others, in an order of their own.

    Attributes:
        shelf: where the rows are.
        slots: what is in each place.
    """

    def __init__(self, shelf: Shelf, slots: Sequence[Slot] = ()) -> None:
        self.shelf = shelf
        self.slots = slots

    def __len__(self) -> int:
        return len(self.slots)

    @overload
    def __getitem__(self, index: int) -> Experiment: ...
    @overload
    def __getitem__(self, index: slice) -> Shelved: ...
    def __getitem__(self, index: int | slice) -> Experiment | Shelved:
        if isinstance(index, slice):
            return Shelved(self.shelf, self.slots[index])
        slot = self.slots[index]
        return self.shelf.experiment(slot) if isinstance(slot, int) else slot

    def __eq__(self, other: object) -> bool:
        """Whether ``other`` has the same experiments in the same order; it may be a list."""
        if not isinstance(other, (list, Shelved)):
            return NotImplemented
        if len(self) != len(other):
            return False
        if isinstance(other, Shelved) and other.shelf is self.shelf and other.slots == self.slots:
            return True
        return all(mine is theirs for mine, theirs in zip(self, other, strict=False))

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def __iter__(self) -> Iterator[Experiment]:
        make = self.shelf.experiment
        return (make(slot) if isinstance(slot, int) else slot for slot in self.slots)
