"""Add remarks and tags to an experiment that is recorded already."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from researcher.errors import CannotWrite
from researcher.experiment import Experiment
from researcher.storage import names
from researcher.storage.annotate import annotate_journal, annotate_record
from researcher.storage.lines import Line
from researcher.storage.reading import read


def annotate(experiment: Experiment, note: str, tags: Iterable[str], untag: Iterable[str]) -> None:
    """Add a remark and tags to the record or journal of an experiment; see `Experiment.annotate`."""
    if isinstance(tags, str) or isinstance(untag, str):
        raise TypeError("tags and untag are lists of words: tags=['baseline']")
    remark = {"at": time_of_day(), "text": str(note)} if note else None
    line = Line(note=remark, tags=[str(tag) for tag in tags] or None, untagged=[str(tag) for tag in untag] or None)
    path = experiment.path
    if path is None:
        raise CannotWrite("this experiment has no record; record it first")
    try:
        if path.suffix == names.JOURNAL and annotate_journal(path, line):
            experiment.become(read(path))
            return
        if path.suffix == names.JOURNAL:
            path = path.with_suffix(names.RECORD)
        annotate_record(path, line)
        experiment.become(read(path))
    except CannotWrite:
        raise
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise CannotWrite(f"cannot annotate {experiment.name}: {reason}") from error


def time_of_day() -> str:
    """Now, in UTC, as records write it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
