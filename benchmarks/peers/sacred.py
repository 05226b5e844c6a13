"""Sacred with its file observer: a thread writes all metrics every ten seconds."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.peer import Observes, Reads

if TYPE_CHECKING:
    import pandas as pd


class Sacred(Observes, Reads):
    """A run of Sacred, whose main function waits in a thread until it is to finish."""

    name = "Sacred"
    distribution = "sacred"
    module = "sacred"
    call = "`_run.log_scalar` four times"
    way = "`_run.log_scalar` for each value"
    reader = "`json.load` of config and metrics"

    def start(self, directory: Path) -> None:
        """Begin a run."""
        experiment = self._observed(directory)
        begun: queue.Queue[Any] = queue.Queue()
        self._done = threading.Event()

        @experiment.main
        def main(_run: Any) -> None:
            begun.put(_run)
            self._done.wait()

        self._thread = threading.Thread(target=experiment.run, daemon=True)
        self._thread.start()
        self._run = begun.get(timeout=60)

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Log the values, one by one."""
        for name, value in values.items():
            self._run.log_scalar(name, value, step)

    def finish(self) -> None:
        """Let the main function return."""
        self._done.set()
        self._thread.join()

    def kept(self, directory: Path) -> int:
        """The steps in its file of metrics; that is not there before it is first written."""
        path = directory / "1" / "metrics.json"
        metrics = json.loads(path.read_text()) if path.exists() else {}
        return min((len(metric["steps"]) for metric in metrics.values()), default=0)

    def open(self, directory: Path) -> None:
        """Remember the directory."""
        self._directory = directory

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Make an experiment and run it."""
        experiment = self._observed(self._directory)
        experiment.add_config(dict(params))

        @experiment.main
        def main(_run: Any) -> None:
            for name, values in observations.items():
                for step, value in enumerate(values):
                    _run.log_scalar(name, value, step)

        experiment.run()

    def prepare(self) -> None:
        """It has no reader; the table is one of pandas."""
        import pandas

        self._pandas = pandas

    def table(self, directory: Path) -> pd.DataFrame:
        """Config and metrics of each run."""
        runs = sorted((path for path in directory.iterdir() if path.name.isdecimal()), key=lambda path: int(path.name))
        params = [json.loads((run / "config.json").read_text()) for run in runs]
        self._metrics = [json.loads((run / "metrics.json").read_text()) for run in runs]
        finals = [{name: found["values"][-1] for name, found in metrics.items()} for metrics in self._metrics]
        return self._pandas.DataFrame([{**config, **final} for config, final in zip(params, finals, strict=True)])

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """It is in memory."""
        found: Sequence[float] = self._metrics[row][observation]["values"]
        return found

    def _observed(self, directory: Path) -> Any:
        """An experiment of its sense that looks at nothing but what it is given."""
        from sacred import SETTINGS, Experiment
        from sacred.observers import FileStorageObserver

        SETTINGS.CAPTURE_MODE = "no"
        SETTINGS.CONFIG.READ_ONLY_CONFIG = False
        SETTINGS.DISCOVER_DEPENDENCIES = SETTINGS.DISCOVER_SOURCES = "none"
        SETTINGS.HOST_INFO.INCLUDE_CPU_INFO = SETTINGS.HOST_INFO.INCLUDE_GPU_INFO = False
        experiment = Experiment("benchmark", save_git_info=False)
        experiment.logger = logging.getLogger("sacred.quiet")
        experiment.logger.setLevel(logging.CRITICAL)
        experiment.observers.append(FileStorageObserver(str(directory)))
        return experiment
