"""Aim: a store of its own, in RocksDB."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.peer import Observes


class Aim(Observes):
    """A run of Aim that looks at nothing but what it is given."""

    name = "Aim"
    distribution = "aim"
    module = "aim"
    call = "`run.track(values, step=step)`"

    def start(self, directory: Path) -> None:
        """Begin a run."""
        from aim import Run

        self._run = Run(repo=str(directory), system_tracking_interval=None, capture_terminal_logs=False)

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Track the values."""
        self._run.track(values, step=step)

    def finish(self) -> None:
        """End the run."""
        self._run.close()

    def kept(self, directory: Path) -> int:
        """The steps that its repository has of every metric, once it is indexed as by `aim storage reindex`."""
        from aim import Repo

        repository = Repo(str(directory))
        repository._recreate_index()
        metrics = [metric for run in repository.iter_runs() for metric in run.metrics()]
        found = [len(metric.values.sparse_numpy()[0]) for metric in metrics]
        return min(found, default=0) if len(found) == 4 else 0
