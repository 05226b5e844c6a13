"""The params that vary among experiments, as columns: distinct values in order, and a code for each experiment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.experiment import Experiment
from researcher.params import ABSENT, flattened, label, value_key, value_order
from researcher.plain import plain

OWN = ("status", "title", "timestamp", "duration", "hash", "tags")
SUMMARIES = ("final", "best", "min", "max")


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
        keys: a text for each value that is equal exactly for equal values; what the page sends back.
        labels: how each value is shown.
        codes: for each experiment the index of its value, of shape ``(n_experiments,)``. Codes sort as values do.
    """

    name: str
    values: tuple[Any, ...]
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    codes: npt.NDArray[np.int32]

    @property
    def varies(self) -> bool:
        """Whether the experiments differ in it."""
        return len(np.unique(self.codes)) > 1

    def chosen(self, kept: Kept) -> npt.NDArray[np.bool_]:
        """Which experiments a filter keeps, of shape ``(n_experiments,)``."""
        if isinstance(kept, Mapping):
            wanted = [_passes(value, kept) for value in self.values]
        else:
            keys = {value_key(value) for value in kept}
            wanted = [key in keys for key in self.keys]
        return np.array(wanted, dtype=bool)[self.codes]

    def counts(self, mask: npt.NDArray[np.bool_]) -> list[int]:
        """How many of the experiments in ``mask`` have each value."""
        found: list[int] = np.bincount(self.codes[mask], minlength=len(self.values)).tolist()
        return found


def facets_of(experiments: Sequence[Experiment]) -> list[Facet]:
    """A facet for each param that varies, the most telling first.

    These have few values that many experiments share; the title is last.
    """
    params = [flattened(e.params) for e in experiments]
    names = dict.fromkeys(name for flat in params for name in flat)
    found = [facet_of(name, [flat.get(name, ABSENT) for flat in params]) for name in names]
    many = max(12, len(params) / 3)
    return sorted((f for f in found if f.varies), key=lambda f: (f.name == "title", len(f.values) > many))


def with_filtered(
    facets: Sequence[Facet], experiments: Sequence[Experiment], filters: Mapping[str, Kept]
) -> list[Facet]:
    """The facets, such that all that is filtered for is among them.

    These are params that do not vary, values that nobody has, and summaries of observations such as ``final.loss``.
    """
    found = {facet.name: facet for facet in facets}
    for name, kept in filters.items():
        values = () if isinstance(kept, Mapping) else kept
        known = found.get(name)
        if known is None or not {value_key(value) for value in values} <= set(known.keys):
            found[name] = facet_of(name, values_of(experiments, name), values)
    return list(found.values())


def values_of(experiments: Sequence[Experiment], name: str) -> list[Any]:
    """A value for each experiment, `ABSENT` where it has none.

    Args:
        experiments: of any length.
        name: a dotted param name; if no experiment has it, ``final.loss`` and the like, one of `OWN`, or the name of an
            observation for its final value.
    """
    found = [flattened(e.params).get(name, ABSENT) for e in experiments]
    if any(value is not ABSENT for value in found):
        return found
    which, _, observation = name.partition(".")
    if which in SUMMARIES and observation:
        return [e.summary(which, observation) for e in experiments]
    if name in OWN:
        return [e.look_up((name,)) for e in experiments]
    return [e.summary("final", name) for e in experiments]


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


def _passes(value: object, kept: Mapping[str, Any]) -> bool:
    """Whether a value lies in a range, or holds a text."""
    if "contains" in kept:
        return value is not ABSENT and str(kept["contains"]).casefold() in label(value).casefold()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return bool(kept.get("min", -np.inf) <= value <= kept.get("max", np.inf))


def facet_of(name: str, column: Sequence[object], more: Collection[object] = ()) -> Facet:
    """The facet of a param with these values, one an experiment; ``more`` are listed where no experiment has them."""
    keys = [value_key(value) for value in column]
    distinct = {**{value_key(value): value for value in more}, **dict(zip(keys, column, strict=True))}
    ordered = sorted(distinct, key=lambda key: value_order(distinct[key]))
    code = {key: i for i, key in enumerate(ordered)}
    values = tuple(distinct[key] for key in ordered)
    codes = np.array([code[key] for key in keys], dtype=np.int32)
    return Facet(name, values, tuple(ordered), tuple(map(label, values)), codes)


def narrowed(facets: Sequence[Facet], filters: Mapping[str, Kept], n: int) -> dict[str | None, Any]:
    """Which experiments pass the filters: under ``None`` all of them, under each name all but that param's own.

    Args:
        facets: of all params that are filtered; see `with_filtered`.
        filters: what is kept, by param.
        n: the number of experiments.

    Returns:
        Masks of shape ``(n,)``.
    """
    by_name = {facet.name: facet for facet in facets}
    own = {name: by_name[name].chosen(values) for name, values in filters.items()}
    everything = np.ones(n, dtype=bool)
    masks: dict[str | None, Any] = {None: np.logical_and.reduce([everything, *own.values()])}
    for name in by_name:
        others = [mask for other, mask in own.items() if other != name]
        masks[name] = np.logical_and.reduce([everything, *others])
    return masks
