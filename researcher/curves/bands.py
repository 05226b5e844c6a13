"""Bands: the mean of several curves and how far they lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from researcher.arrays import Array, Indices
from researcher.curves.alignment import aligned
from researcher.curves.curves import Curve

BandKind = Literal["std", "se", "95", "minmax"]

# The 97.5 % quantile of Student's t for 1 to 10 degrees of freedom, and the normal distribution's.
_T = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139)
_Z = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Band:
    """Several curves as one: the mean of their values at each step, and what lies around it.

    All attributes are arrays of shape ``(n_steps,)``, ascending in steps.

    Attributes:
        x: the steps; where the curves have another x, the mean of theirs at each step.
        mean: over the finite values; NaN where there is none.
        low: the lower edge; NaN, like the upper, where fewer than two values are finite.
        high: the upper edge.
        n: how many curves count at each step: those with a finite value there.
        lost: how many curves are at each step, and NaN or infinite there. They are not in the mean; where this is
            not 0, say so.
        steps: the step of each point.
    """

    x: Array
    mean: Array
    low: Array
    high: Array
    n: Indices
    lost: Indices
    steps: Array


def band_of(curves: Sequence[Curve], kind: BandKind = "std") -> Band:
    """The mean of curves and a band around it: of repeats, or of the folds of one experiment.

    Curves are brought onto the union of their steps without interpolation: each counts at the steps that it has.

    Args:
        curves: one for each repeat or fold; with none of them the band has no steps.
        kind: what the band is, at each step. With ``n`` curves and their standard deviation ``s`` (divisor ``n - 1``,
            NumPy's ``ddof=1``, as repeats and folds are a sample of all that might have been):

            - ``std``: mean ± ``s``;
            - ``se``: mean ± ``s / √n``, the standard error of the mean;
            - ``95``: mean ± ``t s / √n``, the 95 % interval of the mean with the 97.5 % quantile ``t`` of Student's
              distribution for ``n - 1`` degrees of freedom;
            - ``minmax``: from the least to the greatest.

    Raises:
        ValueError: ``kind`` is none of these.
    """
    if kind not in get_args(BandKind):
        raise ValueError(f"band {kind!r}: it is one of {', '.join(get_args(BandKind))}")
    steps, places = aligned([curve.x if curve.steps is None else curve.steps for curve in curves])
    members = [
        (place, curve.x[rows], curve.y[rows]) for curve, (rows, place) in zip(curves, places, strict=True) if len(rows)
    ]
    total, x, low, high = np.zeros((4, len(steps)))
    low[:], high[:] = np.inf, -np.inf
    n, there = np.zeros((2, len(steps)), dtype=np.intp)
    with np.errstate(all="ignore"):  # 0 / 0 is the NaN that is wanted, and a sum may be infinite
        for place, own_x, y in members:
            finite = np.isfinite(y)
            total[place] += np.where(finite, y, 0.0)
            x[place] += own_x
            low[place] = np.minimum(low[place], np.where(finite, y, np.inf))
            high[place] = np.maximum(high[place], np.where(finite, y, -np.inf))
            n[place] += finite
            there[place] += 1
        mean = total / n
        if kind != "minmax":
            half = _half(members, mean, n, kind)
            low, high = mean - half, mean + half
        alone = n < 2
        low[alone] = high[alone] = np.nan
        own = all(curve.steps is None for curve in curves)
        return Band(steps if own else x / there, mean, low, high, n, there - n, steps)


def _half(members: Sequence[tuple[Indices, Array, Array]], mean: Array, n: Indices, kind: BandKind) -> Array:
    """Half the width of the band at each step, of shape ``(n_steps,)``."""
    squares = np.zeros(len(mean))
    for place, _, y in members:
        squares[place] += np.where(np.isfinite(y), (y - mean[place]) ** 2, 0.0)
    deviation: Array = np.sqrt(squares / (n - 1))
    if kind == "std":
        return deviation
    return deviation / np.sqrt(n) * (1.0 if kind == "se" else student(n - 1))


def student(freedom: Indices) -> Array:
    """The 97.5 % quantile of Student's t distribution, of the shape of ``freedom``; NaN below 1.

    From a table up to 10 degrees of freedom, beyond them by the expansion of Abramowitz and Stegun, 26.7.5; the
    relative error is below 3e-6.

    >>> student(np.array([0, 1, 4, 29])).round(3).tolist()
    [nan, 12.706, 2.776, 2.045]
    """
    v = np.maximum(freedom, len(_T)).astype(float)
    beyond = (
        _Z
        + (_Z**3 + _Z) / (4 * v)
        + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * v**2)
        + (3 * _Z**7 + 19 * _Z**5 + 17 * _Z**3 - 15 * _Z) / (384 * v**3)
        + (79 * _Z**9 + 776 * _Z**7 + 1482 * _Z**5 - 1920 * _Z**3 - 945 * _Z) / (92160 * v**4)
    )
    table = np.array([np.nan, *_T])
    found: Array = np.where(freedom > len(_T), beyond, table[np.clip(freedom, 0, len(_T))])
    return found
