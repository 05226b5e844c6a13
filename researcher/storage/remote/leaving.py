"""The last moment of a process at which something can be sent.

When the main thread has ended, Python first takes away the threads that networking needs, and calls `atexit` later.
"""

from __future__ import annotations

import concurrent.futures.thread  # noqa: F401 - it must have registered before us, as the last one is called first
import threading
from collections.abc import Callable

_acts: list[Callable[[], None]] = []


def before_that(act: Callable[[], None]) -> None:
    """Call it then, unless other threads of the user go on when the main thread has ended."""
    if not _acts and hasattr(threading, "_register_atexit"):  # as `concurrent.futures` does, for the same reason
        threading._register_atexit(_leave)
    if act not in _acts:
        _acts.append(act)


def _leave() -> None:
    if all(thread.daemon or thread is threading.main_thread() for thread in threading.enumerate()):
        for act in _acts:
            act()
