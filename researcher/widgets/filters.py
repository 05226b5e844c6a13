"""The filters: a dropdown for each param that varies, of values, of a range, or of a text that is contained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets as t

from researcher.params import ABSENT, value_key
from researcher.tables.facets import Facet, Kept
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module

LISTED = 200  # values of a param that the page knows before it is opened


class FiltersFace(Face):
    """Dropdowns of several values, each with its count; for numbers a range, for text what it contains."""

    _esm = module("numbers.js", "asking.js", "filters.js")
    facets: t.List[Any] = t.List().tag(sync=True)
    """For each param its name, how many values it has, the key and label of each, and the numbers where all values are
    numbers. Of a param of very many only the chosen ones are listed, unless it is the one that is open."""
    counts: t.List[Any] = t.List().tag(sync=True)
    """For each param how many experiments have each value under the other filters; nothing where not all are listed."""
    chosen = t.Dict().tag(sync=True)
    """By param the keys of the values that are kept, or ``min`` and ``max``, or the text ``contains``."""


class FiltersView(View):
    """A dropdown for each param that varies; several values, each with its count under the other filters."""

    watches = ("facets", "counts", "filters")

    def __init__(self, state: ExplorerState) -> None:
        self.filters = FiltersFace()
        self._open = ""
        self._told: dict[str, tuple[object, dict[str, Any]]] = {}
        verbs: dict[str, Callable[..., None]] = {"open": self._opened, "choose": self._choose, "keep": self._keep}
        self.hear(self.filters, {**verbs, "clear": state.clear})
        super().__init__(state, self.filters)

    def render(self) -> None:
        """List the params, their values and counts, and what is chosen."""
        state, filters = self.state, self.filters
        told = {facet.name: self._tell_of(facet) for facet in state.facets}
        with filters.hold_sync():
            if [*told.values()] != [*self._told.values()]:
                filters.facets = [said for _, said in told.values()]
            self._told = told
            filters.counts = [state.counts[f.name] if self._whole(f) else [] for f in state.facets]
            filters.chosen = {name: _chosen(kept) for name, kept in state.filters.items()}

    def _whole(self, facet: Facet) -> bool:
        """Whether all of its values are listed in the page."""
        return len(facet.values) <= LISTED or facet.name == self._open

    def _tell_of(self, facet: Facet) -> tuple[object, dict[str, Any]]:
        """What a facet is told by, and what is told; the same again while that is the same."""
        kept = self.state.filters.get(facet.name, ())
        chosen = None if self._whole(facet) else () if isinstance(kept, Mapping) else tuple(map(value_key, kept))
        before = self._told.get(facet.name)
        if before is not None and before[0] == (facet, chosen):
            return before
        return (facet, chosen), _described(facet, chosen)

    def _opened(self, param: str) -> None:
        self._open = param
        self.render()

    def _choose(self, param: str, keys: Sequence[str]) -> None:
        wanted = set(keys)
        found = [zip(f.keys, f.values, strict=True) for f in self.state.facets if f.name == param]
        self.state.choose(param, [value for pairs in found for key, value in pairs if key in wanted])

    def _keep(self, param: str, kept: Mapping[str, Any]) -> None:
        """A range whose ends may be left out, or a text; an empty one keeps everything."""
        ends = {end: float(kept[end]) for end in ("min", "max") if kept.get(end) is not None}
        text = str(kept.get("contains") or "")
        self.state.keep(param, {"contains": text} if text else ends)


def _described(facet: Facet, chosen: Sequence[str] | None) -> dict[str, Any]:
    said = {"name": facet.name, "n": len(facet.values)}
    if chosen is None:
        return {**said, "keys": [*facet.keys], "labels": [*facet.labels], "numbers": _numbers(facet)}
    labels = {key: text for key, text in zip(facet.keys, facet.labels, strict=True) if key in chosen} if chosen else {}
    return {**said, "keys": [*labels], "labels": [*labels.values()], "numbers": None}


def _numbers(facet: Facet) -> list[float | None] | None:
    """The values as numbers, None where one is absent or NaN; None for a param that has other values too."""
    there = len(facet.values) - (facet.values[-1:] == (ABSENT,))
    if there < 2 or not facet.numeric:
        return None
    return [None if number != number else number for number in facet.numbers.tolist()]


def _chosen(kept: Kept) -> Any:
    return dict(kept) if isinstance(kept, Mapping) else [value_key(value) for value in kept]
