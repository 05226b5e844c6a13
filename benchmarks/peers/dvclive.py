"""DVCLive: a file for each metric and a summary, written anew at each step."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.peer import Observes


class DVCLive(Observes):
    """DVCLive outside of any repository."""

    name = "DVCLive"
    distribution = "dvclive"
    module = "dvclive"
    call = "`live.log_metric` four times, `live.next_step()`"

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
