"""The files of a records directory, and what tells each of them apart from all that lay there before."""

from __future__ import annotations

import contextlib
import errno
import os
import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

from researcher.errors import CannotRead, RecordsNotFound, reason
from researcher.places import Address, Place
from researcher.storage import names

Identity = bytes
"""Mode, size, inode and the times of the last changes, in nanoseconds; empty for what cannot be asked."""
_IDENTITY = struct.Struct("=5Q")
_ALL = 2**64 - 1
_TICK = 100_000_000  # nanoseconds; within one tick of its clock a file system may not tell two changes apart
_COARSE = 2_000_000_000  # the same where times are whole seconds


@dataclass
class Sight:
    """Record files as they were seen.

    Attributes:
        identities: of each file by name.
        unsettled: the names of those that changed so lately that another change may leave no trace.
        unopened: why some cannot be opened, by name.
        size: of all of them, in bytes.
    """

    identities: dict[str, Identity] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    unopened: dict[str, str] = field(default_factory=dict)
    size: int = 0


class Listed(NamedTuple):
    """The names of the records and journals in a directory, each once."""

    records: dict[str, None]
    journals: dict[str, None]

    def __or__(self, other: Listed) -> Listed:
        """What is in one of them."""
        return Listed(self.records | other.records, self.journals | other.journals)


def listed(path: Path) -> Listed:
    """The records and journals in a directory.

    Raises:
        RecordsNotFound: the directory does not exist, or is none.
        CannotRead: it is there and cannot be read.
    """
    try:
        found = [name for name in os.listdir(path) if name[0] != "."]  # noqa: PTH208 - as strings
    except OSError as error:
        refuse(path, error)
    records = [name for name in found if name.endswith(names.RECORD)]
    others = found if len(records) < len(found) else ()
    return Listed(dict.fromkeys(records), {name: None for name in others if name.endswith(names.JOURNAL)})


def refuse(path: Place, error: OSError) -> NoReturn:
    """Say why what lies in a directory, here or on a store, cannot be listed.

    Raises:
        RecordsNotFound: the directory does not exist, or is none.
        CannotRead: it is there and cannot be read.
    """
    if isinstance(error, NotADirectoryError):
        raise RecordsNotFound(f"{path} is not a directory; name the one that holds the records") from None
    if not isinstance(error, FileNotFoundError):
        raise CannotRead(f"cannot read the directory {path}: {reason(error)}") from error
    if error.strerror != os.strerror(errno.ENOENT):  # a store has said more
        raise RecordsNotFound(f"there is nothing at {path}: {error.strerror}") from None
    nothing = f"there is no directory {path} (looked for in {Path.cwd()})"
    if isinstance(path, Address):
        nothing = f"there is nothing at {path}"
    raise RecordsNotFound(f"{nothing}. Recording an experiment there makes it.") from None


def lately(path: Path, before: int) -> bool:
    """Whether a directory may have changed after its time of change was ``before``, so that it must be listed again."""
    return stamp(path) != before or time.time_ns() - before < _TICK


def stamp(path: Path) -> int:
    """When a directory last changed, in nanoseconds; 0 if it cannot be asked."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def seen(directory: Path, wanted: Iterable[str]) -> Sight:
    """The files of these names in a directory as they are now; what is gone by now is left out."""
    now = time.time_ns()
    recent = now - _COARSE
    sight, size = Sight(), 0
    identities, stat, pack = sight.identities, os.stat, _IDENTITY.pack
    with _opened(directory) as (handle, before):
        for name in wanted:
            try:
                status = stat(before + name, dir_fd=handle)
            except OSError as error:
                if not isinstance(error, FileNotFoundError) or (directory / name).is_symlink():
                    identities[name] = b""
                    sight.unopened[name] = unopened(error)
                continue
            own, written, changed = status.st_size, status.st_mtime_ns, status.st_ctime_ns
            size += own
            try:
                identities[name] = pack(status.st_mode, own, status.st_ino, written, changed)
            except struct.error:  # a time before 1970, or an inode of 128 bits
                identities[name] = pack(status.st_mode, own, status.st_ino & _ALL, written & _ALL, changed & _ALL)
            if written > recent or changed > recent:
                tick = _TICK if written % 1_000_000_000 else _COARSE
                if now - written < tick or now - changed < tick:
                    sight.unsettled.add(name)
    sight.size = size
    return sight


def told(identity: Identity) -> tuple[int, ...]:
    """Size and times of an identity: what is the same wherever the directory is looked at from."""
    _, size, _, written, changed = _IDENTITY.unpack(identity or bytes(_IDENTITY.size))
    return size, written, changed


@contextlib.contextmanager
def _opened(directory: Path) -> Iterator[tuple[int | None, str]]:
    """What the names in a directory are relative to, and what else goes before them.

    Where the system can, it is not asked to find the directory anew for each of them.
    """
    try:
        handle = os.open(directory, os.O_RDONLY) if os.stat in os.supports_dir_fd else None
    except OSError:
        handle = None
    try:
        yield handle, f"{directory}{os.sep}" if handle is None else ""
    finally:
        if handle is not None:
            os.close(handle)


def unopened(error: OSError) -> str:
    """What is wrong with a file that cannot be opened."""
    return f"it cannot be opened ({reason(error)})"
