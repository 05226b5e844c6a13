"""The workload ``import``: what it costs to import a tracker, net of the interpreter, and what it brings along."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.offline import environment
from benchmarks.peers.peer import Peer
from benchmarks.processes import in_turns
from benchmarks.tables import aims, number, table
from benchmarks.workload import Workload

_HEAVY = ("numpy", "pandas", "ipywidgets", "bqplot", "matplotlib")
_NOTHING = "pass"
_OURS = "import researcher"
# Later in the life of a session, what is loaded only where it is used:
_LATER = (
    "from researcher import Recorder",
    "from researcher import all_experiments",
    "from researcher import Explorer",
)
# As `benchmarks.offline` does it, without importing what the measured one may import too.
_OFFLINE = """
import sys
def _refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise ConnectionError(event)
sys.addaudithook(_refuse)
"""


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often each is imported.
    """

    rounds: int


def run(peers: Sequence[Peer], size: Size) -> str:
    """Measure the peers' packages and return the table."""
    titles = {f"import {peer.module}": f"{peer.distribution} {peer.version()}" for peer in peers if peer.module}
    if _OURS in titles:
        titles |= dict.fromkeys(_LATER, titles[_OURS])
    brought = {statement: _brought(statement) for statement in titles}
    took: dict[str, list[float]] = {statement: [] for statement in (_NOTHING, *titles)}
    for statement in in_turns(took, size.rounds):
        took[statement].append(_seconds(statement))
    bare = min(took[_NOTHING])
    net = {statement: max(0.0, min(took[statement]) - bare) for statement in titles}
    rows = []
    for statement in sorted(titles, key=lambda statement: net[statement]):
        times = [number(net[statement] / bare), number(net[statement] * 1000)]
        rows.append([titles[statement], f"`{statement}`", ", ".join(brought[statement]) or "none", *times])
    heading = ["", "what is run", f"of {', '.join(_HEAVY)}", "× start of the interpreter", "about ms"]
    there = _OURS in titles
    judged = [
        ("`import researcher`, net, in ms", 50, net[_OURS] * 1000 if there else None),
        ("heavy packages that it brings along", 0, len(brought[_OURS]) if there else None),
    ]
    return f"{table(heading, rows, text=3)}\n\n{aims(judged)}"


def _seconds(statement: str) -> float:
    begun = time.perf_counter()
    _run(statement)
    return time.perf_counter() - begun


def _brought(statement: str) -> list[str]:
    """The heavy packages that are imported by it."""
    loaded = set(_run(f"{statement}\nprint(*sys.modules, file=sys.stderr)").split())
    return [name for name in _HEAVY if name in loaded]


def _run(statement: str) -> str:
    """Run it in a new interpreter and return what it says on standard error."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", f"{_OFFLINE}\n{statement}"],
            cwd=home,
            env=environment(os.environ, Path(home)),
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stderr


WORKLOAD = Workload(
    run,
    {"smallest": Size(rounds=1), "quick": Size(rounds=1), "full": Size(rounds=7)},
    role=Peer,
)
