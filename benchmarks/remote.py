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


def run(peers: Sequence[Any], size: Size) -> str:  # noqa: ARG001 - nobody else can do it
    """Measure and return the table."""
    peer = Researcher()
    first, second, single = [], [], []
    with _served(size.experiments) as port, tempfile.TemporaryDirectory() as nowhere:
        for _ in range(size.rounds):
            (took,) = turn(read_one_by_one, peer, nowhere, port, size.one_by_one, longest=_LONGEST)
            single.append(took / size.one_by_one * size.experiments)
            with tempfile.TemporaryDirectory() as home:
                for times in (first, second):
                    (took,) = turn(opened, peer, nowhere, port, size.experiments, longest=_LONGEST, home=Path(home))
                    times.append(took)
    reference = min(single)
    rows = [
        [f"researcher {peer.version()}", f"`rs.all_experiments(url)`, the {which} time", *_cells(min(times), reference)]
        for which, times in (("first", first), ("second", second))
    ]
    rows.append(["s3fs", "one request a record, one after the other, and `json.loads`", *_cells(reference, reference)])
    heading = ["", f"{size.experiments:,} records", "× one by one", "about ms"]
    found = zip(("first", "second"), (0.12, 0.01), (min(first) / reference, min(second) / reference), strict=True)
    judged = aims((f"{which} opening, × one by one", most, ratio) for which, most, ratio in found)
    return f"{table(heading, rows, text=2)}\n\n{judged}"


def opened(peer: Peer, directory: Path, port: int, count: int) -> float:  # noqa: ARG001 - as every turn is called
    """How long it took until all experiments were there, in a process that has imported what it takes, in seconds."""
    url = _find(port)
    import s3fs  # noqa: F401

    import researcher as rs

    begun = time.perf_counter()
    experiments = rs.all_experiments(url)
    took = time.perf_counter() - begun
    if len(experiments) != count or "lr" not in experiments[-1].params:
        raise ValueError(f"{len(experiments)} experiments, not {count}")
    return took


def read_one_by_one(peer: Peer, directory: Path, port: int, count: int) -> float:  # noqa: ARG001
    """How long it took to read so many records one after the other, in seconds."""
    import json

    import fsspec

    files = fsspec.filesystem("s3").ls(_find(port).removeprefix("s3://"), detail=False)[:count]
    begun = time.perf_counter()
    for file in files:
        json.loads(fsspec.filesystem("s3").cat_file(file, start=0))
    return time.perf_counter() - begun


def _find(port: int) -> str:
    """The URL of the records; all that look for S3 find the server from now on."""
    os.environ.update(store.CREDENTIALS, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
    return f"s3://{store.BUCKET}/records"


@contextmanager
def _served(experiments: int) -> Iterator[int]:
    """A server with so many records, in a process of its own; its port."""
    command = [sys.executable, "-m", "benchmarks.store", str(experiments), str(_DELAY)]
    with subprocess.Popen(command, cwd=_PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def _cells(seconds: float, reference: float) -> list[str]:
    return [number(seconds / reference), number(seconds * 1000)]


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, experiments=20, one_by_one=5),
        "quick": Size(rounds=1, experiments=1_000, one_by_one=100),
        "full": Size(rounds=3, experiments=5_000, one_by_one=500),
    },
    needs=("moto", "s3fs"),
)
