"""Trackio: a queue, which a thread empties into SQLite twice a second."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.peers.peer import Observes


class Trackio(Observes):
    """Trackio without a Space: all on this disk."""

    name = "Trackio"
    distribution = "trackio"
    module = "trackio"
    call = "`trackio.log(values, step=step)`"

    def start(self, directory: Path) -> None:
        """Begin a run."""
        os.environ["TRACKIO_DIR"] = str(directory)  # read when it is imported
        import trackio

        self._trackio = trackio
        trackio.init("benchmark", embed=False, auto_log_gpu=False, auto_log_cpu=False)

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Log the values."""
        self._trackio.log(values, step=step)

    def finish(self) -> None:
        """End the run."""
        self._trackio.finish()

    def kept(self, directory: Path) -> int:
        """The steps in its database, whose tables are made when the thread first writes."""
        with closing(sqlite3.connect(directory / "benchmark.db")) as database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'metrics'").fetchall():
                return 0
            ((count,),) = database.execute("SELECT count(DISTINCT step) FROM metrics")
        return int(count)
