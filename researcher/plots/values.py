"""The numbers that plots show of an observation: over folds, at the end, and where it turns."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from researcher.experiment import Experiment
from researcher.observations import folds_of, shape_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from researcher.curves.bands import Band

    Floats = NDArray[np.float64]


def finals_of(experiment: Experiment, metric: str) -> list[float]:
    """The last value of each fold, NaN where there is none; without folds the one last value."""
    observation = experiment.observations[metric]
    folds = observation if shape_of(observation) == "folds" else folds_of(observation)
    return [math.nan if not fold or fold[-1] is None else float(fold[-1]) for fold in folds]


def final_mean(experiment: Experiment, metric: str) -> float:
    """The mean of those; NaN where there is none."""
    value = experiment.summary("final", metric)
    return float(value) if isinstance(value, (int, float)) else math.nan


def over_folds(folds: list[list[float]]) -> Band:
    """Mean and standard deviation over the folds that reached a step with a finite value."""
    import numpy as np

    from researcher.arrays import floats
    from researcher.curves.bands import band_of
    from researcher.curves.curves import Curve

    return band_of([Curve(np.arange(float(len(fold))), floats(fold)) for fold in folds])


def turns_of(values: Floats, n_increases: int) -> list[tuple[str, int]]:
    """What happens to a falling metric, and at which step."""
    real = [(step, float(value)) for step, value in enumerate(values) if value == value]
    begins = next((step for step, value in real if value < real[0][1]), None)
    rises: list[int] = []
    falling = False
    for (_, before), (step, value) in pairwise(real):
        if value > before and falling and step > (begins or 0):
            rises.append(step)
        falling = value < before or (falling and value == before)
    lowest = min(real, key=lambda pair: pair[1])[0]
    return [
        *([] if begins is None else [("begins to decrease", begins)]),
        *(("begins to increase", step) for step in rises[: max(0, n_increases)]),
        ("is lowest", lowest),
    ]
