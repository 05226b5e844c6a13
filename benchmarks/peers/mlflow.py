"""MLflow, with its two stores on this disk."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.peer import Observes, Reads

if TYPE_CHECKING:
    import pandas as pd


class MLflow(Observes, Reads):
    """A run of MLflow; subclasses name the store."""

    distribution = "mlflow"
    module = "mlflow"
    call = "`mlflow.log_metrics(values, step=step)`"
    way = "`client.log_batch(run_id, metrics, params)`"
    reader = "`mlflow.search_runs(...)`"

    def store(self, directory: Path) -> str:
        """The address of the store."""
        raise NotImplementedError

    def start(self, directory: Path) -> None:
        """Begin a run."""
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
        import mlflow

        self._mlflow = mlflow
        mlflow.set_tracking_uri(self.store(directory))
        mlflow.create_experiment("benchmark", artifact_location=(directory / "artifacts").as_uri())
        mlflow.set_experiment("benchmark")
        mlflow.start_run()

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Log the values."""
        self._mlflow.log_metrics(values, step=step)

    def finish(self) -> None:
        """End the run."""
        self._mlflow.end_run()

    def kept(self, directory: Path) -> int:
        """The steps that its client finds of every metric."""
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
        from mlflow import MlflowClient

        client = MlflowClient(self.store(directory))
        experiment = client.get_experiment_by_name("benchmark")
        (run,) = client.search_runs([experiment.experiment_id])
        histories = [client.get_metric_history(run.info.run_id, name) for name in run.data.metrics]
        return min(map(len, histories), default=0) if len(histories) == 4 else 0

    def open(self, directory: Path) -> None:
        """Make an experiment of its own sense, whose runs are what others call experiments."""
        self._client = self._connected(directory)
        found = self._client.get_experiment_by_name("benchmark")
        artifacts = (directory / "artifacts").as_uri()
        self._experiment = found.experiment_id if found else self._client.create_experiment("benchmark", artifacts)

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Make a run with one batch of everything; params are text."""
        from mlflow.entities import Metric, Param

        run = self._client.create_run(self._experiment)
        now = time.time_ns() // 1_000_000
        metrics = [
            Metric(name, value, now, step) for name, values in observations.items() for step, value in enumerate(values)
        ]
        self._client.log_batch(run.info.run_id, metrics, [Param(name, str(value)) for name, value in params.items()])
        self._client.set_terminated(run.info.run_id)

    def prepare(self) -> None:
        """It, and with it pandas."""
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
        import mlflow

        self._mlflow = mlflow

    def table(self, directory: Path) -> pd.DataFrame:
        """Its own table, with its names of columns without their prefixes."""
        self._client = self._connected(directory)
        found = self._mlflow.search_runs(experiment_names=["benchmark"], max_results=50_000)
        self._ids: Sequence[str] = found["run_id"].to_list()
        return found.rename(columns=lambda name: name.removeprefix("metrics.").removeprefix("params."))

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """The history of that metric."""
        history = self._client.get_metric_history(self._ids[row], observation)
        return [metric.value for metric in sorted(history, key=lambda metric: metric.step)]

    def _connected(self, directory: Path) -> Any:
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
        import mlflow

        mlflow.set_tracking_uri(self.store(directory))
        return mlflow.MlflowClient()


class MLflowFiles(MLflow):
    """MLflow with a directory of text files."""

    name = "MLflow files"

    def store(self, directory: Path) -> str:
        """The address of the directory."""
        return (directory / "runs").as_uri()


class MLflowSQLite(MLflow):
    """MLflow with a database."""

    name = "MLflow SQLite"

    def store(self, directory: Path) -> str:
        """The address of the database."""
        return f"sqlite:///{directory / 'runs.db'}"
