"""This package."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import researcher as rs
from benchmarks.peers.peer import Observes, Reads, Records

if TYPE_CHECKING:
    import pandas as pd


class Researcher(Observes, Reads):
    """The Recorder of this package, and its records."""

    name = "researcher"
    distribution = "researcher-notebook"
    module = "researcher"
    call = "`recorder.observe(values, step=step)`"
    way = "`rs.record_experiment(...)`"
    reader = "`rs.all_experiments(directory).frame()`"

    def available(self) -> bool:
        """It is there, installed or not."""
        return True

    def version(self) -> str:
        """The version of this package."""
        return rs.__version__

    def start(self, directory: Path) -> None:
        """Begin an experiment."""
        self._recorder = rs.Recorder({"title": "benchmark"}, directory).start()

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Observe the values."""
        self._recorder.observe(values, step=step)

    def finish(self) -> None:
        """Publish the record."""
        self._recorder.finish()

    def kept(self, directory: Path) -> int:
        """What is loaded of it."""
        (experiment,) = rs.all_experiments(directory)
        return min(map(len, experiment.observations.values()))

    def open(self, directory: Path) -> None:
        """Remember the directory."""
        self._directory = directory

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Publish a record."""
        rs.record_experiment(params, self._directory, observations)

    def prepare(self) -> None:
        """What is imported when it is first needed."""
        import pandas  # noqa: F401

        self._load = rs.all_experiments

    def begin(self, directory: Path) -> None:
        """Load all, without their curves."""
        self._experiments = self._load(directory)

    def table(self, directory: Path) -> pd.DataFrame:
        """Their params and final values."""
        return self._experiments.frame()

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """Decode the curves of that experiment."""
        found: Sequence[float] = self._experiments[row].observations[observation]
        return found


class ResearcherUnsynced(Records):
    """The same with no more than the 2020 way does: nothing is synced, and nothing is said of the environment.

    There is no switch for syncing: ``os.fsync`` is replaced, in this process alone.
    """

    name = "researcher unsynced"
    way = "`rs.record_experiment(...)`, `os.fsync` replaced"

    def title(self) -> str:
        """Name, version and what is different."""
        return f"researcher {rs.__version__}, no fsync, no environment"

    def open(self, directory: Path) -> None:
        """Remember the directory, and leave out from now on what the 2020 way leaves out."""
        self._directory = directory
        os.fsync = _unsynced
        rs.record_environment(False)

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Publish a record."""
        rs.record_experiment(params, self._directory, observations)

    def count(self, directory: Path) -> int:
        """What is loaded."""
        return len(rs.all_experiments(directory))


def _unsynced(handle: int) -> None:
    """In the place of ``os.fsync``."""
