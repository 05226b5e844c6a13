"""The files that are exported and archived, on this machine or on a store: opened, replaced, listed and read."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.places import Address, Place
from researcher.storage import listing, names, publish, reading

Identity = tuple[int, ...]
"""Size, and what else changes with a file; of one that changed so lately that another change may leave no trace, a
number that no other call gives, too."""


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
def opened_in_parts(path: Place) -> Iterator[BinaryIO]:
    """The same, where little of it is read: of a store, only the bytes that are asked for.

    Raises:
        OSError: it cannot be read.
    """
    if isinstance(path, Address):
        from researcher.storage.remote.ranges import Ranges

        with Ranges(path) as found:
            yield cast(BinaryIO, found)
        return
    with opened(path) as file:
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


def move(source: Place, target: Place) -> None:
    """Put a file into the place of another in the same directory, or where there is none; readers see it whole.

    Raises:
        OSError: it could not be moved; what was there still is.
    """
    if isinstance(source, Address) and isinstance(target, Address):
        from researcher.storage.remote import store

        store.move(source, target)
        return
    publish.put(Path(source), Path(target))


def remove(files: Iterable[Place]) -> None:
    """Take files away, as far as they are there and that is possible."""
    for file in files:
        with contextlib.suppress(OSError):
            if isinstance(file, Address):
                from researcher.storage.remote import store

                store.remove([file])
            else:
                file.unlink()


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
    listed, now = listing.listed(directory), time.time_ns()
    seen = listing.seen(directory, (*listed.records, *listed.journals))
    unsure = seen.unsettled | seen.unopened.keys()
    return {name: listing.told(found) + ((now,) if name in unsure else ()) for name, found in seen.identities.items()}


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
