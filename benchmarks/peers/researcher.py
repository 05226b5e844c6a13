"""This package."""

from __future__ import annotations

from pathlib import Path

import researcher as rs
from benchmarks.peers.peer import Observes


class Researcher(Observes):
    """The Recorder of this package, and its records."""

    name = "researcher"
    distribution = "researcher-notebook"
    module = "researcher"
    call = "`recorder.observe(values, step=step)`"

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
