"""Whether the difference between two settings is real, as a page can show it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from researcher.analysis.comparison import Difference, difference_of_means
from researcher.arrays import Array
from researcher.errors import MissingExtra
from researcher.tables.summaries import summaries_of
from researcher.widgets.answers import Answers
from researcher.widgets.contrast import aligned
from researcher.widgets.settings import Setting

_DOTS = 200  # values of a setting that are drawn; the least and the greatest among them
_MARGIN = 0.05  # of a line, left free at both its ends

HOW = (
    "p is that of the two-sided permutation test of the difference of means, the 95 % interval is Welch's (1947), "
    "from 20 repeats of each on the bias-corrected accelerated bootstrap's (Efron 1987), the number of repeats needed "
    "is Lehr's rule (1992), and of many pairs that are compared one in twenty is told apart by chance."
)


class Versus:
    """Compares two settings; what takes its time is worked out by ``answers``."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._about: Hashable = None
        self._shown: dict[str, Any] = {}

    def of(self, a: Setting, b: Setting, titles: Sequence[str], which: str, observation: str) -> tuple[Any, bool]:
        """What is shown, and whether it answers another question, while this one is worked out."""
        values = [summaries_of(setting.members, observation, which) for setting in (a, b)]
        question = (values[0].tobytes(), values[1].tobytes())
        about = (a.first, b.first, len(a.members), len(b.members), which, observation)
        answer = self._answers.get(question, lambda: _difference(values), patient=about == self._about)
        if answer is None:
            return self._shown, about != self._about
        self._about = about
        if isinstance(answer, MissingExtra):
            self._shown = {"message": str(answer)}
        elif isinstance(answer, Exception):
            raise answer
        else:
            self._shown = _shown(answer, values, titles)
        return self._shown, False


def _difference(values: Sequence[Array]) -> Difference:
    first, second = (own.tolist() for own in values)
    return difference_of_means(first, second)


def _shown(found: Difference, values: Sequence[Array], titles: Sequence[str]) -> dict[str, Any]:
    finite = [np.sort(own[np.isfinite(own)]) for own in values]
    place = _scale(np.concatenate(finite).tolist())
    groups = [
        {
            "title": title,
            "n": len(own),
            "mean": aligned(float(own.mean())) if len(own) else "–",
            "at": place(float(own.mean())) if len(own) else None,
            "dots": [place(value) for value in _some(own)],
        }
        for title, own in zip(titles, finite, strict=True)
    ]
    verdict = found.verdict[:1].upper() + found.verdict[1:] + "."
    return {"groups": groups, "verdict": verdict, "apart": found.told_apart, "how": HOW, "interval": _interval(found)}


def _interval(found: Difference) -> dict[str, Any]:
    """Where the ends of the interval, the difference and zero lie on a line; nothing if there is no interval."""
    ends = {"low": found.low, "high": found.high, "at": found.difference, "zero": 0.0}
    if not found.interval:
        return {}
    place = _scale([*ends.values()])
    places = {name: place(value) for name, value in ends.items()}
    return {**places, "labels": {name: aligned(value).replace("-", "−") for name, value in ends.items()}}


def _some(values: Array) -> list[float]:
    """Sorted values, evenly thinned out where they are many."""
    if len(values) > _DOTS:
        values = values[np.linspace(0, len(values) - 1, _DOTS).round().astype(int)]
    found: list[float] = values.tolist()
    return found


def _scale(values: Sequence[float]) -> Any:
    """The place of a number as a part of a line that has room for all of these."""
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    wide = high - low
    if not wide or not math.isfinite(wide):
        return lambda _value: 0.5
    return lambda value: _MARGIN + (1 - 2 * _MARGIN) * (value - low) / wide
