"""Find the experiment to go on with."""

from __future__ import annotations

import os
from pathlib import Path

from researcher.errors import CannotWrite, NoSuchExperiment
from researcher.experiment import Experiment
from researcher.load import load_experiment, named
from researcher.places import Address, Place, place
from researcher.storage import names
from researcher.storage.reading import is_file, read, reader_of
from researcher.storage.whereabouts import lies_in


def to_resume(which: str | os.PathLike[str] | Experiment, records: Place) -> Experiment:
    """The experiment of a file, or the newest of a hash or title that did not finish; else the newest of them.

    Raises:
        NoSuchExperiment: there is none, or several different ones.
        RecordsNotFound: there is no such directory.
        DamagedRecord: the file cannot be read.
        CannotWrite: it still runs, or is one of the 2020 package.
    """
    if isinstance(which, Experiment):
        return up_to_date(which)
    given = place(which)
    if file := next((path for path in (given, records / given) if is_file(path)), None):
        experiment = load_experiment(file.parent, file.name)
        if isinstance(records, Address) and isinstance(file, Path):
            experiment.path = _sent_to(records, file)
    elif given.suffix in (names.RECORD, names.JOURNAL):
        raise NoSuchExperiment(f"there is no record or journal {given}, nor one in {records}")
    else:
        found = named(records, os.fspath(which))
        unfinished = [e for e in found if e.status not in ("finished", "running")]
        experiment = (unfinished or [e for e in found if e.status != "running"] or found)[-1]
    return up_to_date(experiment)


def up_to_date(experiment: Experiment) -> Experiment:
    """The same experiment as it is now, wherever it lies.

    Raises:
        NoSuchExperiment: it is gone.
        DamagedRecord: it cannot be read any more.
        CannotWrite: it runs, or is one of the 2020 package.
    """
    if not experiment.ours:
        raise CannotWrite(f"{experiment.name} is a record of the 2020 package, and those are never changed")
    if experiment.path is None:
        raise NoSuchExperiment("this experiment has no record")
    try:
        path = lies_in(experiment.path, experiment.ours)
        if path.suffix != names.JOURNAL:
            return read(path)
        reader = reader_of(path)
        reader.refresh()
    except FileNotFoundError:
        raise NoSuchExperiment(f"{experiment.path} is gone") from None
    if reader.running:
        raise CannotWrite(f"{path.stem} is still being recorded")
    found = reader.experiment()
    if isinstance(experiment.path, Address):
        found.path = experiment.path.with_name(path.name)  # also if it was read from the spool
    return found


def _sent_to(records: Address, file: Path) -> Place:
    """The place of a file of this machine: if it lies in the spool, that which it is sent to."""
    from researcher.storage.remote import spool

    return records / file.name if file.parent == spool.directory(records) else file
