"""The first lines of a journal: of a new experiment, and of a record that is resumed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from researcher.experiment import Experiment
from researcher.storage import layout, liveness, names
from researcher.storage.lines import encoded
from researcher.storage.whole import held

_OF_CURVES = ("steps", "times", "values")
_OF_THE_TEXT = ("texts", "keys")


class Beginning(NamedTuple):
    """The name of a journal without its ending, and its first lines."""

    name: str
    content: bytes


def of_params(params: Mapping[str, Any], facts: Mapping[str, Any]) -> Beginning:
    """The journal of a new experiment, and what it says of itself from the first."""
    return _beginning(layout.stamped(params, None, "running"), {"id": uuid.uuid4().hex, **facts})


def of_record(experiment: Experiment) -> Beginning:
    """The journal of a record that is resumed: all that it holds, and its file, whose place the next record takes."""
    head = {key: value for key, value in experiment.data.items() if key != "observations"}
    head.setdefault("hash", experiment.hash)
    dropped = (*_OF_CURVES, *_OF_THE_TEXT, "error")
    ours = {key: value for key, value in head["researcher"].items() if key not in dropped}
    resumed = {} if experiment.path is None else {"resumes": experiment.path.name}
    name, content = _beginning({**head, "researcher": {"id": uuid.uuid4().hex, **ours}}, resumed)
    return Beginning(name, content + b"".join(encoded(line) for line in held(experiment)))


def _beginning(head: Mapping[str, Any], more: Mapping[str, Any]) -> Beginning:
    ours = {**head["researcher"], **more, "status": "running", "writer": liveness.writer()}
    name = names.stem(head.get("title"), str(head["hash"]))
    return Beginning(name, layout.encode_head({**head, "researcher": ours}))
