"""The one state of an Explorer: what is loaded, what is chosen, and what follows from it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from researcher.columns import Column, column_of, column_of_facet
from researcher.curves import floats
from researcher.errors import QueryError, ResearcherError
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.facets import Facet, facets_of, narrowed, with_filtered
from researcher.params import ABSENT
from researcher.query import parse
from researcher.widgets.look import Look

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

CURVES = 150  # curves over all panels that a page still pans smoothly
PANELS = 4  # observations that are drawn unless others are chosen


class ExplorerState(Look):
    """What is loaded, what is chosen, and what follows from it.

    Sources are replaced whole, by the verbs below or by hand. Consequences are read-only and computed here, so that
    no view ever sees a half-changed state. Changes and the views' answers to them are serialised by ``lock``,
    because a page's messages may arrive on another thread than a running cell's.
    """

    # Sources.
    source = t.Unicode()
    """What is explored, as it is shown: the records directory as it was given."""
    notice = t.Unicode()
    """Why there is nothing to show and what to do about it, or the empty text."""
    experiments = t.Tuple()
    """All experiments that are loaded, oldest first."""
    damaged = t.Tuple()
    """Path and reason of each file that could not be read."""
    query = t.Unicode()
    """The query that visible experiments match; see `researcher.query`."""
    filters = t.Dict()
    """The values that are kept, by dotted param name."""
    among: Any = t.Tuple(None, allow_none=True)
    """The experiments that were chosen by hand to be looked at, or None for all."""
    selected = t.Tuple()
    """The experiments that were selected by hand, in the order of selection."""
    sort = t.Tuple()
    """Pairs of column and whether it descends, the most important first."""
    observations = t.Tuple()
    """The names of the observations that have a panel."""
    zoom = t.Tuple()
    """The range of steps that the panels show, or nothing for all."""

    # Consequences.
    facets = t.Tuple(read_only=True)
    """A `researcher.facets.Facet` for each param that varies or is filtered."""
    observed = t.Tuple(read_only=True)
    """The names of all observations that have a number."""
    counts = t.Dict(read_only=True)
    """For each param how many experiments have each of its values under the other filters."""
    visible = t.Tuple(read_only=True)
    """The experiments that pass the query and all filters, as sorted."""
    drawn = t.Tuple(read_only=True)
    """The experiments whose curves are drawn: the first of the visible ones, and those selected."""
    mistake = t.Tuple(read_only=True)
    """Position and reason of the mistake in the query; the last good result stays meanwhile."""
    hint = t.Unicode(read_only=True)
    """What is odd about the query: names that no experiment has."""

    def __init__(self, **sources: Any) -> None:
        self.lock = threading.RLock()
        self._numbers: dict[object, int] = {}
        self._slots: dict[int, int] = {}
        self._finals: dict[str, Floats] = {}
        self._columns: dict[str, Column] = {}
        self._loaded: tuple[Experiment, ...] = ()
        self._varying: list[Facet] = []
        self._filtered: object = None
        self._usual: tuple[str, ...] = ()
        self._query = parse("")
        self._asked: str | None = None
        self._answer = np.zeros(0, dtype=bool)
        super().__init__(**sources)

    def notify_change(self, change: Any) -> None:
        """Serialise changes: their consequences and the views' answers are complete before the next begins."""
        with self.lock:
            super().notify_change(change)

    # Verbs.

    def choose(self, param: str, values: Collection[object]) -> None:
        """Keep only experiments whose ``param`` is one of ``values``; no values: any."""
        with self.lock:
            others = {name: kept for name, kept in self.filters.items() if name != param}
            self.filters = {**others, param: tuple(values)} if values else others

    def clear(self) -> None:
        """Look at all experiments again."""
        with self.lock, self.hold_trait_notifications():
            self.query, self.filters, self.among = "", {}, None

    def select(self, experiments: Iterable[Experiment]) -> None:
        """Select these experiments and no others."""
        with self.lock:
            self.selected = self._loaded_ones(experiments)

    def look_at(self, experiments: Iterable[Experiment]) -> None:
        """Look at these experiments and no others, whatever was filtered before."""
        with self.lock, self.hold_trait_notifications():
            self.query, self.filters, self.sort = "", {}, ()
            self.among = self._loaded_ones(experiments)

    def load(self, experiments: Sequence[Experiment], damaged: Sequence[Any] = (), notice: str = "") -> None:
        """Show these experiments, each once; what is chosen stays chosen where it is still there."""
        with self.lock, self.hold_trait_notifications():
            self.experiments = tuple({self.number(e): e for e in experiments}.values())
            self.damaged, self.notice = tuple(damaged), notice

    # What views ask.

    def number(self, experiment: Experiment) -> int:
        """A number for an experiment that it keeps as long as the state lives, however often it is read again."""
        known_by = experiment.path.absolute() if experiment.path else experiment
        with self.lock:
            return self._numbers.setdefault(known_by, len(self._numbers))

    def numbered(self, numbers: Iterable[int]) -> list[Experiment]:
        """The loaded experiments of these numbers, in their order; unknown numbers are passed over."""
        found = {self.number(e): e for e in self.experiments}
        return [found[number] for number in numbers if number in found]

    def slot(self, experiment: Experiment) -> int | None:
        """The place of an experiment's colour in the palette, kept for ever; None if it was never drawn."""
        return self._slots.get(self.number(experiment))

    def column(self, name: str) -> Column:
        """The values of a column for each loaded experiment; see `researcher.columns`."""
        if name not in self._columns:
            facet = next((f for f in self.facets if f.name == name), None)
            self._columns[name] = column_of(self.experiments, name) if facet is None else column_of_facet(facet)
        return self._columns[name]

    def finals(self, observation: str) -> Floats:
        """The final value of an observation for each loaded experiment, of shape ``(n_experiments,)``."""
        if observation not in self._finals:
            values = [e.summary("final", observation) for e in self.experiments]
            self._finals[observation] = floats([v if isinstance(v, (int, float)) else np.nan for v in values])
        return self._finals[observation]

    # What follows from what.

    @t.observe("experiments", "query", "filters", "among", "sort", "selected", "observations")
    def _derive(self, _change: Any) -> None:
        with self.hold_trait_notifications():
            if self._loaded is not self.experiments:
                self._loaded = self.experiments
                self._reload()
            if self._filtered is not self.filters:
                self._filtered = self.filters
                self.set_trait("facets", tuple(with_filtered(self._varying, self.experiments, self.filters)))
            self._narrow()
            self._draw()

    def _reload(self) -> None:
        for experiment in self.experiments:
            self.number(experiment)
        self._finals, self._columns, self._asked, self._filtered = {}, {}, None, None
        self._varying = facets_of(self.experiments)
        self.set_trait("observed", tuple(Experiments(self.experiments).observed()))
        self.selected = self._loaded_ones(self.selected)
        if self.among is not None:
            self.among = self._loaded_ones(self.among)
        if self.observations == self._usual and not set(self.observations) & set(self.observed):
            self.observations = self._usual = self._usual_panels()

    def _loaded_ones(self, experiments: Iterable[Experiment]) -> tuple[Experiment, ...]:
        """Those that are loaded, each once, as they were last read."""
        return tuple(self.numbered(dict.fromkeys(map(self.number, experiments))))

    def _narrow(self) -> None:
        mask = self._matching()
        if self.among is not None:
            chosen = set(map(id, self.among))
            mask = mask & np.array([id(e) in chosen for e in self.experiments], dtype=bool)
        masks = narrowed(self.facets, self.filters, len(self.experiments))
        self.set_trait("counts", {f.name: f.counts(mask & masks[f.name]) for f in self.facets})
        rows = self._order(np.flatnonzero(mask & masks[None]))
        if self.among is not None and not self.sort:
            place = {id(e): i for i, e in enumerate(self.among)}
            rows = np.array(sorted(rows, key=lambda row: place[id(self.experiments[row])]), dtype=int)
        self.set_trait("visible", tuple(self.experiments[row] for row in rows))

    def _draw(self) -> None:
        limit = max(1, CURVES // max(1, len(self.observations)))
        selected = set(map(id, self.selected))
        first = [e for e in self.visible[:limit] if id(e) not in selected]
        drawn = [*first[: max(0, limit - len(selected))], *(e for e in self.visible if id(e) in selected)]
        for experiment in drawn:
            self._slots.setdefault(self.number(experiment), len(self._slots))
        self.set_trait("drawn", tuple(drawn))

    def _matching(self) -> Mask:
        """Which experiments the query matches; while it cannot be understood, the last one that could."""
        try:
            self._query = parse(self.query)
            self.set_trait("mistake", ())
        except QueryError as error:
            self.set_trait("mistake", (error.at, error.reason))
        if self._asked != self._query.text:
            self._answer = np.array([self._query.matches(e.look_up) for e in self.experiments], dtype=bool)
            self._asked = self._query.text
            self.set_trait("hint", "\n".join(Experiments(self.experiments).unknown(self._query)))
        return self._answer

    def _order(self, rows: Rows) -> Rows:
        """The rows as sorted; what has no value comes last, whichever way the column is sorted."""
        for column, descending in reversed(self.sort):
            keys = self._sort_keys(column)
            if keys is not None:
                found = -keys[rows] if descending else keys[rows]
                rows = rows[np.argsort(found, kind="stable")]  # NaN sorts last
        return rows

    def _sort_keys(self, column: str) -> Floats | None:
        facet = next((f for f in self.facets if f.name == column), None)
        if facet is not None:
            keys: Floats = facet.codes.astype(float)
            keys[[facet.values[code] is ABSENT for code in facet.codes]] = np.nan
            return keys
        if column in self.observed:
            return self.finals(column)
        if column == "title":
            rank = {title: float(i) for i, title in enumerate(sorted({e.title for e in self.experiments}))}
            return np.array([rank[e.title] for e in self.experiments])
        return None

    def _usual_panels(self) -> tuple[str, ...]:
        """The first observations that are curves."""
        curved: list[str] = []
        for experiment in self.experiments[-20:]:
            try:
                series = experiment.observations
            except ResearcherError:  # deleted or damaged since: told where its curve would be drawn
                continue
            curved += [name for name in series if experiment.shape(name) in ("curve", "folds")]
        return tuple(dict.fromkeys(curved))[:PANELS]
