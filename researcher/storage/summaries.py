"""The numbers that sum up the observations of many records, as columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from researcher.observations import SUMMARIES

_UNKNOWN, _KNOWN, _INEXACT = range(3)
_EXACT = 2**53  # integers up to this one are exact as floats


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
        self._state = bytearray()  # of each row
        self._first = array("q")  # of each row its first line

    def put(self, row: int, found: Mapping[str, Mapping[str, float]]) -> None:
        """A record is summed up by these numbers; see `researcher.observations.numbers_of`."""
        if row >= len(self._state):
            self._first.extend(repeat(0, row + 1 - len(self._state)))
            self._state.extend(bytes(row + 1 - len(self._state)))
        numbers = [number for own in found.values() for number in own.values()]
        integers = {*map(type, numbers)} != {float}
        if integers and any(type(number) is int and abs(number) > _EXACT for number in numbers):
            self._state[row] = _INEXACT
            return
        self._state[row] = _KNOWN
        self._first[row] = len(self.rows)
        for name, own in found.items():
            place = self._places.setdefault(name, len(self.names))
            if place == len(self.names):
                self.names.append(name)
            self.rows.append(row)
            self.name.append(place)
            for which, column in self.numbers.items():
                column.append(own[which])
            bits = ((type(own[which]) is int) << bit for bit, which in enumerate(self.kinds) if integers)
            self.whole.append(sum(bits))

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
