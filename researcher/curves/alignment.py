"""Curves with steps of their own, brought onto common steps without interpolation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from researcher.arrays import Array, Indices


def aligned(steps: Sequence[Array]) -> tuple[Array, list[tuple[Indices, Indices]]]:
    """The union of the steps of several curves, and where in it the points of each curve stand.

    Nothing is interpolated: a curve has points at its own steps only. Of several points at one step the last counts,
    as it was observed last. A point whose step is NaN or infinite stands nowhere.

    Args:
        steps: those of each curve, in any order.

    Returns:
        The union, ascending, of shape ``(n_steps,)``; and for each curve two arrays of one length: the indices of
        its points that count, in the order of their steps, and their indices in the union.
    """
    counting = [_counting(own) for own in steps]
    ordered = [own[rows] for own, rows in zip(steps, counting, strict=True)]
    union = max(ordered, key=len, default=np.zeros(0))
    if all(np.array_equal(union[: len(own)], own) for own in ordered):  # the usual case: some only end earlier
        return union, [(rows, np.arange(len(rows))) for rows in counting]
    union = np.unique(np.concatenate(ordered))
    return union, [(rows, np.searchsorted(union, own)) for rows, own in zip(counting, ordered, strict=True)]


def _counting(steps: Array) -> Indices:
    """The indices of the last point at each finite step, in the order of steps."""
    if np.isfinite(steps).all() and (np.diff(steps) > 0).all():
        return np.arange(len(steps))
    order = np.argsort(steps, kind="stable")
    order = order[np.isfinite(steps[order])]
    last = np.diff(steps[order], append=np.inf) > 0
    return order[last]
