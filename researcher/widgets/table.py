"""The table: a row an experiment or a group of repeats, a column a param, a summary, or what a record says."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import ipywidgets as w
import numpy as np
import traitlets as t

from researcher.experiment import Experiment
from researcher.widgets.cells import cells_of, menu_of, patch_of
from researcher.widgets.plan import drawn_groups, places_of
from researcher.widgets.pointing import Pointing
from researcher.widgets.sheet import columns_of, usual_columns
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class TableFace(Face):
    """A table that draws only the rows in sight; all cells are sent once, filtering and sorting send an order."""

    _esm = module(
        "numbers.js",
        "asking.js",
        "cells.js",
        "stack.js",
        "sight.js",
        "headings.js",
        "at_step.js",
        "columns.js",
        "table.js",
    )
    columns: t.List[Any] = t.List().tag(sync=True)
    """The cells of all columns that were shown since the experiments came; see `researcher.widgets.cells`."""
    shown: t.List[Any] = t.List().tag(sync=True)
    """The names of the columns that are shown, in order; the title is before them."""
    menu: t.List[Any] = t.List().tag(sync=True)
    """The names of the columns that can be shown, by kind."""
    observed: t.List[Any] = t.List().tag(sync=True)
    """The names of the observations."""
    numbers = t.Bytes().tag(sync=True)
    """The number of each row's experiment, int32."""
    order = t.Bytes().tag(sync=True)
    """The rows that are visible, as sorted, int32."""
    groups = t.Bytes().tag(sync=True)
    """The number of the group of repeats of each row, int32, or nothing where every experiment has its own row."""
    cells: Any = t.Dict({"rows": b"", "columns": {}}).tag(sync=True)
    """The ``rows`` (int32) of experiments that grew since the columns were sent, and what stands there now, by the
    names of the ``columns``."""
    titles: t.List[Any] = t.List().tag(sync=True)
    statuses = t.Dict().tag(sync=True)
    looks: t.List[Any] = t.List().tag(sync=True)
    """Colour and dashes of each line that is drawn."""
    swatches = t.Bytes().tag(sync=True)
    """The place among ``looks`` of each row's line, int16; -1 for what is not drawn."""
    selected: t.List[Any] = t.List().tag(sync=True)
    pinned: t.List[Any] = t.List().tag(sync=True)
    baseline: t.List[Any] = t.List().tag(sync=True)
    unseen: t.List[Any] = t.List().tag(sync=True)
    sort: t.List[Any] = t.List().tag(sync=True)
    pointing = t.Instance(Pointing).tag(sync=True, **w.widget_serialization)


class TableView(View):
    """Shows the visible experiments; chooses and sorts by columns, selects, pins, compares and hides rows."""

    watches = (
        *("experiments", "facets", "observed", "visible", "drawn", "selected", "sort", "growth"),
        *("columns", "folded", "seed", "pinned", "baseline", "unseen"),
        *("observations", "group", "colour", "dash", "logarithmic"),
    )

    def __init__(self, state: ExplorerState, pointing: Pointing) -> None:
        self.table = TableFace(pointing=pointing)
        self._filled: list[object] = []
        self._grouped: list[object] = []
        self._ordered: object = None
        self._painted: list[object] = []
        self._growth = 0
        self._grown: dict[Experiment, None] = {}  # since the columns were sent
        self.hear(
            self.table,
            {
                "select": self._select,
                "sort_by": self._sort_by,
                "arrange": self._arrange,
                "fold": self._fold,
                "pin": self._pin,
                "see": self._see,
                "compare_to": self._compare_to,
            },
        )
        super().__init__(state, self.table)

    def render(self) -> None:
        """Send the cells where the experiments changed, and the order, the colours and what is marked."""
        state, table = self.state, self.table
        with table.hold_sync():
            names = list(columns_of(state)[1:])
            content: list[object] = [state.experiments, state.observed]
            same = bool(self._filled) and all(map(operator.is_, self._filled, content))
            if not same or not {*names} <= {column["name"] for column in table.columns}:
                self._filled = content
                self._fill(names)
            elif self._growth != state.growth:
                self._patch()
            table.shown, table.menu = names, [list(pair) for pair in menu_of(state, names)]
            table.observed = list(state.observed)
            self._group([state.experiments, state.folded, state.seed])
            if self._ordered is not state.visible:
                self._ordered = state.visible
                table.order = state.rows.astype("<i4").tobytes()
            self._paint()
            for mark in ("selected", "pinned", "baseline", "unseen"):
                setattr(table, mark, state.numbers_of(getattr(state, mark)))
            table.sort = [list(pair) for pair in state.sort]

    def _fill(self, names: Sequence[str]) -> None:
        """Send all cells."""
        state, table = self.state, self.table
        table.columns = [cells_of(state, name) for name in names]
        table.titles = state.data.titles
        table.numbers = state.numbers.astype("<i4").tobytes()
        table.statuses = {str(i): status for i, status in enumerate(state.data.statuses) if status != "finished"}
        self._grown, self._growth, self._ordered = {}, state.growth, None
        table.cells = {"rows": b"", "columns": {}}

    def _patch(self) -> None:
        """Send the cells of the experiments that grew, and of those that grew before: the page takes the last alone."""
        state, table = self.state, self.table
        statuses = dict(table.statuses)
        for experiment in state.grown_since(self._growth):
            self._grown[experiment] = None
            statuses[str(state.row(experiment))] = experiment.status
        self._growth = state.growth
        rows = [state.row(experiment) for experiment in self._grown]
        patches = {c["name"]: patch_of(state, c, rows) for c in table.columns if not c["param"]}
        table.cells = {"rows": np.array(rows, dtype="<i4").tobytes(), "columns": patches}
        table.statuses = {row: status for row, status in statuses.items() if status != "finished"}

    def _group(self, content: list[object]) -> None:
        """Send who shares a row."""
        if not (self._grouped and all(map(operator.is_, self._grouped, content))):
            self._grouped = content
            self.table.groups = self.state.repeats().astype("<i4").tobytes() if self.state.folded else b""

    def _paint(self) -> None:
        """Send the colours that the lines have in the panels."""
        state, table = self.state, self.table
        how = (state.group, state.colour, state.dash, state.seed)
        content: list[object] = [
            state.experiments,
            state.visible,
            state.drawn,
            state.observations,
            state.unseen,
            state.logarithmic,
        ]
        content += [*how, state.growth if any(how) else None]
        if self._painted and all(map(operator.is_, self._painted, content)):
            return
        self._painted = content
        groups, _ = drawn_groups(state)
        table.looks = [[group.colour, group.dash] for group in groups]
        table.swatches = places_of(groups, len(state.experiments)).tobytes()

    # What the page asks for.

    def _select(self, numbers: Sequence[int]) -> None:
        self.state.select(self.state.numbered(numbers))

    def _sort_by(self, sort: Sequence[Sequence[Any]]) -> None:
        self.state.sort = tuple((str(column), bool(descending)) for column, descending in sort)

    def _arrange(self, columns: Sequence[str] | None) -> None:
        """Show these columns; what is usual is not remembered, so that new params turn up by themselves."""
        with self.state.lock:
            usual = usual_columns(self.state)
            names = usual if columns is None else tuple(map(str, columns))
            self.state.columns = () if names == usual else names or ("title",)

    def _fold(self, on: bool) -> None:
        self.state.folded = bool(on)

    def _pin(self, numbers: Sequence[int], on: bool) -> None:
        self.state.pin(self.state.numbered(numbers), bool(on))

    def _see(self, numbers: Sequence[int], on: bool) -> None:
        self.state.see(self.state.numbered(numbers), bool(on))

    def _compare_to(self, numbers: Sequence[int]) -> None:
        self.state.compare_to(self.state.numbered(numbers))
