"""The journal of a running experiment: the file that each observation is appended to before `observe` returns."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import time
import uuid
import weakref
from collections.abc import Iterable
from pathlib import Path

from researcher.storage import liveness, names
from researcher.storage.publish import placed

SYNC = 2.0  # seconds of observations that a power cut can take

_open_ones: weakref.WeakSet[Journal] = weakref.WeakSet()
_keeper: threading.Thread | None = None
_starting = threading.Lock()


class Journal:
    """An open journal. What cannot be written is kept in memory and written when that is possible again.

    Attributes:
        path: the file.
        trouble: why the last write failed; empty as long as all is written.
    """

    def __init__(self, path: Path, handle: int, pending: Iterable[bytes] = (), *, owned: bool = True) -> None:
        self.path = path
        self.trouble = ""
        self._handle = handle
        self._pending = list(pending)
        self._unsynced = False
        self._touched = time.monotonic()
        self._lock = threading.Lock()
        self._syncing = threading.Lock()  # a slow disk must not hold up who appends
        if owned:
            _open_ones.add(self)
            _keep()

    @classmethod
    def begin(cls, directory: Path, name: str, head: bytes) -> Journal:
        """A new journal ``NAME.journal``, or ``NAME-2.journal`` and so on, with its first line written.

        Readers see it with its first line and its lock, or not at all.

        Raises:
            OSError: it cannot be written there.
        """
        directory.mkdir(parents=True, exist_ok=True)
        beside = directory / f".{uuid.uuid4().hex}.tmp"
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o666)
        try:
            liveness.locked(handle)
            _write_all(handle, head)
            for repeat in itertools.count(1):
                target = directory / names.numbered(name, repeat, names.JOURNAL)
                if not os.path.lexists(directory / names.numbered(name, repeat)) and placed(beside, target):
                    return cls(target, handle)
            raise AssertionError  # pragma: no cover - itertools.count has no end
        except BaseException:
            os.close(handle)
            raise
        finally:
            with contextlib.suppress(OSError):
                beside.unlink()

    @classmethod
    def reopen(cls, path: Path) -> Journal:
        """The journal of a process that is gone, to go on with.

        Raises:
            BlockingIOError: it is not gone.
            OSError: the file cannot be opened.
        """
        handle = os.open(path, os.O_RDWR | os.O_APPEND)
        try:
            liveness.locked(handle)
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":  # what was being written when the process ended
                _write_all(handle, b"\n")
        except BaseException:
            os.close(handle)
            raise
        return cls(path, handle)

    @classmethod
    def join(cls, path: Path) -> Journal:
        """The journal of another process, to append lines to as long as that process writes it."""
        return cls(path, os.open(path, os.O_RDWR | os.O_APPEND), owned=False)

    @classmethod
    def unwritten(cls, path: Path, head: bytes) -> Journal:
        """A journal that has no file yet; each `flush` tries to make one."""
        return cls(path, -1, [head])

    def append(self, line: bytes) -> None:
        """Write a line with one call; if that fails, keep it and say why in ``trouble``. Never raises OSError."""
        with self._lock:
            if self._pending:
                self._pending.append(line)
                return
            try:
                written = os.write(self._handle, line)
            except OSError as error:
                written = 0
                self.trouble = error.strerror or str(error)
            self._unsynced = True
            if written != len(line):
                self.trouble = self.trouble or "the disk is full"
                self._pending.append(line[written:])

    def flush(self) -> bool:
        """Write what could not be written before.

        Returns:
            Whether everything is in the file, and the file in its directory.
        """
        with self._lock:
            try:
                if self._gone():
                    self._make_anew()
                while self._pending:
                    written = os.write(self._handle, self._pending[0])
                    rest = self._pending[0][written:]
                    self._pending[:1] = [rest] if rest else []
                    self._unsynced = True
            except OSError as error:
                self.trouble = error.strerror or str(error)
                return False
            self.trouble = ""
            return True

    def read(self, start: int = 0) -> bytes:
        """Everything from a byte on, with what could not be written yet."""
        with self._lock:
            size = os.fstat(self._handle).st_size if self._handle >= 0 else 0
            parts = []
            at = start
            while at < size:
                part = os.pread(self._handle, size - at, at)
                if not part:
                    break
                parts.append(part)
                at += len(part)
            pending = b"".join(self._pending)
            return b"".join([*parts, pending[max(0, start - size) :]])

    def keep(self) -> None:
        """Write what waits, bring it to the disk, and show that we are alive; called from time to time."""
        if self._pending or self._gone():
            self.flush()
        with self._syncing:
            if self._handle < 0:
                return
            if self._unsynced:
                self._unsynced = False
                self._touched = time.monotonic()
                os.fsync(self._handle)
            elif time.monotonic() - self._touched > liveness.HEARTBEAT:
                self._touched = time.monotonic()
                os.utime(self._handle)

    def close(self, *, remove: bool = False) -> None:
        """Give up the lock, and the file if it is not needed any more."""
        _open_ones.discard(self)
        with self._syncing, self._lock:
            if self._handle >= 0:
                if remove and os.fstat(self._handle).st_nlink:
                    with contextlib.suppress(OSError):
                        self.path.unlink()
                elif self._unsynced:
                    with contextlib.suppress(OSError):
                        os.fsync(self._handle)
                os.close(self._handle)
                self._handle = -1

    def after_fork(self) -> None:
        """In a child process: append to the same file; the lock on it stays the parent's."""
        self._lock, self._syncing = threading.Lock(), threading.Lock()
        self._pending = []

    def _gone(self) -> bool:
        """Whether there is no file, or it was deleted."""
        return self._handle < 0 or os.fstat(self._handle).st_nlink == 0

    def _make_anew(self) -> None:
        """Make the file, and its directory, and write again what was in it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o666)
        try:
            liveness.locked(handle)
            if self._handle >= 0:
                _write_all(handle, os.pread(self._handle, os.fstat(self._handle).st_size, 0))
        except OSError:
            os.close(handle)
            with contextlib.suppress(OSError):
                self.path.unlink()
            raise
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = handle


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _keep() -> None:
    """See to it that the thread runs which looks after all open journals."""
    global _keeper
    with _starting:
        if _keeper is None or not _keeper.is_alive():
            _keeper = threading.Thread(target=_keep_all, name="researcher-journal", daemon=True)
            _keeper.start()


def _keep_all() -> None:
    while True:
        time.sleep(SYNC)
        for journal in list(_open_ones):
            with contextlib.suppress(OSError):  # told by who appends
                journal.keep()


def _after_fork() -> None:
    global _keeper, _starting
    _keeper, _starting = None, threading.Lock()
    for journal in list(_open_ones):
        journal.after_fork()
    _open_ones.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
