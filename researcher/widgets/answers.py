"""Answers that take their time: worked out on a thread of their own, so that neither page nor training waits."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from typing import Any

REST = 10.0  # seconds at least between two patient questions' answers
SHARE = 0.05  # of the time, at most, that is spent on patient questions
_KEPT = 8  # answers that are kept, the latest
_all: weakref.WeakSet[Answers] = weakref.WeakSet()


class Answers:
    """Works out answers, one at a time; of the questions that come meanwhile the latest wins.

    The thread begins with the first question that has no answer yet, and ends when nothing is asked any more.
    """

    def __init__(self, tell: Callable[[], None], lock: AbstractContextManager[object]) -> None:
        """Know no answer.

        Args:
            tell: called on the thread whenever there is one more answer.
            lock: held while it tells. Who holds it may ask, and close.
        """
        self._tell = tell
        self._lock = lock
        self._known: dict[Hashable, Any] = {}
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._asked: tuple[Hashable, Callable[[], Any], bool] | None = None
        self._at: Hashable = None
        self._rested = 0.0
        self._closed = False
        _all.add(self)

    def get(self, question: Hashable, work: Callable[[], Any], patient: bool = False) -> Any:
        """The answer, or None: then it is worked out and told. An exception that it raises is its answer.

        Args:
            question: what is asked; not None.
            work: gives the answer, and is called without the lock.
            patient: whether the answer may wait, so that such questions take no more than a share of the time.
        """
        with self._news:
            if question in self._known:
                self._asked = None
                return self._known[question]
            if not self._closed:
                self._asked = None if question == self._at else (question, work, patient)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="researcher-answers", daemon=True)
                    self._thread.start()
                self._news.notify_all()
            return None

    def close(self) -> None:
        """Ask nothing more; nothing is told after the return to who holds the lock."""
        with self._news:
            self._closed, self._asked = True, None
            self._news.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for the end of the thread, if there is one."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._news:
                while self._asked is not None and self._asked[2] and (wait := self._rested - time.monotonic()) > 0:
                    self._news.wait(wait)
                if self._asked is None:
                    self._thread = None
                    return
                question, work, _patient = self._asked
                self._asked, self._at = None, question
            begun = time.monotonic()
            try:
                answer = work()
            except Exception as error:  # noqa: BLE001 - shown by who asked
                answer = error
            self._keep(question, answer, time.monotonic() - begun)

    def _keep(self, question: Hashable, answer: Any, seconds: float) -> None:
        with self._news:
            self._known[question], self._at = answer, None
            for oldest in [*self._known][:-_KEPT]:
                del self._known[oldest]
            self._rested = time.monotonic() + max(REST, seconds * (1 / SHARE - 1))
        with self._lock:
            if not self._closed:
                self._tell()


@atexit.register
def _close_all() -> None:
    """A thread that is in the midst of numbers must not be there any more when Python is taken down."""
    every = list(_all)
    for answers in every:
        answers.close()
    for answers in every:
        answers.join(5.0)
