"""What a function returned, as observations by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from researcher.errors import NotRecordable
from researcher.experiment import Experiment
from researcher.observations import ObservationCollector
from researcher.params import ABSENT, is_number, value_key
from researcher.plain import plain
from researcher.summary import summed_up

RESULT = "result"  # what a number is called that comes without a name


def results_of(returned: object, function: str) -> Mapping[str, Any]:
    """The observations that a function returned.

    Args:
        returned: a dict, a Keras ``History``, an `ObservationCollector`, a number, or None.
        function: its name, for the error.

    Raises:
        NotRecordable: it is something else.

    >>> results_of({"loss": [0.5, 0.25]}, "train"), results_of(0.25, "train")
    ({'loss': [0.5, 0.25]}, {'result': 0.25})
    """
    if returned is None:
        return {}
    if isinstance(returned, ObservationCollector):
        return returned.observations
    if isinstance(returned, Mapping):
        return returned
    history = getattr(returned, "history", None)
    if isinstance(history, Mapping):
        return history
    if _is_number(returned):
        return {RESULT: returned}
    kind = f"{type(returned).__module__}.{type(returned).__qualname__}".removeprefix("builtins.")
    raise NotRecordable(
        f"{function} returned a value of the type {kind}. Return a dict of observations by name.", returned
    )


def told_already(value: object, experiment: Experiment, name: str) -> bool:
    """Whether an experiment's observation of that name is the value, or a curve that ends in it."""
    try:
        found = plain(value, name)
    except NotRecordable:
        return False
    observed = experiment.observations[name]
    return value_key(found) in (value_key(observed), value_key(summed_up(observed).get("final", ABSENT)))


def _is_number(value: object) -> bool:
    try:
        found = plain(value, "value")
    except NotRecordable:
        return False
    return is_number(found)
