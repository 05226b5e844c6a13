r"""What was read of a records directory, kept for the next process in one file of columns outside of the records.

The file is a cache: it may be deleted at any time, and one that is damaged, foreign or of another version is nothing.
It is replaced as a whole, so any number of processes may use it at once. What it says of a record holds as long as
the file of the record is the same; see `researcher.storage.listing`.

```text
researcher catalogue 3\n       whose it is, and its version
4 bytes                       the CRC-32 of all that follows
8 bytes                       the length of the header
header                        JSON: what was kept, of which directory, and the sizes of the columns
columns                       one after the other, as the header says
```
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import sys
import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

_MAGIC = b"researcher catalogue 3\n"
_PREFIX = struct.Struct("<IQ")
_UNUSED = 90 * 86400  # seconds after which a catalogue that nobody renewed is deleted


class Kept(NamedTuple):
    """What a catalogue holds: anything that JSON can say, and columns of bytes."""

    header: Mapping[str, Any]
    columns: list[memoryview]


def path_of(directory: str) -> Path | None:
    """The catalogue of a records directory, given by its whole path or URL; None if there is no place for it.

    It lies in the directory that the environment's ``RESEARCHER_CACHE`` names, or else where the system keeps caches.
    """
    cache = os.environ.get("RESEARCHER_CACHE")
    if not cache:
        import platformdirs

        cache = platformdirs.user_cache_dir("researcher", appauthor=False)
    if not Path(cache).is_absolute():  # without a home directory
        return None
    digest = hashlib.blake2b(os.fsencode(directory), digest_size=16).hexdigest()
    return Path(cache) / f"{digest}.catalogue"


def load(directory: str) -> Kept | None:
    """What is kept of a records directory; None if nothing is that can be used."""
    path = path_of(directory)
    try:
        content = memoryview(path.read_bytes()) if path is not None else memoryview(b"")
        return _parsed(content, directory)
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return None


def _parsed(content: memoryview, directory: str) -> Kept | None:
    start = len(_MAGIC)
    if content[:start] != _MAGIC:
        return None
    checksum, length = _PREFIX.unpack_from(content, start)
    start += _PREFIX.size
    if crc32(content[start:]) != checksum:
        return None
    header = json.loads(bytes(content[start : start + length]))
    if (header["directory"], header["byteorder"]) != (directory, sys.byteorder):
        return None
    start += length
    columns = []
    for size in header["sizes"]:
        columns.append(content[start : start + size])
        start += size
    return Kept(header, columns)


def save(directory: str, header: Mapping[str, Any], columns: Iterable[bytes | bytearray]) -> None:
    """Keep this of a records directory; where it cannot be kept, nothing happens."""
    path = path_of(directory)
    if path is None:
        return
    columns = list(columns)
    whole = {**header, "directory": directory, "byteorder": sys.byteorder, "sizes": [len(c) for c in columns]}
    try:
        first = json.dumps(whole).encode()
    except (TypeError, ValueError, RecursionError):
        return
    checksum = crc32(first)
    for column in columns:
        checksum = crc32(column, checksum)
    beside = path.with_name(f".{uuid.uuid4().hex}.tmp")
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with beside.open("xb") as file:
                file.writelines([_MAGIC, _PREFIX.pack(checksum, len(first)), first, *columns])
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _tidy(path.parent)


def _tidy(cache: Path) -> None:
    """Delete what nobody renewed for a long time, and what a process left behind that was killed."""
    now = time.time()
    for path in cache.iterdir():
        if path.suffix == ".catalogue" or path.name.startswith("."):
            age = now - path.stat().st_mtime
            if age > _UNUSED or (path.suffix == ".tmp" and age > 3600):
                path.unlink(missing_ok=True)
