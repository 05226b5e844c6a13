"""The filters: a dropdown for each param that varies, of values, of a range, or of a text that is contained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets as t

from researcher.facets import Facet, Kept
from researcher.params import ABSENT, as_float, value_key
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class FiltersFace(Face):
    """Dropdowns of several values, each with its count; for numbers a range, for text what it contains."""

    _esm = module("filters.js")
    facets: t.List[Any] = t.List().tag(sync=True)
    """For each param its name, the key and label of each value, and the numbers where all values are numbers."""
    counts: t.List[Any] = t.List().tag(sync=True)
    """For each param how many experiments have each value under the other filters."""
    chosen = t.Dict().tag(sync=True)
    """By param the keys of the values that are kept, or ``min`` and ``max``, or the text ``contains``."""


class FiltersView(View):
    """A dropdown for each param that varies; several values, each with its count under the other filters."""

    watches = ("facets", "counts", "filters")

    def __init__(self, state: ExplorerState) -> None:
        self.filters = FiltersFace()
        self.hear(self.filters, {"choose": self._choose, "keep": self._keep, "clear": state.clear})
        super().__init__(state, self.filters)

    def render(self) -> None:
        """List the params, their values and counts, and what is chosen."""
        state, filters = self.state, self.filters
        facets = [_described(f) for f in state.facets]
        with filters.hold_sync():
            if filters.facets != facets:
                filters.facets = facets
            filters.counts = [state.counts[f.name] for f in state.facets]
            filters.chosen = {name: _chosen(kept) for name, kept in state.filters.items()}

    def _choose(self, param: str, keys: Sequence[str]) -> None:
        found = [zip(f.keys, f.values, strict=True) for f in self.state.facets if f.name == param]
        self.state.choose(param, [value for pairs in found for key, value in pairs if key in keys])

    def _keep(self, param: str, kept: Mapping[str, Any]) -> None:
        """A range whose ends may be left out, or a text; an empty one keeps everything."""
        ends = {end: float(kept[end]) for end in ("min", "max") if kept.get(end) is not None}
        text = str(kept.get("contains") or "")
        self.state.keep(param, {"contains": text} if text else ends)


def _described(facet: Facet) -> dict[str, Any]:
    return {"name": facet.name, "keys": list(facet.keys), "labels": list(facet.labels), "numbers": _numbers(facet)}


def _numbers(facet: Facet) -> list[float | None] | None:
    """The values as numbers, None where one is absent or NaN; None for a param that has other values too."""
    there = [value for value in facet.values if value is not ABSENT]
    if len(there) < 2 or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in there):
        return None
    return [None if value is ABSENT or value != value else as_float(value) for value in facet.values]


def _chosen(kept: Kept) -> Any:
    return dict(kept) if isinstance(kept, Mapping) else [value_key(value) for value in kept]
