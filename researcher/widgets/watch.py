"""Watch a records directory and tell when something in it changed."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from researcher.errors import ResearcherError
from researcher.storage.directory import RecordsDirectory

PAUSE = 1.0  # seconds between two looks
SHARE = 20  # a look is followed by a pause of at least so many times its own length


class Watch:
    """Looks at a directory from time to time on a thread of its own, until it is stopped."""

    def __init__(
        self,
        directory: RecordsDirectory,
        tell: Callable[[ResearcherError | None], None],
        lock: AbstractContextManager[object],
    ) -> None:
        """Begin to watch.

        Args:
            directory: refreshed at each look.
            tell: called after a look that found something different, with the error if the directory is not there.
            lock: held while it tells. Who holds it may stop the watch too, such as an observer of what was told.
        """
        self._lock = lock
        self._directory = directory
        self._tell = tell
        self._stop = threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="researcher-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end; nothing is told after the return."""
        with self._lock:
            self._stop.set()

    def _run(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            begun = time.monotonic()
            try:
                self._look()
            except Exception:  # noqa: BLE001 - what an observer raises is reported, and does not end the watch
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), self._thread)))
            pause = max(PAUSE, SHARE * (time.monotonic() - begun))

    def _look(self) -> None:
        try:
            changed, error = bool(self._directory.refresh()), None
        except ResearcherError as found:
            changed, error = str(found) != self._trouble, found
        recovered = error is None and self._trouble != ""
        self._trouble = "" if error is None else str(error)
        if changed or recovered:
            with self._lock:
                if not self._stop.is_set():
                    self._tell(error)
