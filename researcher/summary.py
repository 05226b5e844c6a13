"""The numbers that sum up an observation; their names, as users write them, are in `researcher.summary_names`."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from researcher.observations import folds_of

SUMMARIES = ("final", "min", "max", "first", "n", "nan")
COUNTS = ("n", "nan")  # those of them that are numbers of values
_LOWER_IS_BETTER = (
    "loss",
    "error",
    "mse",
    "rmse",
    "mae",
    "mape",
    "perplexity",
    "nll",
    "cost",
    "divergence",
    "regret",
)


def lower_is_better(name: str) -> bool:
    """Whether the best of an observation of this name is its minimum: losses, errors and the like.

    >>> [lower_is_better(name) for name in ("val_loss", "RMSE", "accuracy", "glossary")]
    [True, True, False, False]
    """
    words = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    return any(word in _LOWER_IS_BETTER or word.endswith(("loss", "error", "perplexity")) for word in words)


def summed_up(observation: object) -> dict[str, float]:
    """The `SUMMARIES` of an observation; nothing where it has none.

    Of folds each is the mean over the folds of each fold's own value; numbers of values are of all folds together. NaN
    counts in ``first`` and ``final``, and is passed over in the extremes, unless nothing else was observed.
    """
    if type(observation) is list and {*map(type, observation)} == {float}:  # as most are
        return dict(zip(SUMMARIES, _told(observation), strict=True))
    folds = [_told(fold) for fold in folds_of(observation)]
    if len(folds) == 1:
        return dict(zip(SUMMARIES, folds[0], strict=True))
    each = zip(SUMMARIES, zip(*folds, strict=True), strict=False)
    return {which: sum(values) if which in COUNTS else mean_of(values) for which, values in each}


def numbers_of(observations: object, single: Collection[str] = ()) -> dict[str, dict[str, float]]:
    """What `summed_up` says of each observation that is a number, a curve or folds.

    Args:
        observations: what a record has under that key.
        single: names of those that were observed as one value each, whatever their shape.
    """
    series = observations.items() if isinstance(observations, dict) else ()
    return {name: numbers for name, value in series if name not in single and (numbers := summed_up(value))}


def mean_of(values: Sequence[float]) -> float:
    """The mean over folds; of what floats can hold it does not overflow."""
    if len(values) == 1:
        return values[0]
    try:
        return math.fsum(values) / len(values)
    except (ValueError, OverflowError):  # both infinities, or a sum beyond the range of floats
        return sum(value / len(values) for value in values)


def _told(fold: Sequence[float]) -> tuple[float, float, float, float, int, int]:
    """What `SUMMARIES` names of one fold."""
    try:
        total = sum(fold)  # NaN if one of them is
    except OverflowError:
        total = math.nan
    if total == total:
        return fold[-1], min(fold), max(fold), fold[0], len(fold), 0
    return fold[-1], _extreme(fold, "min"), _extreme(fold, "max"), fold[0], len(fold), _nans(fold)


def _extreme(fold: Sequence[float], which: str) -> float:
    real = [value for value in fold if value == value]
    if not real:
        return math.nan
    return min(real) if which == "min" else max(real)


def _nans(fold: Sequence[float]) -> int:
    return sum(value != value for value in fold)
