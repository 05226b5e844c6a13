"""The thread that brings a journal to its store while it grows, at a bounded rate."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable

from researcher.errors import reason
from researcher.places import Address
from researcher.storage import liveness, names
from researcher.storage.remote import store
from researcher.storage.remote.parts import Contents, Letters, contents, missing, part, remove

PAUSE = 2.0  # seconds between two uploads at least, which is what a lost machine takes with it


class Upload:
    """Brings what is in a journal to a store, and shows there that its writer is alive.

    What is there is asked and not remembered, so that an upload goes on where an earlier one was, and begins again if
    somebody took the parts away.

    Attributes:
        path: the journal on the store, or what it would be called there.
        claimed: whether that name is its own.
        stop_asked: called where somebody asks there that the experiment stops.
    """

    def __init__(self, path: Address, content: Callable[[int], bytes], *, claimed: bool = False) -> None:
        """Nothing is sent before `send` or `begin`.

        Args:
            path: the journal on the store; if it is not claimed, another one may get that name.
            content: gives what is in the journal from a byte on.
            claimed: whether it was begun before.
        """
        self.path = path
        self.claimed = claimed
        self._content = content
        self.stop_asked: Callable[[], object] = lambda: None
        self._sent = -1  # bytes
        self._touched = 0.0
        self._stop = threading.Event()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None

    def begin(self, tell: Callable[[str], None]) -> None:
        """Send what comes from now on, on a thread of its own.

        Args:
            tell: called with what is wrong, once each time that it begins to be wrong.
        """
        self._thread = threading.Thread(target=self._run, args=(tell,), name="researcher-upload", daemon=True)
        self._thread.start()

    def send(self) -> None:
        """Send what is not there yet; afterwards readers see all of the journal.

        Raises:
            OSError: the store does not answer, or forbids it.
        """
        with self._lock:
            if self._stop.is_set():
                return
            found = contents(self.path) if self.claimed else Contents([], [], stop=False)
            if found.stop:
                self.stop_asked()
            sizes = [one.size for one in found.parts] or [self._claim()]
            there = sum(sizes[:-1])
            content = self._content(there)
            todo = list(missing(sizes, there + len(content)))
            if not todo and self._is_silent():
                todo = [(len(sizes) - 1, there, there + sizes[-1])]
            for number, start, end in todo:
                store.write(part(self.path, number), content[start - there : end - there])
                self._touched = time.monotonic()
            self._sent = there + len(content)

    def stop(self) -> None:
        """Send nothing any more but what is under way."""
        self._stop.set()

    def withdraw(self, letters: Letters) -> None:
        """Take the journal away from the store, as there is a record, and the letters that came last.

        Raises:
            OSError: the store does not answer, or forbids it.
        """
        self.stop()
        with self._lock:
            if self.claimed:
                remove(self.path, letters)

    def after_fork(self) -> None:
        """In a child process, which sends nothing."""
        self._lock, self._stop = threading.RLock(), threading.Event()
        self._stop.set()

    def _claim(self) -> int:
        """Make the first part under the first free name of the journal; a record has that name only if it is its own.

        Returns:
            The bytes that are in it.
        """
        content = self._content(0)
        head = content[: content.find(b"\n") + 1]
        name, repeat = names.parted(self.path.stem)
        for number in itertools.count(repeat):
            path = self.path.parent / names.numbered(name, number, names.JOURNAL)
            if not self.claimed and store.is_there(path.with_suffix(names.RECORD)):
                continue
            if store.create(part(path, 0), head):
                self.path, self.claimed, self._touched = path, True, time.monotonic()
                return len(head)
        raise AssertionError  # pragma: no cover - itertools.count has no end

    def _run(self, tell: Callable[[str], None]) -> None:
        told = False
        while not self._stop.wait(PAUSE):
            try:
                if self._sent < 0 or self._is_silent() or self._content(self._sent):
                    self.send()
                told = False
            except OSError as error:
                if not told and not self._stop.is_set():
                    with contextlib.suppress(Warning):  # where warnings are errors, the thread still goes on
                        tell(reason(error))
                told = True

    def _is_silent(self) -> bool:
        return time.monotonic() - self._touched > liveness.HEARTBEAT
