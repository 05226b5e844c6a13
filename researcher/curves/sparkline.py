"""A curve in a line of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise, zip_longest

_LEVELS = "▁▂▃▄▅▆▇█"
_NOT_A_NUMBER = "×"


def sparkline(values: Sequence[float], width: int = 24) -> str:
    """The values as bars, at most ``width`` of them, from the least to the greatest finite value.

    A bar stands for the mean of its values, without those that are NaN; × for values that are all NaN.

    >>> sparkline([1, 2, 3, 4, math.nan]), sparkline([0.5, 0.5]), sparkline(range(1000), 8)
    ('▁▃▆█×', '▄▄', '▁▂▃▄▅▆▇█')
    """
    n = len(values)
    edges = [n * i // width for i in range(width + 1)] if n > width else [*range(n + 1)]
    bars = [_mean(values[start:end]) for start, end in pairwise(edges)]
    finite = [bar for bar in bars if math.isfinite(bar)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return "".join(_bar(bar, low, high) for bar in bars)


def mean_of_folds(folds: Sequence[Sequence[float]]) -> list[float]:
    """At each step the mean of the folds that go so far, NaN passed over."""
    if len(folds) == 1:
        return list(folds[0])
    found = []
    for values in zip_longest(*folds, fillvalue=math.nan):
        real = [value for value in values if value == value]
        found.append(sum(value / len(real) for value in real) if real else math.nan)
    return found


def _mean(values: Sequence[float]) -> float:
    real = [value for value in values if value == value]
    if not real:
        return math.nan
    return sum(value / len(real) for value in real)


def _bar(value: float, low: float, high: float) -> str:
    if value != value:
        return _NOT_A_NUMBER
    if math.isinf(value):
        return _LEVELS[-1] if value > 0 else _LEVELS[0]
    value, low, high = value / 2, low / 2, high / 2  # as a difference may be beyond the range of floats
    if low == high:
        return _LEVELS[3]
    return _LEVELS[round((value - low) / (high - low) * (len(_LEVELS) - 1))]
