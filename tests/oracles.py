"""Slow and clear ways to what the package finds quickly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import researcher as rs
from researcher.observations import folds_of
from researcher.params import ABSENT, flattened
from researcher.reserved import OWN
from researcher.summary import lower_is_better, mean_of
from researcher.summary_names import summary_named


def summary_of(name: str, observation: object, which: str) -> object:
    """One number for an observation, as `Experiment.summary` says."""
    if which == "best":
        which = "min" if lower_is_better(name) else "max"
    folds = folds_of(observation)
    if not folds:
        return ABSENT
    if which == "n":
        return sum(map(len, folds))
    if which == "nan":
        return sum(value != value for fold in folds for value in fold)
    if which in ("first", "final"):
        return mean_of([fold[0 if which == "first" else -1] for fold in folds])
    real = [[value for value in fold if value == value] or [math.nan] for fold in folds]
    return mean_of([*map(min if which == "min" else max, real)])


def values_of(experiments: Sequence[rs.Experiment], name: str) -> list[Any]:
    """A column: a param, else a number of an observation, what the record says of itself, or a final value."""
    found = [flattened(e.params).get(name, ABSENT) for e in experiments]
    summary = summary_named(name)
    if any(value is not ABSENT for value in found):
        return found
    if summary is not None:
        return [e.summary(*summary) for e in experiments]
    return [e.look_up((name,)) if name in OWN else e.summary("final", name) for e in experiments]
