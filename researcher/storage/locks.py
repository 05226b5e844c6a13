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
_alone: set[int] = set()  # the directories that are open for this process to be alone in


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
def alone(directory: Place, longest: float = _LONGEST_ALONE, *, surely: bool = False) -> Iterator[None]:
    """Keep others from changing files in their place meanwhile, where directories can be locked; stores cannot.

    Args:
        directory: what is changed.
        longest: seconds to wait for others. A process that was stopped must not stop all others.
        surely: not to go on without them after that.

    Raises:
        BlockingIOError: it would not be sure.
    """
    try:
        handle = None if isinstance(directory, Address) else os.open(directory, os.O_RDONLY)
    except OSError:  # Windows, or it is not there; what is done in it says so
        handle = None
    if handle is None:
        yield
        return
    _alone.add(handle)
    try:
        with contextlib.nullcontext() if surely else contextlib.suppress(BlockingIOError):
            locked(handle, longest)
        yield
    finally:
        if handle in _alone:
            _alone.remove(handle)
            if fcntl is not None:
                with contextlib.suppress(OSError):
                    fcntl.flock(handle, fcntl.LOCK_UN)  # what was forked past Python may have the file open still
            os.close(handle)


def _after_fork() -> None:
    """Leave the locks to the parent: they must not outlive it, as its pool of processes may."""
    while _alone:
        os.close(_alone.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
