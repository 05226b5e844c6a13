"""The scatter plot: any column against any other, coloured by a third."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import traitlets as t

from researcher.widgets.plot import PARTS, PlotFace, PlotView
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import usual_scatter
from researcher.widgets.view import module


class ScatterFace(PlotFace):
    """A point for each visible experiment; a click or a brush selects."""

    _esm = module(*PARTS, "plane.js", "scatter.js")
    shown: t.List[Any] = t.List().tag(sync=True)
    """The names of the columns x, y and colour."""


class ScatterView(PlotView):
    """Any column against any other, coloured by a third; a brush selects."""

    tab: ClassVar[str] = "scatter"
    watches: ClassVar[tuple[str, ...]] = (*PlotView.watches, "scatter")

    def __init__(self, state: ExplorerState, pointing: Pointing) -> None:
        super().__init__(state, ScatterFace(pointing=pointing))

    def verbs(self) -> dict[str, Callable[..., None]]:
        """What the page may ask for."""
        return {**super().verbs(), "choose": self._choose}

    def render(self) -> None:
        """Send the three columns and the rows."""
        with self.plot.hold_sync():
            names = usual_scatter(self.state)
            self.show(names)
            self.plot.shown = list(names)

    def _choose(self, place: int, column: str) -> None:
        """Show another column; the other two stay what they are."""
        names = list(usual_scatter(self.state))
        names[place] = column
        self.state.scatter = tuple(names)
