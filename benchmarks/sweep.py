"""The workload ``sweep``: many short experiments in two processes, and what of their time is not their own."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import researcher as rs
from benchmarks.peers.researcher import Researcher
from benchmarks.processes import in_turns, turn
from benchmarks.tables import aims, number, table
from benchmarks.workload import Workload

SECONDS = 0.01  # of computing, that an experiment takes
_MOST = 1.5


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often each way has its turn.
        experiments: how many a turn has.
    """

    rounds: int
    experiments: int


def train(params: dict[str, Any]) -> dict[str, Any]:
    """Compute for a while."""
    begun = time.process_time()
    while time.process_time() - begun < SECONDS:
        pass
    return {"loss": params["lr"]}


def _bare(lrs: Sequence[float], _records: Path) -> None:
    from joblib import Parallel, delayed

    Parallel(n_jobs=2)(delayed(train)({"lr": lr}) for lr in lrs)


def _synced(lrs: Sequence[float], records: Path) -> None:
    from joblib import Parallel, delayed

    records.mkdir()
    Parallel(n_jobs=2)(delayed(_write_synced)(lr, records) for lr in lrs)


def _write_synced(lr: float, records: Path) -> None:
    """What a file costs at least that a power cut does not take: it is synced, and its directory too."""
    content = json.dumps({"lr": lr, "observations": train({"lr": lr})}).encode()
    for path, flags in ((records / f"{lr}.json", os.O_CREAT | os.O_WRONLY), (records, os.O_RDONLY)):
        handle = os.open(path, flags)
        if path != records:
            os.write(handle, content)
        os.fsync(handle)
        os.close(handle)


def _by_hand(lrs: Sequence[float], records: Path) -> None:
    from joblib import Parallel, delayed

    Parallel(n_jobs=2)(delayed(_run)(lr, records) for lr in lrs)


def _run(lr: float, records: Path) -> None:
    rs.run(train, {"lr": lr}, records)


def _swept(lrs: Sequence[float], records: Path) -> None:
    if len(rs.sweep(train, {"lr": lrs}, records, n_jobs=2)) != len(lrs):
        raise RuntimeError("not all of them are there")


WAYS: dict[str, Callable[[Sequence[float], Path], None]] = {
    "bare `joblib.Parallel`, nothing recorded": _bare,
    "the same with a file for each, synced to the disk": _synced,
    "`joblib.Parallel` around `rs.run`": _by_hand,
    "`rs.sweep`": _swept,
}


def timed(_peer: Researcher, directory: Path, way: int, experiments: int) -> float:
    """The seconds of all experiments, with the beginning of the processes that they run in."""
    begun = time.perf_counter()
    list(WAYS.values())[way]([i / experiments for i in range(experiments)], directory / "records")
    return time.perf_counter() - begun


def run(_peers: Sequence[Any], size: Size) -> str:
    """Measure the ways and return the table."""
    took: dict[int, list[float]] = {way: [] for way in range(len(WAYS))}
    for way in in_turns(took, size.rounds):
        with tempfile.TemporaryDirectory() as directory:
            took[way] += turn(timed, Researcher(), directory, way, size.experiments)
    each = [min(seconds) / size.experiments * 1000 for seconds in took.values()]
    rows = [[name, *map(number, (ms / each[0], ms, ms - each[0]))] for name, ms in zip(WAYS, each, strict=True)]
    heading = ["", "× bare joblib", "about ms each", "more ms"]
    return f"{table(heading, rows)}\n\n{aims([('`rs.sweep`, × bare joblib', _MOST, each[-1] / each[0])])}"


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, experiments=10),
        "quick": Size(rounds=1, experiments=300),
        "full": Size(rounds=5, experiments=1000),
    },
    needs=("joblib", "cloudpickle"),
)
