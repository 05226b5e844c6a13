"""Locks on open files, which the system takes away with the process that holds them, however it ends."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from researcher.places import Address, Place

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

THERE = fcntl is not None
_PAUSE = 0.005  # seconds between two tries
_LONGEST = 1.0  # seconds to wait for readers, who hold a lock for microseconds
_LONGEST_ALONE = 30.0


def locked(handle: int, longest: float = _LONGEST) -> bool:
    """Whether the open file is ours now, until it is closed; false too where files cannot be locked.

    Raises:
        BlockingIOError: somebody else had it for ``longest`` seconds.
    """
    if fcntl is None:
        return False
    until = time.monotonic() + longest
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        except OSError:
            return False
        else:
            return True


def held(handle: int) -> bool:
    """Whether somebody has the open file for himself.

    Raises:
        OSError: files cannot be locked here.
    """
    if fcntl is None:
        raise OSError("no locks")
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
    return False


@contextlib.contextmanager
def alone(directory: Place) -> Iterator[None]:
    """Keep others from changing files in their place meanwhile, where directories can be locked; stores cannot.

    Nobody is waited for longer than half a minute: a process that was stopped must not stop all others.
    """
    if isinstance(directory, Address):
        yield
        return
    try:
        handle = os.open(directory, os.O_RDONLY)
    except OSError:  # Windows, or it is not there; what is done in it says so
        yield
        return
    try:
        with contextlib.suppress(BlockingIOError):
            locked(handle, _LONGEST_ALONE)
        yield
    finally:
        os.close(handle)
