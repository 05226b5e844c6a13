"""Curves of experiments, over steps, time or another observation; see `researcher.curves.bands` for their means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from researcher.arrays import Array as Array
from researcher.arrays import floats as floats
from researcher.curves.alignment import aligned
from researcher.curves.downsampling import thinned as thinned
from researcher.curves.series import Series, series_of
from researcher.experiment import Experiment


@dataclass(frozen=True)
class Curve:
    """One observation of one experiment, or of one of its folds, over steps or another x.

    Attributes:
        x: where each point stands, of shape ``(n_points,)``: its step, unless another x was asked for.
        y: the value of each point; NaN and infinity as observed.
        steps: the step of each point where x is something else; None where x is the step.
    """

    x: Array
    y: Array
    steps: Array | None = None


def fold_curves_of(experiment: Experiment, observation: str, x: str = "step") -> list[Curve]:
    """A curve for each fold of an observation; one without folds; none where it is no curve or a fold lacks that x.

    Args:
        experiment: its record is read if its observations were not looked at yet.
        observation: its name.
        x: what the curves are drawn over:

            - ``step``: the recorded steps; 0..n-1 where none are recorded or they do not fit.
            - ``time``: seconds since the start, where they are recorded.
            - ``clock``: seconds since 1970: when recording began, plus that time.
            - the name of another observation: its value at the same step, of the same fold if it has folds too. One
              that is itself called by a word above is written ``observations.step``.

            A point whose x is not known, or is NaN or infinite, is left out.
    """
    folds = series_of(experiment, observation)
    found = _xs(experiment, observation, x, folds)
    if len(found) < len(folds):
        return []
    curves = []
    for fold, series in folds.items():
        known = np.isfinite(found[fold])
        if known.any():
            steps = None if x == "step" else series.steps[known]
            curves.append(Curve(found[fold][known], series.y[known], steps))
    return curves


def _xs(experiment: Experiment, observation: str, x: str, folds: Mapping[int, Series]) -> dict[int, Array]:
    """The x of each fold that has it, NaN where a point has none."""
    if x == "step":
        return {fold: series.steps for fold, series in folds.items()}
    if x in ("time", "clock"):
        start = experiment.recorded_at if x == "clock" else 0.0
        known = x == "time" or start > 0
        return {fold: start + series.times for fold, series in folds.items() if series.times is not None and known}
    name = x if experiment.has_observation(x) else x.removeprefix("observations.")
    others = series_of(experiment, name)
    if experiment.shape(name) == "curve":
        others = dict.fromkeys(folds, others[0])
    elif experiment.shape(observation) == "curve":
        return {}  # no fold of the other is that of a curve without folds
    return {fold: _at_same_steps(series, others[fold]) for fold, series in folds.items() if fold in others}


def _at_same_steps(series: Series, other: Series) -> Array:
    """What ``other`` was at each step of ``series``, NaN where it has no such step."""
    steps, (_, (rows, place)) = aligned([series.steps, other.steps])
    there = np.full(len(steps), np.nan)
    there[place] = other.y[rows]
    found = np.full(len(series.steps), np.nan)
    known = np.isfinite(series.steps)
    found[known] = there[np.searchsorted(steps, series.steps[known])]
    return found
