"""What is asked of a store, and what it is not: to list, to read many at once, to create without replacing."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import random
import stat
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from researcher.places import Address
from researcher.storage.remote import gcs
from researcher.storage.remote.answers import asked, told
from researcher.storage.remote.systems import is_gcs, is_s3

_TRIES = 5
_LONGEST = 30.0  # seconds to try a change that others get in the way of
_UNCHANGED = ("ETag", "etag", "md5Hash", "generation", "checksum")
_CHANGED = ("LastModified", "last_modified", "updated", "mtime", "modified", "created")
_memory = threading.RLock()  # this store looks and then writes, with nothing to keep threads apart


class File(NamedTuple):
    """A file as a listing tells of it.

    Attributes:
        identity: mode, size, a number that stands for its content, and when it was changed, in nanoseconds.
        is_directory: whether it holds others.
    """

    identity: tuple[int, int, int, int]
    is_directory: bool

    @property
    def size(self) -> int:
        """In bytes."""
        return self.identity[1]

    @property
    def changed_at(self) -> float:
        """When it was written, by the clock of the store, in seconds since 1970; 0 where it does not say."""
        return self.identity[3] / 1e9


def listed(directory: Address) -> dict[str, File]:
    """What lies in a directory, by name.

    Raises:
        FileNotFoundError: nothing lies there.
        NotADirectoryError: it is a file.
        OSError: the store does not answer, or forbids it.
    """
    with asked(directory) as (store, path):
        store.invalidate_cache(path)
        found = store.ls(path, detail=True)
    own = [info for info in found if info["name"].rstrip("/").lstrip("/") == path.lstrip("/")]
    if own and own[0].get("size") and own[0]["type"] == "file":
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(directory))
    return {info["name"].rstrip("/").rpartition("/")[2]: _file(info) for info in found if info not in own}


def read(files: Sequence[Address], starts: Sequence[int] | None = None) -> list[bytes | OSError]:
    """What is in files of one store, or why it cannot be read, in the same order; many are read at once.

    Args:
        files: in one store.
        starts: the first byte to read, for each.
    """
    if not files:
        return []
    with asked(files[0]) as (store, _):
        paths = [store._strip_protocol(str(file)) for file in files]
        begin: list[int | None] = list(starts or [0] * len(paths))
        if is_gcs(files[0]):
            begin = [start or None for start in begin]  # a range of an empty file is an error there
        found = store.cat_ranges(paths, begin, [None] * len(paths), on_error="return")  # s3fs needs ranges to ask once
    return [_bytes_of(content, file) for content, file in zip(found, files, strict=True)]


def content_of(file: Address) -> bytes:
    """What is in a file.

    Raises:
        OSError: it cannot be read.
    """
    (found,) = read([file])
    if isinstance(found, OSError):
        raise found
    return found


def is_there(file: Address) -> bool:
    """Whether there is such a file.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    with asked(file) as (store, path):
        store.invalidate_cache(store._parent(path))
        return bool(store.exists(path))


def create(file: Address, content: bytes) -> bool:
    """Write a file that is not there yet, whole or not at all.

    Returns:
        Whether it was free and is the file now.

    Raises:
        OSError: it could not be written.
    """
    for number in range(_TRIES):
        with contextlib.suppress(FileExistsError), _alone(file), asked(file) as (store, path):
            store.pipe_file(path, content, mode="create")
            return True
        found = read([file])[0]
        if not isinstance(found, FileNotFoundError):
            return found == content  # a second try of the store's own client finds what the first has written
        time.sleep(0.05 * 2**number)  # refused, as another request for it was under way, which has failed
    return False


def write(file: Address, content: bytes) -> None:
    """Write a file, in the place of that which is there.

    Raises:
        OSError: it could not be written; what was there still is.
    """
    with asked(file) as (store, path):
        store.pipe_file(path, content)


def move(source: Address, target: Address) -> None:
    """Put a file into the place of another one of the same store, where it is copied.

    Raises:
        OSError: it could not be copied; what was there still is.
    """
    with asked(source) as (store, path):
        store.cp_file(path, store._strip_protocol(str(target)))
    remove([source])


def change(file: Address, changed: Callable[[bytes], bytes]) -> None:
    """Replace the content of a file by what ``changed`` makes of it; nobody else's change is lost by that.

    Raises:
        OSError: it could not be read or written.
    """
    until = time.monotonic() + _LONGEST
    while time.monotonic() < until:
        with _alone(file), contextlib.suppress(FileExistsError):
            before = _version(file)
            _replace(file, changed(content_of(file)), before)
            return
        time.sleep(random.uniform(0.0, 0.2))  # noqa: S311 - so that those who are refused do not come back together
    raise OSError(errno.EBUSY, "others change it all the time")


def _version(file: Address) -> str:
    """What tells a file from those that were or will be in its place, on stores that can compare it."""
    key = "ETag" if is_s3(file) else "generation" if is_gcs(file) else ""
    if not key:
        return ""
    with asked(file) as (store, path):
        return str(store.info(path)[key])


def _replace(file: Address, content: bytes, version: str) -> None:
    """Write a file if it is still of this version.

    Raises:
        FileExistsError: it is another one.
        OSError: it could not be written.
    """
    with asked(file) as (store, path):
        if is_gcs(file):
            gcs.replace(store, path, content, version)
        else:
            store.pipe_file(path, content, **({"IfMatch": version} if is_s3(file) else {}))


def remove(files: Iterable[Address]) -> None:
    """Take files away; those that are gone already are gone.

    Raises:
        OSError: the store does not answer, or forbids it.
    """
    for file in files:
        with contextlib.suppress(FileNotFoundError), asked(file) as (store, path):
            store.rm_file(path)


def _alone(file: Address) -> contextlib.AbstractContextManager[object]:
    return _memory if file.scheme == "memory" else contextlib.nullcontext()


def _file(info: dict[str, Any]) -> File:
    is_directory = info["type"] == "directory"
    tag = next((str(info[key]) for key in _UNCHANGED if info.get(key)), "")
    number = int.from_bytes(hashlib.blake2b(tag.encode(), digest_size=7).digest()) if tag else 0
    when = next((at for key in _CHANGED if (at := _seconds(info.get(key)))), 0.0)
    mode = stat.S_IFDIR if is_directory else stat.S_IFREG
    return File((mode, int(info.get("size") or 0), number, int(when * 1e9)), is_directory)


def _seconds(when: object) -> float:
    """A time as the file systems of fsspec tell it: as a datetime, a number, or text."""
    if isinstance(when, str):
        with contextlib.suppress(ValueError):
            when = datetime.fromisoformat(when)
    if isinstance(when, datetime):
        return when.timestamp()
    return float(when) if isinstance(when, (int, float)) else 0.0


def _bytes_of(content: object, file: Address) -> bytes | OSError:
    if isinstance(content, bytes):
        return content
    if isinstance(content, Exception):
        if "InvalidRange" in str(content.__cause__ or content) or getattr(content, "code", None) == 416:
            return b""  # nothing lies behind the first byte to read
        return told(content, file)
    return bytes(content)  # type: ignore[call-overload, no-any-return]  # a buffer
