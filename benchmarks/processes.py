"""Processes of peers: begun, waited for, and ended with all that they started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from benchmarks.offline import environment
from benchmarks.peers.peer import Peer

_LONGEST = 120.0  # seconds, with the import and the end, if the workload does not say otherwise
_GRACE = 2.0  # seconds
Turn = TypeVar("Turn")


class Failed(Exception):
    """A peer's process ended otherwise than it should; the message is the last it said."""


class Troubled(Protocol):
    """Findings, and why something could not be found out."""

    trouble: str


@contextmanager
def trouble_of(findings: Troubled) -> Iterator[None]:
    """Where a process fails, the rest of the block is left out, and the findings say so."""
    try:
        yield
    except Failed as error:
        findings.trouble = str(error)


def turn(
    does: Callable[..., object],
    peer: Peer,
    directory: str | Path,
    *numbers: float,
    ends_by: int = 0,
    longest: float = _LONGEST,
    home: Path | None = None,
) -> list[Any]:
    """What a function of a workload answers in a process of its own, which has ended afterwards, with all it started.

    Args:
        does: called with the peer, the directory as a path, and the numbers; see `benchmarks.turns`.
        peer: whose turn it is.
        directory: where it works.
        *numbers: what else it needs.
        ends_by: the exit code of the process.
        longest: how long it may take, in seconds.
        home: its home directory, for what it shall find again; if not given, a new one.

    Returns:
        What the function yielded, or the one thing that it returned.

    Raises:
        Failed: it has another exit code, or takes too long.
    """
    where = [does.__module__, does.__name__, peer.name, str(directory)]
    command = [sys.executable, "-m", "benchmarks.turns", *where, *map(json.dumps, numbers)]
    with tempfile.TemporaryDirectory() as new, tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            cwd=new,  # some peers change the repository that they are started in
            env=environment(os.environ, home or Path(new)),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        )
        try:
            answer, _ = process.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failed(f"no end within {longest:.0f} s") from None
        finally:
            _end_survivors(process.pid)
        if process.returncode != ends_by:
            said.seek(0)
            raise Failed((said.read().strip().splitlines() or [f"exit code {process.returncode}"])[-1])
        return [json.loads(line) for line in answer.splitlines()]


def _end_survivors(group: int) -> None:
    """Give a service that outlives its peer a moment to write what it has received, and end it."""
    end = time.monotonic() + _GRACE
    with suppress(ProcessLookupError):
        while time.monotonic() < end:
            os.killpg(group, 0)
            time.sleep(0.1)
        os.killpg(group, signal.SIGKILL)


def in_turns(these: Iterable[Turn], rounds: int) -> Iterator[Turn]:
    """All of them so many times, in one order and then in the other, as what comes first may have it easier."""
    ordered = list(these)
    for number in range(rounds):
        yield from ordered if number % 2 == 0 else reversed(ordered)


def together(does: Callable[[Any], object], peers: Sequence[Any]) -> None:
    """Do something that is not timed for all peers, two of them at a time."""
    with ThreadPoolExecutor(max_workers=2) as threads:
        list(threads.map(does, peers))
