"""Add remarks and tags to an experiment that is recorded, or being recorded by another process."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from researcher.errors import CannotWrite, reason
from researcher.experiment import Experiment
from researcher.storage.annotate import annotate as annotate_file
from researcher.storage.lines import Line


def annotate(experiment: Experiment, note: str, tags: Iterable[str], untag: Iterable[str]) -> None:
    """Add a remark and tags to the record or journal of an experiment; see `Experiment.annotate`."""
    line = Line(0.0, note=remark(note) if note else None, tags=words(tags), untagged=words(untag))
    path = experiment.path
    if path is None:
        raise CannotWrite("this experiment has no record; record it first")
    try:
        experiment.become(annotate_file(path, experiment.ours, line))
    except CannotWrite:
        raise
    except (OSError, ValueError) as error:
        raise CannotWrite(f"cannot annotate {experiment.name}: {reason(error)}") from error


def remark(text: str) -> dict[str, str]:
    """A note as records hold it: with the time of day, in UTC."""
    return {"at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "text": str(text)}


def words(tags: Iterable[str]) -> list[str] | None:
    """Tags as records hold them; None if there are none.

    Raises:
        TypeError: they are no list of words.
    """
    found = [tags] if isinstance(tags, str) else list(tags)
    if isinstance(tags, str) or not all(isinstance(tag, str) for tag in found):
        raise TypeError(f"tags are words in a list, as in ['baseline'], and not {tags!r}")
    return [str.__str__(tag) for tag in found] or None
