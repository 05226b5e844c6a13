"""What a shelf of records says of all its rows, as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from researcher.arrays import Array, Mask
from researcher.experiment import Experiment
from researcher.params import ABSENT, Path, leaves, looked_up
from researcher.reserved import RESERVED
from researcher.storage.heads import Key
from researcher.storage.names import RECORD
from researcher.storage.shelf import Shelf
from researcher.storage.summaries import Summaries
from researcher.summary import lower_is_better
from researcher.summary_names import by_steps
from researcher.tables.coded import Coded, coded, same

_OURS = "researcher"


class Leaf(NamedTuple):
    """A param that is no dict: where it is, and its values.

    Attributes:
        path: the keys that lead to it.
        column: its values.
        order: its place among the leaves of the first key, for each value of that.
    """

    path: Path
    column: Coded
    order: int


class Rows:
    """The columns of a shelf, each made when it is first asked for; anew after the shelf changed.

    Attributes:
        n: the number of rows.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.n = len(shelf.heads)
        self._shelf = shelf
        self._columns: dict[Key, Coded] = {}
        self._paths: dict[Path, Coded] = {}
        self._numbers: dict[tuple[str, str], tuple[Array, Mask, Mask]] = {}

    def column(self, place: Key) -> Coded:
        """The values of one key of the records, or of their ``researcher`` part."""
        if place not in self._columns:
            self._columns[place] = self._column(place)
        return self._columns[place]

    def _column(self, place: Key) -> Coded:
        with self._shelf.lock:
            found = self._shelf.heads.columns.get(place)
            if found is None:
                return Coded([], np.full(self.n, -1, dtype=np.int32))
            values = found.values()
            codes = np.array(found.codes.dense(self.n), dtype=np.int32)
        column = Coded(values, codes)
        return column.mapped(lambda value: value) if found.alike else column

    @cached_property
    def keys(self) -> list[str]:
        """The first keys of all params."""
        with self._shelf.lock:
            places = [place for place in self._shelf.heads.columns if len(place) == 1]
        return [place[0] for place in places if place[0] not in RESERVED or place[0] == _OURS]

    @cached_property
    def leaves(self) -> list[Leaf]:
        """All params that are no dicts."""
        return [leaf for key in self.keys for leaf in self._leaves(key)]

    def _leaves(self, key: str) -> list[Leaf]:
        column = self.column((key,))
        if not any(isinstance(value, Mapping) and value for value in column.values):
            return [Leaf((key,), column, 0)]
        found: dict[Path, list[object]] = {}
        for code, value in enumerate(column.values):
            for path, leaf in leaves({key: value}):
                found.setdefault(path, [ABSENT] * len(column.values))[code] = leaf
        return [Leaf(path, _spread(column, values), order) for order, (path, values) in enumerate(found.items())]

    def path(self, path: Path) -> Coded:
        """What `researcher.params.looked_up` finds in the params."""
        if path not in self._paths:
            found = self.column(path[:1]) if path[0] in self.keys else Coded([], np.full(self.n, -1, dtype=np.int32))
            if len(path) > 1:
                found = found.mapped(lambda value: looked_up({path[0]: value}, path))
                dotted = ".".join(path)
                found = found.or_else(self.column((dotted,))) if dotted in self.keys else found
            self._paths[path] = found
        return self._paths[path]

    def own(self, name: str, place: Key) -> Coded:
        """What records say of themselves, as `Experiment` understands the value at this place."""
        key = (name, *place)
        if key not in self._paths:
            raw = self.column(place)
            there = raw.mapped(lambda value: _alone(place, value).look_up((name,)))
            missing = _alone(place, ABSENT).look_up((name,))
            self._paths[key] = there.or_else(same(missing, self.n)) if missing is not ABSENT else there
        return self._paths[key]

    @cached_property
    def names(self) -> list[str]:
        """The name of each experiment."""
        with self._shelf.lock:
            return [name.removesuffix(RECORD) for name in self._shelf.heads.names[: self.n]]

    @cached_property
    def recorded_at(self) -> Array:
        """When each was recorded."""
        with self._shelf.lock:
            return np.frombuffer(self._shelf.heads.recorded_at.tobytes(), dtype=float)[: self.n]

    def observed(self, rows: npt.NDArray[np.intp]) -> list[str]:
        """The names of observations with a number among these rows, in order of first appearance."""
        with self._shelf.lock:
            names = [*self._shelf.summaries.names]
            of, name = self._lines(self._shelf.summaries)
        place = np.full(self.n, len(rows))
        place[rows[::-1]] = np.arange(len(rows))[::-1]
        first = np.full(len(names), len(rows))
        line = np.full(len(names), len(of))
        places = np.where(of < 0, len(rows), place[of])
        np.minimum.at(first, name, places)
        here = np.flatnonzero(places == first[name])
        np.minimum.at(line, name[here], here)
        there = np.flatnonzero(first < len(rows))
        return [names[i] for i in there[np.lexsort((line[there], first[there]))]]

    def numbers(self, which: str, name: str) -> tuple[Array, Mask, Mask]:
        """A number of an observation, which rows have it, and where it is an integer."""
        which = which if which != "best" else "min" if lower_is_better(name) else "max"
        if by_steps(which):  # there may be more of them by now, and the shelf does not change for that
            return self._summaries(self._shelf.by_steps[which], which, name)
        if (which, name) not in self._numbers:
            self._numbers[which, name] = self._summaries(self._shelf.summaries, which, name)
        return self._numbers[which, name]

    def _summaries(self, found: Summaries, which: str, name: str) -> tuple[Array, Mask, Mask]:
        values = np.full(self.n, np.nan)
        there, whole = np.zeros(self.n, dtype=bool), np.zeros(self.n, dtype=bool)
        with self._shelf.lock:
            if which not in found.kinds or name not in found.names:
                return values, there, whole
            of, names = self._lines(found)
            numbers = np.frombuffer(found.numbers[which].tobytes(), dtype=float)
            bits = np.frombuffer(found.whole.tobytes(), dtype=np.uint8)
            lines = np.flatnonzero((names == found.names.index(name)) & (of >= 0))
        rows = of[lines]
        values[rows], there[rows] = numbers[lines], True
        whole[rows] = bits[lines] >> found.kinds.index(which) & 1
        return values, there, whole

    def _lines(self, found: Summaries) -> tuple[npt.NDArray[np.intc], npt.NDArray[np.intc]]:
        """The row and the name of each line of the summaries; -1 for a row that is gone, or came after these."""
        rows, names = (np.frombuffer(column.tobytes(), dtype=np.intc) for column in (found.rows, found.name))
        return np.where(rows < self.n, rows, -1), names


def rows_of(shelf: Shelf) -> Rows:
    """The columns of a shelf as it is now; the same as before if nothing changed."""
    with shelf.lock:
        if not isinstance(shelf.columns, Rows):
            shelf.columns = Rows(shelf)
        return shelf.columns


def _spread(column: Coded, values: Sequence[object]) -> Coded:
    """The column that has these values where the other has its own."""
    made = coded(values)
    return Coded(made.values, np.append(made.codes, np.int32(-1))[column.codes])


def _alone(place: Key, value: object) -> Experiment:
    """An experiment of which no more is known than one value."""
    if len(place) == 1:
        return Experiment({} if value is ABSENT else {place[0]: value})
    return Experiment({_OURS: {"format": 1, **({} if value is ABSENT else {place[1]: value})}})
