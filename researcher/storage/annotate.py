"""Change the remarks and tags in a record file, and nothing else in it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from researcher.errors import CannotWrite
from researcher.storage import records
from researcher.storage.lines import Line, encoded
from researcher.storage.publish import replace
from researcher.storage.replay import annotated

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def annotate_journal(path: Path, line: Line) -> bool:
    """Append a line to a journal; whether it was still there afterwards, so that its record will have it."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    except FileNotFoundError:
        return False
    try:
        os.write(handle, encoded(line))
        os.fsync(handle)
        return os.fstat(handle).st_nlink > 0
    finally:
        os.close(handle)


def annotate_record(path: Path, line: Line) -> None:
    """Replace the record by one that differs in its ``researcher`` part alone, byte for byte.

    Raises:
        CannotWrite: it is a record of the 2020 package.
        ValueError: it is not readable.
        OSError: it cannot be read or written.
    """
    import msgspec

    with _alone(path.parent):
        content = path.read_bytes()
        record = records.decode(content)
        ours = record.head.get("researcher")
        if not isinstance(ours, dict) or type(ours.get("format")) is not int:
            raise CannotWrite(f"{path} is a record of the 2020 package, and those are never changed")
        ours = {**ours, **annotated(ours, line)}
        try:
            parts = {key: bytes(raw) for key, raw in msgspec.json.decode(content, type=dict[str, msgspec.Raw]).items()}
        except msgspec.MsgspecError:  # a lone surrogate, which only the standard library reads
            replace(path, records.encode({**record.head, "researcher": ours}, record.rest().get("observations") or {}))
            return
        parts["researcher"] = _text(ours)
        lines = [b"  " + _text(key) + b": " + value for key, value in parts.items()]
        replace(path, b"{\n" + b",\n".join(lines) + b"\n}\n")


def _text(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False).encode()


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Keep other processes from annotating meanwhile, where directories can be locked."""
    if fcntl is None:
        yield
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
