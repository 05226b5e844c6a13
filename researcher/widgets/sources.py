"""What is loaded and what is chosen in an Explorer, and the verbs that choose."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import traitlets as t

from researcher.arrays import Indices
from researcher.experiment import Experiment
from researcher.storage.shelved import Shelved
from researcher.tables.facets import Kept
from researcher.widgets.look import Look


class Many(t.TraitType[Sequence[Experiment], Any]):
    """Experiments, of which each is made when it is touched."""

    info_text = "experiments"
    default_value = Shelved(None)

    def validate(self, obj: Any, value: Any) -> Shelved:
        """Those of any iterable."""
        try:
            return value if isinstance(value, Shelved) else Shelved(None, value)
        except TypeError:
            self.error(obj, value)


class Sources(Look):
    """What is loaded and chosen: each is replaced whole, by the verbs below or by hand.

    Changes and the answers to them are serialised by ``lock``, because a page's messages may arrive on another thread
    than a running cell's.
    """

    source = t.Unicode()
    """What is explored, as it is shown: the records directory as it was given."""
    notice = t.Unicode()
    """Why there is nothing to show and what to do about it, or the empty text."""
    experiments: Any = Many()
    """All experiments that are loaded, oldest first."""
    damaged = t.Tuple()
    """Path and reason of each file that could not be read."""
    query = t.Unicode()
    """The query that visible experiments match; see `researcher.query`."""
    filters = t.Dict()
    """The values that are kept, by dotted param name."""
    among: Any = Many(None, allow_none=True)
    """The experiments that were chosen by hand to be looked at, or None for all."""
    selected: Any = Many()
    """The experiments that were selected by hand, in the order of selection."""
    pinned: Any = Many()
    """The experiments that stay on top of the table, where they are visible."""
    baseline: Any = Many()
    """The one experiment that the table compares the others to, or nothing."""
    unseen: Any = Many()
    """The experiments whose curves are hidden by hand."""
    sort = t.Tuple()
    """Pairs of column and whether it descends, the most important first."""
    observations = t.Tuple()
    """The names of the observations that have a panel."""
    zoom = t.Tuple()
    """The range of steps that the panels show, or nothing for all."""

    def __init__(self, **sources: Any) -> None:
        self.lock = threading.RLock()
        super().__init__(**sources)

    def notify_change(self, change: Any) -> None:
        """Serialise changes: their consequences and the views' answers are complete before the next begins."""
        with self.lock:
            super().notify_change(change)

    def at(self, rows: Indices) -> Shelved:
        """The experiments in these places in ``experiments``; each is made when it is touched."""
        raise NotImplementedError

    def rows_of(self, experiments: Iterable[Experiment]) -> Indices:
        """The places of those of these experiments that are loaded, each once, in the order given."""
        raise NotImplementedError

    def loaded_ones(self, experiments: Iterable[Experiment]) -> Shelved:
        """Those of these experiments that are loaded, each once, as they were last read."""
        return self.at(self.rows_of(experiments))

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
            self.selected = self.loaded_ones(experiments)

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
            self.baseline = self.loaded_ones(experiments)[:1]

    def look_at(self, experiments: Iterable[Experiment]) -> None:
        """Look at these experiments and no others, whatever was filtered before."""
        with self.lock, self.hold_trait_notifications():
            self.query, self.filters, self.sort = "", {}, ()
            self.among = self.loaded_ones(experiments)

    def _with(self, before: Iterable[Experiment], experiments: Iterable[Experiment], on: bool) -> Shelved:
        """What was chosen before, with these experiments or without them."""
        changed, rows = self.rows_of(experiments), self.rows_of(before)
        others = rows[~np.isin(rows, changed)]
        return self.at(np.concatenate([others, changed]) if on else others)
