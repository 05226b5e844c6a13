"""The filters: a dropdown for each param that varies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets as t

from researcher.params import value_key
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class FiltersFace(Face):
    """Dropdowns of several values, each with its count."""

    _esm = module("filters.js")
    facets: t.List[Any] = t.List().tag(sync=True)
    """For each param its name, and the key and label of each value."""
    counts: t.List[Any] = t.List().tag(sync=True)
    """For each param how many experiments have each value under the other filters."""
    chosen = t.Dict().tag(sync=True)
    """The keys of the values that are kept, by param."""


class FiltersView(View):
    """A dropdown for each param that varies; several values, each with its count under the other filters."""

    watches = ("facets", "counts", "filters")

    def __init__(self, state: ExplorerState) -> None:
        self.filters = FiltersFace()
        self.hear(self.filters, {"choose": self._choose, "clear": state.clear})
        super().__init__(state, self.filters)

    def render(self) -> None:
        """List the params, their values and counts, and what is chosen."""
        state, filters = self.state, self.filters
        facets = [{"name": f.name, "keys": list(f.keys), "labels": list(f.labels)} for f in state.facets]
        with filters.hold_sync():
            if filters.facets != facets:
                filters.facets = facets
            filters.counts = [state.counts.get(f.name, [0] * len(f.keys)) for f in state.facets]
            filters.chosen = {name: [value_key(value) for value in kept] for name, kept in state.filters.items()}

    def _choose(self, param: str, keys: Sequence[str]) -> None:
        found = [zip(f.keys, f.values, strict=True) for f in self.state.facets if f.name == param]
        self.state.choose(param, [value for pairs in found for key, value in pairs if key in keys])
