"""Make records of the journals that dead processes left behind."""

from __future__ import annotations

import os
from pathlib import Path

from researcher.errors import CannotRead, CannotWrite, RecordsNotFound
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.storage import names
from researcher.storage.ending import ended, published, published_before
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
        CannotWrite: a record cannot be written; its journal is still there.
    """
    recovered = Experiments()
    for journal in _journals(Path(path)):
        try:
            remark = _recover(journal, recovered)
        except ValueError as error:
            remark = str(getattr(error, "reason", error))
        except (BlockingIOError, FileNotFoundError):
            continue  # another process is at it, or was
        except OSError as error:
            raise CannotWrite(f"cannot recover {journal}: {error.strerror or error}") from error
        if remark:
            recovered.damaged.append((journal, remark))
    return recovered


def _journals(directory: Path) -> list[Path]:
    try:
        return sorted(p for p in directory.iterdir() if p.suffix == names.JOURNAL and not p.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        raise RecordsNotFound(f"there is no directory {directory}") from None
    except OSError as error:
        raise CannotRead(f"cannot read the directory {directory}: {error.strerror}") from error


def _recover(path: Path, recovered: Experiments) -> str:
    """Publish one journal, unless it is written; and what is wrong with it."""
    reader = JournalReader(path)
    reader.refresh()
    if reader.running:
        return ""
    journal = Journal.reopen(path)  # ours now, and no other process recovers it too
    try:
        said = ended(journal).remark
        recovered.append(_left_over(journal) or published(journal))
    finally:
        journal.close()
    return said and (reader.remark or said)


def _left_over(journal: Journal) -> Experiment | None:
    """The record of a journal whose process ended after publishing it and before removing it."""
    record = published_before(ended(journal))
    if record is None:
        return None
    journal.remove()
    return read(record)
