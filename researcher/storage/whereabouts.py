"""Where an experiment lies: in a journal while it is recorded, in a record afterwards, in a journal while resumed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from researcher.places import Address, Place
from researcher.reserved import ours_of
from researcher.storage import names, records
from researcher.storage.liveness import alive
from researcher.storage.reading import read


def lies_in(path: Place, ours: Mapping[str, Any]) -> Place:
    """The file that an experiment lies in now.

    Args:
        path: the file that it was read from.
        ours: the ``researcher`` part of it.

    Returns:
        The journal in which it is recorded or resumed, else its record, else the journal that a dead process left;
        ``path`` if there is none of them.
    """
    if isinstance(path, Address):
        from researcher.storage.remote import whereabouts as remote

        return remote.lies_in(path, ours)
    journals = [(journal, head) for journal, head in _heads(path.parent, names.JOURNAL) if same(head, ours)]
    for journal, head in journals:
        resumes = head.get("resumes")
        if (isinstance(resumes, str) and (path.parent / resumes).is_file()) or _is_written(journal, head):
            return journal
    return record_of(path, ours) or next((journal for journal, _ in journals), path)


def record_of(path: Place, ours: Mapping[str, Any]) -> Place | None:
    """The record of an experiment, as it is published by its process or by another one; None if it is not.

    Args:
        path: its journal, or the record itself.
        ours: the ``researcher`` part of it.
    """
    if isinstance(path, Address):
        from researcher.storage.remote import whereabouts as remote

        return remote.record_of(path, ours)
    if path.suffix == names.RECORD and path.is_file():
        return path
    name = names.parted(path.stem)[0]
    found = _heads(path.parent, names.RECORD, name)
    return next((record for record, head in found if same(head, ours)), None)


def same(ours: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the ``researcher`` parts of two files are of one experiment.

    A record that was not recorded step by step gets its ``id`` when it is resumed; the exact time stays the same.
    """
    named = [part["id"] for part in (ours, other) if isinstance(part.get("id"), str)]
    if len(named) == 2:
        return bool(named[0] == named[1])
    return ours.get("recorded_at") is not None and ours.get("recorded_at") == other.get("recorded_at")


def _is_written(journal: Path, head: Mapping[str, Any]) -> bool:
    with contextlib.suppress(OSError), journal.open("rb") as file:
        return alive(file.fileno(), head.get("writer"))
    return False


def _heads(directory: Path, ending: str, name: str | None = None) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The ``researcher`` part of each readable file with an ending, and with a name if one is given."""
    for path in sorted(directory.iterdir()):
        if path.suffix == ending and not path.name.startswith("."):
            if name is not None and names.parted(path.stem)[0] != name:
                continue
            with contextlib.suppress(OSError, ValueError):
                yield path, _head(path)


def _head(path: Path) -> Mapping[str, Any]:
    """The ``researcher`` part of a file; of a journal as it began."""
    if path.suffix == names.RECORD:
        return read(path).ours
    with path.open("rb") as file:
        return ours_of(records.decode(file.readline()).head)
