"""Records on a store: published under a name of their own, read one by one or many at once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator

from researcher.errors import CannotRead, RecordsNotFound, reason
from researcher.places import Address
from researcher.storage import listing, names
from researcher.storage.remote import store, systems

_AT_ONCE = 1000  # records whose bytes are in memory at a time
_SMALL = 1 << 14  # bytes of a record that is kept


def listed(directory: Address) -> dict[str, store.File]:
    """What lies at an address, by name.

    Raises:
        RecordsNotFound: nothing lies there, or it is a file.
        CannotRead: the store does not answer, or forbids it.
    """
    try:
        return store.listed(directory)
    except OSError as error:
        listing.refuse(directory, error)


def publish(directory: Address, name: str, content: bytes, first: int = 1) -> Address:
    """Write ``content`` under the first free name of ``name.json``, ``name-2.json`` and so on, from a number on.

    Any number of writers may publish one name at once, and each gets a file of its own.

    Raises:
        BadAddress: nothing can be recorded there.
        OSError: it could not be written.
    """
    systems.check(directory, writes=True)

    def target(repeat: int) -> Address:
        return directory / names.numbered(name, repeat)

    repeat = first_free(lambda number: store.is_there(target(number)), first)
    while not store.create(target(repeat), content):
        repeat += 1
    return target(repeat)


def first_free(is_taken: Callable[[int], bool], first: int) -> int:
    """A number that is free while the one before it is taken, with few questions: the first one if there is no gap.

    >>> first_free({1, 2, 3, 4, 5}.__contains__, 1), first_free(set().__contains__, 3)
    (6, 3)
    """
    if not is_taken(first):
        return first
    taken, free = first, first + 1
    while is_taken(free):
        taken, free = free, free + 2 * (free - first)
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(middle) else (taken, middle)
    return free


def content_of(path: Address) -> bytes:
    """The bytes of a record.

    Raises:
        RecordsNotFound: there is none.
        CannotRead: the store does not answer, or forbids it.
    """
    found = kept.get(path)
    if found is not None:
        return found
    return fresh_content_of(path)


def fresh_content_of(path: Address) -> bytes:
    """The same as it is now, whatever was read before."""
    ((_, found),) = contents_of([path])
    kept.put(path, found if isinstance(found, bytes) else None)
    if isinstance(found, RecordsNotFound):
        raise found
    return found


def contents_of(paths: Iterable[Address]) -> Iterator[tuple[Address, bytes | RecordsNotFound]]:
    """The bytes of many records of one store; they are read as they are now, many at once.

    Raises:
        CannotRead: the store does not answer, or forbids it.
    """
    wanted = iter(paths)
    while batch := list(itertools.islice(wanted, _AT_ONCE)):
        for path, content in zip(batch, store.read(batch), strict=True):
            if isinstance(content, FileNotFoundError):
                yield path, RecordsNotFound(f"there is no record {path}")
            elif isinstance(content, OSError):
                raise CannotRead(f"cannot read {path}: {reason(content)}") from content
            else:
                yield path, content


class Kept:
    """The bytes of records that were read lately, for curves that are looked at soon; not of too many.

    It is asked by those alone who know the record by a listing, and want it as it was then.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._found: dict[Address, bytes] = {}
        self._lock = threading.Lock()

    def get(self, path: Address) -> bytes | None:
        """What was kept of it."""
        return self._found.get(path)

    def put(self, path: Address, content: bytes | None) -> None:
        """Keep it, or forget it."""
        with self._lock:
            self._size -= len(self._found.pop(path, b""))
            if content is None or len(content) > _SMALL:
                return
            self._found[path] = content
            self._size += len(content)
            while self._size > self._most:
                self._size -= len(self._found.pop(next(iter(self._found))))


kept = Kept(1 << 25)
