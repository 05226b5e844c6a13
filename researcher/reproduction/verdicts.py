"""Whether an observation came out again: the same, nearly the same, as repeats do, or not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from researcher.arrays import Array, floats
from researcher.curves.bands import student
from researcher.experiment import Experiment
from researcher.observations import folds_of
from researcher.params import ABSENT, in_prose, label, value_key
from researcher.tables.summaries import summaries_of

Outcome = Literal["identical", "within tolerance", "within the spread of repeats", "different", "missing", "new"]
_HOLD = ("identical", "within tolerance", "within the spread of repeats", "new")


@dataclass(frozen=True)
class Verdict:
    """What became of one observation.

    Attributes:
        observation: its name.
        outcome: ``identical``: every value to the last bit; ``within tolerance``; ``within the spread of repeats``: its
            final value lies where one more repeat would, with a probability of 95 %; ``different``; ``missing`` in the
            new experiment; ``new``: it was not there before.
        then: its final value in the original, or the value itself where it is no number; `ABSENT` where there is none.
        now: the same in the new experiment.
        apart: how far values at the same place lie apart at most, relative to the greatest value of the original; NaN
            where they cannot be compared.
        n: how many repeats have a finite final value, the original among them.
        low: the lower end of the interval in which 95 % of further repeats end; NaN, like the upper, for n below 2.
        high: the upper end.
    """

    observation: str
    outcome: Outcome
    then: Any
    now: Any
    apart: float
    n: int
    low: float
    high: float

    @property
    def held(self) -> bool:
        """Whether what was observed before was observed again."""
        return self.outcome in _HOLD

    @property
    def details(self) -> str:
        """Values, deviation and interval in words."""
        said = [f"{_said(self.then)} then, {_said(self.now)} now"]
        if self.outcome not in ("identical", "missing", "new") and not math.isnan(self.apart):
            said.append(f"values are at most {self.apart:.2g} of the greatest apart")
        if self.outcome in ("within the spread of repeats", "different"):
            said.append(
                f"{self.n} repeats, of which 95 % end from {in_prose(self.low)} to {in_prose(self.high)}"
                if self.n > 1
                else "no other repeats to tell how far they spread"
            )
        return "; ".join(said)


def independent(repeats: Sequence[Experiment]) -> list[Experiment]:
    """The repeats without reproductions: the same seed gives no other value, and changed code no repeat."""
    return [e for e in repeats if "reproduces" not in e.ours]


def verdict_on(
    observation: str, then: Experiment, now: Experiment, repeats: Sequence[Experiment], tolerance: float
) -> Verdict:
    """What became of an observation.

    Where numbers are not within the tolerance, the final value is compared with those of the repeats: the interval is
    the prediction interval for one more value, ``mean ± t s √(1 + 1/n)``, with the mean and the standard deviation of
    the repeats as in `researcher.curves.bands` and the 97.5 % quantile of Student's t for ``n - 1`` degrees of freedom.

    Args:
        observation: its name.
        then: the original.
        now: the new experiment.
        repeats: those that are known, the original among them and the new experiment not.
        tolerance: how far values may lie apart, relative to the greatest absolute value of the original.
    """
    ends = summaries_of(repeats, observation)
    ends = ends[np.isfinite(ends)]
    low, high = _interval(ends)
    apart = _apart(then.observations.get(observation), now.observations.get(observation))
    outcome = _outcome(observation, then, now, apart <= tolerance, (low, high))
    return Verdict(observation, outcome, _end(then, observation), _end(now, observation), apart, len(ends), low, high)


def _outcome(name: str, then: Experiment, now: Experiment, near: bool, interval: tuple[float, float]) -> Outcome:
    if not then.has_observation(name):
        return "new"
    if not now.has_observation(name):
        return "missing"
    before, after = then.observations[name], now.observations[name]
    if value_key(before) == value_key(after):
        return "identical"
    if near:
        return "within tolerance"
    end = now.summary("final", name)
    inside = isinstance(end, (int, float)) and interval[0] <= end <= interval[1]
    return "within the spread of repeats" if inside else "different"


def _apart(before: Any, after: Any) -> float:
    """The greatest difference relative to the greatest value before; NaN if they have not the same places."""
    mine, theirs = folds_of(before), folds_of(after)
    if not mine or list(map(len, mine)) != list(map(len, theirs)):
        return math.nan
    a, b = (floats([value for fold in folds for value in fold]) for folds in (mine, theirs))
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return 0.0
    with np.errstate(all="ignore"):
        apart = np.abs(a - b)[~same].max()
    finite = np.abs(a[np.isfinite(a)])
    greatest = finite.max() if len(finite) else 0.0
    return float(apart / greatest) if greatest and np.isfinite(apart) else math.inf


def _interval(ends: Array) -> tuple[float, float]:
    n = len(ends)
    if n < 2:
        return math.nan, math.nan
    half = float(student(np.array([n - 1]))[0] * ends.std(ddof=1) * math.sqrt(1 + 1 / n))
    return float(ends.mean()) - half, float(ends.mean()) + half


def _end(experiment: Experiment, name: str) -> Any:
    found = experiment.summary("final", name)
    return experiment.observations.get(name, ABSENT) if found is ABSENT else found


def _said(value: Any) -> str:
    text = "nothing" if value is ABSENT else label(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
