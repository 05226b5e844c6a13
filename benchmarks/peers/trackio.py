"""Trackio: a queue, which a thread empties into SQLite twice a second."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.peer import Observes, Reads

if TYPE_CHECKING:
    import pandas as pd

_FINALS = "SELECT run_id, metrics FROM metrics WHERE id IN (SELECT max(id) FROM metrics GROUP BY run_id)"
_ROWS = 100_000_000  # no limit


class Trackio(Observes, Reads):
    """Trackio without a Space: all on this disk."""

    name = "Trackio"
    distribution = "trackio"
    module = "trackio"
    call = "`trackio.log(values, step=step)`"
    way = "`trackio.log(values, step=step)` for each step"
    reader = "`trackio query`"

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

    def open(self, directory: Path) -> None:
        """Name the directory."""
        os.environ["TRACKIO_DIR"] = str(directory)  # read when it is imported
        import trackio

        self._trackio = trackio

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Begin a run, log all and end it, which waits for its thread."""
        self._trackio.init("benchmark", config=dict(params), embed=False, auto_log_gpu=False, auto_log_cpu=False)
        for step, values in enumerate(zip(*observations.values(), strict=True)):
            self._trackio.log(dict(zip(observations, values, strict=True)), step=step)
        self._trackio.finish()

    def prepare(self) -> None:
        """It and pandas."""
        import pandas

        self._pandas = pandas

    def table(self, directory: Path) -> pd.DataFrame:
        """Params and last values by two queries."""
        self.open(directory)
        configs = {
            row["run_id"]: json.loads(row["config"]) for row in self._query("SELECT run_id, config FROM configs")
        }
        finals = {row["run_id"]: self._values(row) for row in self._query(_FINALS)}
        self._ids = list(configs)
        return self._pandas.DataFrame([{**configs[run], **finals[run]} for run in self._ids])

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """All rows of that run have all its observations."""
        found = self._query(f"SELECT metrics FROM metrics WHERE run_id = '{self._ids[row]}' ORDER BY step")
        return [self._values(entry)[observation] for entry in found]

    def _query(self, query: str) -> list[dict[str, Any]]:
        from trackio.sqlite_storage import SQLiteStorage

        found: list[dict[str, Any]] = SQLiteStorage.query_project("benchmark", query, max_rows=_ROWS)["rows"]
        return found

    def _values(self, row: Mapping[str, Any]) -> dict[str, float]:
        from trackio.utils import deserialize_values

        found: dict[str, float] = deserialize_values(json.loads(row["metrics"]))
        return found
