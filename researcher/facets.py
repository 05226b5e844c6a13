"""The params that vary among experiments, as columns: distinct values in order, and a code for each experiment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.experiment import Experiment
from researcher.params import ABSENT, flattened, label, value_key, value_order


@dataclass(frozen=True)
class Facet:
    """One param over many experiments.

    Attributes:
        name: its dotted name.
        values: its distinct values in the order in which they are listed; `ABSENT` last, if some lack it.
        keys: a text for each value that is equal exactly for equal values; what the page sends back.
        labels: how each value is shown.
        codes: for each experiment the index of its value, of shape ``(n_experiments,)``. Codes sort as values do.
    """

    name: str
    values: tuple[Any, ...]
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    codes: npt.NDArray[np.int32]

    def chosen(self, values: Collection[object]) -> npt.NDArray[np.bool_]:
        """Which experiments have one of ``values``, of shape ``(n_experiments,)``."""
        wanted = {value_key(value) for value in values}
        return np.array([key in wanted for key in self.keys], dtype=bool)[self.codes]

    def counts(self, mask: npt.NDArray[np.bool_]) -> list[int]:
        """How many of the experiments in ``mask`` have each value."""
        found: list[int] = np.bincount(self.codes[mask], minlength=len(self.values)).tolist()
        return found


def facets_of(experiments: Sequence[Experiment]) -> list[Facet]:
    """A facet for each param that varies, the most telling first: few values that many experiments share,
    the title last.
    """
    params = [flattened(e.params) for e in experiments]
    names = dict.fromkeys(name for flat in params for name in flat)
    found = [_facet(name, [flat.get(name, ABSENT) for flat in params]) for name in names]
    many = max(12, len(params) / 3)
    return sorted((f for f in found if len(f.values) > 1), key=lambda f: (f.name == "title", len(f.values) > many))


def _facet(name: str, column: Sequence[object]) -> Facet:
    keys = [value_key(value) for value in column]
    distinct: Mapping[str, object] = dict(zip(keys, column, strict=True))
    ordered = sorted(distinct, key=lambda key: value_order(distinct[key]))
    code = {key: i for i, key in enumerate(ordered)}
    values = tuple(distinct[key] for key in ordered)
    codes = np.array([code[key] for key in keys], dtype=np.int32)
    return Facet(name, values, tuple(ordered), tuple(map(label, values)), codes)


def narrowed(facets: Sequence[Facet], filters: Mapping[str, Collection[object]], n: int) -> dict[str | None, Any]:
    """Which experiments pass the filters: under ``None`` all of them, under each name all but that param's own.

    Args:
        facets: the params that vary.
        filters: the values that are kept, by param; a param that does not vary keeps all if its name is no facet's.
        n: the number of experiments.

    Returns:
        Masks of shape ``(n,)``.
    """
    by_name = {facet.name: facet for facet in facets}
    own = {name: by_name[name].chosen(values) for name, values in filters.items() if name in by_name}
    everything = np.ones(n, dtype=bool)
    masks: dict[str | None, Any] = {None: np.logical_and.reduce([everything, *own.values()])}
    for name in by_name:
        others = [mask for other, mask in own.items() if other != name]
        masks[name] = np.logical_and.reduce([everything, *others])
    return masks
