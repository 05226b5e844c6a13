"""Experiments for programs: in short, and as a record."""

from __future__ import annotations

import os
from typing import Any

from researcher.experiment import Experiment
from researcher.params import ABSENT
from researcher.storage.strict import Notes, pointer


def summary(experiment: Experiment) -> dict[str, object]:
    """What is known of an experiment but its curves, as plain values.

    Of each observation that is a number, a curve or folds it holds the final, least and greatest value; what is not
    known is None.
    """
    return {
        "hash": experiment.hash,
        "title": experiment.title,
        "file": None if experiment.path is None else os.fspath(experiment.path),
        "status": experiment.status,
        "timestamp": None if experiment.timestamp is None else experiment.timestamp.isoformat(),
        "duration": experiment.duration,
        "params": experiment.params,
        "observations": {
            name: {which: _known(experiment.summary(which, name)) for which in ("final", "min", "max")}
            for name in experiment.observed()
        },
        "tags": experiment.tags,
        "notes": experiment.notes,
    }


def strict_record(experiment: Experiment) -> dict[str, Any]:
    """All of an experiment in strict JSON, as its record holds it, or as that of one that runs would now."""
    notes = Notes()
    data = experiment.data
    found = {key: notes.strict(value, pointer("", key)) for key, value in data.items()}
    return {**found, "researcher": {**data["researcher"], **notes.as_dict()}} if experiment.ours else found


def _known(value: object) -> object:
    return None if value is ABSENT else value
