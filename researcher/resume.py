"""Find the experiment to go on with."""

from __future__ import annotations

import os
from pathlib import Path

from researcher.errors import CannotWrite, NoSuchExperiment
from researcher.experiment import Experiment
from researcher.load import load_experiment, with_hash
from researcher.storage import names
from researcher.storage.follow import JournalReader
from researcher.storage.reading import read
from researcher.storage.whereabouts import lies_in


def to_resume(hash_or_file: str | os.PathLike[str], records: Path) -> Experiment:
    """The experiment of a file, or the newest of a hash that did not finish; else the newest of that hash.

    Raises:
        NoSuchExperiment: there is none, or several different ones.
        RecordsNotFound: there is no such directory.
        DamagedRecord: the file cannot be read.
        CannotWrite: it still runs, or is one of the 2020 package.
    """
    given = Path(hash_or_file)
    if file := next((path for path in (given, records / given) if path.is_file()), None):
        experiment = load_experiment(file.parent, file.name)
    elif given.suffix in (names.RECORD, names.JOURNAL) or len(given.parts) > 1:
        raise NoSuchExperiment(f"there is no record or journal {given}, nor one in {records}")
    else:
        found = with_hash(records, os.fspath(hash_or_file))
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
        reader = JournalReader(path)
        reader.refresh()
    except FileNotFoundError:
        raise NoSuchExperiment(f"{experiment.path} is gone") from None
    if reader.running:
        raise CannotWrite(f"{path.stem} is still being recorded")
    return reader.experiment()
