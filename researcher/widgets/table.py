"""The table: a row an experiment, a column a param that varies or a final value."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import ipywidgets as w
import numpy as np
import traitlets as t

from researcher.curves import floats
from researcher.experiment import Experiment
from researcher.facets import Facet
from researcher.params import ABSENT
from researcher.widgets.palette import colour, dash
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


def _int32(numbers: Iterable[int]) -> bytes:
    return np.fromiter(numbers, dtype="<i4").tobytes()


def _cells(rows: Iterable[int] = (), finals: Iterable[Sequence[object]] = ()) -> dict[str, bytes]:
    """The final values in these rows, one for each column of an observation."""
    values = [value for row in finals for value in row]
    missing = [value is ABSENT for value in values]
    numbers = floats([value if isinstance(value, (int, float)) else np.nan for value in values])
    return {
        "rows": _int32(rows),
        "values": numbers.astype("<f8").tobytes(),
        "missing": np.array(missing, dtype=np.uint8).tobytes(),
    }


class TableFace(Face):
    """A table that draws only the rows in sight; all cells are sent once, filtering and sorting send an order."""

    _esm = module("table.js")
    columns: t.List[Any] = t.List().tag(sync=True)
    numbers = t.Bytes().tag(sync=True)
    """The number of each row's experiment, int32."""
    order = t.Bytes().tag(sync=True)
    """The rows that are visible, as sorted, int32."""
    cells: Any = t.Dict(_cells()).tag(sync=True)
    """The rows of experiments that grew since the columns were sent, and what stands there now in the columns of
    observations: ``rows`` (int32), ``values`` (float64) and ``missing`` (uint8) of shape ``(n_rows, n_columns)``."""
    titles: t.List[Any] = t.List().tag(sync=True)
    statuses = t.Dict().tag(sync=True)
    swatches = t.Dict().tag(sync=True)
    """Colour and dashes of the experiments that are drawn, by number."""
    selected: t.List[Any] = t.List().tag(sync=True)
    sort: t.List[Any] = t.List().tag(sync=True)
    pointing = t.Instance(Pointing).tag(sync=True, **w.widget_serialization)


class TableView(View):
    """Shows the visible experiments; sorts by columns and selects rows."""

    watches = ("experiments", "facets", "observed", "visible", "drawn", "selected", "sort", "growth")

    def __init__(self, state: ExplorerState, pointing: Pointing) -> None:
        self.table = TableFace(pointing=pointing)
        self._filled: list[object] = []
        self._ordered: object = None
        self._growth = 0
        self._finals: dict[Experiment, list[object]] = {}  # of those that grew since the columns were sent
        self.hear(self.table, {"select": self._select, "sort_by": self._sort_by})
        super().__init__(state, self.table)

    def render(self) -> None:
        """Send the cells where the experiments changed, and the order, the colours and the selection."""
        state, table = self.state, self.table
        with table.hold_sync():
            content: list[object] = [state.experiments, state.observed]
            if not (self._filled and all(map(operator.is_, self._filled, content))):
                self._filled = content
                self._fill()
            elif self._growth != state.growth:
                self._patch()
            if self._ordered is not state.visible:
                self._ordered = state.visible
                table.order = _int32(map(state.row, state.visible))
            table.swatches = {
                str(state.number(e)): [colour(slot), dash(slot)]
                for e in state.drawn
                if (slot := state.slot(e)) is not None
            }
            table.selected = [state.number(e) for e in state.selected]
            table.sort = [list(pair) for pair in state.sort]

    def _fill(self) -> None:
        """Send all cells."""
        state, table = self.state, self.table
        table.columns = [
            *(self._param(f) for f in state.facets if f.varies and f.name != "title"),
            *map(self._observation, state.observed),
        ]
        table.titles = [e.title or e.hash[:8] for e in state.experiments]
        table.numbers = _int32(map(state.number, state.experiments))
        table.statuses = {str(i): e.status for i, e in enumerate(state.experiments) if e.status != "finished"}
        self._finals, self._growth, self._ordered = {}, state.growth, None
        table.cells = _cells()

    def _patch(self) -> None:
        """Send the cells of the experiments that grew, and of those that grew before: the page takes the last alone."""
        state, table = self.state, self.table
        statuses = dict(table.statuses)
        for experiment in state.grown_since(self._growth):
            self._finals[experiment] = [state.final(experiment, name) for name in state.observed]
            statuses[str(state.row(experiment))] = experiment.status
        self._growth = state.growth
        table.cells = _cells(map(state.row, self._finals), self._finals.values())
        table.statuses = {row: status for row, status in statuses.items() if status != "finished"}

    def _param(self, facet: Facet) -> dict[str, Any]:
        numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in facet.values if v is not ABSENT)
        labels = ["" if value is ABSENT else text for value, text in zip(facet.values, facet.labels, strict=True)]
        return {"name": facet.name, "numeric": numeric, "labels": labels, "codes": facet.codes.tobytes()}

    def _observation(self, name: str) -> dict[str, Any]:
        missing = [self.state.final(e, name) is ABSENT for e in self.state.experiments]
        values = self.state.finals(name).astype("<f8").tobytes()
        return {"name": name, "numeric": True, "values": values, "missing": np.array(missing, dtype=np.uint8).tobytes()}

    def _select(self, numbers: Sequence[int]) -> None:
        self.state.select(self.state.numbered(numbers))

    def _sort_by(self, sort: Sequence[Sequence[Any]]) -> None:
        self.state.sort = tuple((str(column), bool(descending)) for column, descending in sort)
