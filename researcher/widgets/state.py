"""The one state of an Explorer: what is loaded, what is chosen, and what follows from it."""

from __future__ import annotations

import operator
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets as t

from researcher.analysis.repeats import repeats_among
from researcher.arrays import Array, Indices
from researcher.errors import ResearcherError
from researcher.experiment import Experiment
from researcher.garbage import uncollected
from researcher.storage.shelved import Shelved
from researcher.tables.column import Column
from researcher.tables.columns import Columns
from researcher.tables.facets import Facet, with_values
from researcher.tables.narrowing import Counts, narrowed
from researcher.widgets.asked import Asked
from researcher.widgets.growth import Growth
from researcher.widgets.loaded import Loaded
from researcher.widgets.numbers import Numbers
from researcher.widgets.ordering import folded, ordered
from researcher.widgets.slots import Slots, chosen_to_draw
from researcher.widgets.sources import Many, Sources

PANELS = 4  # observations that are drawn unless others are chosen

_NARROWING = ("query", "filters", "among", "sort", "folded", "seed")
"""What the visible experiments follow from, beside what is loaded."""


class ExplorerState(Sources):
    """What is loaded, what is chosen, and what follows from it.

    Sources are replaced whole, by their verbs or by hand. Consequences are read-only and computed here, so that no
    view ever sees a half-changed state.
    """

    facets = t.Tuple(read_only=True)
    """A `researcher.tables.facets.Facet` for each param that varies or is filtered."""
    observed = t.Tuple(read_only=True)
    """The names of all observations that have a number."""
    counts: Any = t.Instance(Counts, (), read_only=True)
    """For each param how many experiments have each of its values under the other filters."""
    visible: Any = Many(read_only=True)
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
        self.rows: Indices = np.zeros(0, dtype=np.intp)
        """The places of the visible experiments in ``experiments``, of shape ``(n_visible,)``."""
        self._numbers = Numbers()
        self._loaded = self._coming = Loaded((), self._numbers)
        self._asked = Asked()
        self._slots = Slots()
        self._shared: defaultdict[str, Slots] = defaultdict(Slots)  # of groups and of values, by what they are of
        self._growth = Growth()
        self._varying: list[Facet] = []
        self._filtered: object = None
        self._narrowed: list[object] = []  # what was asked when the visible ones were found
        self._usual: tuple[str, ...] = ()
        self._repeats: tuple[Loaded, str, Indices] | None = None
        super().__init__(**sources)

    # What is told of the experiments.

    def load(self, experiments: Sequence[Experiment], damaged: Sequence[Any] = (), notice: str = "") -> None:
        """Show these experiments, each once; what is chosen stays chosen where it is still there."""
        with self.lock, uncollected(), self.hold_trait_notifications():
            self._coming = Loaded(experiments, self._numbers)
            self.experiments, self.damaged, self.notice = self._coming.experiments, tuple(damaged), notice

    def grow(self, experiments: Iterable[Experiment]) -> None:
        """Bring in line what follows from these experiments: they are loaded, and hold more now than before."""
        with self.lock, self.hold_trait_notifications():
            grown = {e: row for e in experiments if (row := self._loaded.row(e)) is not None}
            if grown:
                self.set_trait("growth", self.growth + 1)
                if sum(self._loaded.put(row, experiment) for experiment, row in grown.items()):
                    self.set_trait("visible", self._loaded.at(self.rows))
                self._growth.note(grown, self.growth)
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

    @property
    def data(self) -> Columns:
        """The loaded experiments as columns."""
        return self._loaded.columns

    @property
    def numbers(self) -> Indices:
        """The number of each loaded experiment, of shape ``(n_experiments,)``; see `number`."""
        return self._loaded.numbers

    def number(self, experiment: Experiment) -> int:
        """A number for an experiment that it keeps as long as the state lives, however often it is read again."""
        with self.lock:
            return self._numbers.number(experiment)

    def numbered(self, numbers: Iterable[int]) -> Shelved:
        """The loaded experiments of these numbers, in their order; unknown numbers are passed over."""
        return self.at(self._loaded.numbered(np.array([*numbers], dtype=np.intp)))

    def numbers_of(self, experiments: Iterable[Experiment]) -> list[int]:
        """The numbers of those of these experiments that are loaded, in their order."""
        return self.numbers[self.rows_of(experiments)].tolist()  # type: ignore[no-any-return]

    def at(self, rows: Indices) -> Shelved:
        """The experiments in these places in ``experiments``; each is made when it is touched."""
        return self._loaded.at(rows)

    def row(self, experiment: Experiment) -> int:
        """The place of a loaded experiment in ``experiments``.

        Raises:
            KeyError: it is not loaded.
        """
        row = self._loaded.row(experiment)
        if row is None:
            raise KeyError(experiment.name)
        return row

    def rows_of(self, experiments: Iterable[Experiment]) -> Indices:
        """The places of those of these experiments that are loaded, each once, in the order given."""
        with self.lock:
            return self._loaded.rows(experiments)

    def grown_since(self, growth: int) -> list[Experiment]:
        """The loaded experiments that grew after ``growth`` was as it is given here."""
        with self.lock:
            return self._growth.since(growth)

    def version(self, experiment: Experiment) -> int:
        """What ``growth`` was when an experiment last grew; what was drawn of it since then is still right."""
        return self._growth.of(experiment)

    def slot(self, experiment: Experiment) -> int | None:
        """The place of an experiment's colour in the palette, kept for ever; None if it was never drawn."""
        return self._slots.of(self.number(experiment))

    def slot_among(self, kind: str, key: Hashable) -> int:
        """The place in the palette of a group, or of a value, among those of its kind; kept for ever."""
        return self._shared[kind].take(key)

    def column(self, name: str) -> Column:
        """The values of a column for each loaded experiment; see `researcher.tables.columns`."""
        return self.data.column(name)

    def usual_panels(self, experiments: Iterable[Experiment] | None = None) -> tuple[str, ...]:
        """The observations that have a panel unless others are chosen: the first curves, of the newest experiments."""
        curved: list[str] = []
        for experiment in self.experiments[-20:] if experiments is None else experiments:
            try:
                series = experiment.observations
            except ResearcherError:  # deleted or damaged since: told where its curve would be drawn
                continue
            curved += [name for name in series if experiment.shape(name) in ("curve", "folds")]
        return tuple(dict.fromkeys(curved))[:PANELS]

    def repeats(self) -> Indices:
        """The number of the group of repeats of each loaded experiment; see `researcher.analysis.repeats`."""
        found = self._repeats
        if found is None or found[0] is not self._loaded or found[1] != self.seed:
            groups = repeats_among([*self.data.params.values()], self.data.hashes, self.seed or None)
            found = self._repeats = self._loaded, self.seed, groups
        return found[2]

    def finals(self, observation: str) -> Array:
        """The final value of an observation for each loaded experiment, of shape ``(n_experiments,)``."""
        return self.data.summary("final", observation)[0]

    # What follows from what.

    @t.observe("experiments", "selected", "observations", "unseen", *_NARROWING)
    def _derive(self, _change: Any) -> None:
        with self.hold_trait_notifications():
            if self._loaded.experiments is not self.experiments:
                self._reload()
            if self._filtered is not self.filters:
                self._refilter()
            asked = [self._loaded, *(getattr(self, name) for name in _NARROWING)]
            if not (self._narrowed and all(map(operator.is_, self._narrowed, asked))):
                self._narrowed = asked
                self._narrow()
            self._draw()

    def _reload(self) -> None:
        if self._coming.experiments is not self.experiments:  # they were set by hand
            self._coming = Loaded(self.experiments, self._numbers)
            self.experiments = self._coming.experiments
        self._loaded = self._coming
        self._growth.forget_all_but(lambda experiment: self._loaded.row(experiment) is not None)
        self._asked.forget()
        self._filtered = None
        self._varying = self.data.telling()
        self._count_statuses()
        self.set_trait("observed", self.data.observed)
        for chosen in ("selected", "pinned", "baseline", "unseen"):
            setattr(self, chosen, self.loaded_ones(getattr(self, chosen)))
        if self.among is not None:
            self.among = self.loaded_ones(self.among)
        self._choose_panels()

    def _take_in(self, grown: Mapping[Experiment, int]) -> None:
        """What follows from experiments that grew, which stand in these rows."""
        columns, params = self.data, {facet.name for facet in self._varying}
        columns.grow([*grown.values()])
        self._count_statuses()
        moved = any(column not in params for column, _descending in self.sort)
        if not params.issuperset(self.filters):  # some are of observations, or of the status
            self._refilter()
            moved = True
        if columns.observed != self.observed:
            self.set_trait("observed", columns.observed)
            self._choose_panels(grown)
            if self.hint:  # what the query speaks of may be there now
                self._asked.forget()
                moved = True
        if self._asked.grow(grown.values(), [*grown]) or moved:
            self._narrow()
            self._draw()

    def _count_statuses(self) -> None:
        self.set_trait("statuses", dict(Counter(self.data.statuses)))

    def _choose_panels(self, experiments: Iterable[Experiment] | None = None) -> None:
        """Panels for the first curves there are, unless some are shown or chosen."""
        if self.observations == self._usual and not set(self.observations) & set(self.observed):
            self.observations = self._usual = self.usual_panels(experiments)

    def _refilter(self) -> None:
        """A facet for each param that varies, and for all that is filtered; values that are filtered for are listed."""
        self._filtered = self.filters
        found = {facet.name: facet for facet in self._varying}
        for name, kept in self.filters.items():
            facet = self.data.facet(name)
            found[name] = facet if isinstance(kept, Mapping) else with_values(facet, kept)
        self.set_trait("facets", tuple(found.values()))

    def _narrow(self) -> None:
        mask = self._asked.answer(self.query, self.data.experiments)
        self.set_trait("mistake", self._asked.mistake)
        self.set_trait("hint", self._asked.hint)
        if self.among is not None:
            by_hand = self.rows_of(self.among)
            mask = mask & self._loaded.mask(by_hand)
        masks = narrowed(self.facets, self.filters, mask)
        self.set_trait("counts", Counts(self.facets, masks))
        rows = np.flatnonzero(masks[None])
        if self.among is not None and not self.sort:
            rows = by_hand[np.isin(by_hand, rows)]
        rows = ordered(self.data, rows, self.sort)
        if self.folded:
            rows = folded(self.data, rows, self.sort, self.repeats())
        self.rows = rows
        self.set_trait("visible", self._loaded.at(rows))

    def _draw(self) -> None:
        selected, n_panels = self.rows_of(self.selected), len(self.observations)
        drawn = chosen_to_draw(self.rows, self.rows[np.isin(self.rows, selected)], len(selected), n_panels)
        self._slots.give(self.numbers[drawn].tolist())
        self.set_trait("drawn", tuple(self.at(drawn[~np.isin(drawn, self.rows_of(self.unseen))])))
