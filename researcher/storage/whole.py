"""Whole observations as lines of a journal: of a record that is resumed, and of what a function returned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from researcher.experiment import Experiment
from researcher.reserved import ours_of
from researcher.storage.lines import Line, Series, number_text
from researcher.storage.strict import Notes, pointer


def held(experiment: Experiment, time: float = 0.0) -> Iterator[Line]:
    """The observations of an experiment as lines of a journal, written at ``time``."""
    for name, value in experiment.observations.items():
        shape = experiment.shape(name)
        if shape == "curve":
            yield Line(time, series=[_series(experiment, name, value, None)])
        elif shape == "folds":
            yield Line(time, series=[_series(experiment, name, curve, fold) for fold, curve in enumerate(value)])
        else:
            notes = Notes()
            kept = {name: notes.strict(value, pointer("", name))}
            noted = notes.as_dict()
            yield Line(time, kept=kept, texts=noted.get("texts"), keys=noted.get("keys"))


def _series(experiment: Experiment, name: str, values: list[Any], fold: int | None) -> Series:
    numbers = [None if value is None else number_text(value) for value in values]
    steps, times = (_part(experiment, part, name, fold, len(values)) for part in ("steps", "times"))
    return Series(name, steps or [*range(len(values))], numbers, times, fold)


def _part(experiment: Experiment, part: str, name: str, fold: int | None, length: int) -> list[Any]:
    """The steps or times of a curve, or of one of its folds; empty where the record does not say."""
    found = ours_of(experiment.data).get(part)
    found = found.get(name) if isinstance(found, dict) else None
    if fold is not None and isinstance(found, list):
        found = found[fold] if fold < len(found) else None
    return found if isinstance(found, list) and len(found) == length else []
