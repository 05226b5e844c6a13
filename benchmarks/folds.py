"""The workload ``folds``: cross-validated experiments as a table, and the mean of the folds of each as a curve."""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import drawn
from benchmarks.peers.peer import Peer
from benchmarks.peers.researcher import Researcher
from benchmarks.processes import turn
from benchmarks.tables import number, table
from benchmarks.workload import Workload

_OBSERVATION = "loss"


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often each process is started.
        experiments: how many there are.
    """

    rounds: int
    experiments: int


def run(_: Sequence[Peer], size: Size) -> str:
    """Measure and return the table."""
    usual = drawn.WORKLOADS["folds"]
    best: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as above, tempfile.TemporaryDirectory() as home:
        records = Path(above) / "records"
        drawn.write(records, usual._replace(experiments=size.experiments))
        for _round in range(size.rounds):
            sums = set()
            for does in (by_hand, cold, warm):
                ((way, *seconds, total),) = turn(does, Researcher(), records, home=Path(home))
                best[way] = min(best.get(way, (math.inf, math.inf)), tuple(seconds))
                sums.add(f"{total:.6g}")
            if len(sums) > 1:
                raise ValueError(f"not all ways found the same: {sums}")
    old = best["`json.load` of every file, NumPy"]
    rows = [
        [way, *(number(ours / theirs) for ours, theirs in zip(seconds, old, strict=True)), number(seconds[1] * 1000)]
        for way, seconds in best.items()
    ]
    heading = [f"{size.experiments} experiments of {usual.folds} folds", "table ×", "and means ×", "about ms"]
    return table(heading, rows)


def by_hand(_peer: Peer, records: Path) -> tuple[str, float, float, float]:
    """As it was done with the package of 2020: all is read, and the shorter folds are filled up with NaN."""
    import numpy as np
    import pandas as pd

    begun = time.perf_counter()
    found = []
    for path in sorted(records.iterdir()):
        with path.open() as file:
            found.append(json.load(file))
    rows = [
        {name: np.mean([_finite(fold[-1]) for fold in folds]) for name, folds in record["observations"].items()}
        for record in found
    ]
    frame = pd.DataFrame(rows)
    until_table = time.perf_counter() - begun
    last = []
    for record in found:
        folds = record["observations"][_OBSERVATION]
        padded = np.full((len(folds), max(map(len, folds))), np.nan)
        for row, fold in zip(padded, folds, strict=True):
            row[: len(fold)] = [_finite(value) for value in fold]
        last.append(np.nanmean(padded, axis=0)[0])
    until_means = time.perf_counter() - begun
    total = float(np.nansum(frame[_OBSERVATION]) + np.sum(last))
    return "`json.load` of every file, NumPy", until_table, until_means, total


def _finite(value: float | str) -> float:
    return float(value)  # NaN is a text in strict JSON


def cold(_peer: Peer, records: Path) -> tuple[str, float, float, float]:
    """Without a catalogue."""
    from researcher.storage import catalogue

    path = catalogue.path_of(os.path.realpath(records))
    if path is not None:
        path.unlink(missing_ok=True)
    return ("`rs.all_experiments`, the first time", *_asked(records))


def warm(_peer: Peer, records: Path) -> tuple[str, float, float, float]:
    """With the catalogue of another process."""
    return ("the second time", *_asked(records))


def _asked(records: Path) -> Iterator[float]:
    import numpy as np
    import pandas as pd  # noqa: F401

    import researcher as rs
    from researcher.curves.bands import band_of
    from researcher.curves.curves import fold_curves_of

    all_experiments = rs.all_experiments  # imported now
    begun = time.perf_counter()
    experiments = all_experiments(records)
    frame = experiments.frame()
    yield time.perf_counter() - begun
    means = [band_of(fold_curves_of(experiment, _OBSERVATION)).mean[0] for experiment in experiments]
    yield time.perf_counter() - begun
    yield float(np.nansum(frame[_OBSERVATION]) + np.sum(means))


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, experiments=10),
        "quick": Size(rounds=1, experiments=500),
        "full": Size(rounds=5, experiments=500),
    },
)
