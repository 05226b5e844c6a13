"""The journal of a running experiment: the file that each observation is appended to before `observe` returns."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import threading
import time
import uuid
from pathlib import Path
from typing import Self

from researcher.places import Place
from researcher.storage import keeper, liveness, locks, names
from researcher.storage.publish import placed, sync_directory

_APPENDED = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0)
_BESIDE = _APPENDED | os.O_CREAT | os.O_EXCL
_HEAD = 1 << 20  # bytes, in which the first line of a journal differs from that of any other


class Journal:
    """An open journal. What cannot be written is kept in memory and written when that is possible again.

    Attributes:
        path: the file.
        trouble: why something is not in the file; empty as long as all is.
        sealed: whether nothing more can be appended.
    """

    def __init__(self, path: Path, handle: int, waiting: bytes = b"", *, owned: bool = True) -> None:
        self.path = path
        self.trouble = "it could not be made" if handle < 0 else ""
        self.sealed = False
        self._handle = handle
        self._owned = owned
        self._direct = owned and not waiting  # whether a line can be written without further thought
        self._waiting = [waiting] if waiting else []
        self._cut = 0  # bytes of the first line that waits which are in the file
        self._synced = 0  # the size of the file when it was brought to the disk
        self._touched = time.monotonic()
        self._unwanted = False  # not to be kept any longer, as its record is there
        self._abandoned = False
        self._lock = threading.RLock()  # a signal may come in anywhere, and its handler append
        self._keeping = threading.Lock()  # a slow disk must not hold up who appends
        keeper.look_after(self)

    @property
    def place(self) -> Place:
        """The journal as others than its writer see it."""
        return self.path

    @classmethod
    def begin(cls, directory: Path, name: str, content: bytes) -> Self:
        """A new journal ``NAME.journal``, or ``NAME-2.journal`` and so on, with its first lines.

        Readers see it with these lines and its lock, or not at all.

        Raises:
            OSError: it cannot be written there.
        """
        return cls(*_made(directory, name, 1, content, beside_records=False))

    @classmethod
    def unwritten(cls, path: Path, content: bytes) -> Journal:
        """A journal that has no file yet; it is made as soon as that is possible."""
        return cls(path, -1, content)

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """The journal of a process that is gone, to go on with.

        Raises:
            BlockingIOError: it is not gone.
            FileNotFoundError: the journal is gone.
            OSError: it cannot be opened.
        """
        handle = os.open(path, _APPENDED)
        try:
            locks.locked(handle)
            if not os.path.samestat(os.fstat(handle), path.stat()):  # who had the lock removed it
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            size = os.fstat(handle).st_size
            if size and _read(handle, size - 1) != b"\n":  # what was being written when the process ended
                _write_all(handle, b"\n")
        except BaseException:
            os.close(handle)
            raise
        return cls(path, handle)

    @classmethod
    def join(cls, path: Path) -> Journal:
        """The journal of another process, to append lines to as long as that process writes it."""
        return cls(path, os.open(path, _APPENDED), owned=False)

    def append(self, line: bytes) -> bool:
        """Write a line, with one call to the system. Never raises OSError.

        Returns:
            Whether it is in the file. If not, it waits in memory and ``trouble`` says why, unless it is ``sealed``.
        """
        try:
            self._lock.acquire()  # `with` would make an observation take a twentieth longer
            if not self._direct:
                return self._append_with_care(line)
            written = os.write(self._handle, line)
            if written == len(line):
                return True
            self._cut = written
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._waiting.append(line)
            self._in_trouble(_reason(error))
            return False
        finally:
            try:  # noqa: SIM105 - `suppress` costs what was saved above
                self._lock.release()
            except RuntimeError:  # an interrupt came in while this waited for it
                pass

    def seal(self) -> None:
        """Take no more lines; those that wait are still written."""
        with self._lock:
            self.sealed, self._direct = True, False

    def flush(self) -> bool:
        """Try to write what waits.

        Returns:
            Whether everything is in the file, and the file in its directory.
        """
        with self._lock:
            return self._flush() and not self._unwanted

    def content(self, start: int = 0) -> bytes:
        """What is in the file from a byte on."""
        with self._lock:
            return _read(self._handle, start) if self._handle >= 0 else b""

    def everything(self, start: int = 0) -> bytes:
        """The same as if all that waits were in the file too."""
        with self._lock:
            content = _read(self._handle, 0) if self._handle >= 0 else b""
            first = [self._next()] if self._waiting else []
            return b"".join([content, *first, *self._waiting[1:]])[start:]

    def keep(self) -> None:
        """Write what waits, bring it to the disk, and show that we are alive; called from time to time."""
        with self._keeping:
            with self._lock:
                if self._waiting or (self._owned and self._gone()):
                    self._flush()
            if self._owned and self._handle >= 0:
                self._sync()
        if self._abandoned:
            self.close()

    def remove(self) -> None:
        """Take the file away, as its record is there. What others append until then can still be read."""
        with self._lock, contextlib.suppress(OSError):
            self._unwanted = True
            if os.path.samestat(os.fstat(self._handle), self.path.stat()):
                self.path.unlink()

    def close(self) -> None:
        """Write what waits if that is possible, and give up file and lock."""
        with self._keeping, self._lock:
            if self._waiting and not self._unwanted:
                self._flush()
            self._direct, self.sealed, self._owned, self._waiting = False, True, False, []
            if self._handle >= 0:
                if not self._unwanted:
                    with contextlib.suppress(OSError):
                        os.fsync(self._handle)
                os.close(self._handle)
                self._handle = -1
                if self._unwanted and os.name == "nt":  # which removes no open files
                    self.path.unlink(missing_ok=True)
            self._unwanted = True
        keeper.leave(self)

    def abandon(self) -> None:
        """Close it as soon as possible; can be called at any time, also in the middle of everything else."""
        self._abandoned = True
        if self._keeping.acquire(blocking=False):  # else `keep` will do it, on which this may have come in
            self._keeping.release()
            self.close()

    def after_fork(self) -> None:
        """In a child process: append to the same file; it and its lock stay the parent's."""
        self._lock, self._keeping = threading.RLock(), threading.Lock()
        self._waiting, self._cut = [], 0
        self._owned = self._direct = False

    def _append_with_care(self, line: bytes) -> bool:
        """In trouble nothing is tried, as `keep` does; in another process than the owner's, the file may be gone."""
        if self.sealed:
            return False
        self._waiting.append(line)
        return not self.trouble and self._flush()

    def _flush(self) -> bool:
        try:
            if self._owned and self._gone():
                self._make_anew()
            elif self._waiting and self._gone():
                self._find_again()
            while self._waiting:
                line = self._next()
                written = os.write(self._handle, line)
                if written == len(line):
                    self._cut = 0
                    del self._waiting[0]
                else:
                    self._cut = len(self._waiting[0]) - len(line) + written
        except OSError as error:
            self._in_trouble(_reason(error))
            return False
        self.trouble = ""
        self._direct = self._owned and not self.sealed
        return True

    def _in_trouble(self, reason: str) -> None:
        self.trouble = reason
        self._direct = False
        keeper.look_after(self)  # after a fork nobody does

    def _next(self) -> bytes:
        """The first line that waits; of one that was cut off the rest, unless another process wrote after it."""
        line = self._waiting[0]
        if self._cut and os.lseek(self._handle, 0, os.SEEK_CUR) == os.fstat(self._handle).st_size:
            return line[self._cut :]
        return line

    def _gone(self) -> bool:
        """Whether there is no file, or it was deleted by somebody else."""
        return not self._unwanted and (self._handle < 0 or os.fstat(self._handle).st_nlink == 0)

    def _make_anew(self) -> None:
        """Make the file, and its directory, with what was in it."""
        content = _read(self._handle, 0) if self._handle >= 0 else self._waiting[0]
        name, repeat = names.parted(self.path.stem)
        path, handle = _made(self.path.parent, name, repeat, content, beside_records=True)
        if self._handle >= 0:
            os.close(self._handle)
        else:
            del self._waiting[0]
        self.path, self._handle, self._synced = path, handle, 0

    def _find_again(self) -> None:
        """In another process than the owner's: open the file that the owner made anew."""
        before = _head(self._handle)
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(self.path, _APPENDED)
            if _head(handle) == before:
                os.close(self._handle)
                self._handle = handle
                return
            os.close(handle)
        raise FileNotFoundError(errno.ENOENT, "its journal is gone")

    def _sync(self) -> None:
        size = os.fstat(self._handle).st_size
        if size != self._synced:
            fresh, self._synced, self._touched = self._synced == 0, size, time.monotonic()
            getattr(os, "fdatasync", os.fsync)(self._handle)
            if fresh:
                sync_directory(self.path.parent)
        elif time.monotonic() - self._touched > liveness.HEARTBEAT:
            self._touched = time.monotonic()
            os.utime(self._handle if os.utime in os.supports_fd else self.path)


def _made(directory: Path, name: str, first: int, content: bytes, *, beside_records: bool) -> tuple[Path, int]:
    """A new file under the first free name, open; it is there with its content and its lock, or not at all.

    A name that a record has is free only for a journal ``beside_records``, as that may be its own, published by others.
    """
    directory.mkdir(parents=True, exist_ok=True)
    beside = directory / f".{uuid.uuid4().hex}.tmp"
    handle = os.open(beside, _BESIDE, 0o666)
    try:
        locks.locked(handle)
        _write_all(handle, content)
        for repeat in itertools.count(first):
            path = directory / names.numbered(name, repeat, names.JOURNAL)
            free = beside_records or not os.path.lexists(path.with_suffix(names.RECORD))
            if free and placed(beside, path):
                return path, handle
        raise AssertionError  # pragma: no cover - itertools.count has no end
    except BaseException:
        os.close(handle)
        raise
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def _head(handle: int) -> bytes:
    return _read(handle, 0, _HEAD).partition(b"\n")[0]


def _read(handle: int, start: int, longest: int | None = None) -> bytes:
    """The bytes of a file from one on, to its end."""
    left = os.fstat(handle).st_size - start if longest is None else longest
    parts = []
    while left > 0:
        if hasattr(os, "pread"):
            part = os.pread(handle, left, start)
        else:  # Windows
            os.lseek(handle, start, os.SEEK_SET)
            part = os.read(handle, left)
        if not part:
            break
        parts.append(part)
        start += len(part)
        left -= len(part)
    return b"".join(parts)


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
