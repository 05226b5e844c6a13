"""Whether the process that writes a journal is still alive.

A writer holds a lock on its journal, which the system takes away with the process, however it ends. Where files cannot
be locked, and for the journals of other machines, whose locks may not be seen here, the file's age decides: a writer
touches its journal every `HEARTBEAT` seconds.
"""

from __future__ import annotations

import os
import socket
import time
from typing import Any

from researcher.storage import locks

HEARTBEAT = 20.0  # seconds
STALE = 6 * HEARTBEAT


def writer() -> dict[str, Any]:
    """This process, as its journals name it."""
    return {"host": socket.gethostname(), "process": os.getpid(), "locks": locks.THERE}


def alive(handle: int, writer: object) -> bool:
    """Whether somebody writes to the open journal.

    Args:
        handle: the journal, open for reading.
        writer: what the journal says of its writer: see `writer`.
    """
    if not isinstance(writer, dict):
        return False
    if writer.get("locks"):
        try:
            if locks.held(handle):
                return True
        except OSError:
            return _fresh(handle)
        if writer.get("host") == socket.gethostname():
            return False
    return _fresh(handle)


def _fresh(handle: int) -> bool:
    return time.time() - os.fstat(handle).st_mtime < STALE
