"""A number for each row of a column; of a column that few rows have, only theirs are kept."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress, repeat

NONE = -1
_SPARE = 64  # rows without a number that are kept all the same
_PART = 8  # a column that fewer than one row in so many has is kept by its rows


class Codes:
    """Numbers of rows, added in the order of rows.

    Attributes:
        rows: the rows that have a number; None where the numbers are those of all rows, `NONE` for none, to the last
            that has one.
        numbers: theirs.
        missing: how many of these are `NONE`.

    >>> codes = Codes()
    >>> for row in (1, 1000):
    ...     codes.put(row, 5)
    >>> codes.rows, codes.get(0), codes.get(1000), [*codes.rows_of(5)]
    (array('i', [1, 1000]), -1, 5, [1, 1000])
    """

    __slots__ = ("missing", "numbers", "rows")

    def __init__(self) -> None:
        self.rows: array[int] | None = None
        self.numbers = array("i")
        self.missing = 0

    def put(self, row: int, number: int) -> None:
        """A row that comes after all others has this number."""
        if self.rows is None:
            gap = row - len(self.numbers)
            if gap and self.missing + gap > _SPARE + _PART * (len(self.numbers) - self.missing):
                self._gather()
            else:
                self.numbers.extend(repeat(NONE, gap))
                self.missing += gap
        if self.rows is not None:
            self.rows.append(row)
        self.numbers.append(number)
        if self.rows is not None and len(self.rows) * 2 > row + _SPARE:
            self.numbers, self.missing, self.rows = self.dense(row + 1), row + 1 - len(self.rows), None

    def _gather(self) -> None:
        there = [number != NONE for number in self.numbers]
        self.rows = array("i", compress(range(len(there)), there))
        self.numbers, self.missing = array("i", compress(self.numbers, there)), 0

    def get(self, row: int) -> int:
        """The number of a row, or `NONE`."""
        place = row if self.rows is None else bisect_left(self.rows, row)
        if place >= len(self.numbers) or (self.rows is not None and self.rows[place] != row):
            return NONE
        return self.numbers[place]

    def dense(self, n: int) -> array[int]:
        """The numbers of the first ``n`` rows, `NONE` for none."""
        if self.rows is None:
            return self.numbers[:n] + array("i", repeat(NONE, max(0, n - len(self.numbers))))
        found = array("i", repeat(NONE, n))
        for row, number in zip(self.rows, self.numbers, strict=True):
            if row < n:
                found[row] = number
        return found

    def rows_of(self, number: int) -> Iterator[int]:
        """The rows that have this number."""
        start = 0
        while True:
            try:
                place = self.numbers.index(number, start)
            except ValueError:
                return
            yield place if self.rows is None else self.rows[place]
            start = place + 1

    def taken(self, rows: Sequence[int], places: Mapping[int, int]) -> Codes:
        """Those of these rows, in this order.

        Args:
            rows: some, each once.
            places: the place of each of them.
        """
        found = Codes()
        if self.rows is None:
            padded = self.dense(max(rows, default=-1) + 1)
            found.numbers = array("i", map(padded.__getitem__, rows))
            found.missing = found.numbers.count(NONE) if self.missing or len(padded) > len(self.numbers) else 0
        else:
            pairs = zip(self.rows, self.numbers, strict=True)
            moved = sorted((places[row], number) for row, number in pairs if row in places)
            found.rows = array("i", [place for place, _ in moved])
            found.numbers = array("i", [number for _, number in moved])
        return found

    def mapped(self, function: Callable[[int], int]) -> Codes:
        """The same rows with other numbers; `NONE` stays."""
        found = Codes()
        found.rows, found.missing = self.rows, self.missing
        found.numbers = array("i", (number if number == NONE else function(number) for number in self.numbers))
        return found

    def saved(self) -> tuple[dict[str, int], list[bytes]]:
        """All that `loaded` needs to make the same."""
        columns = [self.numbers] if self.rows is None else [self.numbers, self.rows]
        return {"missing": self.missing, "sparse": len(columns) - 1}, [*map(bytes, columns)]

    @classmethod
    def loaded(cls, header: Mapping[str, int], columns: Iterator[memoryview]) -> Codes:
        """The numbers that were saved."""
        found = cls()
        found.missing = header["missing"]
        found.numbers.frombytes(next(columns))
        if header["sparse"]:
            found.rows = array("i")
            found.rows.frombytes(next(columns))
        return found
