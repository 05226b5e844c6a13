"""What is being recorded: its journal, its clock, and the experiment as far as it has come."""

from __future__ import annotations

import os
import threading
import time

from researcher.errors import warn
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage.follow import JournalReader
from researcher.storage.journal import Journal

clock = time.perf_counter


class Recording:
    """An experiment that is being recorded.

    Attributes:
        journal: that is written to.
        zero: what the clock said when the experiment began.
        experiment: as `read` brought it up to date.
        records: the directory that its record goes to.
        kinds: by name, what it was observed as; see `researcher.recording.observing.sorted_out`.
        curves: the names that were observed here as curves without folds.
    """

    def __init__(
        self,
        journal: Journal,
        zero: float,
        experiment: Experiment,
        records: Place,
        joined: dict[str, str] | None = None,
    ) -> None:
        """Record an experiment in a journal.

        Args:
            journal: that is open.
            zero: what the clock said when the experiment began.
            experiment: that is brought up to date.
            records: the directory that its record goes to.
            joined: the kinds, if another process began it and will end it.
        """
        self.journal = journal
        self.zero = zero
        self.experiment = experiment
        self.records = records
        self.curves: set[str] = set()
        self._process = os.getpid() if joined is None else -1
        self._reader: JournalReader | None = None
        self._told = bool(journal.trouble)  # who began it said so
        self._lock = threading.RLock()  # never for observing
        self.kinds = self.read().replay.kinds() if joined is None else joined

    @property
    def ours(self) -> bool:
        """Whether this process is the one that ends it."""
        return self._process == os.getpid()

    def now(self) -> float:
        """Seconds since the experiment began."""
        return clock() - self.zero

    def read(self) -> JournalReader:
        """Bring the experiment up to date with the journal, and with what waits to be written there."""
        journal = self.journal
        with self._lock:
            if journal.trouble:
                reader, self._reader = JournalReader(journal.path, journal.everything), None
            elif self._reader is None or self._reader.path != journal.path:
                reader = self._reader = JournalReader(journal.path, journal.content)
            else:
                reader = self._reader
            if reader.refresh():
                self.experiment.become(reader.experiment())
            return reader

    def tell_of_trouble(self) -> None:
        """Say why a line is not in the journal yet: once, as it will be."""
        with self._lock:
            told, self._told = self._told, True
        if not told:
            warn(
                f"cannot write to {self.records}: {self.journal.trouble}. The experiment goes on; what is observed is "
                "kept in memory and written as soon as that is possible, at the latest into a file that is named at "
                "the end."
            )

    def after_fork(self) -> None:
        """In a child process: other threads, which are not there, may have been at it."""
        self._lock, self._reader = threading.RLock(), None
