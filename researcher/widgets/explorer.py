"""The Explorer: builds the state and its views, lays them out, and has in Python all that can be chosen by hand."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets as w
import traitlets as t

from researcher.errors import UnknownNameWarning, warn
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.near_misses import near_misses
from researcher.query import parse
from researcher.tables.facets import kept_of
from researcher.widgets.choosing import NAMED, choose
from researcher.widgets.divider import DividerView
from researcher.widgets.documented import documented
from researcher.widgets.filters import FiltersView
from researcher.widgets.header import HeaderView
from researcher.widgets.late import Area
from researcher.widgets.look import Look
from researcher.widgets.pointing import Pointing
from researcher.widgets.query import QueryView
from researcher.widgets.save import SaveView
from researcher.widgets.source import Source
from researcher.widgets.state import ExplorerState
from researcher.widgets.table import TableView
from researcher.widgets.tabs import TabsView
from researcher.widgets.traits import ExperimentsTrait, ExperimentTrait, Frame
from researcher.widgets.unknown import unknown
from researcher.widgets.view import View
from researcher.widgets.viewing import apply_view, view_of

_CHOSEN = ("query", "filters", "sort", "observations", "zoom", *sorted(Look.class_trait_names()))


@documented
class Explorer(w.VBox, Look):
    """Browse and compare experiments in a notebook cell.

    Dropdowns for the params and a query choose which experiments are visible; a table lists them; linked panels
    overlay their curves, and other tabs show them as a scatter plot, in parallel coordinates, what differs between
    them, which params matter, and where one of them came from, with the code to run it again. What is selected by hand
    is a Python object in the next cell, and whatever the mouse can do, Python can do by setting the same trait:

    >>> explorer = Explorer("records/")                       # doctest: +SKIP
    >>> explorer.query = "final.val_loss < 0.1"               # doctest: +SKIP
    >>> explorer.filters = {"activation": ["relu", "tanh"]}   # doctest: +SKIP
    >>> explorer.observations = ["loss", "val_loss"]          # doctest: +SKIP
    >>> explorer.group, explorer.smoothing = "repeats", 0.6   # doctest: +SKIP
    >>> explorer.selected.frame()                             # doctest: +SKIP

    All of it together is a small dict, ``explorer.view``, with which another Explorer begins: ``Explorer("records/",
    view=explorer.view)``. A directory is watched as long as the Explorer is shown: new experiments appear by
    themselves, and those that still run grow.

    What is looked at: ``query``, ``filters``, ``sort``, ``visible``, ``selected``, ``frame``. How the table shows it:
    ``columns``, ``folded``, ``pinned``, ``baseline``. Which part is open: ``tab``; how wide the table is: ``split``.
    How curves are drawn: ``observations``, ``zoom``, ``x``, ``log_x``, ``log_y``, ``share_y``, ``clip``, ``smoothing``,
    ``group``, ``band``, ``colour``, ``dash``, ``unseen``. The other parts: ``scatter``, ``axes``, ``logarithmic``,
    ``objective``, ``all_repeats``; ``seed`` says what repeats are. Each is described below, can be set, and can be
    observed. A name that no experiment has is warned of, with the near misses, and a query that cannot be understood
    raises `QueryError`:

    >>> explorer.observe(lambda change: print(len(change.new)), "selected")     # doctest: +SKIP
    """

    query = t.Unicode()
    """The query that the visible experiments match; the language is described in `researcher.query`."""
    filters = t.Dict()
    """What is kept, by dotted param name or summary: values, ``{"depth": [128, 256]}``, of which `researcher.ABSENT` is
    one; a range, ``{"lr": {"min": 1e-4, "max": 0.01}}``; or a text, ``{"title": {"contains": "relu"}}``."""
    sort: Any = t.Tuple()
    """Pairs of column and whether it descends, the most important first: ``[("final.loss", False)]``."""
    observations: t.List[str] = t.List(t.Unicode())
    """The names of the observations that have a panel."""
    zoom: Any = t.Tuple()
    """The range of x that the panels show, ``(100, 200)``; empty: all."""
    visible = ExperimentsTrait()
    """The experiments that pass the query and all filters, as the table shows them. Set: look at these only."""
    selected = ExperimentsTrait()
    """The experiments selected by hand, in the order of selection."""
    pinned = ExperimentsTrait()
    """The experiments that stay on top of the table, where they are visible."""
    baseline = ExperimentTrait()
    """The experiment that the table compares the others to, or None."""
    unseen = ExperimentsTrait()
    """The experiments whose curves are hidden by hand: those whose eye is shut in the table."""
    frame = Frame()
    """The table as a pandas DataFrame: its columns, a row for each visible experiment, as sorted (repeats that share a
    row of the table have one each). Set: look at the experiments of its index only."""

    def __init__(
        self,
        records: str | os.PathLike[str] | Iterable[Experiment] = "records/",
        *,
        view: Mapping[str, Any] | None = None,
        **chosen: Any,
    ) -> None:
        """Show a records directory, or experiments that are loaded already.

        Args:
            records: the directory, or a list of experiments.
            view: what ``explorer.view`` gave, to begin with; experiments in it that are gone are warned of.
            **chosen: any trait of this class to begin with, such as ``query`` or ``filters``.

        Raises:
            TypeError: a keyword is none of the traits; the message names the near misses. Or ``records`` is neither
                the name of a directory nor experiments.
        """
        self._source: Source | None = None
        self._views: list[View] = []
        self._framed: object = None
        self._told: dict[str, object] = {}  # of the experiments that the state has chosen
        self._telling: object = None
        self._refuse_unknown(chosen)
        self.state = ExplorerState()
        self._source = source = Source(records, self.state)
        frame = chosen.pop("frame", None)
        missing = (*(apply_view(self.state, view) if view else ()), *choose(self.state, chosen))
        for part in self._built(source):
            self._views.append(part)
            part.face.tell()  # the page is at it while the next is made
        header, save, query, filters, *parts = (view.face for view in self._views)
        top, main = Area([header, save]).add_class("rs-top"), Area(parts).add_class("rs-main")
        super().__init__([top, query, filters, main], _dom_classes=["rs-explorer"])
        self.state.observe(self._follow, [*_CHOSEN, *NAMED])
        self.state.observe(self._tell_frame, ["visible", "columns", "growth"])
        _warn_of(missing)
        self._follow()
        if frame is not None:
            self.frame = frame
        source.follow()

    def _built(self, source: Source) -> Iterator[View]:
        """All views of the state but those of tabs; taking one out is taking out its line."""
        state, pointing = self.state, Pointing()
        yield HeaderView(state)
        yield SaveView(state, source.records)
        yield QueryView(state)
        yield FiltersView(state)
        yield TableView(state, pointing)
        yield DividerView(state)
        yield TabsView(state, pointing)

    @property
    def view(self) -> dict[str, Any]:
        """All that is chosen and not as it is at first, as a small dict that JSON can hold."""
        return view_of(self.state)

    @view.setter
    def view(self, view: Mapping[str, Any]) -> None:
        _warn_of(apply_view(self.state, view))

    def close(self) -> None:
        """Stop watching, and take the Explorer off the page."""
        if self._source is not None:
            self._source.close()
        while self._views:
            self._views.pop().close()
        super().close()

    def _ipython_display_(self) -> None:
        """Show it, and beside it a picture and a table for readers without a kernel."""
        from researcher.widgets.twin import show

        show(self)

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name.startswith("_") or name == "state" or hasattr(type(self), name)):
            raise AttributeError(f"an Explorer has no {_near_miss(name)}")
        super().__setattr__(name, value)

    @t.validate("query")
    def _understood(self, proposal: Any) -> str:
        """The query; one that cannot be understood is refused, unless it was typed in the page, which points at it."""
        query: str = proposal["value"]
        if query != self.state.query:
            parse(query)
        return query

    @t.validate("filters")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        """The filters as plain values; a param of which everything is kept is not filtered."""
        try:
            found = {param: kept_of(param, kept) for param, kept in proposal["value"].items()}
        except ValueError as error:
            raise t.TraitError(str(error)) from None
        return {param: kept for param, kept in found.items() if kept}

    @t.observe(*_CHOSEN, *NAMED)
    def _pass_on(self, change: Any) -> None:
        """From Python to the state."""
        state, name, value = self.state, change.name, change.new
        if value is self._telling:
            return
        before = getattr(state, name, None)
        with state.lock:
            if name != "visible":
                choose(state, {name: value})
            elif value != state.visible:
                state.look_at(value)
            self._follow()  # where the state knows better, such as of experiments that are not loaded
        if getattr(state, name, None) != before:  # it was not chosen in the page
            for sentence in unknown(state, name):
                warn(sentence, UnknownNameWarning)

    def _follow(self, _change: object = None) -> None:
        """From the state to Python; what an observer there raises is printed and does not stop the views."""
        state = self.state
        with state.lock:
            for name in (*_CHOSEN, *NAMED):
                ours, theirs = getattr(self, name), getattr(state, name)
                if name in NAMED:
                    if self._told.get(name) is theirs:
                        continue  # to compare very many takes its time
                    self._told[name] = theirs
                if name == "baseline":
                    theirs = next(iter(theirs), None)
                elif name in NAMED:
                    theirs = self._telling = Experiments(theirs, state.damaged if name == "visible" else ())
                if ours != (list(theirs) if type(ours) is list else theirs):
                    try:
                        setattr(self, name, theirs)
                    except Exception:  # noqa: BLE001 - it is the user's, and may be raised on the watch's thread
                        traceback.print_exc()
                self._telling = None

    def _tell_frame(self, change: Any) -> None:
        if change.name == "growth" and self.state.visible is not self._framed:
            return  # it is told of what is visible as well
        self._framed = self.state.visible
        try:
            Frame.tell(self)
        except Exception:  # noqa: BLE001 - as in _follow
            traceback.print_exc()

    def _refuse_unknown(self, chosen: Mapping[str, object]) -> None:
        for name in chosen:
            if name not in (*_CHOSEN, *NAMED, "frame"):
                raise TypeError(f"Explorer() has no keyword {_near_miss(name)}")


def _near_miss(name: str) -> str:
    """A name that is none of the traits, and those that may be meant."""
    known = [*_CHOSEN, *NAMED, "frame"]
    hint = near_misses(name, [*known, "view"]) or f"; known are {', '.join(known)}"
    return f"{name!r}{hint}"


def _warn_of(missing: Sequence[str]) -> None:
    """Warn of experiments that a view names and that are not there."""
    if missing:
        warnings.warn(f"not there any more: {', '.join(missing)}", UnknownNameWarning, stacklevel=3)
