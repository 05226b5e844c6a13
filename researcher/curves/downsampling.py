"""Drawing fewer points of a curve without losing an extreme or closing a gap."""

from __future__ import annotations

import numpy as np

from researcher.arrays import Array, Indices


def thinned(y: Array, budget: int) -> Indices:
    """The indices of about ``budget`` points that look like all of ``y``.

    Of each bucket of neighbours the finite minimum and maximum stay, and the first NaN or infinity with the point
    before it, so that no extreme is lost and no gap closes; so do the first and the last point.

    This is the min-max aggregation of Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation"
    (VLDB 2014). MinMaxLTTB, which chooses among such points those of the largest triangles, draws few points a little
    closer and passes over extremes, a hundredth of the range and more where a curve is noisy; it takes as long. See
    ``benchmarks/README.md``, *thin*.
    """
    n = len(y)
    if n <= max(budget, 8):
        return np.arange(n)
    width = -(-n // max(2, budget // 2))
    whole = n // width * width
    kept = [np.array([0, n - 1]), _kept(y[:whole].reshape(-1, width), 0)]
    if whole < n:
        kept.append(_kept(y[whole:].reshape(1, -1), whole))
    found = np.sort(np.concatenate(kept))  # np.unique of numpy 2.3 hashes first, and takes five times as long
    once: Indices = found[(found >= 0) & np.concatenate([[True], found[1:] > found[:-1]])]
    return once


def _kept(table: Array, start: int) -> Indices:
    """What stays of each row of ``table``, as indices into the curve, of which it begins at ``start``."""
    n_rows, width = table.shape
    rows = np.arange(n_rows)
    low, high = table.argmin(axis=1), table.argmax(axis=1)  # both find a NaN first, and an infinity one of them
    broken = np.flatnonzero(~(np.isfinite(table[rows, low]) & np.isfinite(table[rows, high])))
    part = table[broken]
    missing = ~np.isfinite(part)
    np.copyto(part, np.inf, where=missing)
    low[broken] = part.argmin(axis=1)
    np.copyto(part, -np.inf, where=missing)
    high[broken] = part.argmax(axis=1)
    gaps = broken * width + missing.argmax(axis=1)
    found = np.concatenate([rows * width + low, rows * width + high, gaps, gaps - 1])
    return start + found
