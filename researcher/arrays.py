"""Numbers as arrays."""

from __future__ import annotations

from collections.abc import Sequence

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
