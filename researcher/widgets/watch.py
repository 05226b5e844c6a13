"""Watch a records directory and tell when something in it changed."""

from __future__ import annotations

import atexit
import sys
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager

from researcher.errors import ResearcherError
from researcher.storage.directory import Change, RecordsDirectory
from researcher.storage.watching import Watching

Tell = Callable[[Change, ResearcherError | None], None]
_watches: weakref.WeakSet[Watch] = weakref.WeakSet()


class Watch:
    """Looks at a directory whenever that is worth while, on a thread of its own, until it is stopped."""

    def __init__(
        self,
        directory: RecordsDirectory,
        tell: Tell,
        lock: AbstractContextManager[object],
        after: Watch | None = None,
    ) -> None:
        """Begin to watch.

        Args:
            directory: what is looked at.
            tell: called after a look that found something different, with the error if there is nothing to look at.
            lock: held while it tells. Who holds it may stop the watch too, such as an observer of what was told.
            after: one that was stopped, whose last look at the directory is waited for.
        """
        self._after = after
        self._lock = lock
        self._tell = tell
        self._stop = threading.Event()
        self._watching = Watching(directory, self._stop)
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="researcher-watch", daemon=True)
        _watches.add(self)
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end; nothing is told after the return."""
        with self._lock:
            self._stop.set()

    def join(self, seconds: float | None = None) -> None:
        """Wait for the end of the thread."""
        self._thread.join(seconds)

    def _run(self) -> None:
        if self._after is not None:
            self._after.join()
            self._after = None
        while self._watching.wait():
            begun = time.thread_time()
            try:
                self._look()
            except Exception:  # noqa: BLE001 - what an observer raises is reported, and does not end the watch
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), self._thread)))
            self._watching.rest(time.thread_time() - begun)

    def _look(self) -> None:
        try:
            found, error = self._watching.look(), None
        except ResearcherError as trouble:
            found, error = Change(False, ()), trouble
        before, self._trouble = self._trouble, str(error or "")
        change = Change(found.listed or self._trouble != before, found.grown)
        if change:
            with self._lock:
                if not self._stop.is_set():
                    self._tell(change, error)


@atexit.register
def _stop_all() -> None:
    """A thread that waits for the system must not be there any more when Python is taken down."""
    watches = list(_watches)
    for watch in watches:
        watch._stop.set()
    for watch in watches:
        watch.join(1.0)
