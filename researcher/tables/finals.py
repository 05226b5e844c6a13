"""The final values of experiments that grow, without looking at all that they hold each time."""

from __future__ import annotations

from researcher.experiment import Experiment
from researcher.params import ABSENT
from researcher.summary import summed_up


def finals_of(experiment: Experiment) -> dict[str, object]:
    """What `Experiment.summary` gives as ``final`` of each of its observations that is a number, a curve or folds."""
    if experiment.status != "running":  # its curves are in a file, and need not be kept in memory
        return {name: experiment.summary("final", name) for name in experiment.observed()}
    found: dict[str, object] = {}
    for name, observation in experiment.observations.items():
        shape = experiment.shape(name)
        if shape != "other":
            ends = observation if shape == "number" else _ends(observation, shape == "folds")
            found[name] = summed_up(ends).get("final", ABSENT)
    return found


def _ends(curve: list[object], folded: bool) -> list[object]:
    """The last point of a curve, or of each fold."""
    return [_ends(fold, False) for fold in curve if isinstance(fold, list)] if folded else curve[-1:]
