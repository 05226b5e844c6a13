"""One value for each of many experiments: the distinct values, and for each experiment the number of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.arrays import Array, Mask
from researcher.params import ABSENT, value_key, value_order

_EXACT = 2**53  # integers up to this one are exact as floats
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
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)  # what follows from the values alone

    def numbers(self) -> tuple[Array, Mask]:
        """The values as floats, and which of them are exactly that number, each of shape ``(n_values,)``."""
        if "numbers" not in self._kept:
            kinds = [*map(type, self.values)]
            exact = np.array([kind is float for kind in kinds], dtype=bool)
            if not exact.all():
                pairs = zip(kinds, self.values, strict=True)
                exact = np.array([k is float or (k is int and -_EXACT <= v <= _EXACT) for k, v in pairs], dtype=bool)
                numbers = np.array(
                    [v if e else np.nan for v, e in zip(self.values, exact.tolist(), strict=True)], float
                )
            else:
                numbers = np.array(self.values, dtype=float)
            self._kept["numbers"] = numbers, exact
        found: tuple[Array, Mask] = self._kept["numbers"]
        return found

    def listed(self) -> list[Any]:
        """The value of each experiment, `ABSENT` where it has none."""
        values = [*self.values, ABSENT]
        return [values[code] for code in self.codes.tolist()]

    def cells(self) -> Any:
        """An array of integers or floats if there is nothing else; or what pandas makes of the values.

        Where there is no value is NaN, or None for pandas, which finds its type by the distinct values alone.
        """
        used = np.zeros(len(self.values) + 1, dtype=bool)  # the last is that there is none
        used[self.codes] = True
        there = np.flatnonzero(used[:-1])
        numbers, exact = self.numbers()
        if not len(there) or not exact[there].all():
            distinct = [*(self.values[code] for code in there.tolist()), *([None] if used[-1] else ())]
            return as_pandas(distinct).take((np.cumsum(used) - 1)[self.codes])
        if not used[-1] and all(type(self.values[code]) is int for code in there.tolist()):
            return numbers[self.codes].astype(np.int64)
        return np.append(numbers, np.nan)[self.codes]

    def varies(self) -> bool:
        """Whether two experiments differ in it; to have no value differs, and ``1`` and ``1.0`` are alike."""
        codes = np.unique(self.codes)
        if len(codes) < 2 or codes[0] < 0:
            return len(codes) > 1
        first = value_key(self.values[codes[0]])
        return any(value_key(self.values[code]) != first for code in codes[1:].tolist())

    def ranks(self) -> Array:
        """Numbers that are ordered as the values are by `researcher.params.value_order`, of shape ``(n_values,)``.

        Values that are alike have the same; NaN has NaN.
        """
        if "ranks" not in self._kept:
            numbers, exact = self.numbers()
            if not exact.all():
                keys = [*map(value_order, self.values)]
                places = {key: float(place) for place, key in enumerate(sorted(set(keys)))}
                numbers = np.where(np.isnan(numbers) & exact, np.nan, [places[key] for key in keys])
            self._kept["ranks"] = numbers
        found: Array = self._kept["ranks"]
        return found

    def mapped(self, function: Callable[[Any], Any]) -> Coded:
        """The column of what ``function`` makes of each value; none where it makes it `ABSENT`."""
        made = coded(map(function, self.values))
        return Coded(made.values, np.append(made.codes, np.int32(-1))[self.codes])

    def taken(self, rows: npt.NDArray[np.intp]) -> Coded:
        """The column of the experiments in these rows; -1 stands for one without a value."""
        if not len(self.codes):
            return Coded(self.values, np.full(len(rows), -1, dtype=np.int32), self._kept)
        return Coded(self.values, np.append(self.codes, np.int32(-1))[rows], self._kept)

    def or_else(self, other: Coded) -> Coded:
        """This column, and the values of another where this one has none."""
        if not self.values or not other.values or (self.codes >= 0).all():
            return self if self.values else other
        codes = np.where(other.codes < 0, np.int32(-1), other.codes + np.int32(len(self.values)))
        both = Coded([*self.values, *other.values], np.where(self.codes < 0, codes, self.codes))
        return both.mapped(lambda value: value)


def same(value: object, n: int) -> Coded:
    """The column of ``n`` experiments that have this value, all of them."""
    return Coded([value], np.zeros(n, dtype=np.int32))


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


def as_pandas(values: Sequence[Any]) -> Any:
    """The values as pandas holds them: as objects where it would round an integer, or cannot hold a text."""
    import pandas as pd

    rounded = {*map(type, values)} == {int, NoneType} and any(abs(v) > _EXACT for v in values if isinstance(v, int))
    if values and not rounded:
        with contextlib.suppress(UnicodeEncodeError):  # of half a pair, which UTF-8 cannot hold
            return pd.Series(values).array
    return pd.Series(values, dtype=object).array


def _exactly(value: object) -> object:
    """What two plain values share exactly if they are of one type, and the same to the last bit and key."""
    kind = type(value)
    if kind is str:
        return value
    if kind is int or kind is bool or (kind is float and value and value == value):
        return kind, value
    return kind, repr(value)  # NaN is NaN here, and the two zeros differ
