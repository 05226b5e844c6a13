"""A journal on a store: a directory of numbered parts, which are its lines when they are put together.

The last part is written anew as the journal grows, until it is large enough; so they stay few. By its age readers see
whether somebody still records. What others than its writer add are letters: files of other names beside the parts,
which the writer takes into the record. One more file asks the writer to stop.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
from uuid import uuid4

from researcher.errors import DamagedRecord, RecordsNotFound, reason
from researcher.places import Address
from researcher.storage import liveness, names
from researcher.storage.follow import JournalReader
from researcher.storage.remote import clock, store

PART = 1 << 17  # bytes; a part of that size is not added to
LARGEST = 1 << 22  # bytes of a part at most
_DIGITS = 6
_LETTER = "letter-"
_STOP = "stop"
_AT_ONCE = 16


class Part(NamedTuple):
    """A part, and when it was written by the clock of the store."""

    file: Address
    size: int
    changed_at: float


class Contents(NamedTuple):
    """What is there of a journal: the parts up to the first one that is missing, the letters, a request to stop."""

    parts: list[Part]
    letters: list[Address]
    stop: bool


def part(journal: Address, number: int) -> Address:
    """The file of a part, counted from 0."""
    return journal / f"{number:0{_DIGITS}}"


def contents(journal: Address) -> Contents:
    """What is there of a journal; nothing if it is gone.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    try:
        found = store.listed(journal)
    except (FileNotFoundError, NotADirectoryError):
        return Contents([], [], stop=False)
    parts: list[Part] = []
    while file := found.get(part(journal, len(parts)).name):
        parts.append(Part(part(journal, len(parts)), file.size, file.changed_at))
    letters = [journal / name for name in sorted(found) if name.startswith(_LETTER)]
    return Contents(parts, letters, stop=_STOP in found)


def post(journal: Address, line: bytes) -> bool:
    """Add a line to a journal that somebody else writes; whether the journal was still there afterwards.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    return _added(journal / f"{_LETTER}{uuid4().hex}", line)


def ask_to_stop(journal: Address) -> bool:
    """Ask who writes a journal to stop; whether the journal was still there afterwards.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    return _added(journal / _STOP, b"")


def _added(file: Address, content: bytes) -> bool:
    store.create(file, content)
    if store.is_there(part(file.parent, 0)):
        return True
    store.remove([file])
    return False


class Letters:
    """The letters to a journal, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: dict[Address, bytes] = {}

    def __len__(self) -> int:
        return len(self._found)

    def take(self, letters: list[Address]) -> list[bytes]:
        """Read those that are new; what they say.

        Raises:
            OSError: the store does not answer, or forbids it.
        """
        fresh = [letter for letter in letters if letter not in self._found]
        read = [(letter, content) for letter, content in zip(fresh, store.read(fresh), strict=True)]
        new = {letter: content for letter, content in read if isinstance(content, bytes)}
        self._found.update(new)
        return list(new.values())

    def text(self) -> bytes:
        """What all of them say, as lines of the journal."""
        return b"".join(self._found.values())


def missing(sizes: list[int], size: int) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of the parts to write so that all bytes of a journal are on the store.

    Args:
        sizes: of the parts that are there.
        size: of the journal.

    >>> list(missing([], 10)), list(missing([10], 10)), list(missing([PART, 5], PART + 9))
    ([(0, 0, 10)], [], [(1, 131072, 131081)])
    """
    number, start = len(sizes), sum(sizes)
    if start >= size:
        return
    if sizes and sizes[-1] < PART:
        number, start = number - 1, start - sizes[-1]
    while start < size:
        end = min(size, start + LARGEST)
        yield number, start, end
        number, start = number + 1, end


def remove(journal: Address, letters: Letters) -> None:
    """Take a journal away; afterwards all letters are taken that somebody was told will be taken.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    store.remove([part(journal, 0)])  # without it nobody posts a letter any more
    letters.take(contents(journal).letters)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        store.remove(journal / name for name in sorted(store.listed(journal)))


class PartsReader(JournalReader):
    """Follows a journal on a store.

    ``running`` is whether its last part is so young, by the clock of the store, that somebody still writes to it.

    Attributes:
        address: the journal.
    """

    def __init__(self, path: Address) -> None:
        super().__init__(path)
        self.address = path
        self._letters = Letters()

    def _read_file(self) -> None:
        try:
            found = contents(self.address)
            parts = found.parts
            if not parts:
                raise RecordsNotFound(f"there is no journal {self.path}")
            if sum(part.size for part in parts) < self._read:
                self._begin_again()
                self._letters = Letters()
            # The age was told before reading: all that a writer wrote who is gone is read then.
            running = clock.now(self.address) - max(part.changed_at for part in parts) < liveness.STALE
            self._take(content_of(parts, self._read))
            for letter in self._letters.take(found.letters):
                for line in letter.splitlines():
                    self._next(line)
        except RecordsNotFound:
            raise
        except FileNotFoundError:
            raise RecordsNotFound(f"the journal {self.path} is gone") from None
        except OSError as error:
            raise DamagedRecord(self.path, f"it cannot be read ({reason(error)})") from None
        self.running = running and self._head is not None and isinstance(self._head["researcher"].get("writer"), dict)

    def _state(self) -> tuple[object, ...]:
        return (*super()._state(), len(self._letters))


def content_of(parts: list[Part], start: int = 0) -> bytes:
    """What parts hold from a byte on.

    Raises:
        OSError: they cannot be read; a FileNotFoundError if they are gone meanwhile.
    """
    wanted, starts = [], []
    for one in parts:
        if one.size > start:
            wanted.append(one.file)
            starts.append(max(start, 0))
        start -= one.size
    found = store.read(wanted, starts)
    for content in found:
        if isinstance(content, OSError):
            raise content
    return b"".join(content for content in found if isinstance(content, bytes))


def refreshed(readers: Sequence[JournalReader]) -> list[RecordsNotFound | DamagedRecord | bool]:
    """Read on in many journals at once; of each, whether there is something new, or what is wrong."""
    if len(readers) < 2:
        return list(map(_refreshed, readers))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(_refreshed, readers))


def _refreshed(reader: JournalReader) -> RecordsNotFound | DamagedRecord | bool:
    try:
        return reader.refresh()
    except (RecordsNotFound, DamagedRecord) as error:
        return error


def is_journal(name: str, file: store.File) -> bool:
    """Whether it is the directory of a journal."""
    return file.is_directory and name.endswith(names.JOURNAL) and not name.startswith(".")
