"""Read one record file or journal."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.places import Address, Place
from researcher.storage import names, records
from researcher.storage.follow import FLAGS, JournalReader
from researcher.storage.listing import unopened


def read(path: Place) -> Experiment:
    """The experiment of one record file or journal.

    Raises:
        DamagedRecord: it cannot be read as one.
        RecordsNotFound: there is no such file.
    """
    if path.suffix == names.JOURNAL:
        reader = reader_of(path)
        reader.refresh()
        return reader.experiment()
    if isinstance(path, Address):
        from researcher.storage.remote.records import fresh_content_of

        fresh_content_of(path)
    record = _record(path)
    return Experiment(record.head, path, None if record.later is None else lambda: rest(path))


def whole(path: Place, content: bytes) -> Experiment:
    """The experiment of a record whose bytes are at hand; its observations are not read again.

    Raises:
        DamagedRecord: it is none; looking at its observations raises a ValueError if they are none.
    """
    try:
        record = records.decode(content)
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from None
    return Experiment(record.head, path, record.rest)


def recorded(path: Place, content: bytes) -> Experiment:
    """The experiment of a record that was written just now; nothing of it is decoded until it is looked at."""
    return Experiment(lambda: records.decode(content).head, path, lambda: records.decode(content).rest())


def reader_of(path: Place) -> JournalReader:
    """What reads a journal, and has read nothing so far."""
    if isinstance(path, Address):
        from researcher.storage.remote.whereabouts import reader_of as remote

        return remote(path)
    return JournalReader(path)


def is_file(path: Place) -> bool:
    """Whether there is such a record or journal.

    Raises:
        OSError: it is on a store, which does not answer, or forbids it.
    """
    if isinstance(path, Address):
        from researcher.storage.remote.whereabouts import is_file as remote

        return remote(path)
    return path.is_file()


def is_directory(path: Place) -> bool:
    """Whether there is such a directory; on a store, whether anything lies there.

    Raises:
        OSError: it is on a store, which does not answer, or forbids it.
    """
    if isinstance(path, Address):
        from researcher.storage.remote import store

        return store.is_there(path)
    return path.is_dir()


def content_of(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a record file.

    Raises:
        DamagedRecord: it cannot be read.
        RecordsNotFound: there is no such file.
        CannotRead: it is on a store, which does not answer, or forbids it.
    """
    if isinstance(path, Address):
        from researcher.storage.remote.records import content_of as remote

        return remote(path)
    try:
        handle = os.open(path, FLAGS)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise DamagedRecord(Path(path), "it is not a regular file")
            content = os.read(handle, status.st_size + 1)
            while len(content) < status.st_size and (more := os.read(handle, status.st_size)):
                content += more  # one call reads no more than two gigabytes
            return content
        finally:
            os.close(handle)
    except (FileNotFoundError, NotADirectoryError):
        raise RecordsNotFound(f"there is no record {path}") from None
    except OSError as error:
        raise DamagedRecord(Path(path), unopened(error)) from None


def rest(path: Place) -> Mapping[str, Any]:
    """What a record holds beside its head: the observations and what belongs to them.

    Raises:
        DamagedRecord: it cannot be read as a record any more.
        RecordsNotFound: it is gone.
    """
    try:
        return {"observations": None, **_record(path).rest()}
    except DamagedRecord:
        raise
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from None


def _record(path: Place) -> records.Record:
    try:
        return records.decode(content_of(path))
    except (DamagedRecord, RecordsNotFound):
        raise
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from None
