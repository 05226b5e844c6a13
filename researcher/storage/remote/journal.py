"""The journal of an experiment that is recorded on a store: in the spool, and brought to the store as it grows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from researcher.places import Address
from researcher.storage import stopping
from researcher.storage.journal import Journal
from researcher.storage.publish import placed
from researcher.storage.remote import spool
from researcher.storage.remote.parts import Letters, contents
from researcher.storage.remote.upload import Upload


class SpooledJournal(Journal):
    """A journal in the spool, whose lines are brought to a store. What is promised of a `Journal` is promised of it.

    Attributes:
        upload: brings it to the store.
        letters: what others have added there.
    """

    upload: Upload
    letters: Letters

    @classmethod
    def spooled(cls, records: Address, name: str, content: bytes) -> SpooledJournal:
        """A new journal in the spool; nothing of it is on the store before its upload sends it.

        Raises:
            OSError: it cannot be written there.
        """
        journal = cls.begin(spool.directory(records), name, content)
        journal._send(Upload(records / journal.path.name, journal.content))
        return journal

    @classmethod
    def left(cls, path: Path, records: Address, there: Address | None) -> SpooledJournal:
        """The journal of a process that is gone.

        Args:
            path: the journal in the spool.
            records: where its record belongs.
            there: what of it is on the store; None for nothing.

        Raises:
            BlockingIOError: the process is not gone.
            FileNotFoundError: the journal is gone.
            OSError: it cannot be opened.
        """
        journal = cls.reopen(path)
        journal._send(Upload(there or records / path.name, journal.content, claimed=there is not None))
        journal.seal()
        return journal

    def _send(self, upload: Upload) -> None:
        self.letters, self.upload = Letters(), upload
        upload.stop_asked = self._stop_asked

    def _stop_asked(self) -> None:
        """Ask here what somebody asks on the store."""
        with contextlib.suppress(OSError):
            if not self.sealed:
                stopping.ask(self.path)

    @property
    def place(self) -> Address:
        """The journal on the store."""
        return self.upload.path

    def be_called_as_there(self) -> None:
        """Have the name here that it has on the store, if that is free."""
        path = self.path.with_name(self.place.name)
        with self._lock:
            if path != self.path and placed(self.path, path):
                self.path.unlink()
                self.path = path

    def everything(self, start: int = 0) -> bytes:
        """What is in the file, what waits, and what others have sent to the store."""
        with contextlib.suppress(OSError):
            if self.sealed and self.upload.claimed:
                self.letters.take(contents(self.place).letters)
        return (super().everything() + self.letters.text())[start:]

    def remove(self) -> None:
        """Take it away here and there, as its record is there."""
        super().remove()
        with contextlib.suppress(OSError):  # what stays is recognised by its record, and taken away by `recover`
            self.upload.withdraw(self.letters)

    def close(self) -> None:
        """Write what waits if that is possible, give up file and lock, and send nothing any more."""
        self.upload.stop()
        super().close()
        with contextlib.suppress(OSError):  # others may be in it
            self.path.parent.rmdir()

    def after_fork(self) -> None:
        """In a child process: append to the same file; it, its lock and its upload stay the parent's."""
        super().after_fork()
        if hasattr(self, "upload"):  # else it is being made just now, on another thread
            self.upload.after_fork()


def begun(
    records: Address, name: str, content: bytes, tell: Callable[[str], None], *, insist: bool
) -> tuple[SpooledJournal, OSError | None]:
    """A new journal that is being sent, and why nothing of it could be sent yet.

    Args:
        records: where it belongs.
        name: of the journal without its ending.
        content: its first lines.
        tell: called with what is wrong later on.
        insist: give it up, and raise, if it cannot be sent at once.

    Raises:
        OSError: it cannot be written to the spool, or to the store if that is insisted on.
    """
    journal = SpooledJournal.spooled(records, name, content)
    trouble = None
    try:
        journal.upload.send()
    except OSError as error:
        if insist:
            journal.remove()
            journal.close()
            raise
        trouble = error
    journal.be_called_as_there()
    journal.upload.begin(tell)
    return journal, trouble
