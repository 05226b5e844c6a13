"""What records hold of an observation, as arrays: the values of each fold, their steps and times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from researcher.arrays import Array, floats
from researcher.experiment import Experiment
from researcher.observations import folds_of, shape_of
from researcher.reserved import ours_of


@dataclass(frozen=True, eq=False)
class Series:
    """The values of an observation, or of one fold of it, in the order in which they were recorded.

    Attributes:
        steps: of shape ``(n,)``; 0..n-1 where none are recorded or they do not fit.
        y: the values, of shape ``(n,)``.
        times: seconds since the start, of shape ``(n,)``; None where none are recorded or they do not fit.
    """

    steps: Array
    y: Array
    times: Array | None


def series_of(experiment: Experiment, observation: str) -> dict[int, Series]:
    """The series of an observation by number of the fold, those of empty folds left out.

    A curve is fold 0. What is no curve, or is not there, has none.
    """
    shape = experiment.shape(observation)
    if shape not in ("curve", "folds"):
        return {}
    value = experiment.observations[observation]
    folds = {fold: floats(*folds_of(own)) for fold, own in enumerate([value] if shape == "curve" else value) if own}
    steps = _recorded(experiment, "steps", observation, folds)
    times = _recorded(experiment, "times", observation, folds)
    return {
        fold: Series(steps.get(fold, np.arange(len(y), dtype=float)), y, times.get(fold)) for fold, y in folds.items()
    }


def _recorded(experiment: Experiment, part: str, observation: str, folds: dict[int, Array]) -> dict[int, Array]:
    """The ``steps`` or ``times`` of each fold for which they fit; a plain list is that of the longest fold."""
    every = ours_of(experiment.data).get(part)
    found: Any = every.get(observation) if isinstance(every, dict) else None
    shape = shape_of(found)
    if shape == "folds":
        own = dict(enumerate(found))
    elif shape == "curve" and len(found) == max(map(len, folds.values())):
        own = {fold: found[: len(y)] for fold, y in folds.items()}
    else:
        return {}
    return {fold: floats(*folds_of(own[fold])) for fold, y in folds.items() if len(own.get(fold, ())) == len(y)}
