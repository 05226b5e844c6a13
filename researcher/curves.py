"""Curves as arrays: the mean and spread of folds, and drawing fewer points without losing an extreme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from researcher.experiment import Experiment
from researcher.observations import folds_of, shape_of
from researcher.params import as_float

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """One observation of one experiment over its steps.

    Attributes:
        x: the steps, of shape ``(n_steps,)``.
        y: the value at each step, of folds their mean; NaN and infinity as observed.
        spread: the standard deviation over the folds at each step (divisor n), or None without folds.
        n_folds: the number of folds, 1 without.
    """

    x: Array
    y: Array
    spread: Array | None
    n_folds: int


def curve_of(experiment: Experiment, observation: str) -> Curve | None:
    """The curve of an observation, or None where it is no curve (a single number, text) or not there."""
    value = experiment.observations.get(observation)
    if shape_of(value) not in ("curve", "folds"):
        return None
    folds = folds_of(value)
    if not folds:
        return None
    y, spread = mean_and_spread(folds)
    return Curve(_steps(experiment, observation, len(y)), y, spread if len(folds) > 1 else None, len(folds))


def mean_and_spread(folds: Sequence[Sequence[float]]) -> tuple[Array, Array]:
    """The mean and the standard deviation (divisor n) over the folds that reached each step.

    Returns:
        Two arrays of shape ``(longest fold,)``. A NaN in a fold makes the mean of that step NaN.
    """
    longest = max(map(len, folds))
    padded = np.zeros((len(folds), longest))
    there = np.zeros((len(folds), longest), dtype=bool)
    for i, fold in enumerate(folds):
        padded[i, : len(fold)] = floats(fold)
        there[i, : len(fold)] = True
    n = there.sum(axis=0)
    with np.errstate(invalid="ignore", over="ignore"):
        mean = padded.sum(axis=0) / n
        squares = np.where(there, (padded - mean) ** 2, 0.0)
        return mean, np.sqrt(squares.sum(axis=0) / n)


def floats(values: Sequence[float]) -> Array:
    """The numbers as an array; an integer beyond the range of floats is infinite."""
    try:
        return np.array(values, dtype=float)
    except OverflowError:
        return np.array([as_float(value) for value in values])


def _steps(experiment: Experiment, observation: str, n: int) -> Array:
    """The recorded steps of an observation; 0..n-1 where none are recorded or they do not fit."""
    ours = experiment.data.get("researcher")
    steps = ours.get("steps") if isinstance(ours, dict) else None
    found = steps.get(observation) if isinstance(steps, dict) else None
    if isinstance(found, list) and len(found) == n and shape_of(found) == "curve":
        return np.asarray(found, dtype=float)
    return np.arange(n, dtype=float)


def thinned(y: Array, budget: int) -> npt.NDArray[np.intp]:
    """The indices of about ``budget`` points that look like all of ``y``.

    Of each bucket of neighbours the finite minimum and maximum stay, and the first NaN or infinity with the point
    before it, so that no extreme is lost and no gap closes; so do the first and the last point.
    """
    n = len(y)
    if n <= max(budget, 8):
        return np.arange(n)
    buckets = max(2, budget // 2)
    width = -(-n // buckets)
    padded = np.full(buckets * width, np.nan)
    padded[:n] = y
    table = padded.reshape(buckets, width)
    missing = ~np.isfinite(table)
    starts = np.arange(buckets) * width
    low = starts + np.where(missing, np.inf, table).argmin(axis=1)
    high = starts + np.where(missing, -np.inf, table).argmax(axis=1)
    gaps = (starts + missing.argmax(axis=1))[missing.any(axis=1)]
    kept = np.unique(np.concatenate([[0, n - 1], low, high, gaps, gaps - 1]))
    return kept[(kept >= 0) & (kept < n)]
