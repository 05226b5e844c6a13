"""The workload ``catalogue``: a records directory opened again, and what is asked of all its experiments at once."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import drawn
from benchmarks.peers.peer import Peer
from benchmarks.peers.researcher import Researcher
from benchmarks.processes import turn
from benchmarks.tables import aims, number, table
from benchmarks.workload import Workload

_CHANGED = 10  # records
_LONGEST = 900.0  # seconds
_QUERY = "lr < 0.01 and activation == 'relu'"


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often each process is started.
        experiments: numbers of experiments, the fewest first.
    """

    rounds: int
    experiments: Sequence[int]


def run(peers: Sequence[Peer], size: Size) -> str:  # noqa: ARG001 - there are none yet
    """Measure and return the tables."""
    found: dict[tuple[str, int], float] = {}
    for count in size.experiments:
        with tempfile.TemporaryDirectory() as above, tempfile.TemporaryDirectory() as home:
            records = Path(above) / "records"
            drawn.write(records, drawn.Workload(count, 50))
            time.sleep(0.2)  # until the last of them is no longer of the present
            for _ in range(size.rounds):
                for does in (scanned, read, cold, warm, changed, asked):
                    parts = turn(does, Researcher(), records, count, longest=_LONGEST, home=Path(home))
                    for name, seconds in parts:
                        found[name, count] = min(seconds, found.get((name, count), float("inf")))
    return f"{_table(size, found)}\n\n{_aims(found)}"


_RATIOS = (
    ("opened for the first time", "the bytes alone"),
    ("opened for the first time, and its `frame`", "the bytes alone"),
    ("opened again", "scan and stat"),
    (f"opened when {_CHANGED} records changed", "scan and stat"),
    ("`where`", "pandas: a mask"),
    ("`sort_by`", "pandas: sort_values"),
    ("`frame`", "pandas: copy"),
)


def _table(size: Size, found: dict[tuple[str, int], float]) -> str:
    heading = ["", "against"]
    for count in size.experiments:
        heading += [f"{count:,}: ×", "about ms"]
    rows = []
    for name, against in _RATIOS:
        row = [name, against]
        for count in size.experiments:
            row += [number(found[name, count] / found[against, count]), number(found[name, count] * 1000)]
        rows.append(row)
    memory = ["memory of the table above the import, MB", ""]
    for count in size.experiments:
        memory += ["", number(found["memory", count])]
    return table(heading, [*rows, memory], text=2)


def _aims(found: dict[tuple[str, int], float]) -> str:
    many, usual = drawn.WORKLOADS["many"].experiments, drawn.WORKLOADS["usual"].experiments

    def ratio(name: str, against: str) -> float | None:
        return found[name, many] / found[against, many] if (name, many) in found else None

    rows: list[tuple[str, float, float | None]] = [
        (f"{many:,} opened again × scan and stat", 2, ratio("opened again", "scan and stat")),
        (f"`where` on {many:,} × pandas", 1.5, ratio("`where`", "pandas: a mask")),
        (f"`sort_by` on {many:,} × pandas", 1.5, ratio("`sort_by`", "pandas: sort_values")),
        (f"`frame` on {many:,} × pandas", 1.5, ratio("`frame`", "pandas: copy")),
        (f"memory of the table, {usual:,}, MB", 15, found.get(("memory", usual))),
    ]
    return aims(rows)


def scanned(_peer: Peer, records: Path, _count: int) -> tuple[str, float]:
    """How long it takes to list the files and ask for their state."""
    begun = time.perf_counter()
    with os.scandir(records) as entries:
        for entry in entries:
            entry.stat()
    return "scan and stat", time.perf_counter() - begun


def read(_peer: Peer, records: Path, _count: int) -> tuple[str, float]:
    """How long it takes to read the bytes of all files."""
    begun = time.perf_counter()
    for name in os.listdir(records):  # noqa: PTH208 - the quickest way
        with open(records / name, "rb") as file:  # noqa: PTH123
            file.read()
    return "the bytes alone", time.perf_counter() - begun


def _opened(name: str, records: Path, count: int) -> tuple[str, float]:
    import researcher as rs

    rs.all_experiments.__name__  # noqa: B018 - imported now
    begun = time.perf_counter()
    experiments = rs.all_experiments(records)
    took = time.perf_counter() - begun
    if len(experiments) != count:
        raise ValueError(f"{len(experiments)} experiments, not {count}")
    return name, took


def cold(_peer: Peer, records: Path, count: int) -> Iterator[tuple[str, float]]:
    """Without a catalogue, when all curves are read once; and with the first table."""
    import numpy as np  # noqa: F401
    import pandas as pd  # noqa: F401

    import researcher as rs
    import researcher.load
    import researcher.tables.matching
    from researcher.storage import catalogue

    path = catalogue.path_of(os.path.realpath(records))
    if path is not None:
        path.unlink(missing_ok=True)
    all_experiments = rs.all_experiments  # imported now
    begun = time.perf_counter()
    experiments = all_experiments(records)
    opened = time.perf_counter() - begun
    frame = experiments.frame()
    framed = time.perf_counter() - begun
    if len(frame) != count:
        raise ValueError(f"{len(frame)} experiments, not {count}")
    yield "opened for the first time", opened
    yield "opened for the first time, and its `frame`", framed


def warm(_peer: Peer, records: Path, count: int) -> tuple[str, float]:
    """With the catalogue of another process."""
    return _opened("opened again", records, count)


def changed(_peer: Peer, records: Path, count: int) -> tuple[str, float]:
    """The same after some records were replaced."""
    for path in sorted(records.iterdir())[:_CHANGED]:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    return _opened(f"opened when {_CHANGED} records changed", records, count)


def asked(_peer: Peer, records: Path, _count: int) -> Iterator[tuple[str, float]]:
    """What is asked of all experiments, beside the same asked of a pandas frame that is there; each three times."""
    import numpy as np  # noqa: F401
    import pandas as pd

    import researcher as rs
    import researcher.load
    import researcher.tables.matching
    import researcher.tables.sorting

    before = _memory()
    experiments = rs.all_experiments(records)
    experiments.where("lr > 0").observed()
    yield "memory", _memory() - before
    frame = experiments.frame()
    asks: dict[str, Callable[[], object]] = {
        "`where`": partial(experiments.where, _QUERY),
        "`sort_by`": partial(experiments.sort_by, "lr"),
        "`frame`": experiments.frame,
        "pandas: a mask": lambda: frame[(frame["lr"] < 0.01) & (frame["activation"] == "relu")],
        "pandas: sort_values": lambda: frame.sort_values("lr", kind="stable"),
        "pandas: copy": lambda: pd.DataFrame({name: frame[name].to_numpy() for name in frame}),
    }
    for name, ask in asks.items():
        took = []
        for _ in range(3):
            begun = time.perf_counter()
            ask()
            took.append(time.perf_counter() - begun)
        yield name, min(took)


def _memory() -> float:
    """What the process has in memory, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, experiments=(20,)),
        "quick": Size(rounds=1, experiments=(1_000, 10_000)),
        "full": Size(rounds=3, experiments=(1_000, 10_000, 100_000)),
    },
)
