"""Work that can wait: done soon after it is asked for, on one thread that rests much longer than it works."""

from __future__ import annotations

import atexit
import sys
import threading
import time
from collections.abc import Callable


class Leisure:
    """Does what it is asked to do, the latest asked first, each thing once however often it is asked for."""

    def __init__(self, pause: float = 1.0, share: float = 20) -> None:
        """Wait for work; a thread begins with the first.

        Args:
            pause: seconds between the asking and the work, and at least between two pieces of work.
            share: work is followed by a rest of so many times the time that it took the processor.
        """
        self._pause, self._share = pause, share
        self._asked: dict[object, Callable[[], None]] = {}
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ended = False
        atexit.register(self.end)

    def ask(self, name: object, work: Callable[[], None]) -> None:
        """Have this done; what is asked for under the same name and is not begun is done once."""
        with self._news:
            if self._ended:
                return
            self._asked.pop(name, None)
            self._asked[name] = work
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="researcher-leisure", daemon=True)
                self._thread.start()
            self._news.notify_all()

    def forget(self, name: object) -> None:
        """Have it not done any more."""
        with self._news:
            self._asked.pop(name, None)

    def end(self) -> None:
        """Let the thread end, and wait for what it is at: it must not draw while Python is taken down."""
        with self._news:
            self._ended = True
            self._asked.clear()
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        rested = 0.0
        while True:
            with self._news:
                self._news.wait_for(lambda: self._asked or self._ended)
                self._news.wait_for(lambda: self._ended, max(self._pause, rested - time.monotonic()))
                if self._ended:
                    return
                if not self._asked:
                    continue
                _, work = self._asked.popitem()
            begun = time.thread_time()
            try:
                work()
            except Exception:  # noqa: BLE001 - reported, and the next is done all the same
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            rested = time.monotonic() + self._share * (time.thread_time() - begun)
