"""Sacred with its file observer: a thread writes all metrics every ten seconds."""

from __future__ import annotations

import json
import queue
import threading
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import Observes


class Sacred(Observes):
    """A run of Sacred, whose main function waits in a thread until it is to finish."""

    name = "Sacred"
    distribution = "sacred"
    module = "sacred"
    call = "`_run.log_scalar` four times"

    def start(self, directory: Path) -> None:
        """Begin a run."""
        from sacred import SETTINGS, Experiment
        from sacred.observers import FileStorageObserver

        SETTINGS.CAPTURE_MODE = "no"
        SETTINGS.CONFIG.READ_ONLY_CONFIG = False
        experiment = Experiment("benchmark", save_git_info=False)
        experiment.observers.append(FileStorageObserver(str(directory)))
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
