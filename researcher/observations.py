"""Observations: collecting them fold by fold, and what shape each of them has.

An observation is a number, a list (one value a step), or a list of lists (a list a fold, possibly of unequal
length). Other JSON values are kept and shown, not plotted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from operator import index
from types import NoneType
from typing import Any, Literal, SupportsIndex

from researcher.errors import ObservationConflict
from researcher.params import as_float, is_number

Shape = Literal["number", "curve", "folds", "other"]


class ObservationCollector:
    """Collects observations while an experiment runs, with folds or without.

    Attributes:
        observations: all that was collected so far, by name.

    >>> collector = ObservationCollector()
    >>> collector.add_fold_observation(0, "loss", 0.5)
    >>> collector.add_fold_observations(1, "loss", [0.4, 0.3])
    >>> collector.set_observation("test_accuracy", 0.97)
    >>> collector.observations
    {'loss': [[0.5], [0.4, 0.3]], 'test_accuracy': 0.97}
    """

    def __init__(self) -> None:
        self.observations: dict[str, Any] = {}
        self._folded: set[str] = set()

    def add_fold_observation(self, fold: int, key: str, value: object) -> None:
        """Append ``value`` to what fold ``fold`` (from 0) holds under ``key``.

        Raises:
            ObservationConflict: ``key`` already holds something without folds.
        """
        self.add_fold_observations(fold, key, [value])

    def add_fold_observations(self, fold: int, key: str, values: Iterable[object]) -> None:
        """Append all ``values`` to what fold ``fold`` (from 0) holds under ``key``.

        Folds that were skipped are there, and empty.

        Raises:
            ObservationConflict: ``key`` already holds something without folds.
            TypeError: ``fold`` is no whole number.
            ValueError: it is negative.
        """
        if not isinstance(fold, SupportsIndex):
            raise TypeError(f"the fold {fold!r} is no whole number; first comes the fold, then the name")
        if (fold := index(fold)) < 0:
            raise ValueError(f"fold {fold}: folds are counted from 0")
        if key in self.observations and key not in self._folded:
            raise ObservationConflict(f"{key!r} was set without folds, so nothing can be added to fold {fold} of it")
        self._folded.add(key)
        folds = self.observations.setdefault(key, [])
        while len(folds) <= fold:
            folds.append([])
        folds[fold].extend(values)

    def set_observation(self, key: str, value: object) -> None:
        """Keep ``value`` (a number, a list, anything) under ``key``.

        Raises:
            ObservationConflict: ``key`` already holds something.
        """
        if key in self.observations:
            held = "values of folds" if key in self._folded else "a value"
            raise ObservationConflict(f"{key!r} already holds {held}; give the new observation another name")
        self.observations[key] = value

    def set_observations(self, observations: Mapping[str, object]) -> None:
        """Keep each value of a dict under its key; see `set_observation`."""
        for key, value in observations.items():
            self.set_observation(key, value)

    def __repr__(self) -> str:
        return f"<ObservationCollector {', '.join(map(self._told, self.observations)) or 'without observations'}>"

    def _told(self, key: str) -> str:
        if key not in self._folded:
            return key
        folds = self.observations[key]
        fewest, most = min(map(len, folds)), max(map(len, folds))
        steps = f"{fewest} to {most}" if fewest < most else f"{most}"
        return f"{key} ({len(folds)} fold{'s' * (len(folds) > 1)} of {steps} step{'s' * (most > 1)})"

    def add_tensorflow_history(self, fold: int, history: Any) -> None:
        """Append all that a Keras ``History`` (what ``model.fit`` returns) holds to fold ``fold``."""
        for key, values in history.history.items():
            self.add_fold_observations(fold, key, values)


def shape_of(observation: object) -> Shape:
    """Whether an observation is a number, a curve (one value a step), folds (a curve each), or something else."""
    if is_number(observation):
        return "number"
    if not isinstance(observation, list) or not observation:
        return "other"
    if set(map(type, observation)) <= {float, int, NoneType} or all(
        is_number(value) or value is None for value in observation
    ):
        return "curve"
    if all(isinstance(fold, list) and (not fold or shape_of(fold) == "curve") for fold in observation):
        return "folds"
    return "other"


def folds_of(observation: Any) -> list[list[float]]:
    """The curves of an observation, one a fold; a number is a curve of one step, other values have none.

    A missing value (None) within a curve is NaN, an integer beyond the range of floats infinite.
    """
    shape = shape_of(observation)
    if shape == "number":
        return [_curve([observation])]
    if shape == "curve":
        return [_curve(observation)]
    return [_curve(fold) for fold in observation if fold] if shape == "folds" else []


def _curve(values: list[Any]) -> list[float]:
    if set(map(type, values)) == {float}:
        return list(values)
    return [math.nan if value is None else _in_range(value) for value in values]


def _in_range(number: float) -> float:
    """The number as it is, but infinity for an integer that no float can hold."""
    return number if isinstance(number, float) or math.isfinite(as_float(number)) else as_float(number)
