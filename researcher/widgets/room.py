"""Where axes begin and end while curves grow: they widen in steps, so that the picture does not jump at each point."""

from __future__ import annotations

import math

Range = tuple[float, float]

_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_AIR = 0.04  # of the range of the values, above and below them
_SPARE = 0.25  # of the range, for the values to come; so there are few steps, however far they go


def x_room(data: Range, growing: bool, before: Range | None = None) -> Range:
    """Where the x axis begins and ends.

    Args:
        data: the first and the last x.
        growing: whether there are more to come.
        before: where it began and ended before, if it is only to be widened.
    """
    first, last = data
    if before is not None:
        first = min(first, before[0])
        if last <= before[1]:
            return first, before[1]
    if growing or before is not None:
        return first, max(last, first + rounded_up(last - first))
    return first, last if last > first else first + 1.0


def y_room(data: Range, before: Range | None = None) -> Range:
    """Where a y axis begins and ends: all values, and a little air.

    Args:
        data: the lowest and the highest value.
        before: where it began and ended before, if it is only to be widened.
    """
    low, high = data
    air = _AIR * (high - low) or abs(high) * 0.1 or 1.0
    bottom, top = low - air, high + air
    if before is None:
        return bottom, top
    span = max(top, before[1]) - min(bottom, before[0])
    bottom = before[0] if low >= before[0] else _not_across_zero(bottom - _SPARE * span, low, -_AIR * span)
    top = before[1] if high <= before[1] else -_not_across_zero(-top - _SPARE * span, -high, -_AIR * span)
    return bottom, top


def rounded_up(length: float) -> float:
    """The next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6 and 8 times a power of ten; 1 for nothing."""
    if length <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(length))
    return next((step * power for step in _STEPS if step * power >= length * (1 - 1e-9)), length)


def _not_across_zero(edge: float, low: float, least: float) -> float:
    """An edge below values from ``low`` on; where none of them is negative, not much of the axis is."""
    return max(edge, least) if low >= 0 else edge
