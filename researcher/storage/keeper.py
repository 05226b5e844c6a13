"""The thread that looks after all open journals of the process."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import Protocol

SYNC = 2.0  # seconds of observations that a power cut can take


class Kept(Protocol):
    """What is looked after."""

    def keep(self) -> None:
        """Called from time to time."""

    def after_fork(self) -> None:
        """Called in a child process after it was forked."""


_open: set[Kept] = set()
_thread: threading.Thread | None = None
_starting = threading.RLock()


def look_after(journal: Kept) -> None:
    """From now on the journal is kept from time to time, by a thread that is there after this."""
    global _thread
    _open.add(journal)
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_keep_all, name="researcher-journal", daemon=True)
            _thread.start()


def leave(journal: Kept) -> None:
    """Look after it no more."""
    _open.discard(journal)


def _keep_all() -> None:
    while True:
        time.sleep(SYNC)
        for journal in list(_open):
            with contextlib.suppress(OSError):  # the journal tells who appends
                journal.keep()


def _after_fork() -> None:
    global _thread, _starting
    _thread, _starting = None, threading.RLock()
    for journal in list(_open):
        journal.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
