"""The table: a row an experiment, a column a param that varies or a final value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import ipywidgets as w
import numpy as np
import traitlets as t

from researcher.facets import Facet
from researcher.params import ABSENT
from researcher.widgets.palette import colour, dash
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class TableFace(Face):
    """A table that draws only the rows in sight; all cells are sent once, filtering and sorting send an order."""

    _esm = module("table.js")
    columns: t.List[Any] = t.List().tag(sync=True)
    numbers = t.Bytes().tag(sync=True)
    """The number of each row's experiment, int32."""
    order = t.Bytes().tag(sync=True)
    """The rows that are visible, as sorted, int32."""
    titles: t.List[Any] = t.List().tag(sync=True)
    statuses = t.Dict().tag(sync=True)
    swatches = t.Dict().tag(sync=True)
    """Colour and dashes of the experiments that are drawn, by number."""
    selected: t.List[Any] = t.List().tag(sync=True)
    sort: t.List[Any] = t.List().tag(sync=True)
    pointing = t.Instance(Pointing).tag(sync=True, **w.widget_serialization)


class TableView(View):
    """Shows the visible experiments; sorts by columns and selects rows."""

    watches = ("experiments", "facets", "visible", "drawn", "selected", "sort")

    def __init__(self, state: ExplorerState, pointing: Pointing) -> None:
        self.table = TableFace(pointing=pointing)
        self._filled: tuple[Any, ...] = ()
        self.hear(self.table, {"select": self._select, "sort_by": self._sort_by})
        super().__init__(state, self.table)

    def render(self) -> None:
        """Send the cells where the experiments changed, and the order, the colours and the selection."""
        state, table = self.state, self.table
        with table.hold_sync():
            if self._filled is not state.experiments:
                self._filled = state.experiments
                table.columns = [
                    *(self._param(f) for f in state.facets if f.varies and f.name != "title"),
                    *map(self._observation, state.observed),
                ]
                table.titles = [e.title or e.hash[:8] for e in state.experiments]
                table.numbers = _int32(map(state.number, state.experiments))
                table.statuses = {str(i): e.status for i, e in enumerate(state.experiments) if e.status != "finished"}
                self._rows = {id(e): row for row, e in enumerate(state.experiments)}
            table.order = _int32(self._rows[id(e)] for e in state.visible)
            table.swatches = {
                str(state.number(e)): [colour(slot), dash(slot)]
                for e in state.drawn
                if (slot := state.slot(e)) is not None
            }
            table.selected = [state.number(e) for e in state.selected]
            table.sort = [list(pair) for pair in state.sort]

    def _param(self, facet: Facet) -> dict[str, Any]:
        numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in facet.values if v is not ABSENT)
        labels = ["" if value is ABSENT else text for value, text in zip(facet.values, facet.labels, strict=True)]
        return {"name": facet.name, "numeric": numeric, "labels": labels, "codes": facet.codes.tobytes()}

    def _observation(self, name: str) -> dict[str, Any]:
        missing = [e.summary("final", name) is ABSENT for e in self.state.experiments]
        values = self.state.finals(name).astype("<f8").tobytes()
        return {"name": name, "numeric": True, "values": values, "missing": np.array(missing, dtype=np.uint8).tobytes()}

    def _select(self, numbers: Sequence[int]) -> None:
        self.state.select(self.state.numbered(numbers))

    def _sort_by(self, sort: Sequence[Sequence[Any]]) -> None:
        self.state.sort = tuple((str(column), bool(descending)) for column, descending in sort)


def _int32(numbers: Iterable[int]) -> bytes:
    return np.fromiter(numbers, dtype="<i4").tobytes()
