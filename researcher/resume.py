"""Find the experiment to go on with, and how its recording goes on."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from researcher.errors import CannotWrite, NoSuchExperiment
from researcher.experiment import Experiment
from researcher.load import load_experiment, with_hash
from researcher.observations import folds_of
from researcher.storage.lines import Line, Series, number_text
from researcher.storage.strict import Notes, pointer


def to_resume(hash_or_file: str | os.PathLike[str], records: Path) -> Experiment:
    """The experiment of a file, or the newest of a hash that did not finish; else the newest of that hash.

    Raises:
        NoSuchExperiment: there is none, or several different ones.
        RecordsNotFound: there is no such directory.
        CannotWrite: it still runs, or is one of the 2020 package.
    """
    given = Path(hash_or_file)
    if file := next((path for path in (given, records / given) if path.is_file()), None):
        experiment = load_experiment(file.parent, file.name)
    elif given.suffix in (".json", ".journal") or len(given.parts) > 1:
        raise NoSuchExperiment(f"there is no record or journal {given}, nor one in {records}")
    else:
        found = with_hash(records, os.fspath(hash_or_file))
        unfinished = [e for e in found if e.status not in ("finished", "running")]
        experiment = (unfinished or [e for e in found if e.status != "running"] or found)[-1]
    if experiment.status == "running":
        raise CannotWrite(f"{experiment.name} is still being recorded")
    if not experiment.ours:
        raise CannotWrite(f"{experiment.name} is a record of the 2020 package, and those are never changed")
    return experiment


def head_of(experiment: Experiment, writer: dict[str, Any]) -> dict[str, Any]:
    """The first line of the journal of a record that is resumed."""
    data = {key: value for key, value in experiment.data.items() if key != "observations"}
    ours = {key: value for key, value in data["researcher"].items() if key not in ("steps", "times", "values", "error")}
    path = experiment.path
    resumed = {"resumes": path.name} if path is not None else {}
    data["researcher"] = {"id": uuid.uuid4().hex, **ours, **resumed, "status": "running", "writer": writer}
    return data


def lines_of(experiment: Experiment) -> Line:
    """What a record held, as a line of the journal in which it goes on."""
    curves: list[Series] = []
    kept: dict[str, Any] = {}
    notes = Notes()
    for name, value in experiment.observations.items():
        if experiment.shape(name) in ("curve", "folds"):
            curves += _series(experiment, name, value)
        else:
            kept[name] = notes.strict(value, pointer("", name))
    noted = notes.as_dict()
    return Line(series=curves, kept=kept or None, texts=noted.get("texts"), keys=noted.get("keys"))


def _series(experiment: Experiment, name: str, value: list[Any]) -> list[Series]:
    folded = experiment.shape(name) == "folds"
    found = []
    for i, fold in enumerate(value if folded else [value]):
        (values,) = folds_of(fold) or [[]]
        parts = []
        for part in ("steps", "times"):
            recorded = experiment.data["researcher"].get(part, {}).get(name)
            recorded = recorded[i] if folded and recorded is not None else recorded
            parts.append(recorded if isinstance(recorded, list) and len(recorded) == len(values) else None)
        steps, times = parts
        numbers = list(map(number_text, values))
        found.append(Series(name, steps or [*range(len(values))], numbers, times or [], i if folded else None))
    return found
