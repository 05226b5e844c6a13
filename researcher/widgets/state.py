"""The one state of an Explorer: what is loaded, what is chosen, and what follows from it."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from researcher.columns import Column, column_of, column_of_facet
from researcher.curves import floats
from researcher.errors import QueryError, ResearcherError
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.facets import Facet, Kept, facets_of, narrowed, with_filtered
from researcher.params import ABSENT
from researcher.query import parse
from researcher.repeats import repeat_numbers
from researcher.widgets.finals import finals_of
from researcher.widgets.folding import side_by_side
from researcher.widgets.look import Look
from researcher.widgets.numbers import Numbers

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
    pinned = t.Tuple()
    """The experiments that stay on top of the table, where they are visible."""
    baseline = t.Tuple()
    """The one experiment that the table compares the others to, or nothing."""
    unseen = t.Tuple()
    """The experiments whose curves are hidden by hand."""
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
    statuses = t.Dict(read_only=True)
    """How many experiments have each status."""
    pages: Any = t.Tuple(read_only=True)
    """The places in pages where it is shown at present, by names that they gave themselves."""
    growth = t.Int(read_only=True)
    """How many times experiments grew; `grown_since` tells which."""

    def __init__(self, **sources: Any) -> None:
        self.lock = threading.RLock()
        self._numbers = Numbers()
        self._slots: dict[int, int] = {}
        self._finals: dict[str, Floats] = {}
        self._columns: dict[str, Column] = {}
        self._repeats: tuple[tuple[Experiment, ...], str, Rows] | None = None
        self._loaded: tuple[Experiment, ...] = ()
        self._rows: dict[Experiment, int] = {}
        self._grown: dict[Experiment, int] = {}
        self._ends: dict[Experiment, dict[str, object]] = {}  # final values of those that grew since then
        self._statuses: list[str] = []
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

    def keep(self, column: str, kept: Kept) -> None:
        """Keep only experiments whose column has one of these values, or lies in this range; nothing: any."""
        with self.lock:
            others = {name: before for name, before in self.filters.items() if name != column}
            self.filters = {**others, column: kept} if kept else others

    def clear(self) -> None:
        """Look at all experiments again."""
        with self.lock, self.hold_trait_notifications():
            self.query, self.filters, self.among = "", {}, None

    def select(self, experiments: Iterable[Experiment]) -> None:
        """Select these experiments and no others."""
        with self.lock:
            self.selected = self._loaded_ones(experiments)

    def pin(self, experiments: Iterable[Experiment], on: bool = True) -> None:
        """Keep these experiments on top of the table, or no longer."""
        with self.lock:
            self.pinned = self._with(self.pinned, experiments, on)

    def see(self, experiments: Iterable[Experiment], on: bool = True) -> None:
        """Show the curves of these experiments where they are drawn, or hide them."""
        with self.lock:
            self.unseen = self._with(self.unseen, experiments, not on)

    def compare_to(self, experiments: Iterable[Experiment]) -> None:
        """Compare all others to the first of these experiments, or to none."""
        with self.lock:
            self.baseline = self._loaded_ones(experiments)[:1]

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

    def grow(self, experiments: Iterable[Experiment]) -> None:
        """Bring in line what follows from these experiments: they are loaded, and hold more now than before."""
        with self.lock, self.hold_trait_notifications():
            grown = {e: self._rows[e] for e in experiments if e in self._rows}
            if not grown:
                return
            self.set_trait("growth", self.growth + 1)
            for experiment in grown:
                self._numbers.keep(experiment)
                self._grown.pop(experiment, None)
                self._grown[experiment] = self.growth
            self._take_in(grown)

    def show(self, page: str) -> None:
        """It is shown in a place of a page."""
        with self.lock:
            self.set_trait("pages", (*(other for other in self.pages if other != page), page))

    def hide(self, page: str) -> None:
        """It is not shown there any more."""
        with self.lock:
            self.set_trait("pages", tuple(other for other in self.pages if other != page))

    # What views ask.

    def number(self, experiment: Experiment) -> int:
        """A number for an experiment that it keeps as long as the state lives, however often it is read again."""
        with self.lock:
            return self._numbers.number(experiment)

    def numbered(self, numbers: Iterable[int]) -> list[Experiment]:
        """The loaded experiments of these numbers, in their order; unknown numbers are passed over."""
        found = {self.number(e): e for e in self.experiments}
        return [found[number] for number in numbers if number in found]

    def row(self, experiment: Experiment) -> int:
        """The place of a loaded experiment in ``experiments``."""
        return self._rows[experiment]

    def grown_since(self, growth: int) -> list[Experiment]:
        """The loaded experiments that grew after ``growth`` was as it is given here."""
        with self.lock:
            found = itertools.takewhile(lambda pair: pair[1] > growth, reversed(self._grown.items()))
            return [experiment for experiment, _ in found]

    def version(self, experiment: Experiment) -> int:
        """What ``growth`` was when an experiment last grew; what was drawn of it since then is still right."""
        return self._grown.get(experiment, 0)

    def slot(self, experiment: Experiment) -> int | None:
        """The place of an experiment's colour in the palette, kept for ever; None if it was never drawn."""
        return self._slots.get(self.number(experiment))

    def column(self, name: str) -> Column:
        """The values of a column for each loaded experiment; see `researcher.columns`."""
        if name not in self._columns:
            facet = next((f for f in self.facets if f.name == name), None)
            self._columns[name] = column_of(self.experiments, name) if facet is None else column_of_facet(facet)
        return self._columns[name]

    def repeats(self) -> Rows:
        """The number of the group of repeats of each loaded experiment; see `researcher.repeats`."""
        found = self._repeats
        if found is None or found[0] is not self.experiments or found[1] != self.seed:
            found = self._repeats = self.experiments, self.seed, repeat_numbers(self.experiments, self.seed or None)
        return found[2]

    def finals(self, observation: str) -> Floats:
        """The final value of an observation for each loaded experiment, of shape ``(n_experiments,)``."""
        if observation not in self._finals:
            self._finals[observation] = _numbers([self.final(e, observation) for e in self.experiments])
        return self._finals[observation]

    def final(self, experiment: Experiment, observation: str) -> object:
        """The final value of an observation of one experiment, or `ABSENT`."""
        known = self._ends.get(experiment)
        return experiment.summary("final", observation) if known is None else known.get(observation, ABSENT)

    # What follows from what.

    @t.observe(
        "experiments", "query", "filters", "among", "sort", "selected", "observations", "folded", "seed", "unseen"
    )
    def _derive(self, _change: Any) -> None:
        with self.hold_trait_notifications():
            if self._loaded is not self.experiments:
                self._loaded = self.experiments
                self._reload()
            if self._filtered is not self.filters:
                self._refilter()
            self._narrow()
            self._draw()

    def _reload(self) -> None:
        for experiment in self.experiments:
            self._numbers.keep(experiment)
        self._rows = {experiment: row for row, experiment in enumerate(self.experiments)}
        self._grown = {e: growth for e, growth in self._grown.items() if e in self._rows}
        self._ends = {}
        self._statuses = [e.status for e in self.experiments]
        self.set_trait("statuses", dict(Counter(self._statuses)))
        self._finals, self._columns, self._asked, self._filtered = {}, {}, None, None
        self._varying = facets_of(self.experiments)
        self.set_trait("observed", tuple(Experiments(self.experiments).observed()))
        for chosen in ("selected", "pinned", "baseline", "unseen"):
            setattr(self, chosen, self._loaded_ones(getattr(self, chosen)))
        if self.among is not None:
            self.among = self._loaded_ones(self.among)
        self._choose_panels()

    def _take_in(self, grown: Mapping[Experiment, int]) -> None:
        """What follows from experiments that grew, which stand in these rows."""
        rows = [*grown.values()]
        for experiment, row in grown.items():
            self._statuses[row] = experiment.status
        self.set_trait("statuses", dict(Counter(self._statuses)))
        self._ends |= {e: finals_of(e) for e in grown}
        for name, values in self._finals.items():
            values[rows] = _numbers([self.final(e, name) for e in grown])
        params = {facet.name for facet in self._varying}
        self._columns = {name: column for name, column in self._columns.items() if name in params}
        moved = any(column not in params for column, _descending in self.sort)
        if not params.issuperset(self.filters):  # some are of observations, or of the status
            self._refilter()
            moved = True
        fresh = {name for e in grown for name in self._ends[e]}.difference(self.observed)
        if fresh:
            self.set_trait("observed", tuple(Experiments(self.experiments).observed()))
            self._choose_panels(grown)
            if self.hint:  # what the query speaks of may be there now
                self._asked, moved = None, True
        if self._asked:
            answers = [self._query.matches(e.look_up) for e in grown]
            moved = moved or answers != self._answer[rows].tolist()
            self._answer[rows] = answers
        if moved:
            self._narrow()
            self._draw()

    def _choose_panels(self, experiments: Iterable[Experiment] | None = None) -> None:
        """Panels for the first curves there are, unless some are shown or chosen."""
        if self.observations == self._usual and not set(self.observations) & set(self.observed):
            self.observations = self._usual = self._usual_panels(experiments)

    def _refilter(self) -> None:
        self._filtered = self.filters
        self.set_trait("facets", tuple(with_filtered(self._varying, self.experiments, self.filters)))

    def _loaded_ones(self, experiments: Iterable[Experiment]) -> tuple[Experiment, ...]:
        """Those that are loaded, each once, as they were last read."""
        return tuple(self.numbered(dict.fromkeys(map(self.number, experiments))))

    def _with(
        self, before: Iterable[Experiment], experiments: Iterable[Experiment], on: bool
    ) -> tuple[Experiment, ...]:
        """What was chosen before, with these experiments or without them."""
        changed = self._loaded_ones(experiments)
        gone = set(map(id, changed))
        return (*(e for e in before if id(e) not in gone), *(changed if on else ()))

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
        if self.folded:
            keys = [
                (numbers, self.column(c).there, d) for c, d in self.sort if (numbers := self._sort_keys(c)) is not None
            ]
            rows = side_by_side(rows, self.repeats(), keys)
        self.set_trait("visible", tuple(self.experiments[row] for row in rows))

    def _draw(self) -> None:
        limit = max(1, CURVES // max(1, len(self.observations)))
        selected = set(map(id, self.selected))
        first = [e for e in self.visible[:limit] if id(e) not in selected]
        chosen = [e for e in self.visible if id(e) in selected][: 2 * limit]
        drawn = [*first[: max(0, limit - len(selected))], *chosen]
        for experiment in drawn:
            self._slots.setdefault(self.number(experiment), len(self._slots))
        unseen = set(map(id, self.unseen))
        self.set_trait("drawn", tuple(e for e in drawn if id(e) not in unseen))

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
        if column == "timestamp":
            return np.array([e.recorded_at or np.nan for e in self.experiments])
        found = self.column(column)
        return found.numbers if found.there.any() else None

    def _usual_panels(self, experiments: Iterable[Experiment] | None = None) -> tuple[str, ...]:
        """The first observations that are curves; of the newest experiments unless others are given."""
        curved: list[str] = []
        for experiment in self.experiments[-20:] if experiments is None else experiments:
            try:
                series = experiment.observations
            except ResearcherError:  # deleted or damaged since: told where its curve would be drawn
                continue
            curved += [name for name in series if experiment.shape(name) in ("curve", "folds")]
        return tuple(dict.fromkeys(curved))[:PANELS]


def _numbers(values: Sequence[object]) -> Floats:
    return floats([value if isinstance(value, (int, float)) else np.nan for value in values])
