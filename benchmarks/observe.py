"""The workload ``observe``: one call that logs four values while an experiment runs, and what is kept of it."""

from __future__ import annotations

import json
import signal
import statistics
import tempfile
from collections.abc import Sequence

from benchmarks.findings import PAUSE, Findings, table
from benchmarks.peers.bare import BareWrite
from benchmarks.peers.peer import Peer
from benchmarks.processes import Failed, turn
from benchmarks.sizes import Size
from benchmarks.turns import WARM_UP


def run(peers: Sequence[Peer], size: Size) -> str:
    """Measure the peers and return the table; the bare write is measured whether it is among them or not."""
    if not any(isinstance(peer, BareWrite) for peer in peers):
        peers = [BareWrite(), *peers]
    found = {peer.name: Findings() for peer in peers}
    for number in range(size.rounds):
        for peer in peers if number % 2 == 0 else peers[::-1]:
            _time(peer, size, found[peer.name])
    for peer in peers:
        _kill(peer, size, found[peer.name])
    return table(peers, found, size)


def _time(peer: Peer, size: Size, findings: Findings) -> None:
    """Add a round of calls to the findings; after the first, see whether all of them can be read."""
    if findings.trouble:
        return
    with tempfile.TemporaryDirectory() as directory:
        try:
            took = sorted(json.loads(turn("timed", peer, directory, size.calls, size.seconds)))
            if not findings.medians:
                _see_that_all_is_kept(peer, directory, WARM_UP + len(took))
        except Failed as error:
            findings.trouble = str(error)
            return
    findings.medians.append(statistics.median(took))
    findings.rare.append(took[len(took) * 99 // 100])


def _see_that_all_is_kept(peer: Peer, directory: str, calls: int) -> None:
    kept = json.loads(turn("kept", peer, directory))
    if kept != calls:
        raise Failed(f"of {calls} calls {kept} can be read after a clean end")


def _kill(peer: Peer, size: Size, findings: Findings) -> None:
    """Add to the findings what is kept of a killed process."""
    if findings.trouble:
        return
    try:
        findings.kept = _kept(peer, size.acknowledged, 0)
        findings.kept_of_slow = _kept(peer, size.acknowledged, PAUSE)
    except Failed as error:
        findings.trouble = str(error)


def _kept(peer: Peer, calls: int, pause: float) -> int:
    """How many of the calls can be read that had returned before the process was killed."""
    with tempfile.TemporaryDirectory() as directory:
        acknowledged = turn("killed", peer, directory, calls, pause, ends_by=-signal.SIGKILL).split()
        if len(acknowledged) != calls:
            raise Failed(f"{len(acknowledged)} of {calls} calls returned")
        return int(json.loads(turn("kept", peer, directory)))
