"""The journal of a running experiment: the file that each observation is appended to before `observe` returns."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from pathlib import Path
from typing import Self

from researcher.errors import reason
from researcher.places import Place
from researcher.storage import keeper, liveness, locks, names, stopping
from researcher.storage.handles import APPENDED, head, made, read
from researcher.storage.publish import sync_directory, write_all
from researcher.storage.waiting import Waiting


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
        self._waiting = Waiting(waiting)
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
        return cls(*made(directory, name, 1, content, beside_records=False))

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
        handle = os.open(path, APPENDED)
        try:
            locks.locked(handle)
            if not os.path.samestat(os.fstat(handle), path.stat()):  # who had the lock removed it
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            size = os.fstat(handle).st_size
            if size and read(handle, size - 1) != b"\n":  # what was being written when the process ended
                write_all(handle, b"\n")
        except BaseException:
            os.close(handle)
            raise
        return cls(path, handle)

    @classmethod
    def join(cls, path: Path) -> Journal:
        """The journal of another process, to append lines to as long as that process writes it."""
        return cls(path, os.open(path, APPENDED), owned=False)

    def append(self, line: bytes) -> bool:
        """Write a line, with one call to the system. Never raises OSError.

        Returns:
            Whether it is in the file. If not, it waits in memory and ``trouble`` says why, unless it is ``sealed``.
        """
        written = 0
        try:
            self._lock.acquire()  # `with` would make an observation take a twentieth longer
            if not self._direct:
                return self._append_with_care(line)
            written = os.write(self._handle, line)
            if written == len(line):
                return True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._waiting.add(line, written)
            self._in_trouble(reason(error))
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
            return read(self._handle, start) if self._handle >= 0 else b""

    def everything(self, start: int = 0) -> bytes:
        """The same as if all that waits were in the file too."""
        with self._lock:
            content = read(self._handle, 0) if self._handle >= 0 else b""
            return (content + self._waiting.content(self._handle))[start:]

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

    def moved(self) -> bool:
        """Whether the file is there, but not where it was: somebody has moved or renamed its directory."""
        with self._lock:
            return self._handle >= 0 and not self._gone() and not self.path.exists()

    def remove(self) -> None:
        """Take the file away, as its record is there, and what was asked of its experiment.

        What others append until then can still be read.
        """
        with self._lock, contextlib.suppress(OSError):
            self._unwanted = True
            if os.path.samestat(os.fstat(self._handle), self.path.stat()):
                self.path.unlink()
                stopping.forget(self.path)

    def close(self) -> None:
        """Write what waits if that is possible, and give up file and lock."""
        with self._keeping, self._lock:
            if self._waiting and not self._unwanted:
                self._flush()
            self._direct, self.sealed, self._owned, self._waiting = False, True, False, Waiting()
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
        self._waiting = Waiting()
        self._owned = self._direct = False

    def _append_with_care(self, line: bytes) -> bool:
        """In trouble nothing is tried, as `keep` does; in another process than the owner's, the file may be gone."""
        if self.sealed:
            return False
        self._waiting.add(line)
        return not self.trouble and self._flush()

    def _flush(self) -> bool:
        try:
            if self._owned and self._gone():
                self._make_anew()
            elif self._waiting and self._gone():
                self._find_again()
            self._waiting.write(self._handle)
        except OSError as error:
            self._in_trouble(reason(error))
            return False
        self.trouble = ""
        self._direct = self._owned and not self.sealed
        return True

    def _in_trouble(self, reason: str) -> None:
        self.trouble = reason
        self._direct = False
        keeper.look_after(self)  # after a fork nobody does

    def _gone(self) -> bool:
        """Whether there is no file, or it was deleted by somebody else."""
        return not self._unwanted and (self._handle < 0 or os.fstat(self._handle).st_nlink == 0)

    def _make_anew(self) -> None:
        """Make the file, and its directory, with what was in it."""
        content = read(self._handle, 0) if self._handle >= 0 else self._waiting.first
        name, repeat = names.parted(self.path.stem)
        path, handle = made(self.path.parent, name, repeat, content, beside_records=True)
        if self._handle >= 0:
            os.close(self._handle)
        else:
            self._waiting.pop()
        self.path, self._handle, self._synced = path, handle, 0

    def _find_again(self) -> None:
        """In another process than the owner's: open the file that the owner made anew."""
        before = head(self._handle)
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(self.path, APPENDED)
            if head(handle) == before:
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
