"""The workload ``remote``: opening many experiments on an S3 server that takes 20 ms for each request."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import store
from benchmarks.peers.peer import Peer
from benchmarks.peers.researcher import Researcher
from benchmarks.processes import turn
from benchmarks.tables import aims, number, table
from benchmarks.workload import Workload

_DELAY = 0.02  # seconds
_LONGEST = 600.0  # seconds
_PROJECT = Path(__file__).parents[1]


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often it is opened for the first and for the second time.
        experiments: how many there are.
        one_by_one: how many of them are read one by one; the time for all is reckoned from that.
    """

    rounds: int
    experiments: int
    one_by_one: int


class Took(NamedTuple):
    """What something took, in seconds: by the clock, and of the processors.

    Attributes:
        wall: by the clock.
        client: of the processor, by the process that was served.
        server: of the processor, by the server.
    """

    wall: float
    client: float
    server: float


def run(peers: Sequence[Any], size: Size) -> str:  # noqa: ARG001 - nobody else can do it
    """Measure and return the table."""
    peer = Researcher()
    single, first, second = [], [], []
    with _served(size.experiments) as server, tempfile.TemporaryDirectory() as nowhere:
        for _ in range(size.rounds):
            with tempfile.TemporaryDirectory() as home:
                for times, does in ((single, read_one_by_one), (first, opened), (second, opened)):
                    count = size.one_by_one if does is read_one_by_one else size.experiments
                    before = server.took()
                    (took,) = turn(does, peer, nowhere, server.port, count, longest=_LONGEST, home=Path(home))
                    share = size.experiments / count
                    times.append(Took(*(share * seconds for seconds in (*took, server.took() - before))))
    reference = min(single).wall
    rows = [
        [f"researcher {peer.version()}", f"`rs.all_experiments(url)`, the {which} time", *_cells(min(times), reference)]
        for which, times in (("first", first), ("second", second))
    ]
    alone = "one request a record, one after the other, and `json.loads`"
    rows.append(["s3fs", alone, *_cells(min(single), reference)])
    heading = ["", f"{size.experiments:,} records", "× one by one", "about ms", "of a processor", "of the server's"]
    found = zip(("first", "second"), (0.12, 0.01), (min(first), min(second)), strict=True)
    judged = aims((f"{which} opening, × one by one", most, took.wall / reference) for which, most, took in found)
    return f"{table(heading, rows, text=2)}\n\n{judged}"


def opened(peer: Peer, directory: Path, port: int, count: int) -> tuple[float, float]:  # noqa: ARG001 - as all turns are
    """How long it took until all experiments were there, in a process that has imported what it takes.

    Returns:
        Seconds by the clock and of the processor.
    """
    url = _find(port)
    import s3fs  # noqa: F401

    import researcher as rs

    begun = _now()
    experiments = rs.all_experiments(url)
    took = _since(begun)
    if len(experiments) != count or "lr" not in experiments[-1].params:
        raise ValueError(f"{len(experiments)} experiments, not {count}")
    return took


def read_one_by_one(peer: Peer, directory: Path, port: int, count: int) -> tuple[float, float]:  # noqa: ARG001
    """How long it took to read so many records one after the other; as `opened` tells it."""
    import json

    import fsspec

    files = fsspec.filesystem("s3").ls(_find(port).removeprefix("s3://"), detail=False)[:count]
    begun = _now()
    for file in files:
        json.loads(fsspec.filesystem("s3").cat_file(file, start=0))
    return _since(begun)


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(begun: tuple[float, float]) -> tuple[float, float]:
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


def _find(port: int) -> str:
    """The URL of the records; all that look for S3 find the server from now on."""
    os.environ.update(store.CREDENTIALS, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
    return f"s3://{store.BUCKET}/records"


class Server:
    """The S3 server, in a process of its own.

    Attributes:
        port: where it answers.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._told())

    def took(self) -> float:
        """Seconds of a processor that it has taken so far."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._told())

    def _told(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def _served(experiments: int) -> Iterator[Server]:
    """A server with so many records."""
    command = [sys.executable, "-m", "benchmarks.store", str(experiments), str(_DELAY)]
    with subprocess.Popen(command, cwd=_PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _cells(took: Took, reference: float) -> list[str]:
    return [number(took.wall / reference), *(number(seconds * 1000) for seconds in took)]


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, experiments=20, one_by_one=5),
        "quick": Size(rounds=1, experiments=5_000, one_by_one=100),
        "full": Size(rounds=3, experiments=5_000, one_by_one=500),
    },
    needs=("s3fs",),
)
