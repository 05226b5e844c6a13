"""Change the remarks and tags of an experiment, and nothing else in its record."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import Any

import msgspec

from researcher.errors import CannotWrite
from researcher.experiment import Experiment
from researcher.places import Address, Place
from researcher.storage import layout, names, records
from researcher.storage.json_texts import texts_of
from researcher.storage.lines import Line, encoded
from researcher.storage.locks import alone
from researcher.storage.publish import replace
from researcher.storage.reading import read
from researcher.storage.replay import annotated
from researcher.storage.whereabouts import lies_in


def annotate(path: Place, ours: Mapping[str, Any], line: Line) -> Experiment:
    """Add what a line says to the record or journal that an experiment lies in now, and read it.

    Args:
        path: the file that it was read from.
        ours: the ``researcher`` part of it.
        line: notes and tags.

    Raises:
        CannotWrite: it is a record of the 2020 package.
        ValueError: it is not readable.
        OSError: it cannot be read or written.
    """
    with alone(path.parent):
        found = lies_in(path, ours)
        if found.suffix != names.JOURNAL:
            _annotate_record(found, line)
        elif not _annotate_journal(found, line):
            found = lies_in(path, ours)  # where directories cannot be locked, it may be a record now
            _annotate_record(found, line)
        experiment = read(found)
        experiment.path = path.with_name(found.name)  # also if it was found in the spool
        return experiment


def _annotate_journal(path: Place, line: Line) -> bool:
    """Append a line; whether the journal was still there afterwards, so that its record will have it."""
    content = encoded(line)
    if isinstance(path, Address):
        from researcher.storage.remote import parts

        return parts.post(path, content)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return False
    try:
        if os.write(handle, content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)
        return os.fstat(handle).st_nlink > 0
    finally:
        os.close(handle)


def _annotate_record(path: Place, line: Line) -> None:
    """Replace the record by one that differs in its ``researcher`` part alone, byte for byte."""
    if isinstance(path, Address):
        from researcher.storage.remote import store

        store.change(path, lambda content: _annotated(path, content, line))
    else:
        replace(path, _annotated(path, path.read_bytes(), line))


def _annotated(path: Place, content: bytes, line: Line) -> bytes:
    record = records.decode(content)
    ours = record.head.get("researcher")
    if not isinstance(ours, dict) or type(ours.get("format")) is not int:
        raise CannotWrite(f"{path} is a record of the 2020 package, and those are never changed")
    rest = record.rest()
    ours = {**rest.get("researcher", ours), **annotated(ours, line)}
    changed = _spliced(content, ours)
    if changed is None:
        changed = layout.encode({**record.head, "researcher": ours}, rest.get("observations") or {})
    return changed


def _spliced(content: bytes, ours: dict[str, Any]) -> bytes | None:
    """The record with another ``researcher`` part; None if its text is of a kind that only the slow reader reads."""
    parts = _parts(content)
    if parts is None:
        return None
    old, new = parts["researcher"], layout.strict_text(ours)
    at = content.find(old)
    while at >= 0:
        changed = content[:at] + new + content[at + len(old) :]
        if _parts(changed) == {**parts, "researcher": new}:  # not one that is nested in a param and says the same
            return changed
        at = content.find(old, at + 1)
    return None


def _parts(content: bytes) -> dict[str, bytes] | None:
    """The text of each top-level value."""
    try:
        return {key: bytes(raw) for key, raw in texts_of(content).items()}
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
