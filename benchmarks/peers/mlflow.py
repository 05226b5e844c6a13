"""MLflow, with its two stores on this disk."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.peers.peer import Observes


class MLflow(Observes):
    """A run of MLflow; subclasses name the store."""

    distribution = "mlflow"
    module = "mlflow"
    call = "`mlflow.log_metrics(values, step=step)`"

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
