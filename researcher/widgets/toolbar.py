"""The line above the panels: which observations are drawn, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets as t

from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module

CHOICES = ("x", "log_x", "log_y", "share_y", "clip", "smoothing", "band", "group", "colour", "dash")


class ToolbarFace(Face):
    """Dropdowns, switches and a slider for all that is chosen of the panels."""

    _esm = module("picks.js", "asking.js", "toolbar.js")
    observed: t.List[Any] = t.List().tag(sync=True)
    params: t.List[Any] = t.List().tag(sync=True)
    chosen: t.List[Any] = t.List().tag(sync=True)
    zoom: t.List[Any] = t.List().tag(sync=True)
    look = t.Dict().tag(sync=True)
    """What is chosen, by the name of the trait of `researcher.widgets.look.Look`."""


class ToolbarView(View):
    """Chooses the observations that have a panel, and how their curves are drawn."""

    tab = "curves"
    watches = ("observed", "observations", "zoom", "facets", *CHOICES)

    def __init__(self, state: ExplorerState) -> None:
        self.toolbar = ToolbarFace()
        self.hear(self.toolbar, {"draw": self._draw, "look": self._look, "unzoom": self._unzoom})
        super().__init__(state, self.toolbar)

    def render(self) -> None:
        """List the observations and the params, and what is chosen."""
        state, toolbar = self.state, self.toolbar
        with toolbar.hold_sync():
            toolbar.observed = list(state.observed)
            toolbar.params = [facet.name for facet in state.facets if facet.varies]
            toolbar.chosen = list(state.observations)
            toolbar.zoom = list(state.zoom)
            toolbar.look = {name: getattr(state, name) for name in CHOICES}

    def _draw(self, observations: Sequence[str]) -> None:
        self.state.observations = tuple(name for name in self.state.observed if name in observations)

    def _look(self, name: str, value: Any) -> None:
        """Choose one of `CHOICES`. Another x has other places, so that all of it is shown."""
        if name not in CHOICES:
            raise ValueError(f"{name!r} is none of {', '.join(CHOICES)}")
        with self.state.hold_trait_notifications():
            setattr(self.state, name, value)
            if name == "x":
                self.state.zoom = ()

    def _unzoom(self) -> None:
        self.state.zoom = ()
