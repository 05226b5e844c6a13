"""The journals in a directory, read on as they grow."""

from __future__ import annotations

from pathlib import Path

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.storage import listing
from researcher.storage.doubles import Entry
from researcher.storage.follow import JournalReader


def read_on(path: Path, known: Entry | None, grown: list[Experiment]) -> Entry | None:
    """The entry of a journal, which is read on if it changed or somebody writes to it; None if it is gone.

    Args:
        path: the file.
        known: the entry so far.
        grown: takes the experiment if it holds more now.
    """
    try:
        status = path.stat()
    except OSError as error:
        gone = isinstance(error, FileNotFoundError) and not path.is_symlink()
        return None if gone else Entry((), None, listing.unopened(error))
    identity = (status.st_mode, status.st_size, status.st_ino, status.st_mtime_ns)
    if known is not None and known.identity == identity and not known.running:
        return known
    try:
        return _followed(path, identity, known, grown)
    except DamagedRecord as error:
        return Entry(identity, None, error.reason)
    except RecordsNotFound:
        return None


def _followed(path: Path, identity: object, known: Entry | None, grown: list[Experiment]) -> Entry:
    """The entry of a journal: read on if it is known, else from its start."""
    reader = known.reader if known is not None else None
    if not isinstance(reader, JournalReader):
        reader = JournalReader(path)
    return entry_of(reader, identity, known, grown, anew=reader.refresh())


def entry_of(
    reader: JournalReader, identity: object, known: Entry | None, grown: list[Experiment], *, anew: bool
) -> Entry:
    """The entry of a journal whose reader has read on.

    Args:
        reader: of the journal.
        identity: see `Entry`.
        known: the entry so far.
        grown: takes the experiment if it holds more now.
        anew: whether the reader found anything new.
    """
    if known is None or known.reader is not reader or known.experiment is None:
        return Entry(identity, reader.experiment(), reader.remark, reader)
    if anew:
        known.experiment.become(reader.experiment())
        grown.append(known.experiment)
    return Entry(identity, known.experiment, reader.remark, reader)
