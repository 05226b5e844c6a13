"""The first lines of a journal: of a new experiment, and of a record that is resumed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from researcher.experiment import Experiment
from researcher.storage import liveness, names, records
from researcher.storage.lines import Line, Series, encoded, number_text
from researcher.storage.strict import Notes, pointer

_OF_CURVES = ("steps", "times", "values")
_OF_THE_TEXT = ("texts", "keys")


class Beginning(NamedTuple):
    """The name of a journal without its ending, and its first lines."""

    name: str
    content: bytes


def of_params(params: Mapping[str, Any]) -> Beginning:
    """The journal of a new experiment."""
    return _beginning(records.stamped(params, None, "running"), {"id": uuid.uuid4().hex})


def of_record(experiment: Experiment) -> Beginning:
    """The journal of a record that is resumed: all that it holds, and its file, whose place the next record takes."""
    head = {key: value for key, value in experiment.data.items() if key != "observations"}
    head.setdefault("hash", experiment.hash)
    dropped = (*_OF_CURVES, *_OF_THE_TEXT, "error")
    ours = {key: value for key, value in head["researcher"].items() if key not in dropped}
    resumed = {} if experiment.path is None else {"resumes": experiment.path.name}
    name, content = _beginning({**head, "researcher": {"id": uuid.uuid4().hex, **ours}}, resumed)
    return Beginning(name, content + b"".join(encoded(line) for line in _held(experiment)))


def _beginning(head: Mapping[str, Any], more: Mapping[str, Any]) -> Beginning:
    ours = {**head["researcher"], **more, "status": "running", "writer": liveness.writer()}
    name = names.stem(head.get("title"), str(head["hash"]))
    return Beginning(name, records.encode_head({**head, "researcher": ours}))


def _held(experiment: Experiment) -> Iterator[Line]:
    """The observations of a record as lines of a journal."""
    for name, value in experiment.observations.items():
        shape = experiment.shape(name)
        if shape == "curve":
            yield Line(0.0, series=[_series(experiment, name, value, None)])
        elif shape == "folds":
            yield Line(0.0, series=[_series(experiment, name, curve, fold) for fold, curve in enumerate(value)])
        else:
            notes = Notes()
            kept = {name: notes.strict(value, pointer("", name))}
            noted = notes.as_dict()
            yield Line(0.0, kept=kept, texts=noted.get("texts"), keys=noted.get("keys"))


def _series(experiment: Experiment, name: str, values: list[Any], fold: int | None) -> Series:
    numbers = [None if value is None else number_text(value) for value in values]
    steps, times = (_part(experiment, part, name, fold, len(values)) for part in ("steps", "times"))
    return Series(name, steps or [*range(len(values))], numbers, times, fold)


def _part(experiment: Experiment, part: str, name: str, fold: int | None, length: int) -> list[Any]:
    """The steps or times of a curve, or of one of its folds; empty where the record does not say."""
    found = experiment.data["researcher"].get(part)
    found = found.get(name) if isinstance(found, dict) else None
    if fold is not None and isinstance(found, list):
        found = found[fold] if fold < len(found) else None
    return found if isinstance(found, list) and len(found) == length else []
