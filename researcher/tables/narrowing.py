"""Which experiments filters leave, and how many have each value under the other filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from researcher.arrays import Mask
from researcher.tables.facets import Facet, Kept


class Counts:
    """For each param how many experiments have each of its values; counted when that is asked for."""

    def __init__(self, facets: Iterable[Facet] = (), masks: Mapping[str | None, Mask] | None = None) -> None:
        """Count later.

        Args:
            facets: the params.
            masks: for each of them which experiments count.
        """
        self._facets = {facet.name: facet for facet in facets}
        self._masks = masks or {}
        self._found: dict[str, list[int]] = {}

    def __getitem__(self, name: str) -> list[int]:
        """One number for each value of the param, in their order."""
        if name not in self._found:
            self._found[name] = self._facets[name].counts(self._masks[name])
        return self._found[name]


def narrowed(facets: Sequence[Facet], filters: Mapping[str, Kept], among: Mask) -> dict[str | None, Mask]:
    """Which experiments pass the filters: under ``None`` all of them, under each name all but that param's own.

    Args:
        facets: of all params that are filtered.
        filters: what is kept, by param.
        among: which of the experiments are asked, of shape ``(n,)``.

    Returns:
        Masks of shape ``(n,)``.
    """
    own = {facet.name: facet.chosen(filters[facet.name]) for facet in facets if facet.name in filters}
    passed = np.logical_and.reduce([among, *own.values()])
    masks: dict[str | None, Mask] = {None: passed, **{facet.name: passed for facet in facets}}
    for name in own:
        masks[name] = np.logical_and.reduce([among, *(mask for other, mask in own.items() if other != name)])
    return masks
