"""The files that are exported and archived: opened, replaced and listed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from researcher.storage import listing, publish

Identity = tuple[int, ...]  # size and time of change, in nanoseconds; empty for a file that is gone


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to read.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        yield file


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of ``path`` at the end; its directory is made if it is missing.

    Raises:
        OSError: it could not be written; what was there still is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with publish.replacing(path) as file:
        yield file


def names_in(directory: Path) -> list[str] | None:
    """The names of the files in a directory, sorted; None if there is no such directory.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return sorted(path.name for path in directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return None


def records_in(directory: Path) -> dict[str, Identity]:
    """The records and journals in a directory, by name.

    Raises:
        RecordsNotFound: the directory does not exist, or is none.
        CannotRead: it is there and cannot be read.
    """
    found: dict[str, Identity] = {}
    for name, entry in listing.listed(directory).items():
        with contextlib.suppress(FileNotFoundError):
            status = entry.stat()
            found[name] = (status.st_size, status.st_mtime_ns)
    return found
