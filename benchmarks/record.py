"""The workload ``record``: an experiment that has ended, 6 params and 4 observations of 50 values; time and disk."""

from __future__ import annotations

import itertools
import math
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks import drawn
from benchmarks.peers.json2020 import Json2020
from benchmarks.peers.peer import Records
from benchmarks.peers.researcher import Researcher, ResearcherUnsynced
from benchmarks.processes import Failed, in_turns, trouble_of, turn
from benchmarks.tables import aims, number, table, trouble
from benchmarks.workload import Workload

_VALUES = 50  # of an observation
_WARM_UP = 3  # experiments


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often every peer takes its turn.
        experiments: how many a turn records, at most.
        seconds: how long a turn lasts, at most, without its warming up.
    """

    rounds: int
    experiments: int
    seconds: float


@dataclass
class Findings:
    """What was found of one peer.

    Attributes:
        medians: of the time of an experiment, in seconds, for each round.
        bytes: what an experiment takes, without what the first ones made for all.
        files: how many files an experiment takes, likewise.
        trouble: why something could not be found out.
    """

    medians: list[float] = field(default_factory=list)
    bytes: float = math.nan
    files: float = math.nan
    trouble: str = ""

    def seconds(self) -> float:
        """Of the quietest round, as other work only adds; infinite where there is none."""
        return min(self.medians, default=math.inf)


def run(peers: Sequence[Records], size: Size) -> str:
    """Measure the peers and return the table; the 2020 way is measured whether it is among them or not."""
    if not any(isinstance(peer, Json2020) for peer in peers):
        peers = [Json2020(), *peers]
    found = {peer.name: Findings() for peer in peers}
    for peer in in_turns(peers, size.rounds):
        if not found[peer.name].trouble:
            _measure(peer, size, found[peer.name])
    return _report(peers, found)


def _measure(peer: Records, size: Size, findings: Findings) -> None:
    """Add a round to the findings; after the first, see whether all experiments can be read."""
    with tempfile.TemporaryDirectory() as directory, trouble_of(findings):
        ((took, findings.bytes, findings.files),) = turn(recorded, peer, directory, size.experiments, size.seconds)
        if not findings.medians:
            _see_that_all_are_there(peer, directory, _WARM_UP + len(took))
        findings.medians.append(statistics.median(took))


def _see_that_all_are_there(peer: Records, directory: str, experiments: int) -> None:
    (found,) = turn(counted, peer, directory)
    if found != experiments:
        raise Failed(f"of {experiments} experiments {found} can be read")


def _report(peers: Sequence[Records], found: Mapping[str, Findings]) -> str:
    """The findings in Markdown, the quickest first, and whether the aims are met."""
    old = found[Json2020.name]
    if old.trouble:
        raise Failed(f"the 2020 way: {old.trouble}")

    def ratio(its: Findings) -> float | None:
        return its.seconds() / old.seconds() if its.medians and not its.trouble else None

    rows = []
    for peer in sorted(peers, key=lambda peer: found[peer.name].seconds()):
        its = found[peer.name]
        cells = [number(its.seconds() / old.seconds()), number(its.seconds() * 1000)]
        cells += [number(its.bytes / 1024), number(its.bytes / old.bytes), number(its.files)]
        rows.append(trouble(peer.title(), its.trouble, 5) if its.trouble else [peer.title(), peer.way, *cells])
    alike = found.get(ResearcherUnsynced.name, Findings())
    heading = ["", "what is called", "× 2020 way", "about ms", "KiB", "KiB × 2020 way", "files"]
    judged = aims(
        [
            ("an experiment without fsync, × 2020 way", 0.5, ratio(alike)),
            ("an experiment with fsync, × 2020 way", 2.5, ratio(found.get(Researcher.name, Findings()))),
            ("bytes of an experiment, × 2020 way", 0.65, alike.bytes / old.bytes if alike.medians else None),
        ]
    )
    return f"{table(heading, rows, text=2)}\n\n{judged}"


def recorded(peer: Records, directory: Path, experiments: int, seconds: float) -> tuple[list[float], float, float]:
    """How long each experiment took, in seconds, no more than fit into the time; bytes and files of one of them."""
    peer.open(directory)
    made = enumerate(drawn.settings(_WARM_UP + experiments))
    for at, params in itertools.islice(made, _WARM_UP):
        peer.record(params, drawn.curves(at, _VALUES))
    bytes_before, files_before = _disk(directory)
    took: list[float] = []
    for at, params in made:
        observations = drawn.curves(at, _VALUES)
        begun = time.perf_counter()
        peer.record(params, observations)
        took.append(time.perf_counter() - begun)
        if sum(took) > seconds:
            break
    bytes_after, files_after = _disk(directory)
    return took, (bytes_after - bytes_before) / len(took), (files_after - files_before) / len(took)


def counted(peer: Records, directory: Path) -> int:
    """How many experiments can be read."""
    return peer.count(directory)


def _disk(directory: Path) -> tuple[int, int]:
    """The bytes in all files below a directory, and the number of files."""
    sizes = [(Path(root) / name).stat().st_size for root, _, names in os.walk(directory) for name in names]
    return sum(sizes), len(sizes)


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, experiments=5, seconds=1.0),
        "quick": Size(rounds=1, experiments=100, seconds=1.0),
        "full": Size(rounds=4, experiments=500, seconds=1.5),
    },
    role=Records,
)
