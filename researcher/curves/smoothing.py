"""Smoothing: a curve without its noise, fair to steps that are unevenly far apart."""

from __future__ import annotations

import math
import sys

import numpy as np

from researcher.arrays import Array

_FAR = 1e9  # units; a gap that is longer counts as this long


def smoothed(x: Array, y: Array, weight: float, unit: float | None = None) -> Array:
    """The debiased exponential moving average of a curve, weighted by the distance between steps.

    With gaps ``g[i] = (x[i] - x[i-1]) / unit``, ``g[0] = 1``, and ``d[i] = weight ** g[i]``::

        s[i] = d[i] * s[i-1] + (1 - d[i]) * y[i],  s[-1] = 0
        smoothed[i] = s[i] / (1 - d[0] * ... * d[i])

    The recurrence is the exponential moving average of an unevenly spaced series whose values hold back to the
    point before them (Müller, "Specially Weighted Moving Averages with Repeated Application of the EMA Operator",
    1991; Eckner, "Algorithms for Unevenly Spaced Time Series", 2012): a point counts for the distance that it stands
    for, however densely its neighbours were recorded. The division takes away the bias towards zero of the first
    points (Kingma and Ba, "Adam", 2015). On an even grid this is TensorBoard's smoothing. At weight 1 it is the mean
    so far, weighted by distance.

    A value that is NaN or infinite stays as it is, and the others are smoothed as if it had not been observed. A
    step that is not beyond the one before it (a run that was taken up again) counts as one unit away. The smoothed
    curve never leaves the range of the observed one.

    Args:
        x: the steps or times, of shape ``(n,)``.
        y: the value at each of them, of shape ``(n,)``.
        weight: of the past, from 0 (nothing is smoothed) to 1.
        unit: the distance in x over which the past fades by ``weight``; the median distance if not given. Curves that
            were recorded at different intervals are smoothed alike if they are given the same unit.

    Returns:
        An array of shape ``(n,)``.

    Raises:
        ValueError: ``weight`` is not between 0 and 1, or ``unit`` not above 0.

    >>> x = np.arange(3.0)
    >>> smoothed(x, np.array([0.0, 3.0, 3.0]), 0.5).round(4).tolist()
    [0.0, 2.0, 2.5714]
    """
    if not 0 <= weight <= 1:
        raise ValueError(f"weight {weight!r}: it lies between 0, where nothing is smoothed, and 1")
    if unit is not None and not unit > 0:
        raise ValueError(f"unit {unit!r}: it is a distance above 0")
    found = y.copy()
    there = np.isfinite(x) & np.isfinite(y)
    if weight == 0 or not there.any():
        return found
    values = y[there]
    found[there] = np.clip(_smoothed(_gaps(x[there], unit), values, weight), values.min(), values.max())
    return found


def _gaps(x: Array, unit: float | None) -> Array:
    """The distance of each point from the one before it, in units, of shape ``(n,)``; 1 for the first."""
    with np.errstate(over="ignore"):
        gaps = np.minimum(np.diff(x), sys.float_info.max)
        ahead = gaps > 0
        if unit is None:
            unit = float(np.median(gaps[ahead])) if ahead.any() else 1.0
        return np.concatenate([[1.0], np.where(ahead, np.minimum(gaps / unit, _FAR), 1.0)])


def _smoothed(gaps: Array, y: Array, weight: float) -> Array:
    if weight == 1:
        summed: Array = np.cumsum(gaps * y) / np.cumsum(gaps)
        return summed
    rates = -math.log(weight) * gaps
    return _decaying_sums(np.exp(-rates), -np.expm1(-rates) * y) / -np.expm1(-np.cumsum(rates))


def _decaying_sums(decay: Array, gain: Array) -> Array:
    """The sums ``s[i] = decay[i] * s[i-1] + gain[i]``, of shape ``(n,)``.

    The series is cut into about √n pieces, which advance together and are then joined: 2 √n steps instead of n.
    """
    n = len(gain)
    width = math.isqrt(n) + 1
    pieces = -(-n // width)
    sums, decays = np.zeros((2, pieces * width))
    sums[:n], decays[:n] = gain, decay
    sums, decays = (table.reshape(pieces, width).T.copy() for table in (sums, decays))  # a column a piece
    for i in range(1, width):
        sums[i] += decays[i] * sums[i - 1]
        decays[i] *= decays[i - 1]
    before = np.zeros(pieces)
    for piece in range(1, pieces):
        before[piece] = decays[-1, piece - 1] * before[piece - 1] + sums[-1, piece - 1]
    joined: Array = (sums + decays * before).T.reshape(-1)[:n]
    return joined
