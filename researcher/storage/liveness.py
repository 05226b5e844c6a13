"""Whether the process that writes a journal is still alive.

A writer holds a lock on its journal, which the system takes away with the process, however it ends. Where files cannot
be locked, and for the journals of other machines, whose locks may not be seen here, the file's age decides: a writer
touches its journal every `HEARTBEAT` seconds.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

HEARTBEAT = 20.0  # seconds
STALE = 6 * HEARTBEAT
_TRIES = 200  # of 5 ms each: a reader that looks holds the lock for microseconds


def writer() -> dict[str, Any]:
    """This process, as its journals name it."""
    return {"host": socket.gethostname(), "process": os.getpid(), "locks": fcntl is not None}


def locked(handle: int) -> bool:
    """Whether the open file is ours now, until it is closed; false too where files cannot be locked.

    Raises:
        BlockingIOError: another process has it.
    """
    if fcntl is None:
        return False
    for last in [False] * _TRIES + [True]:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if last:
                raise
            time.sleep(0.005)
        except OSError:
            return False
        else:
            return True
    return False


def alive(handle: int, writer: object) -> bool:
    """Whether somebody writes to the open journal.

    Args:
        handle: the journal, open for reading.
        writer: what the journal says of its writer: see `writer`.
    """
    if not isinstance(writer, dict):
        return False
    if fcntl is not None and writer.get("locks"):
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return _fresh(handle)
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
        if writer.get("host") == socket.gethostname():
            return False
    return _fresh(handle)


def _fresh(handle: int) -> bool:
    return time.time() - os.fstat(handle).st_mtime < STALE
