"""Open files by their handles: made whole, locked and under a free name; read from a byte on."""

from __future__ import annotations

import contextlib
import itertools
import os
import uuid
from pathlib import Path

from researcher.storage import locks, names
from researcher.storage.publish import placed, present, write_all

APPENDED = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0)
_BESIDE = APPENDED | os.O_CREAT | os.O_EXCL
_HEAD = 1 << 20  # bytes, in which the first line of a journal differs from that of any other


def made(directory: Path, name: str, first: int, content: bytes, *, beside_records: bool) -> tuple[Path, int]:
    """A new file under the first free name, open; it is there with its content and its lock, or not at all.

    A name that a record has is free only for a journal ``beside_records``, as that may be its own, published by others.
    """
    present(directory)
    beside = directory / f".{uuid.uuid4().hex}.tmp"
    handle = os.open(beside, _BESIDE, 0o666)
    try:
        locks.locked(handle)
        write_all(handle, content)
        for repeat in itertools.count(first):
            path = directory / names.numbered(name, repeat, names.JOURNAL)
            free = beside_records or not os.path.lexists(path.with_suffix(names.RECORD))
            if free and placed(beside, path):
                return path, handle
        raise AssertionError  # pragma: no cover - itertools.count has no end
    except BaseException:
        os.close(handle)
        raise
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def head(handle: int) -> bytes:
    """The first line of a file."""
    return read(handle, 0, _HEAD).partition(b"\n")[0]


def read(handle: int, start: int, longest: int | None = None) -> bytes:
    """The bytes of a file from one on, to its end."""
    left = os.fstat(handle).st_size - start if longest is None else longest
    parts = []
    while left > 0:
        if hasattr(os, "pread"):
            part = os.pread(handle, left, start)
        else:  # Windows
            os.lseek(handle, start, os.SEEK_SET)
            part = os.read(handle, left)
        if not part:
            break
        parts.append(part)
        start += len(part)
        left -= len(part)
    return b"".join(parts)
