"""Make records of the journals that dead processes left behind."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from researcher.errors import CannotWrite, NoSuchExperiment, reason
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.places import Address, Place, place
from researcher.storage.ending import Ended, ended, published, published_before
from researcher.storage.follow import JournalReader
from researcher.storage.journal import Journal
from researcher.storage.listing import listed
from researcher.storage.reading import read
from researcher.storage.whereabouts import same

if TYPE_CHECKING:
    from researcher.storage.remote.left import LeftJournal

Opened = Callable[[], "Journal | LeftJournal"]


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
    for reader, opened in _left_behind(place(path)):
        journal = reader.path
        try:
            remark = _recover(reader, opened, recovered)
        except ValueError as error:
            remark = str(getattr(error, "reason", error))
        except (BlockingIOError, FileNotFoundError):
            continue  # another process is at it, or was
        except OSError as error:
            raise CannotWrite(f"cannot recover {journal}: {reason(error)}") from error
        if remark:
            recovered.damaged.append((journal, remark))
    return recovered


def _left_behind(records: Place) -> Sequence[tuple[JournalReader, Opened]]:
    """A reader for each journal, and how it becomes ours, so that no other process recovers it too."""
    if isinstance(records, Address):
        from researcher.storage.remote.left import left_behind

        return left_behind(records)
    journals = [records / name for name in sorted(listed(records).journals)]
    return [(JournalReader(path), functools.partial(Journal.reopen, path)) for path in journals]


def _recover(reader: JournalReader, opened: Opened, recovered: Experiments) -> str:
    """Publish one journal, unless it is written; and what is wrong with it."""
    reader.refresh()
    if reader.running:
        return ""
    journal = opened()
    try:
        said = ended(journal).remark
        recovered.append(_left_over(journal) or published(journal))
    finally:
        journal.close()
    return said and (reader.remark or said)


def _left_over(journal: Ended) -> Experiment | None:
    """The record of a journal whose process ended after publishing it and before removing it."""
    record = published_before(ended(journal), journal.place)
    if record is None:
        return None
    journal.remove()
    return read(record)


def recovered(experiment: Experiment, records: Address) -> Experiment:
    """The record that is made of the journal in which an experiment on a store was left behind.

    Raises:
        NoSuchExperiment: there is no such journal any more.
        CannotWrite: the record cannot be written, or the experiment runs.
    """
    try:
        for reader, opened in _left_behind(records):
            with contextlib.suppress(ValueError):
                reader.refresh()
                if same(reader.head()["researcher"], experiment.ours):
                    found = Experiments()
                    _recover(reader, opened, found)
                    return found[0]
    except (OSError, IndexError) as error:
        raise CannotWrite(f"cannot go on with {experiment.name}: {error or 'another process is at it'}") from error
    raise NoSuchExperiment(f"{experiment.path} is gone")
