"""The files that are exported and archived, on this machine or on a store: opened, replaced, listed and read."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.places import Address, Place
from researcher.storage import listing, names, publish, reading

Identity = tuple[int, ...]  # size, and what else changes with a file; empty for one that is gone


@contextlib.contextmanager
def opened(path: Place) -> Iterator[BinaryIO]:
    """A file to read.

    Raises:
        OSError: it cannot be read.
    """
    if isinstance(path, Address):
        from researcher.storage.remote import store

        yield io.BytesIO(store.content_of(path))
        return
    with path.open("rb") as file:
        yield file


@contextlib.contextmanager
def replacing(path: Place) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of ``path`` at the end; its directory is made if it is missing.

    Raises:
        OSError: it could not be written; what was there still is.
    """
    if isinstance(path, Address):
        from researcher.storage.remote import store

        content = io.BytesIO()
        yield content
        store.write(path, content.getvalue())
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with publish.replacing(path) as file:
        yield file


def names_in(directory: Place) -> list[str] | None:
    """The names of the files in a directory, sorted; None if there is no such directory.

    Raises:
        OSError: it cannot be read.
    """
    try:
        if isinstance(directory, Address):
            from researcher.storage.remote import store

            return sorted(store.listed(directory))
        return sorted(path.name for path in directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None


def records_in(directory: Place) -> dict[str, Identity]:
    """The records and journals in a directory, by name.

    Raises:
        RecordsNotFound: the directory does not exist, or is none.
        CannotRead: it is there and cannot be read.
    """
    if isinstance(directory, Address):
        return _records_on_store(directory)
    found: dict[str, Identity] = {}
    for name in listing.listed(directory):
        with contextlib.suppress(FileNotFoundError):
            status = (directory / name).stat()
            found[name] = (status.st_size, status.st_mtime_ns)
    return found


def contents_of(paths: Iterable[Place]) -> Iterator[tuple[str, bytes | RecordsNotFound | DamagedRecord]]:
    """The bytes of record files by name, or why there are none; of a store, many are read at once.

    Raises:
        CannotRead: the store does not answer, or forbids it.
    """
    paths = list(paths)
    away = [path for path in paths if isinstance(path, Address)]
    if away:
        from researcher.storage.remote import records

        yield from ((path.name, content) for path, content in records.contents_of(away))
    for path in paths if not away else ():
        try:
            yield path.name, reading.content_of(path)
        except (RecordsNotFound, DamagedRecord) as error:
            yield path.name, error


def _records_on_store(directory: Address) -> dict[str, Identity]:
    from researcher.storage.remote import records

    wanted = (names.RECORD, names.JOURNAL)
    return {
        name: file.identity[1:]
        for name, file in records.listed(directory).items()
        if name.endswith(wanted) and name[0] != "."
    }
