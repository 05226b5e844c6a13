"""Put a finished file into the records directory: whole or not at all, and never over another one."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from researcher.places import Address, Place, place
from researcher.storage import names

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


def recordable(records: str | os.PathLike[str]) -> Place:
    """The place that records go to; nothing is looked at there.

    Raises:
        BadAddress: it is a URL at which nothing can be recorded.
        MissingExtra: it is a URL, and what it needs is not installed.
    """
    found = place(records)
    if isinstance(found, Address):
        from researcher.storage.remote import systems

        systems.check(found, writes=True)
    return found


def present(directory: Path) -> None:
    """Make a directory that is missing.

    Raises:
        OSError: it cannot be made; such as NotADirectoryError, where a file is in its place.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise NotADirectoryError(errno.ENOTDIR, "there is a file in the place of the directory") from error


def publish(directory: Place, name: str, content: bytes, first: int = 1) -> Place:
    """Write ``content`` into ``directory`` under the first free name of ``name.json``, ``name-2.json`` and so on.

    ``first`` is the number to begin with.

    A reader sees the whole file or none; after the return it survives a power cut. Any number of processes may
    publish one name at once, and each gets a file of its own.

    Raises:
        OSError: it could not be written; nothing of it is left among the records.
    """
    if isinstance(directory, Address):
        from researcher.storage.remote import records

        return records.publish(directory, name, content, first)
    found = _linked(directory, content, _numbered(name, first))
    if found is not None:
        return directory / found
    present(directory)
    beside = directory / f".{uuid.uuid4().hex}.tmp"
    try:
        write_synced(beside, content)
        target = next(target for target in map(directory.joinpath, _numbered(name, first)) if placed(beside, target))
    finally:
        with contextlib.suppress(OSError):  # after a move it is gone; otherwise the first error is the one to tell
            beside.unlink()
    sync_directory(directory)
    return target


def _numbered(name: str, first: int) -> Iterator[str]:
    return (names.numbered(name, repeat) for repeat in itertools.count(first))


def _linked(directory: Path, content: bytes, wanted: Iterable[str]) -> str | None:
    """Write a file that has no name, and give it the first of the wanted ones that is free.

    Nothing is left of it if the process dies before.

    Returns:
        The name; None where this cannot be done: there is no such directory, or the system has no files without names.

    Raises:
        OSError: it could not be written.
    """
    try:
        folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except (OSError, AttributeError):  # the latter on Windows
        return None
    try:
        try:
            file = os.open(".", os.O_WRONLY | os.O_TMPFILE, 0o666, dir_fd=folder)
        except (OSError, AttributeError):
            return None
        try:
            write_all(file, content)
            os.fsync(file)
            found = _named(file, folder, wanted)
        finally:
            os.close(file)
        if found is not None:
            with contextlib.suppress(OSError):
                os.fsync(folder)
        return found
    finally:
        os.close(folder)


def _named(file: int, folder: int, wanted: Iterable[str]) -> str | None:
    """The first of the names that was free, and is the file's now; None if it cannot be given one."""
    for name in wanted:
        try:
            os.link(f"/proc/self/fd/{file}", name, dst_dir_fd=folder, follow_symlinks=True)
        except FileExistsError:
            continue
        except OSError:
            return None
        return name
    raise AssertionError  # pragma: no cover - there is always one more


def is_taken(path: Place) -> bool:
    """Whether there is anything of this name.

    Raises:
        OSError: it is on a store, which does not answer, or forbids it.
    """
    if isinstance(path, Address):
        from researcher.storage.remote import store

        return store.is_there(path)
    return os.path.lexists(path)


def placed(beside: Path, target: Path) -> bool:
    """Whether ``target`` was free and is the file now."""
    try:
        os.link(beside, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _moved(beside, target)
    return True


def _moved(beside: Path, target: Path) -> bool:
    """The same where files cannot be linked: a claim of its own name keeps all others from ``target`` meanwhile."""
    claim = target.with_name(f".{target.name}.claim")
    try:
        os.close(os.open(claim, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    try:
        if os.path.lexists(target):  # a link that leads nowhere is a name in use too
            return False
        beside.rename(target)
        return True
    finally:
        claim.unlink(missing_ok=True)


def replace(path: Place, content: bytes) -> None:
    """Put ``content`` in the place of a record that is there; a reader sees the old one or the new one, whole.

    Raises:
        OSError: it could not be written; the old one is still there.
    """
    if isinstance(path, Address):
        from researcher.storage.remote import store

        store.write(path, content)
        return
    with replacing(path) as file:
        file.write(content)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of ``path`` at the end; after an error what was there stays.

    Raises:
        OSError: it could not be written.
    """
    beside = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put(beside, path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def put(beside: Path, path: Path) -> None:
    """Put a file that is on the disk into the place of another, whose permissions it gets.

    Raises:
        OSError: it could not be put there; what was there still is.
    """
    with contextlib.suppress(OSError):
        beside.chmod(path.stat().st_mode & 0o777)
    beside.replace(path)
    sync_directory(path.parent)


def write_synced(path: Path, content: bytes) -> None:
    """Write a new file, and bring it to the disk."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_all(handle: int, content: bytes) -> None:
    """Write to an open file, however many calls that takes."""
    while content:
        content = content[os.write(handle, content) :]


def sync_directory(directory: Path) -> None:
    """Make new names in it durable, where the platform can open directories."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
