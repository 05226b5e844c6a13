"""The params that vary among experiments, as columns: distinct values in order, and a code for each experiment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.arrays import Array, Mask, floats
from researcher.experiment import Experiment
from researcher.params import ABSENT, as_float, is_number, label, value_key, value_order
from researcher.plain import plain
from researcher.tables.coded import Coded, coded
from researcher.tables.tabling import table_of

Kept = Collection[object] | Mapping[str, Any]
"""What a filter keeps: a list of values, numbers of a range ``{"min": 0.01, "max": 0.1}`` (both ends are in it, either
may be left out), or text that holds another, ``{"contains": "relu"}``, in upper or lower case."""


@dataclass(frozen=True, eq=False)
class Facet:
    """One param over many experiments.

    Attributes:
        name: its dotted name.
        values: its distinct values in the order in which they are listed; `ABSENT` last, if some lack it. Values
            that are filtered for are among them even where no experiment has them.
        codes: for each experiment the index of its value, of shape ``(n_experiments,)``. Codes sort as values do.
    """

    name: str
    values: tuple[Any, ...]
    codes: npt.NDArray[np.int32]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """A text for each value that is equal exactly for equal values; what the page sends back."""
        return tuple(map(value_key, self.values))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """How each value is shown."""
        return tuple(map(label, self.values))

    @cached_property
    def numbers(self) -> Array:
        """The values as floats, NaN where one is no number."""
        return floats([value if is_number(value) else np.nan for value in self.values])

    @cached_property
    def numeric(self) -> bool:
        """Whether all values that are there are numbers."""
        return all(value is ABSENT or is_number(value) for value in self.values)

    @cached_property
    def varies(self) -> bool:
        """Whether the experiments differ in it."""
        return bool((self.codes != self.codes[:1]).any())

    @cached_property
    def there(self) -> Mask:
        """Which experiments have a value, of shape ``(n_experiments,)``."""
        found: Mask = self.codes < len(self.values) - (self.values[-1:] == (ABSENT,))
        return found

    def chosen(self, kept: Kept) -> Mask:
        """Which experiments a filter keeps, of shape ``(n_experiments,)``."""
        if not isinstance(kept, Mapping):
            keys = {value_key(value) for value in kept}
            wanted = np.array([key in keys for key in self.keys], dtype=bool)
        elif "contains" in kept:
            text = str(kept["contains"]).casefold()
            pairs = zip(self.values, self.labels, strict=True)
            wanted = np.array([v is not ABSENT and text in shown.casefold() for v, shown in pairs], dtype=bool)
        else:
            low, high = as_float(kept.get("min", -np.inf)), as_float(kept.get("max", np.inf))
            wanted = (low <= self.numbers) & (self.numbers <= high)
        found: Mask = wanted[self.codes]
        return found

    def counts(self, mask: Mask) -> list[int]:
        """How many of the experiments in ``mask`` have each value."""
        found: list[int] = np.bincount(self.codes[mask], minlength=len(self.values)).tolist()
        return found


def params_of(experiments: Sequence[Experiment]) -> list[Facet]:
    """A facet for each param, in order of first appearance."""
    return [facet_of_coded(name, column) for name, column in table_of(experiments).params.items()]


def facets_of(experiments: Sequence[Experiment]) -> list[Facet]:
    """A facet for each param that varies, the most telling first; see `telling`."""
    return telling(params_of(experiments))


def telling(params: Sequence[Facet]) -> list[Facet]:
    """The params that vary, the most telling first.

    These have few values that many experiments share; the title is last.
    """
    many = max(12, len(params[0].codes) / 3) if params else 0
    varying = [facet for facet in params if facet.varies]
    return sorted(varying, key=lambda facet: (facet.name == "title", len(facet.values) > many))


def facet_of(name: str, column: Iterable[object]) -> Facet:
    """The facet of a param with these values, one an experiment."""
    return facet_of_coded(name, coded(column))


def facet_of_coded(name: str, column: Coded) -> Facet:
    """The facet of a column; values that are alike, such as ``1`` and ``1.0``, are one."""
    values: list[object] = []
    alike: dict[str, int] = {}
    place = np.empty(len(column.values) + 1, dtype=np.int32)  # the last is that of the code -1
    for code in np.unique(column.codes).tolist():
        value = ABSENT if code < 0 else column.values[code]
        place[code] = alike.setdefault(value_key(value), len(values))
        if place[code] == len(values):
            values.append(value)
    return _in_order(name, values, place[column.codes])


def facet_of_numbers(name: str, numbers: Array, there: Mask) -> Facet:
    """The facet of a column of numbers, each of shape ``(n_experiments,)``."""
    distinct, codes = np.unique(numbers[there], return_inverse=True)
    found = np.full(len(numbers), len(distinct), dtype=np.int32)
    found[there] = codes
    return Facet(name, (*distinct.tolist(), *(() if there.all() else (ABSENT,))), found)


def with_values(facet: Facet, values: Iterable[object]) -> Facet:
    """The facet, such that these values are listed, whether or not an experiment has them."""
    known = set(facet.keys)
    more = {key: value for value in values if (key := value_key(value)) not in known}
    return _in_order(facet.name, [*facet.values, *more.values()], facet.codes) if more else facet


def _in_order(name: str, values: Sequence[object], places: npt.NDArray[np.int32]) -> Facet:
    """The facet of distinct values in any order, and for each experiment the place of its value among them."""
    order = sorted(range(len(values)), key=lambda i: value_order(values[i]))
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order))
    return Facet(name, tuple(values[i] for i in order), rank[places])


def kept_of(name: str, kept: Any) -> Kept:
    """What a filter keeps, as plain values; nothing of a filter that keeps everything.

    Raises:
        ValueError: it is no list of values, range or text; the message says how to write one.
    """
    if isinstance(kept, Mapping):
        ends = {end: kept[end] for end in ("min", "max") if kept.get(end) is not None}
        text = kept.get("contains")
        if set(kept) - {"min", "max", "contains"} or (text and ends) or not isinstance(text, (str, NoneType)):
            known = 'a list of values, {"min": 0.1, "max": 1} or {"contains": "text"}'
            raise ValueError(f"filters[{name!r}] is {kept!r}; give {known}")
        if not all(isinstance(plain(end, name), (int, float)) and end == end for end in ends.values()):
            raise ValueError(f"filters[{name!r}] is {kept!r}; the ends of a range are numbers")
        return {"contains": text} if text else {end: plain(value, name) for end, value in ends.items()}
    if isinstance(kept, (str, bytes)) or not isinstance(kept, Iterable):
        raise ValueError(f"filters[{name!r}] is {kept!r}; give a list of the values to keep: [{kept!r}]")
    return tuple(value if value is ABSENT else plain(value, f"filters[{name!r}]") for value in kept)
