"""Read a journal while it is written: from the byte already read, never from the start."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from typing import Any

from researcher.errors import DamagedRecord, RecordsNotFound, reason
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage import liveness, records
from researcher.storage.lines import beginnings, decoded
from researcher.storage.listing import unopened
from researcher.storage.replay import Replay

_OF_THE_JOURNAL = ("writer", "texts", "keys")
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # to open a pipe is to wait


class JournalReader:
    """Follows a journal, and what it says of its experiment so far.

    Attributes:
        path: the journal.
        running: whether somebody still writes to it, if only to end it.
        torn: the bytes of a last line that its writer could not complete.
        replay: what the lines add up to.
    """

    def __init__(self, path: Place, source: Callable[[int], bytes] | None = None, *, running: bool = True) -> None:
        """Begin with nothing read.

        Args:
            path: the journal.
            source: gives the bytes from a place on; if not given, they are read from the file.
            running: whether who gives the source still writes.
        """
        self.path = path
        self.running = running and source is not None
        self.torn = 0
        self.replay = Replay()
        self._source = source
        self._read = 0  # bytes, up to the end of the last complete line
        self._head: dict[str, Any] | None = None
        self._file: tuple[int, int] | None = None
        self._lock = threading.RLock()
        self._busy = False

    def refresh(self) -> bool:
        """Read on.

        Returns:
            Whether anything is different: a new line, or the writer is gone.

        Raises:
            RecordsNotFound: the journal is gone.
            DamagedRecord: it cannot be read as one.
        """
        with self._lock:
            if self._busy:  # the handler of a signal, which came in here
                return False
            before, self._busy = self._state(), True
            try:
                if self._source is not None:
                    self._take(self._source(self._read))
                else:
                    self._read_file()
            finally:
                self._busy = False
            if self._head is None:
                raise DamagedRecord(self.path, "it is a journal without its first line")
            return self._state() != before

    @property
    def status(self) -> str:
        """How the experiment ended; ``running``, or ``interrupted`` if its process is gone."""
        return self.replay.status or ("running" if self.running else "interrupted")

    @property
    def remark(self) -> str:
        """What is wrong with lines that were passed over; empty if nothing is."""
        said = []
        if self.torn and not self.running:
            said.append(f"its last line was cut off and left out ({self.torn} bytes)")
        if self.replay.odd:
            said.append(f"{self.replay.odd} of its lines make no sense and were left out")
        return "; ".join(said)

    @property
    def id(self) -> str:
        """What names the experiment in its journals and its record; empty if that is not known."""
        found = (self._head or {}).get("researcher", {}).get("id")
        return found if isinstance(found, str) else ""

    def head(self) -> dict[str, Any]:
        """All of the record but observations and what belongs to them."""
        head = self._head or {}
        ours = {key: value for key, value in head.get("researcher", {}).items() if key not in _OF_THE_JOURNAL}
        status = self.status
        duration = {} if status == "running" else {"duration": round(self.replay.duration, 3)}
        return {**head, **duration, "researcher": {**ours, "status": status, **self.replay.annotations()}}

    def rest(self) -> dict[str, Any]:
        """The observations so far, and the ``researcher`` part with their steps and times."""
        with self._lock:
            ours = {**self.head()["researcher"], **self.replay.series()}
            return {"researcher": ours, "observations": self.replay.observations()}

    def experiment(self) -> Experiment:
        """The experiment as it is now; it does not grow by itself."""
        return Experiment(self.head(), self.path, self.rest)

    def _state(self) -> tuple[object, ...]:
        return (self._file, self._read, self.torn, self.status if self._head else "")

    def _read_file(self) -> None:
        try:
            handle = os.open(self.path, FLAGS)
        except FileNotFoundError:
            raise RecordsNotFound(f"there is no journal {self.path}") from None
        except OSError as error:
            raise DamagedRecord(self.path, unopened(error)) from None
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise DamagedRecord(self.path, "it is not a regular file")
            if self._file != (found.st_dev, found.st_ino) or found.st_size < self._read:
                self._file = (found.st_dev, found.st_ino)
                self._begin_again()
            if self._head is None:
                self._take(self._read_on(handle))
            # Asked before reading: all that a writer wrote who is gone is read then.
            running = self._head is not None and liveness.alive(handle, self._head["researcher"].get("writer"))
            self._take(self._read_on(handle))
            self.running = running
        except OSError as error:
            raise DamagedRecord(self.path, f"it cannot be read ({reason(error)})") from None
        finally:
            os.close(handle)

    def _begin_again(self) -> None:
        self._read, self._head, self.replay = 0, None, Replay()

    def _read_on(self, handle: int) -> bytes:
        with os.fdopen(os.dup(handle), "rb") as file:
            file.seek(self._read)
            return file.read()

    def _take(self, content: bytes) -> None:
        end = content.rfind(b"\n") + 1
        self.torn = len(content) - end
        for line in content[:end].splitlines():
            if self._head is None:
                self._head = self._first(line)
            else:
                self._next(line)
        self._read += end

    def _first(self, line: bytes) -> dict[str, Any]:
        try:
            head = records.decode(line).head
        except ValueError as error:
            raise DamagedRecord(self.path, str(error)) from None
        if not isinstance(head.get("researcher"), dict):
            raise DamagedRecord(self.path, "its first line is not that of a journal")
        self.replay.begin(head)
        return head

    def _next(self, line: bytes) -> None:
        odd = False
        for start in beginnings(line) if line.strip() else ():
            try:
                self.replay.add(decoded(line[start:]))
                break
            except ValueError:
                odd = True
        self.replay.odd += odd
