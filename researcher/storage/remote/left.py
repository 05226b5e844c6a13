"""Journals that writers left behind who are gone: in the spool of this machine, and on the store."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Callable

from researcher.errors import RecordsNotFound
from researcher.places import Address
from researcher.storage import liveness
from researcher.storage.follow import JournalReader
from researcher.storage.remote import clock, parts, spool, store
from researcher.storage.remote.journal import SpooledJournal
from researcher.storage.remote.whereabouts import id_in, journals

_CLAIM = "recovering"  # beside the parts: who makes a record of them


class LeftJournal:
    """A journal on a store whose writer is gone with its machine, or with its spool.

    Attributes:
        path: the journal.
        place: the same.
    """

    def __init__(self, path: Address) -> None:
        """Make it ours.

        Raises:
            BlockingIOError: another process is at it.
            FileNotFoundError: it is gone.
            OSError: the store does not answer, or forbids it.
        """
        self.path = self.place = path
        claim = path / _CLAIM
        if not store.create(claim, f"{socket.gethostname()} {os.getpid()}\n".encode()):
            there = store.listed(path).get(_CLAIM)
            if there is not None and clock.now(path) - there.changed_at < liveness.STALE:
                raise BlockingIOError
            store.write(claim, b"")  # who was at it is gone too
        self._letters = parts.Letters()
        found = parts.contents(path)
        if not found.parts:
            store.remove([claim])
            raise FileNotFoundError
        self._content = parts.content_of(found.parts)
        self._letters.take(found.letters)

    def everything(self, start: int = 0) -> bytes:
        """All that is there of it, from a byte on."""
        return (self._content + b"\n" + self._letters.text())[start:]

    def remove(self) -> None:
        """Take it away, as its record is there.

        Raises:
            OSError: the store does not answer, or forbids it.
        """
        parts.remove(self.path, self._letters)

    def close(self) -> None:
        """Let others have it, if it is still there."""
        store.remove([self.path / _CLAIM])


def left_behind(records: Address) -> list[tuple[JournalReader, Callable[[], SpooledJournal | LeftJournal]]]:
    """A reader for each journal at an address, and how it becomes ours; those of this machine are in its spool.

    Raises:
        RecordsNotFound: there is nothing at the address, and nothing in the spool.
        CannotRead: the store does not answer, or forbids it.
    """
    here = {id_in(path): path for path in spool.journals(records)}
    try:
        there = {reader.id or str(reader.path): reader for reader in journals(records)}
    except RecordsNotFound:
        if not here:
            raise
        there = {}
    found: list[tuple[JournalReader, Callable[[], SpooledJournal | LeftJournal]]] = []
    for name, path in here.items():
        sent = there.pop(name, None)
        opened = functools.partial(SpooledJournal.left, path, records, None if sent is None else sent.address)
        found.append((JournalReader(path), opened))
    return [*found, *((reader, functools.partial(LeftJournal, reader.address)) for reader in there.values())]
