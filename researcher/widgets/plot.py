"""What the scatter plot and the parallel coordinates have in common: experiments as rows, columns as axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import ipywidgets as w
import numpy as np
import traitlets as t

from researcher.tables.column import Column
from researcher.widgets.axis import axis_of
from researcher.widgets.palette import COLOURS
from researcher.widgets.pointing import Pointing
from researcher.widgets.ramp import RAMP
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import offered
from researcher.widgets.view import Face, View

PARTS = ("canvas.js", "numbers.js", "scales.js", "paints.js", "picks.js", "rows.js", "asking.js", "stage.js")
"""What their modules have in common."""


class PlotFace(Face):
    """A canvas with a mark for each experiment; all values are sent once, filtering and selecting send numbers."""

    columns = t.Dict().tag(sync=True)
    """The columns that are drawn, by name; see `researcher.widgets.axis`."""
    logs = t.Dict().tag(sync=True)
    """For each of them whether its axis is logarithmic."""
    choices: t.List[Any] = t.List().tag(sync=True)
    """The columns to choose from: pairs of a kind and names."""
    numbers = t.Bytes().tag(sync=True)
    """The number of each row's experiment, int32."""
    titles: t.List[Any] = t.List().tag(sync=True)
    rows = t.Bytes().tag(sync=True)
    """The rows that are visible, in ascending order, int32."""
    selected: t.List[Any] = t.List().tag(sync=True)
    """The numbers of the selected experiments."""
    palette: t.List[Any] = t.List(list(COLOURS)).tag(sync=True)
    ramp: t.List[Any] = t.List(list(RAMP)).tag(sync=True)
    pointing = t.Instance(Pointing).tag(sync=True, **w.widget_serialization)


class PlotView(View):
    """Shows the visible experiments, selects them, and makes axes logarithmic."""

    watches: ClassVar[tuple[str, ...]] = (
        "experiments",
        "growth",
        "facets",
        "observed",
        "visible",
        "selected",
        "logarithmic",
        "objective",
    )

    def __init__(self, state: ExplorerState, plot: PlotFace) -> None:
        self.plot = plot
        self._filled: tuple[Any, ...] | None = None
        self._axes: dict[str, tuple[Column, dict[str, Any]]] = {}
        self.hear(plot, self.verbs())
        super().__init__(state, plot)

    def verbs(self) -> dict[str, Callable[..., None]]:
        """What the page may ask for."""
        return {"select": self._select, "log": self._log}

    def show(self, names: Sequence[str]) -> None:
        """Send the rows, and these columns where they changed."""
        state, plot = self.state, self.plot
        if self._filled is not state.experiments:
            self._filled = state.experiments
            plot.titles = state.data.titles
            plot.numbers = state.numbers.astype("<i4").tobytes()
        plot.choices = [list(pair) for pair in offered(state, names)]
        plot.columns = {name: self._axis(name) for name in dict.fromkeys(names) if name}
        plot.logs = {name: self._is_log(name) for name in plot.columns}
        plot.rows = np.sort(state.rows).astype("<i4").tobytes()
        plot.selected = state.numbers_of(state.selected)

    def _axis(self, name: str) -> dict[str, Any]:
        column = self.state.column(name)
        if name not in self._axes or self._axes[name][0] is not column:
            self._axes[name] = column, axis_of(column)
        return self._axes[name][1]

    def _is_log(self, name: str) -> bool:
        column = self.state.column(name)
        return bool(column.numeric and self.state.logarithmic.get(name, column.wide))

    def _select(self, numbers: Sequence[int]) -> None:
        self.state.select(self.state.numbered(numbers))

    def _log(self, column: str, on: bool) -> None:
        self.state.logarithmic = {**self.state.logarithmic, column: bool(on)}
