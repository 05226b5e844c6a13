"""One value for each of many experiments: the distinct values, and for each experiment the number of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.params import ABSENT

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of any values.

    Attributes:
        values: no two of them alike, in no particular order; some may be nobody's. ``1`` and ``1.0`` are not alike.
        codes: for each experiment the place of its value among them, -1 where it has none, of shape
            ``(n_experiments,)``.

    >>> column = coded(["adam", "sgd", ABSENT, "adam"])
    >>> column.values, column.codes.tolist(), column.listed()
    (['adam', 'sgd'], [0, 1, -1, 0], ['adam', 'sgd', absent, 'adam'])
    """

    values: Sequence[Any]
    codes: Codes

    def listed(self) -> list[Any]:
        """The value of each experiment, `ABSENT` where it has none."""
        values = [*self.values, ABSENT]
        return [values[code] for code in self.codes.tolist()]

    def mapped(self, function: Callable[[Any], Any]) -> Coded:
        """The column of what ``function`` makes of each value; none where it makes it `ABSENT`."""
        made = coded(map(function, self.values))
        return Coded(made.values, np.append(made.codes, np.int32(-1))[self.codes])

    def taken(self, rows: npt.NDArray[np.intp]) -> Coded:
        """The column of the experiments in these rows; -1 stands for one without a value."""
        if not len(self.codes):
            return Coded(self.values, np.full(len(rows), -1, dtype=np.int32))
        return Coded(self.values, np.where(rows < 0, np.int32(-1), self.codes[rows]))

    def or_else(self, other: Coded) -> Coded:
        """This column, and the values of another where this one has none."""
        codes = np.where(other.codes < 0, np.int32(-1), other.codes + np.int32(len(self.values)))
        both = Coded([*self.values, *other.values], np.where(self.codes < 0, codes, self.codes))
        return both.mapped(lambda value: value)


def coded(values: Iterable[object]) -> Coded:
    """The column of these values, one for each experiment."""
    numbers: dict[object, int] = {}
    distinct: list[object] = []
    codes = []
    for value in values:
        if value is ABSENT:
            codes.append(-1)
            continue
        code = numbers.setdefault(_exactly(value), len(distinct))
        if code == len(distinct):
            distinct.append(value)
        codes.append(code)
    return Coded(distinct, np.array(codes, dtype=np.int32))


def _exactly(value: object) -> object:
    """What two plain values share exactly if they are of one type, and the same to the last bit and key."""
    kind = type(value)
    if kind is str:
        return value
    if kind is int or kind is bool or (kind is float and value and value == value):
        return kind, value
    return kind, repr(value)  # NaN is NaN here, and the two zeros differ
