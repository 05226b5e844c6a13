"""Whether a difference between repeats of two settings is real, or may be chance."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from researcher.arrays import Array, floats
from researcher.errors import MissingExtra
from researcher.params import in_prose

_LEVEL = 0.05  # of the p-value, below which two groups are told apart
_DEALS = 20_000  # ways of dealing the values to two groups; where there are no more, all of them are tried
_BOOTSTRAP = 20  # values in each group from which on the bootstrap's interval holds what it promises


@dataclass(frozen=True)
class Difference:
    """How far the means of two groups of repeats lie apart, and whether that may be chance.

    Attributes:
        difference: the second mean less the first; NaN if a group has no finite value.
        low: the lower end of its 95 % interval; NaN, like the upper, if a group has fewer than two values.
        high: the upper end.
        interval: how the interval was found: ``Welch`` or ``bootstrap``; empty if there is none.
        p: the p-value of the permutation test: how often values that are dealt to the groups by chance differ as much;
            1 where a group has fewer than two values.
        least_p: the least p-value that groups of these sizes can have, whatever comes out.
        n: the number of finite values in each group.
        left_out: the number of values that were NaN or infinite; they are in none of the above.
        needed: about how many values each group needs for a difference of this size to be told four times in five;
            None where the values do not say: there is one in a group, or they do not differ, or do not scatter.
    """

    difference: float
    low: float
    high: float
    interval: str
    p: float
    least_p: float
    n: tuple[int, int]
    left_out: int
    needed: int | None

    @property
    def told_apart(self) -> bool | None:
        """Whether the values tell the groups apart (p below 0.05); None if there are too few of them to tell."""
        return self.p < _LEVEL if self.least_p < _LEVEL else None

    @property
    def verdict(self) -> str:
        """What can be said of the difference, in words."""
        apart, found = self.told_apart, self._found()
        repeats = f"{self.n[0]} and {self.n[1]} repeats"
        needed = "" if self.needed is None else f"; a difference of this size takes about {self.needed:,} of each"
        if apart is None:
            said = f"too few repeats to tell: there are {self.n[0]} and {self.n[1]}, and it takes at least 4 of each"
            said += f"; {found}{needed}"
        elif apart:
            said = f"{found}; {repeats} tell them apart (p = {self.p:.2g})"
        else:
            said = f"{found}; {repeats} do not tell them apart (p = {self.p:.2g}){needed}"
        return said + (f"; {self.left_out} more ended in NaN or infinity and are left out" if self.left_out else "")

    def _found(self) -> str:
        if math.isnan(self.difference):
            return "there is nothing to compare"
        way = "higher" if self.difference > 0 else "lower"
        interval = f" (95 % interval {in_prose(self.low)} to {in_prose(self.high)})" if self.interval else ""
        by = f"{in_prose(abs(self.difference))} {way} than" if self.difference else "the same as"
        return f"the second mean is {by} the first{interval}"


def difference_of_means(a: Sequence[float], b: Sequence[float]) -> Difference:
    """How far the means of two groups of repeats lie apart, and whether that may be chance; the same in every call.

    The p-value is that of the two-sided permutation test of the difference of means, exact up to 20,000 ways of
    dealing the values (8 and 8 repeats), else from so many random ones. The 95 % interval is Welch's (1947) up to 19
    values in a group, from 20 on the bias-corrected accelerated bootstrap's (Efron 1987), which is too narrow for
    fewer. The number of repeats needed is Lehr's rule (1992), ``16 s² / difference²``, for a power of 80 %.

    Of many pairs that are compared, one in twenty is told apart by chance.

    Args:
        a: a value for each repeat of one setting, such as the final loss; see `researcher.tables.summaries`.
        b: the same for the other.

    Raises:
        MissingExtra: scipy is not installed.
    """
    try:
        from scipy import stats
    except ImportError as error:
        raise MissingExtra("stats", "comparing repeats needs scipy") from error
    groups = [floats(a), floats(b)]
    first, second = (values[np.isfinite(values)] for values in groups)
    n = len(first), len(second)
    left_out = len(groups[0]) + len(groups[1]) - sum(n)
    difference = float(_difference(first, second)) if all(n) else math.nan
    if min(n) < 2:
        return Difference(difference, math.nan, math.nan, "", 1.0, 1.0, n, left_out, None)
    low, high, interval = _interval(first, second, stats)
    dealt = stats.permutation_test(
        (first, second), _difference, vectorized=True, n_resamples=_DEALS, batch=1000, random_state=_dice()
    )
    least_p = min(1.0, 2 / min(math.comb(sum(n), n[0]), _DEALS + 1))
    needed = _needed(first, second)
    return Difference(difference, low, high, interval, float(dealt.pvalue), least_p, n, left_out, needed)


def _difference(a: Array, b: Array, axis: int = -1) -> Any:
    return b.mean(axis=axis) - a.mean(axis=axis)


def _interval(a: Array, b: Array, stats: Any) -> tuple[float, float, str]:
    """The 95 % interval of the difference of means, and how it was found."""
    if min(len(a), len(b)) >= _BOOTSTRAP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # values that hardly differ: no such interval, so the other one
            drawn = stats.bootstrap((a, b), _difference, vectorized=True, batch=500, random_state=_dice())
        low, high = map(float, drawn.confidence_interval)
        if math.isfinite(low) and math.isfinite(high):
            return low, high, "bootstrap"
    parts = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    error = math.sqrt(parts.sum())
    difference = float(_difference(a, b))
    if not error:
        return difference, difference, "Welch"
    freedom = parts.sum() ** 2 / (parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1))
    half = float(stats.t.ppf(0.975, freedom)) * error
    return difference - half, difference + half, "Welch"


def _needed(a: Array, b: Array) -> int | None:
    """About how many values each group needs, by Lehr's rule; no fewer than can tell any difference."""
    variance = float(a.var() * len(a) + b.var() * len(b)) / (len(a) + len(b) - 2)
    squared = float(_difference(a, b)) ** 2
    if not variance or not squared:
        return None
    return max(4, math.ceil(min(16 * variance / squared, 1e9)))


def _dice() -> np.random.Generator:
    return np.random.default_rng(0)
