"""The line above the panels: which observations are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets as t

from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class ToolbarFace(Face):
    """A dropdown of the observations, and back to all steps."""

    _esm = module("toolbar.js")
    observed: t.List[Any] = t.List().tag(sync=True)
    chosen: t.List[Any] = t.List().tag(sync=True)
    zoom: t.List[Any] = t.List().tag(sync=True)


class ToolbarView(View):
    """Chooses the observations that have a panel."""

    watches = ("observed", "observations", "zoom")

    def __init__(self, state: ExplorerState) -> None:
        self.toolbar = ToolbarFace()
        self.hear(self.toolbar, {"draw": self._draw})
        super().__init__(state, self.toolbar)

    def render(self) -> None:
        """List the observations and those that are drawn."""
        with self.toolbar.hold_sync():
            self.toolbar.observed = list(self.state.observed)
            self.toolbar.chosen = list(self.state.observations)
            self.toolbar.zoom = list(self.state.zoom)

    def _draw(self, observations: Sequence[str]) -> None:
        self.state.observations = tuple(name for name in self.state.observed if name in observations)
