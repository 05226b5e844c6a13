"""Numbers as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.params import as_float

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


def floats(values: Sequence[float]) -> Array:
    """The numbers as an array; an integer beyond the range of floats is infinite."""
    try:
        return np.array(values, dtype=float)
    except OverflowError:
        return np.array([as_float(value) for value in values])


def grouped(codes: npt.NDArray[np.integer[Any]]) -> list[tuple[int, Indices]]:
    """Each code, by where it comes first, and all the places where it is, of shape ``(n_places,)``.

    >>> grouped(np.array([7, 3, 7]))
    [(7, array([0, 2])), (3, array([1]))]
    """
    found, first, member = np.unique(codes, return_index=True, return_inverse=True)
    places = np.split(np.argsort(member, kind="stable"), np.cumsum(np.bincount(member, minlength=len(found)))[:-1])
    return [(int(found[i]), places[i]) for i in np.argsort(first).tolist()]
