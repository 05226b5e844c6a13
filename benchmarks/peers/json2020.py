"""The way of the 2020 package: plain JSON, indented, one file an experiment, and all of it read each time."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.peers.peer import Reads

if TYPE_CHECKING:
    import pandas as pd


class Json2020(Reads):
    """Writes with ``json.dump(indent=4)``, unsynced, and reads with ``json.load``."""

    name = "2020 way"
    way = "`json.dump(record, file, indent=4)`"
    reader = "`json.load` of every file"

    def open(self, directory: Path) -> None:
        """Remember the directory."""
        self._directory = directory

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Write the file."""
        digest = hashlib.md5(json.dumps(params).encode(), usedforsecurity=False).hexdigest()
        record = {
            **params,
            "hash": digest,
            "timestamp": time.strftime("%Y-%m-%d_%H:%M:%S"),
            "observations": observations,
        }
        with (self._directory / f"{params['title']}_{digest}.json").open("w") as file:
            json.dump(record, file, indent=4)

    def prepare(self) -> None:
        """The table is one of pandas."""
        import pandas as pd

        self._pandas = pd

    def table(self, directory: Path) -> pd.DataFrame:
        """Load everything."""
        self._records = []
        for path in sorted(directory.iterdir()):
            with path.open() as file:
                self._records.append(json.load(file))
        finals = ({name: values[-1] for name, values in found["observations"].items()} for found in self._records)
        heads = ({key: found[key] for key in found if key != "observations"} for found in self._records)
        return self._pandas.DataFrame([{**head, **final} for head, final in zip(heads, finals, strict=True)])

    def curve(self, row: int, observation: str) -> Sequence[float]:
        """It is in memory."""
        found: Sequence[float] = self._records[row]["observations"][observation]
        return found
