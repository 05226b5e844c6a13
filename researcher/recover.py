"""Make records of the journals that dead processes left behind."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from researcher.errors import CannotRead, CannotWrite, DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.storage import names
from researcher.storage.ending import publish_journal
from researcher.storage.follow import JournalReader
from researcher.storage.journal import Journal
from researcher.storage.reading import read


def recover(path: str | os.PathLike[str] = "records/") -> Experiments:
    """Publish the journals of processes that are gone as records; their status stays ``interrupted``.

    Journals of experiments that still run are left alone. A journal that is damaged stays where it is.

    Returns:
        The experiments that were recovered; with ``.damaged``, what is wrong with journals that could not be, and
        with lines that were left out of those that could.

    Raises:
        RecordsNotFound: there is no such directory.
        CannotRead: it is there and cannot be read.
        CannotWrite: a record cannot be written.
    """
    directory = Path(path)
    recovered = Experiments()
    for journal in _journals(directory):
        try:
            _recover(journal, recovered)
        except DamagedRecord as error:
            recovered.damaged.append((journal, error.reason))
        except OSError as error:
            raise CannotWrite(f"cannot recover {journal}: {error.strerror or error}") from error
    return recovered


def _journals(directory: Path) -> list[Path]:
    try:
        return sorted(p for p in directory.iterdir() if p.suffix == names.JOURNAL and not p.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        raise RecordsNotFound(f"there is no directory {directory}") from None
    except OSError as error:
        raise CannotRead(f"cannot read the directory {directory}: {error.strerror}") from error


def _recover(path: Path, recovered: Experiments) -> None:
    seen = JournalReader(path)
    seen.refresh()
    if seen.running:
        return
    try:
        journal = Journal.reopen(path)  # ours now, and no other process recovers it too
    except (BlockingIOError, FileNotFoundError):
        return
    try:
        reader = JournalReader(path, journal.read, running=False)
        reader.refresh()
        recovered.append(_published_already(reader) or publish_journal(reader))
        if seen.remark:
            recovered.damaged.append((path, seen.remark))
        journal.close(remove=True)
    finally:
        journal.close()


def _published_already(reader: JournalReader) -> Experiment | None:
    """The record of the journal, if the process ended after it was published."""
    name, repeat = names.parted(reader.path.stem)
    for number in itertools.count(repeat):
        path = reader.path.with_name(names.numbered(name, number))
        if not path.exists():
            return None
        found = read(path)
        if found.ours.get("id") == reader.head()["researcher"].get("id") and found.status == reader.status:
            return found
    return None
