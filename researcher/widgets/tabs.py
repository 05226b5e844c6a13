"""The tabs: which of the views beside the table is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import traitlets as t

from researcher.widgets.look import TABS
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class TabsFace(Face):
    """A row of tabs."""

    _esm = module("tabs.js")
    names: t.List[Any] = t.List().tag(sync=True)
    chosen = t.Unicode().tag(sync=True)


class TabsView(View):
    """Chooses one of the views beside the table, each of which is made when its tab is opened.

    Attributes:
        opened: the views of all tabs that were opened.
    """

    watches = ("tab",)

    def __init__(self, state: ExplorerState, pointing: Pointing) -> None:
        self.tabs = TabsFace(names=list(TABS))
        self.opened: list[View] = []
        self._pointing = pointing
        self.hear(self.tabs, {"open": self._open})
        super().__init__(state, self.tabs)
        self.face.add_class("rs-side")

    def render(self) -> None:
        """Mark the tab that is open, and show its views."""
        tab = self.tabs.chosen = self.state.tab
        if tab not in {view.tab for view in self.opened}:
            self.opened += views_of(tab, self.state, self._pointing)
            self.show(self.tabs, *(view.face for view in self.opened))

    def close(self) -> None:
        """Close the views of all tabs, too."""
        for view in self.opened:
            view.close()
        super().close()

    def _open(self, name: str) -> None:
        self.state.tab = name


def views_of(tab: str, state: ExplorerState, pointing: Pointing) -> Iterator[View]:
    """The views of a tab, each imported and made now; taking one out is taking out its lines."""
    match tab:
        case "curves":
            from researcher.widgets.panels import PanelsView
            from researcher.widgets.toolbar import ToolbarView

            yield ToolbarView(state)
            yield PanelsView(state, pointing)
        case "scatter":
            from researcher.widgets.scatter import ScatterView

            yield ScatterView(state, pointing)
        case "parallel":
            from researcher.widgets.parallel import ParallelView

            yield ParallelView(state, pointing)
        case "differences":
            from researcher.widgets.differences import DifferencesView

            yield DifferencesView(state)
        case "params that matter":
            from researcher.widgets.importance import ImportanceView

            yield ImportanceView(state)
        case "code":
            from researcher.widgets.origin import OriginView

            yield OriginView(state)
