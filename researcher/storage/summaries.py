"""The numbers that sum up the observations of many records, as columns."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from researcher.summary import COUNTS, SUMMARIES

_UNKNOWN, _KNOWN, _INEXACT = range(3)
_EXACT = 2**53  # integers up to this one are exact as floats
_FLOATS = {float}
_FEW = 200  # values that are sorted sooner than two passes find the least and the greatest
_COUNTED = sum(1 << SUMMARIES.index(which) for which in COUNTS)


class Summaries:
    """One line for each observation of each record that is summed up; lines are added at the end and never change.

    Attributes:
        kinds: which numbers there are.
        names: the names of observations, in order of first appearance.
        rows: of each line the row of its record.
        name: of each line the place of its observation among the names.
        numbers: of each line the number, for each kind.
        whole: of each line a bit for each kind: whether the number is an integer.
    """

    def __init__(self, kinds: Sequence[str] = SUMMARIES) -> None:
        self.kinds = tuple(kinds)
        self.names: list[str] = []
        self.rows = array("i")
        self.name = array("i")
        self.numbers = {which: array("d") for which in kinds}
        self.whole = array("B")
        self._places: dict[str, int] = {}
        self._layouts: dict[tuple[str, ...], array[int]] = {}  # the places of names that records have together
        self._state = bytearray()  # of each row
        self._first = array("q")  # of each row its first line

    def put(self, row: int, found: Mapping[str, Mapping[str, float]]) -> None:
        """A record is summed up by these numbers; see `researcher.observations.numbers_of`."""
        numbers = [number for own in found.values() for number in own.values()]
        if any(type(number) is int and abs(number) > _EXACT for number in numbers):
            self._begin(row, _INEXACT, ())
            return
        self._begin(row, _KNOWN, found)
        for which, column in self.numbers.items():
            column.extend([own[which] for own in found.values()])
        for own in found.values():
            self.whole.append(sum((type(own[which]) is int) << bit for bit, which in enumerate(self.kinds)))

    def put_curves(self, row: int, curves: Mapping[str, list[float]]) -> bool:
        """The quick way for a record whose observations are these, none of them with NaN in it. They are lost with it.

        Returns:
            Whether that is done; if not, a curve is empty, or one of the numbers is an integer.
        """
        values = curves.values()
        try:
            first, final = [curve[0] for curve in values], [curve[-1] for curve in values]
        except IndexError:
            return False
        lengths = [*map(len, values)]
        if max(lengths, default=0) <= _FEW:
            for curve in values:  # quicker than to look at each number twice
                curve.sort()
            low, high = [curve[0] for curve in values], [curve[-1] for curve in values]
        else:
            low, high = [*map(min, values)], [*map(max, values)]
        if {*map(type, first + final + low + high)} != _FLOATS:
            return False
        self._begin(row, _KNOWN, curves)
        found: list[Sequence[float]] = [final, low, high, first, lengths, [0] * len(curves)]
        for column, numbers in zip(self.numbers.values(), found, strict=True):
            column.extend(numbers)
        self.whole.extend([_COUNTED] * len(curves))
        return True

    def put_many(self, rows: Sequence[int], names: Sequence[str], numbers: Mapping[str, bytes], whole: bytes) -> None:
        """Many records at once, whose observations have these names.

        Args:
            rows: of the records.
            names: of the observations of each.
            numbers: of each kind floats, those of the first record first.
            whole: for each of these the bits that say which numbers are integers.
        """
        for row in rows:
            self._begin(row, _KNOWN, names)
        for which, column in self.numbers.items():
            column.frombytes(numbers[which])
        self.whole.frombytes(whole)

    def _begin(self, row: int, state: int, names: Collection[str]) -> None:
        """A row is in this state, and its lines, one for each of these names, are the next ones."""
        if row >= len(self._state):
            self._first.extend(repeat(0, row + 1 - len(self._state)))
            self._state.extend(bytes(row + 1 - len(self._state)))
        self._state[row] = state
        self._first[row] = len(self.rows)
        self.rows.extend([row] * len(names))
        self.name.extend(self._places_of(tuple(names)))

    def _places_of(self, names: tuple[str, ...]) -> array[int]:
        """Where these names are among all of them, from now on."""
        found = self._layouts.get(names)
        if found is None:
            for name in names:
                if name not in self._places:
                    self._places[name] = len(self.names)
                    self.names.append(name)
            found = self._layouts[names] = array("i", map(self._places.__getitem__, names))
        return found

    def unknown(self, rows: Sequence[int]) -> list[int]:
        """Those of the rows that are not summed up yet."""
        state = self._state
        if _UNKNOWN not in state and max(rows, default=-1) < len(state):
            return []
        return [row for row in rows if row >= len(state) or state[row] == _UNKNOWN]

    def inexact(self) -> list[int]:
        """The rows of records with numbers that floats cannot hold, which have no lines."""
        if _INEXACT not in self._state:
            return []
        return [row for row, state in enumerate(self._state) if state == _INEXACT]

    def of(self, row: int) -> dict[tuple[str, str], object] | None:
        """The numbers of a record as `Experiment` keeps them; None if they are not here."""
        if row >= len(self._state) or self._state[row] != _KNOWN:
            return None
        found: dict[tuple[str, str], object] = {}
        line = self._first[row]
        while line < len(self.rows) and self.rows[line] == row:
            for bit, which in enumerate(self.kinds):
                number = self.numbers[which][line]
                found[which, self.names[self.name[line]]] = int(number) if self.whole[line] >> bit & 1 else number
            line += 1
        return found

    def saved(self, rows: Sequence[int]) -> tuple[dict[str, Any], list[bytes]]:
        """All that `loaded` needs to make the same of these rows, in this order."""
        states = self._state + bytes(max(0, max(rows, default=-1) + 1 - len(self._state)))
        place = array("i", repeat(-1, len(states) + 1))  # the last is that of lines without a row
        for new, row in enumerate(rows):
            place[row] = new
        of = array("i", map(place.__getitem__, self.rows))
        columns: list[array[Any]] = [of, self.name, self.whole, *self.numbers.values()]
        first = array("q", [*self._first, *repeat(0, len(states) - len(self._first))])
        if of.count(-1) * 2 > len(of):
            lines = [line for line, row in enumerate(of) if row >= 0]
            moved = dict(zip(lines, range(len(lines)), strict=True))
            columns = [array(column.typecode, map(column.__getitem__, lines)) for column in columns]
            first = array("q", (moved.get(line, 0) for line in first))
        own = [bytes(map(states.__getitem__, rows)), array("q", map(first.__getitem__, rows)).tobytes()]
        return {"names": self.names}, [*own, *(column.tobytes() for column in columns)]

    @classmethod
    def loaded(cls, header: Mapping[str, Any], columns: Iterator[memoryview]) -> Summaries:
        """The summaries that were saved."""
        found = cls()
        found.names = [*header["names"]]
        found._places = {name: place for place, name in enumerate(found.names)}
        found._state = bytearray(next(columns))
        arrays: list[array[Any]] = [found._first, found.rows, found.name, found.whole, *found.numbers.values()]
        for column in arrays:
            column.frombytes(next(columns))
        return found
