"""The workload ``environment``: what it costs that records say what was around, the first time and later."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import researcher as rs
from benchmarks.peers.researcher import Researcher
from benchmarks.processes import in_turns, turn
from benchmarks.tables import aims, number, table
from benchmarks.workload import Workload

OBSERVATIONS = {name: [i / 50 for i in range(50)] for name in ("loss", "val_loss", "accuracy", "val_accuracy")}
_MOST = 1.2


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often each way has its turn, with the environment in the first record and without.
        records: how many records of each kind a turn writes after the first.
    """

    rounds: int
    records: int


def train(_params: dict[str, Any]) -> dict[str, Any]:
    """Return what was prepared."""
    return OBSERVATIONS


def _written(params: dict[str, Any], records: Path) -> None:
    rs.record_experiment(params, records, OBSERVATIONS)


def _recorded(params: dict[str, Any], records: Path) -> None:
    with rs.Recorder(params, records) as recorder:
        recorder.set_observations(OBSERVATIONS)


def _run(params: dict[str, Any], records: Path) -> None:
    rs.run(train, params, records)


WAYS: dict[str, Callable[[dict[str, Any], Path], None]] = {
    "`rs.record_experiment`": _written,
    "`rs.Recorder`": _recorded,
    "`rs.run`": _run,
}


def timed(_peer: Researcher, directory: Path, way: int, wanted: bool, records: int) -> Iterator[float]:
    """The seconds of the first record of a process that works in a repository, and of later ones.

    These are by turns without the environment and with it, as the mood of a disk changes from one second to the next.
    """
    os.chdir(directory / "code")
    record = list(WAYS.values())[way]
    for i in range(2 * records + 1):
        rs.record_environment(wanted if i == 0 else i % 2 == 0)
        begun = time.perf_counter()
        record({"title": "benchmark", "i": i}, directory / "records")
        yield time.perf_counter() - begun


def run(_peers: Sequence[Any], size: Size) -> str:
    """Measure the ways and return the table."""
    first: dict[tuple[int, bool], list[float]] = {}
    later: dict[tuple[int, bool], list[float]] = {}
    kinds = [(way, wanted) for way in range(len(WAYS)) for wanted in (False, True)]
    for way, wanted in in_turns(kinds, size.rounds):
        with tempfile.TemporaryDirectory() as directory:
            _begin_repository(Path(directory) / "code")
            took = turn(timed, Researcher(), directory, way, wanted, size.records)
        first.setdefault((way, wanted), []).append(took[0])
        later.setdefault((way, False), []).extend(took[1::2])
        later.setdefault((way, True), []).extend(took[2::2])
    rows, ratios = [], []
    for way, name in enumerate(WAYS):
        without, within = (min(first[way, wanted]) for wanted in (False, True))
        later_without, later_within = (statistics.median(later[way, wanted]) for wanted in (False, True))
        ratios.append(later_within / later_without)
        times = [within / without, (within - without) * 1000, ratios[-1], later_within * 1000]
        rows.append([name, *map(number, times)])
    heading = ["", "first ×", "more ms", "later ×", "about ms"]
    return f"{table(heading, rows)}\n\n{aims([('a later record, × one without the environment', _MOST, max(ratios))])}"


def _begin_repository(directory: Path) -> None:
    """A repository with a file that was changed after its commit."""
    directory.mkdir()
    (directory / "train.py").write_text("lr = 0.1\n" * 100)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    around = {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    for command in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "--message", "first"]):
        subprocess.run(["git", *command], cwd=directory, env=around, check=True)
    (directory / "train.py").write_text("lr = 0.2\n" * 100)


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, records=3),
        "quick": Size(rounds=2, records=60),
        "full": Size(rounds=7, records=500),
    },
)
