"""Where an axis begins and ends."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import numpy as np

from researcher.arrays import Array
from researcher.curves.bands import Band
from researcher.curves.curves import Curve

_AIR = 0.04  # of the range, on either side
_FLAT = 1e-14  # of the values; less air than this is no more than rounding


def limits(curves: Iterable[Curve | Band], clip: bool = False, log: bool = False) -> tuple[float, float]:
    """The limits of a y axis on which these curves and bands are seen, and a little air.

    Args:
        curves: what is drawn; a band counts with both its edges. NaN and infinity do not count.
        clip: whether what is far out (see `fences`) may lie beyond the limits.
        log: whether the axis is logarithmic: only positive values count, and both limits are positive.

    Returns:
        The lower and the upper limit, which differ; 0 and 1 where there is nothing to be seen, 0.1 and 1 on a
        logarithmic axis.
    """
    values = np.concatenate([np.zeros(0), *(edge for curve in curves for edge in _edges(curve))])
    values = values[np.isfinite(values) & (values >= sys.float_info.min)] if log else values[np.isfinite(values)]
    if not len(values):
        return (0.1, 1.0) if log else (0.0, 1.0)
    values = np.log10(values) if log else values
    low, high = fences(values) if clip else (float(values.min()), float(values.max()))
    air, size = _AIR * high - _AIR * low, max(abs(low), abs(high))
    if air <= _FLAT * size:
        air = 0.5 if log else 0.1 * size or 1.0
    low, high = low - air, high + air
    if log:
        with np.errstate(over="ignore", under="ignore"):
            powers = np.power(10.0, [low, high])
        return max(float(powers[0]), sys.float_info.min), min(float(powers[1]), sys.float_info.max)
    return max(low, -sys.float_info.max), min(high, sys.float_info.max)


def fences(values: Array) -> tuple[float, float]:
    """The least and the greatest of ``values`` that are not far out.

    Far out is what lies beyond the range from the 5th to the 95th percentile by more than the length of that range.
    A single value of up to twenty is never within these percentiles; of fewer than five none is far out. A curve
    that falls to a plateau keeps its beginning, unlike with a rule of quartiles, and a spike goes.

    Args:
        values: finite, at least one.
    """
    if len(values) < 5:
        return float(values.min()), float(values.max())
    last = len(values) - 1
    fifth, other = -int(-0.05 * last // 1), int(0.95 * last)
    parted = np.partition(values, (fifth, other))
    low, high = parted[fifth], parted[other]
    with np.errstate(over="ignore"):
        far = high - low
        near = values[(values >= low - far) & (values <= high + far)]
    return float(near.min()), float(near.max())


def _edges(curve: Curve | Band) -> tuple[Array, ...]:
    if isinstance(curve, Band):
        return curve.mean, curve.low, curve.high
    return (curve.y,)
