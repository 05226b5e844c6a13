"""Processes of peers: begun, waited for, and ended with all that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.offline import environment
from benchmarks.peers.peer import Peer

_PROJECT = Path(__file__).parents[1]
_LONGEST = 120.0  # seconds, with the import and the end
_GRACE = 2.0  # seconds


class Failed(Exception):
    """A peer's process ended otherwise than it should; the message is the last it said."""


def turn(verb: str, peer: Peer, directory: str, *numbers: float, ends_by: int = 0) -> str:
    """What a process of the peer answers; afterwards it has ended, and all that it started too.

    Args:
        verb: what it is to do; see `benchmarks.turns`.
        peer: whose turn it is.
        directory: where it works.
        *numbers: what else the verb needs.
        ends_by: its exit code.

    Raises:
        Failed: it has another exit code, or takes too long.
    """
    command = [sys.executable, "-m", "benchmarks.turns", verb, peer.name, directory, *map(str, numbers)]
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            cwd=_PROJECT,
            env=environment(os.environ, Path(home)),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        )
        try:
            answer, _ = process.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failed(f"no end within {_LONGEST:.0f} s") from None
        finally:
            _end_survivors(process.pid)
        if process.returncode != ends_by:
            said.seek(0)
            raise Failed((said.read().strip().splitlines() or [f"exit code {process.returncode}"])[-1])
        return answer


def _end_survivors(group: int) -> None:
    """Give a service that outlives its peer a moment to write what it has received, and end it."""
    end = time.monotonic() + _GRACE
    with suppress(ProcessLookupError):
        while time.monotonic() < end:
            os.killpg(group, 0)
            time.sleep(0.1)
        os.killpg(group, signal.SIGKILL)
