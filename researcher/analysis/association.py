"""How far two params, or a param and an observation, go together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from researcher.analysis.encoding import numbers_of
from researcher.arrays import Array
from researcher.tables.facets import Facet

_TOGETHER = 0.95  # of an association between 0 and 1, above which two params are taken for one


@dataclass(frozen=True)
class Correlation:
    """How far one thing rises with another.

    Attributes:
        rank: Spearman's rank correlation, between -1 and 1.
        low: the lower end of its 95 % interval, by Fisher's transformation with the variance of Bonett and Wright
            (2000); a perfect correlation counts there as the nearest to it that the ranks could have missed it by.
        high: the upper end.
        n: the number of pairs behind it.
    """

    rank: float
    low: float
    high: float
    n: int


def correlation(a: Array, b: Array) -> Correlation | None:
    """The rank correlation of the pairs without NaN; None below four pairs, or where either is always the same."""
    both = ~(np.isnan(a) | np.isnan(b))
    n = int(both.sum())
    if n < 4 or not _scatters(a[both]) or not _scatters(b[both]):
        return None
    rank = rank_correlation(a, b)
    most = 1 - 6 / (n * (n**2 - 1))
    middle = math.atanh(min(most, max(-most, rank)))
    half = 1.959964 * math.sqrt((1 + rank**2 / 2) / (n - 3))
    return Correlation(rank, math.tanh(middle - half), math.tanh(middle + half), n)


def confounded(facets: Sequence[Facet]) -> list[list[int]]:
    """The params in groups that go together: one determines the other, or both rise and fall together, or nearly so.

    Two go together where their association is above 0.95: Cramér's V with the correction of Bergsma (2013), by which
    values that hardly repeat prove nothing, or the absolute rank correlation of their numbers.

    Returns:
        The indices of the facets, each in exactly one group, in the order of the first of each.
    """
    groups = [[i] for i in range(len(facets))]
    numbers = [numbers_of(facet) for facet in facets]
    for i, j in combinations(range(len(facets)), 2):
        if groups[i] is groups[j]:
            continue
        if max(cramers_v(facets[i], facets[j]), abs(rank_correlation(numbers[i], numbers[j]))) > _TOGETHER:
            groups[i].extend(groups[j])
            for k in groups[j]:
                groups[k] = groups[i]
    return [sorted(group) for i, group in enumerate(groups) if i == min(group)]


def cramers_v(a: Facet, b: Facet) -> float:
    """How far one param determines the other, between 0 and 1: Cramér's V, corrected for bias (Bergsma 2013)."""
    n = len(a.codes)
    cells, counts = np.unique(a.codes.astype(np.int64) * len(b.values) + b.codes, return_counts=True)
    of_a, of_b = np.bincount(a.codes), np.bincount(b.codes)
    rows, columns = np.count_nonzero(of_a), np.count_nonzero(of_b)
    if n < 3 or min(rows, columns) < 2:
        return 0.0
    phi = float((counts**2 / (of_a[cells // len(b.values)] * of_b[cells % len(b.values)])).sum()) - 1
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    least = min(k - (k - 1) ** 2 / (n - 1) for k in (rows, columns)) - 1
    return min(1.0, math.sqrt(phi / least)) if least > 0 else 0.0


def rank_correlation(a: Array, b: Array) -> float:
    """Spearman's rank correlation of the pairs without NaN; 0 below three pairs, or where either is always the same."""
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    if len(a) < 3 or not _scatters(a) or not _scatters(b):
        return 0.0
    return float(np.clip(np.corrcoef(_ranks(a), _ranks(b))[0, 1], -1, 1))


def _scatters(values: Array) -> bool:
    return bool((values != values[:1]).any())


def _ranks(values: Array) -> Array:
    """The rank of each value, of shape ``(n,)``; equal values share the mean of their ranks."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: Array = (ends - (counts - 1) / 2)[which]
    return ranks
