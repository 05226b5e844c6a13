"""Aim: a store of its own, in RocksDB."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.peer import Observes, Reads

if TYPE_CHECKING:
    import pandas as pd


class Aim(Observes, Reads):
    """A run of Aim that looks at nothing but what it is given."""

    name = "Aim"
    distribution = "aim"
    module = "aim"
    call = "`run.track(values, step=step)`"
    way = "`run.track(values, step=step)` for each step"
    reader = "`repo.iter_runs()`, `run.collect_sequence_info('metric')`"

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

    def open(self, directory: Path) -> None:
        """Make the repository, or take what is there."""
        from aim import Repo

        self._repository = Repo.from_path(str(directory), init=True)

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Begin a run, track all and close it."""
        from aim import Run

        run = Run(repo=self._repository, system_tracking_interval=None, capture_terminal_logs=False)
        run["params"] = params
        for step, values in enumerate(zip(*observations.values(), strict=True)):
            run.track(dict(zip(observations, values, strict=True)), step=step)
        run.close()

    def prepare(self) -> None:
        """It and pandas."""
        import pandas
        from aim import Repo
        from aim.storage.context import Context

        self._pandas, self._repo, self._no_context = pandas, Repo, Context({})

    def forget(self, directory: Path) -> None:
        """Empty the index, as it is before the first reading."""
        from aim import Repo

        shutil.rmtree(directory / ".aim" / "meta" / "index")
        Repo(str(directory), init=True)

    def table(self, directory: Path) -> pd.DataFrame:
        """Params and last values of each run, as its own list of runs has them; the first time it has to be indexed."""
        self._runs = list(self._repo(str(directory)).iter_runs())
        if not self._runs:
            self._repo(str(directory))._recreate_index()
            self._runs = list(self._repo(str(directory)).iter_runs())
        rows = []
        for run in self._runs:
            found = run.collect_sequence_info("metric")["metric"]
            rows.append({**run["params"], **{metric["name"]: metric["values"]["last"] for metric in found}})
        return self._pandas.DataFrame(rows)

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """The metric of that run."""
        metric = self._runs[row].get_metric(observation, self._no_context)
        found: Sequence[float] = metric.data.view("val").numpy()[1][0].tolist()
        return found
