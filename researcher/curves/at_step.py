"""What observations were at a step, and at which step they were best.

These numbers are not kept with the others that sum up an observation: the curve is decoded for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from researcher.curves.series import Series, series_of
from researcher.experiment import Experiment
from researcher.params import ABSENT
from researcher.summary import lower_is_better, mean_of
from researcher.summary_names import step_of


def numbers_by_steps(experiment: Experiment, which: str) -> dict[str, dict[str, float]]:
    """The number of each observation that has it, as `researcher.summary.numbers_of` gives others."""
    found = {name: number_by_steps(experiment, which, name) for name in experiment.observations}
    return {name: {which: number} for name, number in found.items() if isinstance(number, (int, float))}


def number_by_steps(experiment: Experiment, which: str, observation: str) -> object:
    """``at.100`` or ``best_step`` of an observation, or `ABSENT`; see `researcher.summary_names`.

    What has no steps, such as a single number, has neither. Of folds it is the mean over those that get there.
    """
    step = step_of(which)
    one: Callable[[Series], float | None]
    one = partial(_best_step, lower=lower_is_better(observation)) if step is None else partial(_at, step=step)
    each = [number for series in series_of(experiment, observation).values() if (number := one(series)) is not None]
    if not each:
        return ABSENT
    number = mean_of(each)
    return int(number) if step is None and number.is_integer() else number


def _at(series: Series, step: int) -> float | None:
    """The last value at or before a step; None of a curve that ends before it, or begins after it."""
    steps = series.steps
    before = np.flatnonzero(steps <= step)
    if not len(before) or not (steps >= step).any():
        return None
    latest = steps[before].max()
    return float(series.y[before[steps[before] == latest][-1]])  # of several at one step the last


def _best_step(series: Series, lower: bool) -> float | None:
    """The step of the best value, the first of several; NaN where all values are NaN."""
    y, steps = series.y, series.steps
    if np.isnan(y).all():
        return math.nan
    best = np.nanmin(y) if lower else np.nanmax(y)
    return float(steps[y == best].min())
