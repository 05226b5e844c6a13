"""Parallel coordinates: a vertical axis for each column, a line for each experiment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

import traitlets as t

from researcher.widgets.axis import kept_of, values_at
from researcher.widgets.plot import PARTS, PlotFace, PlotView
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import objective_of, usual_axes
from researcher.widgets.view import module


class ParallelFace(PlotFace):
    """A line for each experiment; a click selects, a brush on an axis filters."""

    _esm = module(*PARTS, "axes.js", "lines.js", "brushes.js", "heads.js", "parallel.js")
    axes: t.List[Any] = t.List().tag(sync=True)
    """The names of the columns that have an axis, in order."""
    objective = t.Unicode().tag(sync=True)
    """The name of the column that gives the lines their colour."""
    kept = t.Dict().tag(sync=True)
    """What the filters keep of each axis; see `researcher.widgets.axis.kept_of`."""


class ParallelView(PlotView):
    """The visible experiments as lines over the chosen columns, coloured by the objective; brushes are filters."""

    tab: ClassVar[str] = "parallel"
    watches: ClassVar[tuple[str, ...]] = (*PlotView.watches, "axes", "filters")

    def __init__(self, state: ExplorerState, pointing: Pointing) -> None:
        super().__init__(state, ParallelFace(pointing=pointing))

    def verbs(self) -> dict[str, Callable[..., None]]:
        """What the page may ask for."""
        return {
            **super().verbs(),
            "keep": self._keep,
            "keep_values": self._keep_values,
            "arrange": self._arrange,
            "aim": self._aim,
        }

    def render(self) -> None:
        """Send the columns, the rows, and the filters as brushes."""
        with self.plot.hold_sync():
            names, objective = usual_axes(self.state), objective_of(self.state)
            self.show([*names, objective])
            self.plot.axes, self.plot.objective = list(names), objective
            facets = {facet.name: facet for facet in self.state.facets}
            self.plot.kept = {
                name: kept_of(self.state.column(name), facets[name], self.state.filters[name])
                for name in names
                if name in self.state.filters
            }

    def _keep(self, column: str, low: float | None = None, high: float | None = None) -> None:
        """Keep a range of numbers, open where an end is None; both None: any."""
        ends = {"min": low, "max": high}
        self.state.keep(column, {end: value for end, value in ends.items() if value is not None})

    def _keep_values(self, column: str, places: Collection[float], lanes: Collection[int]) -> None:
        self.state.keep(column, values_at(self.state.column(column), places, lanes))

    def _arrange(self, axes: Sequence[str]) -> None:
        self.state.axes = tuple(axes)

    def _aim(self, objective: str) -> None:
        """Colour by another column, which takes the axis of the one before it."""
        with self.state.lock:
            before, axes = objective_of(self.state), self.state.axes
            if objective not in axes:
                self.state.axes = tuple(objective if name == before else name for name in axes)
            self.state.objective = objective
