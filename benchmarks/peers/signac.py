"""signac: a directory an experiment, with a JSON file of params and another of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.peer import Reads

if TYPE_CHECKING:
    import pandas as pd


class Signac(Reads):
    """A project of signac; the observations are in the documents of its jobs."""

    name = "signac"
    distribution = "signac"
    module = "signac"
    way = "`project.open_job(params).document.update(observations)`"
    reader = "`project.to_dataframe()`"

    def open(self, directory: Path) -> None:
        """Make the project, or take what is there."""
        import signac

        self._project = signac.init_project(str(directory))

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Make a job."""
        self._project.open_job(params).document.update(observations)

    def prepare(self) -> None:
        """It and pandas."""
        import pandas
        import signac

        self._signac, self._pandas = signac, pandas

    def table(self, directory: Path) -> pd.DataFrame:
        """Its own table holds whole documents; the final values are taken out of it."""
        self._curves = self._signac.get_project(str(directory)).to_dataframe()
        finals = {
            name: self._curves[name].map(lambda values: values[-1]) for name in self._curves if name.startswith("doc.")
        }
        return self._curves.assign(**finals).rename(columns=lambda name: name.removeprefix("doc."))

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """It is in memory."""
        found: Sequence[float] = self._curves[f"doc.{observation}"].iloc[row]
        return found
