"""A curve that grows: values by their steps, in whatever order these come; and one for each fold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

from researcher.storage.lines import Number


class Curve:
    """Values of one observation, or of one fold of it, in the order of their steps.

    Attributes:
        steps: of the values, ascending, each once.
        values: the last one that was observed at each step.
        times: when that was, in seconds since the start.
        following: the step that the next value has unless it says otherwise.
    """

    def __init__(self, first: Number = 0) -> None:
        self.steps: list[Number] = []
        self.values: list[Number | None] = []
        self.times: list[Number | None] = []
        self.following = first

    def add(self, step: Number | None, value: Number | None, time: Number | None) -> None:
        """A value at a step takes the place of what was observed there before."""
        step = self.following if step is None else step
        self.following = step + 1 if type(step) is int else after(step)
        place = len(self.steps)
        if place and step <= self.steps[-1]:
            place = bisect_left(self.steps, step)
            if self.steps[place] == step:
                self.values[place], self.times[place] = value, time
                return
        self.steps.insert(place, step)
        self.values.insert(place, value)
        self.times.insert(place, time)

    def counted(self) -> bool:
        """Whether the steps are 0, 1, 2 and so on."""
        return not self.steps or (
            self.steps[0] == 0 and self.steps[-1] == len(self.steps) - 1 and self.steps == [*range(len(self.steps))]
        )

    def timed(self) -> bool:
        """Whether it is known of any value when it was observed."""
        return any(time is not None for time in self.times)


Curves = Curve | dict[int, Curve]
"""What was observed under one name: a curve, or one for each fold."""


def curves_in(found: Curves) -> Iterator[Curve]:
    """The curve, or that of each fold."""
    yield from found.values() if isinstance(found, dict) else (found,)


def part_of(found: Curves, part: Callable[[Curve], list[Number | None]]) -> list[Any]:
    """A part of a curve; of folds a list of them, empty where a fold was left out."""
    if isinstance(found, Curve):
        return part(found)
    return [part(found[fold]) if fold in found else [] for fold in range(max(found) + 1)]


def after(step: Number) -> Number:
    """The step after it; of a float too large for that to be another one, an integer."""
    return step + 1 if step + 1 > step else int(step) + 1
