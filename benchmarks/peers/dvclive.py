"""DVCLive: a file for each metric and a summary, written anew at each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.peer import Observes, Reads

if TYPE_CHECKING:
    import pandas as pd


class DVCLive(Observes, Reads):
    """DVCLive outside of any repository."""

    name = "DVCLive"
    distribution = "dvclive"
    module = "dvclive"
    call = "`live.log_metric` four times, `live.next_step()`"
    way = "`live.log_metric` for each value"
    reader = "`load_yaml` of params, `parse_json`, `parse_tsv` of metrics"

    def start(self, directory: Path) -> None:
        """Begin to log."""
        from dvclive import Live

        self._live = Live(str(directory), save_dvc_exp=False, dvcyaml=None)

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Log the values, one by one, and go to the next step."""
        for name, value in values.items():
            self._live.log_metric(name, value)
        self._live.next_step()

    def finish(self) -> None:
        """End it."""
        self._live.end()

    def kept(self, directory: Path) -> int:
        """The whole lines that every metric's file has below its heading."""
        found = [path.read_bytes().count(b"\n") - 1 for path in directory.glob("plots/metrics/*.tsv")]
        return min(found, default=0) if len(found) == 4 else 0

    def open(self, directory: Path) -> None:
        """Each experiment has a directory of its own in it."""
        self._directory, self._number = directory, len(list(directory.iterdir()))

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Log all, with the steps set, as ``next_step`` writes a summary each time."""
        from dvclive import Live

        self._number += 1
        live = Live(str(self._directory / f"{self._number:06}"), save_dvc_exp=False, dvcyaml=None)
        live.log_params(dict(params))
        for step, values in enumerate(zip(*observations.values(), strict=True)):
            live.step = step
            for name, value in zip(observations, values, strict=True):
                live.log_metric(name, value)
        live.end()

    def prepare(self) -> None:
        """What it reads its own files with, and pandas."""
        import pandas
        from dvclive import serialize, utils

        self._pandas, self._serialize, self._files = pandas, serialize, utils

    def table(self, directory: Path) -> pd.DataFrame:
        """Params and last values of each experiment."""
        self._runs = sorted(directory.iterdir())
        params = [self._serialize.load_yaml(run / "params.yaml") for run in self._runs]
        finals = [self._files.parse_json(run / "metrics.json") for run in self._runs]
        values = [{name: float(value) for name, value in final.items()} for final in finals]  # NaN is text in the file
        return self._pandas.DataFrame([{**given, **final} for given, final in zip(params, values, strict=True)])

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """The file of that metric."""
        path = self._runs[row] / "plots" / "metrics" / f"{observation}.tsv"
        return [float(line[observation]) for line in self._files.parse_tsv(path)]
