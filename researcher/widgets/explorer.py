"""The Explorer: builds the state and its views, and lays them out."""

from __future__ import annotations

import difflib
import os
import traceback
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import ipywidgets as w
import traitlets as t

from researcher.errors import RecordsNotFound, ResearcherError
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.load import warn_of
from researcher.params import ABSENT
from researcher.plain import plain
from researcher.storage.directory import RecordsDirectory
from researcher.widgets.filters import FiltersView
from researcher.widgets.header import HeaderView
from researcher.widgets.panels import PanelsView
from researcher.widgets.pointing import Pointing
from researcher.widgets.query import QueryView
from researcher.widgets.state import ExplorerState
from researcher.widgets.table import TableView
from researcher.widgets.toolbar import ToolbarView
from researcher.widgets.traits import ExperimentsTrait, Frame
from researcher.widgets.view import View
from researcher.widgets.watch import Watch


class Explorer(w.VBox):
    """Browse and compare experiments in a notebook cell.

    Dropdowns for the params and a query choose which experiments are visible; a table lists them; linked panels
    overlay their curves. What is selected by hand is a Python object in the next cell, and whatever the mouse can
    do, Python can do by setting the same trait:

    >>> explorer = Explorer("records/")                       # doctest: +SKIP
    >>> explorer.query = "final.val_loss < 0.1"               # doctest: +SKIP
    >>> explorer.filters = {"activation": ["relu", "tanh"]}   # doctest: +SKIP
    >>> explorer.observations = ["loss", "val_loss"]          # doctest: +SKIP
    >>> explorer.selected.frame()                             # doctest: +SKIP

    A directory is watched: new experiments appear by themselves.
    """

    query = t.Unicode()
    """The query that the visible experiments match; the language is described in `researcher.query`."""
    filters = t.Dict()
    """The values that are kept, by dotted param name: ``{"depth": [128, 256]}``; `researcher.ABSENT` is a value."""
    observations: t.List[str] = t.List(t.Unicode())
    """The names of the observations that have a panel."""
    visible = ExperimentsTrait()
    """The experiments that pass the query and all filters, as the table shows them. Set: look at these only."""
    selected = ExperimentsTrait()
    """The experiments selected by hand, in the order of selection."""
    frame = Frame()
    """A pandas DataFrame of the visible experiments. Set: look at those of its index only."""

    def __init__(self, records: str | os.PathLike[str] | Iterable[Experiment] = "records/", **chosen: Any) -> None:
        """Show a records directory, or experiments that are loaded already.

        Args:
            records: the directory, or a list of experiments.
            **chosen: any trait of this class to begin with, such as ``query`` or ``filters``.

        Raises:
            TypeError: a keyword is none of the traits; the message names the near misses.
        """
        self._watch: Watch | None = None
        self._views: list[View] = []
        self._refuse_unknown(chosen)
        self.state = ExplorerState()
        directory = None
        if isinstance(records, (str, os.PathLike)):
            directory = RecordsDirectory(records)
            self._look(directory)
        else:
            experiments = records if isinstance(records, Experiments) else Experiments(records)
            notice = "" if experiments else "There are no experiments in this list."
            self.state.source = f"{len(experiments):,} loaded experiments"
            self.state.load(experiments, experiments.damaged, notice)
        self._views = self._built()
        header, query, filters, table, toolbar, panels = (view.face for view in self._views)
        side = w.VBox([toolbar, panels])
        side.add_class("rs-side")
        main = w.Box([table, side])
        main.add_class("rs-main")
        super().__init__([header, query, filters, main])
        self.add_class("rs-explorer")
        self.state.observe(self._follow, ["query", "filters", "observations", "visible", "selected"])
        self.state.observe(self._tell_frame, "visible")
        self._follow()
        for name, value in chosen.items():
            setattr(self, name, value)
        if directory is not None:
            self._watch = Watch(directory, partial(self._look_again, directory), self.state.lock)

    def _built(self) -> list[View]:
        """All views of the state; taking one out is taking out its line."""
        state, pointing = self.state, Pointing()
        return [
            HeaderView(state),
            QueryView(state),
            FiltersView(state),
            TableView(state, pointing),
            ToolbarView(state),
            PanelsView(state, pointing),
        ]

    def close(self) -> None:
        """Stop watching, and take the Explorer off the page."""
        if self._watch is not None:
            self._watch.stop()
        while self._views:
            self._views.pop().close()
        super().close()

    @t.validate("filters")
    def _checked(self, proposal: Any) -> dict[str, tuple[Any, ...]]:
        """The filters as tuples of plain values; a param without values is not filtered."""
        found = {}
        for param, values in proposal["value"].items():
            if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
                raise t.TraitError(f"filters[{param!r}] is {values!r}; give a list of the values to keep: [{values!r}]")
            kept = tuple(value if value is ABSENT else plain(value, f"filters[{param!r}]") for value in values)
            if kept:
                found[param] = kept
        return found

    @t.observe("query", "filters", "observations", "selected", "visible")
    def _pass_on(self, change: Any) -> None:
        """From Python to the state."""
        state, name, value = self.state, change.name, change.new
        with state.lock:
            if name == "selected":
                state.select(value)
            elif name == "visible":
                if tuple(value) != state.visible:
                    state.look_at(value)
            else:
                setattr(state, name, tuple(value) if name == "observations" else value)
            self._follow()  # where the state knows better, such as of experiments that are not loaded

    def _follow(self, _change: object = None) -> None:
        """From the state to Python; what an observer there raises is printed and does not stop the views."""
        state = self.state
        with state.lock:
            for name in ("query", "filters", "observations", "selected", "visible"):
                ours, theirs = getattr(self, name), getattr(state, name)
                if ours != (list(theirs) if isinstance(ours, list) else theirs):
                    try:
                        setattr(self, name, Experiments(theirs, state.damaged) if name == "visible" else theirs)
                    except Exception:  # noqa: BLE001 - it is the user's, and may be raised on the watch's thread
                        traceback.print_exc()

    def _tell_frame(self, _change: object) -> None:
        try:
            Frame.tell(self)
        except Exception:  # noqa: BLE001 - as in _follow
            traceback.print_exc()

    # From the directory to the state.

    def _look(self, directory: RecordsDirectory) -> None:
        """Look for the first time."""
        error = None
        try:
            directory.refresh()
        except ResearcherError as found:
            error = found
        self._look_again(directory, error)
        warn_of(directory.damaged)

    def _look_again(self, directory: RecordsDirectory, error: ResearcherError | None) -> None:
        source = str(directory.path)
        self.state.source = f"{source.rstrip('/')}/"
        if isinstance(error, RecordsNotFound):
            self.state.load([], [], f"{error}\nThis Explorer wakes up when the first record appears.")
            return
        if error is not None:  # a disk that is away for a moment takes nothing off the page
            self.state.load(directory.experiments, directory.damaged, str(error))
            return
        notice = (
            ""
            if directory.experiments
            else (
                f"There is no experiment in {source} yet. rs.record_experiment(params, {source!r}, observations=...) "
                "records one, and this Explorer wakes up when the first record appears."
            )
        )
        self.state.load(directory.experiments, directory.damaged, notice)

    def _refuse_unknown(self, chosen: Mapping[str, object]) -> None:
        known = ["query", "filters", "observations", "visible", "selected", "frame"]
        for name in chosen:
            if name not in known:
                near = difflib.get_close_matches(name, known)
                hint = f"; did you mean {' or '.join(near)}?" if near else f"; known are {', '.join(known)}"
                raise TypeError(f"Explorer() has no keyword {name!r}{hint}")
