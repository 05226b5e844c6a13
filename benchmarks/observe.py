"""The workload ``observe``: one call that logs four values while an experiment runs, and what is kept of it."""

from __future__ import annotations

import os
import random
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.findings import PAUSE, Findings, report
from benchmarks.peers.bare import BareWrite
from benchmarks.peers.peer import Observes
from benchmarks.processes import Failed, in_turns, together, trouble_of, turn
from benchmarks.workload import Workload

_WARM_UP = 20  # calls


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often every peer takes its turn.
        calls: how many calls a turn has, at most.
        seconds: how long a turn lasts, at most.
        acknowledged: how many calls a process makes before it is killed.
    """

    rounds: int
    calls: int
    seconds: float
    acknowledged: int


def run(peers: Sequence[Observes], size: Size) -> str:
    """Measure the peers and return the table; the bare write is measured whether it is among them or not."""
    if not any(isinstance(peer, BareWrite) for peer in peers):
        peers = [BareWrite(), *peers]
    found = {peer.name: Findings() for peer in peers}
    for peer in in_turns(peers, size.rounds):
        _time(peer, size, found[peer.name])
    together(lambda peer: _kill(peer, size, found[peer.name]), peers)
    return report(peers, found, size.acknowledged)


def _time(peer: Observes, size: Size, findings: Findings) -> None:
    """Add a round of calls to the findings; after the first, see whether all of them can be read."""
    if findings.trouble:
        return
    with tempfile.TemporaryDirectory() as directory, trouble_of(findings):
        (took,) = turn(timed, peer, directory, size.calls, size.seconds)
        took.sort()
        if not findings.medians:
            _see_that_all_is_kept(peer, directory, _WARM_UP + len(took))
        findings.medians.append(statistics.median(took))
        findings.rare.append(took[len(took) * 99 // 100])


def _see_that_all_is_kept(peer: Observes, directory: str, calls: int) -> None:
    (found,) = turn(kept, peer, directory)
    if found != calls:
        raise Failed(f"of {calls} calls {found} can be read after a clean end")


def _kill(peer: Observes, size: Size, findings: Findings) -> None:
    """Add to the findings what is kept of a killed process."""
    if findings.trouble:
        return
    with trouble_of(findings):
        findings.kept = _kept(peer, size.acknowledged, 0)
        findings.kept_of_slow = _kept(peer, size.acknowledged, PAUSE)


def _kept(peer: Observes, calls: int, pause: float) -> int:
    """How many of the calls can be read that had returned before the process was killed."""
    with tempfile.TemporaryDirectory() as directory:
        acknowledged = turn(killed, peer, directory, calls, pause, ends_by=-signal.SIGKILL)
        if len(acknowledged) != calls:
            raise Failed(f"{len(acknowledged)} of {calls} calls returned")
        return int(turn(kept, peer, directory)[0])


def timed(peer: Observes, directory: Path, calls: int, seconds: float) -> list[int]:
    """How long each of the calls took, in nanoseconds; no more calls than fit into so many seconds."""
    peer.start(directory)
    values = _values_of_steps()
    for step in range(_WARM_UP):
        peer.observe(step, next(values))
    took: list[int] = []
    end = time.perf_counter() + seconds
    for step in range(_WARM_UP, _WARM_UP + calls):
        observed = next(values)
        begun = time.perf_counter_ns()
        peer.observe(step, observed)
        took.append(time.perf_counter_ns() - begun)
        if time.perf_counter() > end:
            break
    peer.finish()
    return took


def killed(peer: Observes, directory: Path, calls: int, pause: float) -> Iterator[int]:
    """Make so many calls, tell of each when it has returned, and end by SIGKILL right after the last."""
    peer.start(directory)
    values = _values_of_steps()
    for step in range(calls):
        peer.observe(step, next(values))
        yield step
        if pause and step + 1 < calls:
            time.sleep(pause)
    os.kill(os.getpid(), signal.SIGKILL)


def kept(peer: Observes, directory: Path) -> int:
    """How many steps can be read."""
    return peer.kept(directory)


def _values_of_steps() -> Iterator[dict[str, float]]:
    """Four values for each step, always the same ones."""
    drawn = random.Random(0)
    while True:
        yield {name: drawn.random() for name in ("loss", "val_loss", "accuracy", "val_accuracy")}


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, calls=50, seconds=0.1, acknowledged=10),
        "quick": Size(rounds=1, calls=2_000, seconds=1.0, acknowledged=200),
        "full": Size(rounds=4, calls=5_000, seconds=2.0, acknowledged=200),
    },
    role=Observes,
)
