"""Where an Explorer has its experiments from: a records directory that is watched, or a list of experiments."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from researcher.errors import RecordsNotFound, ResearcherError
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.load import records_within, warn_of
from researcher.storage.directory import Change, RecordsDirectory, records_directory
from researcher.widgets.state import ExplorerState
from researcher.widgets.watch import Watch


class Source:
    """Loads experiments into a state; a directory is watched while the state is shown in some page.

    Attributes:
        records: the directory as it was given; None for a list.
    """

    def __init__(self, records: str | os.PathLike[str] | Iterable[Experiment], state: ExplorerState) -> None:
        """Load for the first time."""
        self.records: str | os.PathLike[str] | None = None
        self._state = state
        self._watch: Watch | None = None
        self._last_watch: Watch | None = None
        self._directory: RecordsDirectory | None = None
        if isinstance(records, (str, os.PathLike)):
            self.records = records
            self._directory = records_directory(records)
            self._look(self._directory)
        else:
            experiments = records if isinstance(records, Experiments) else _listed(records)
            notice = "" if experiments else "There are no experiments in this list."
            state.source = "a list"
            state.load(experiments, experiments.damaged, notice)

    def follow(self) -> None:
        """Begin to watch; from now on only while somebody looks. What was never in a page is used from Python."""
        self._begin()
        self._state.observe(self._shown_or_not, "pages")

    def close(self) -> None:
        """Stop watching for good."""
        self._end()
        self._directory = None

    def _begin(self) -> None:
        if self._directory is not None and self._watch is None:
            self._watch = Watch(self._directory, self._hear, self._state.lock, self._last_watch)

    def _end(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch, self._last_watch = None, self._watch

    def _shown_or_not(self, change: Any) -> None:
        if change.new:
            self._begin()
        else:
            self._end()

    def _look(self, directory: RecordsDirectory) -> None:
        error = None
        try:
            directory.refresh()
        except ResearcherError as found:
            error = found
        self._load(directory, error)
        warn_of(directory.damaged)

    def _hear(self, change: Change, error: ResearcherError | None) -> None:
        """What the watch tells."""
        if self._directory is None:
            return
        if change.listed:
            self._load(self._directory, error)
        if change.grown:
            self._state.grow(change.grown)

    def _load(self, directory: RecordsDirectory, error: ResearcherError | None) -> None:
        state, source = self._state, str(directory.path)
        state.source = f"{source.rstrip('/')}/"
        if isinstance(error, RecordsNotFound):
            said = str(error)
            if not Path(source).exists():  # else it begins with the name of a file
                said = f"{said[:1].upper()}{said[1:]}\nThis Explorer wakes up when the first record appears."
            state.load([], [], said)
            return
        notice = "" if error is None else str(error)  # a disk that is away for a moment takes nothing off the page
        if error is None and not directory.experiments:
            first = "No record can be read; the damaged files are listed above." if directory.damaged else ""
            notice = (
                f"{first or f'There is no experiment in {source} yet.'} rs.record_experiment(params, {source!r}, "
                "observations=...) records one, and this Explorer wakes up when the first record appears."
            )
            if inner := records_within(directory.path):
                notice += f"\nThere are records in {', '.join(inner)}; each of these has an Explorer of its own."
        state.load(directory.experiments, directory.damaged, notice)


def _listed(records: Iterable[Experiment]) -> Experiments:
    """Experiments that were given in place of a directory; one alone is a list of one."""
    given = [records] if isinstance(records, Experiment) else records
    if isinstance(given, Iterable):
        found = [*given]
        if all(isinstance(one, Experiment) for one in found):
            return Experiments(found)
    raise TypeError(f"an Explorer shows a records directory, its URL, or a list of experiments, and not {records!r}")
