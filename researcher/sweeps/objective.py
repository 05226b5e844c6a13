"""What a sweep is after."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from researcher.experiment import Experiment
from researcher.summary import lower_is_better

Mode = Literal["min", "max"]


@dataclass(frozen=True)
class Objective:
    """An observation whose best value at any step counts (of folds: on average).

    Attributes:
        observation: its name.
        mode: whether the best is the smallest or the largest.
    """

    observation: str
    mode: Mode

    @classmethod
    def of(cls, observation: str, mode: Mode | None = None) -> Objective:
        """The objective; the mode follows from the name if it is not given, as in `Experiments.best`.

        Raises:
            ValueError: there is no such mode.
        """
        if mode not in ("min", "max", None):
            raise ValueError(f"mode={mode!r}: it is 'min' or 'max'")
        return cls(observation, mode or ("min" if lower_is_better(observation) else "max"))

    def value(self, experiment: Experiment) -> float:
        """What the experiment reached, NaN where it was not observed."""
        found = experiment.summary(self.mode, self.observation)
        return float(found) if isinstance(found, (int, float)) else math.nan

    def better(self, value: float, than: float) -> bool:
        """Whether a value is better than another; any number is better than NaN."""
        if math.isnan(value) or math.isnan(than):
            return math.isnan(than) and not math.isnan(value)
        return value < than if self.mode == "min" else value > than
