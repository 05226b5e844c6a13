"""The tabs: which of the views beside the table is shown."""

from __future__ import annotations

from typing import Any

import traitlets as t

from researcher.widgets.look import TABS
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class TabsFace(Face):
    """A row of tabs."""

    _esm = module("tabs.js")
    names: t.List[Any] = t.List().tag(sync=True)
    chosen = t.Unicode().tag(sync=True)


class TabsView(View):
    """Chooses one of the views beside the table."""

    watches = ("tab",)

    def __init__(self, state: ExplorerState) -> None:
        self.tabs = TabsFace(names=list(TABS))
        self.hear(self.tabs, {"open": self._open})
        super().__init__(state, self.tabs)

    def render(self) -> None:
        """Mark the tab that is open."""
        self.tabs.chosen = self.state.tab

    def _open(self, name: str) -> None:
        self.state.tab = name
