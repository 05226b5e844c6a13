"""Where an axis of a picture has its ticks, and what they say."""

from __future__ import annotations

import datetime
import math
from typing import Any

import matplotlib.dates as mdates
from matplotlib.ticker import MaxNLocator

from researcher.params import number_label

_DAY = 86_400  # seconds; matplotlib counts days since 1970


def labelled(low: float, high: float, log: bool = False, clock: bool = False) -> tuple[list[float], list[str]]:
    """Round places between the limits, and their labels.

    Args:
        low: the lower limit; positive if ``log``.
        high: the upper one.
        log: whether the axis is logarithmic.
        clock: whether the limits are seconds since 1970, which are said in local time.
    """
    if clock:
        return _times(low, high)
    places = _powers(low, high) if log else []
    if len(places) < 2:
        places = list(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]).tick_values(low, high))
    places = [float(f"{place:.12g}") for place in places if low <= place <= high]
    return places, list(map(number_label, places))


def _powers(low: float, high: float) -> list[float]:
    """Powers of ten, at most seven; over less than two of them 2 and 5 times them too."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, -(-(last - first) // 6))
    factors = (1, 2, 5) if high < 100 * low else (1,)
    powers = [power for power in range(first, last + 1) if power % every == 0]
    places = [float(f"{factor}e{power}") for power in powers for factor in factors]
    return [place for place in places if low <= place <= high]


def _times(low: float, high: float) -> tuple[list[float], list[str]]:
    zone = datetime.datetime.fromtimestamp(low).astimezone().tzinfo
    ends = [datetime.datetime.fromtimestamp(end, zone) for end in (low, high)]
    dates: Any = mdates  # without types
    locator = dates.AutoDateLocator(tz=zone, minticks=3, maxticks=6)
    days = [day for day in locator.tick_values(*ends) if low <= day * _DAY <= high]
    labels = dates.ConciseDateFormatter(locator, tz=zone, usetex=False).format_ticks(days)
    return [float(day * _DAY) for day in days], labels
