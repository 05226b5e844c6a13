"""Where an experiment on a store lies: in the spool of this machine, in a journal on the store, or in a record."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from researcher.errors import RecordsNotFound
from researcher.experiment import Experiment
from researcher.places import Address, Place
from researcher.reserved import ours_of
from researcher.storage import names, records, whereabouts
from researcher.storage.follow import JournalReader
from researcher.storage.remote import spool, store
from researcher.storage.remote.parts import PartsReader, is_journal, refreshed
from researcher.storage.remote.records import contents_of, listed


class SpooledReader(JournalReader):
    """Follows a journal in the spool; for all others its experiment lies on the store."""

    def __init__(self, path: Path, address: Address) -> None:
        super().__init__(path)
        self._address = address

    def experiment(self) -> Experiment:
        """The experiment as it is now; it does not grow by itself."""
        return Experiment(self.head(), self._address, self.rest)


def reader_of(journal: Address) -> JournalReader:
    """What reads a journal: in the spool if it is there, as that is what the store gets."""
    here = spool.directory(journal.parent) / journal.name
    return SpooledReader(here, journal) if here.exists() else PartsReader(journal)


def is_file(path: Address) -> bool:
    """Whether there is such a record, or such a journal on the store or in the spool.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    return store.is_there(path) or (spool.directory(path.parent) / path.name).exists()


def lies_in(path: Address, ours: Mapping[str, Any]) -> Place:
    """See `researcher.storage.whereabouts.lies_in`; a journal in the spool of this machine is a `Path`.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    journal = spooled(path.parent, ours) or _sent(path, ours)
    if journal is None:
        return record_of(path, ours) or path
    resumes = journal.head()["researcher"].get("resumes")
    if journal.running or (isinstance(resumes, str) and store.is_there(path.with_name(resumes))):
        return journal.path
    return record_of(path, ours) or journal.path


def _sent(path: Address, ours: Mapping[str, Any]) -> PartsReader | None:
    """The journal of an experiment on the store."""
    with contextlib.suppress(FileNotFoundError):
        for reader in journals(path.parent, names.parted(path.stem)[0]):
            if reader.id and whereabouts.same(reader.head()["researcher"], ours):
                return reader
    return None


def record_of(path: Address, ours: Mapping[str, Any]) -> Address | None:
    """See `researcher.storage.whereabouts.record_of`.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    if path.suffix == names.RECORD and store.is_there(path):
        return path
    name = names.parted(path.stem)[0]
    try:
        others = listed(path.parent)
    except RecordsNotFound:
        return None
    found = [path.parent / other for other in others if other.endswith(names.RECORD) and _is_called(other, name)]
    for record, content in contents_of(found):
        with contextlib.suppress(ValueError):
            if isinstance(content, bytes) and whereabouts.same(ours_of(records.decode(content).head), ours):
                return record
    return None


def _is_called(file: str, name: str) -> bool:
    """Whether it is a record or journal of this name, numbers aside."""
    return names.parted(Path(file).stem)[0] == name


def spooled(directory: Address, ours: Mapping[str, Any]) -> JournalReader | None:
    """The journal of an experiment in the spool of this machine."""
    for path in spool.journals(directory):
        reader = JournalReader(path)
        with contextlib.suppress(OSError, ValueError):
            reader.refresh()
            if whereabouts.same(reader.head()["researcher"], ours):
                return reader
    return None


def id_in(path: Path) -> str:
    """The id of the experiment in a journal of the spool; its path if that cannot be read."""
    reader = JournalReader(path)
    with contextlib.suppress(OSError, ValueError):
        reader.refresh()
    return reader.id or str(path)


def journals(directory: Address, name: str | None = None) -> list[PartsReader]:
    """Readers that have read the journals at an address, of which some may be damaged.

    Args:
        directory: the address.
        name: leave out those of other names, numbers aside.

    Raises:
        RecordsNotFound: nothing lies there.
        CannotRead: the store does not answer, or forbids it.
    """
    found = [
        PartsReader(directory / journal)
        for journal, file in sorted(listed(directory).items())
        if is_journal(journal, file) and (name is None or _is_called(journal, name))
    ]
    errors = refreshed(found)
    return [r for r, error in zip(found, errors, strict=True) if not isinstance(error, RecordsNotFound)]
