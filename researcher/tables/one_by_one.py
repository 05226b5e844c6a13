"""What is asked of many experiments, asked of one after the other: the plain way, and the quicker one for few.

It needs no numpy, which takes longer to import than a hundred experiments to ask. What it says is what
`researcher.tables.matching` and `researcher.tables.table` say.
"""

from __future__ import annotations

from collections.abc import Sequence

from researcher.experiment import Experiment
from researcher.params import ABSENT, Path
from researcher.query import Query


def matching(query: Query, experiments: Sequence[Experiment]) -> list[int]:
    """The places of the experiments that a query matches."""
    return [place for place, e in enumerate(experiments) if query.matches(e.look_up)]


def knows(path: Path, experiments: Sequence[Experiment]) -> bool:
    """Whether any experiment has what a name in a query stands for."""
    return any(e.look_up(path) is not ABSENT for e in experiments)


def best(observation: str, mode: str, experiments: Sequence[Experiment]) -> int | None:
    """The place of the first experiment with the smallest or largest number; None if there is no number."""
    found = {place: e.summary(mode, observation) for place, e in enumerate(experiments)}
    real = {place: value for place, value in found.items() if isinstance(value, (int, float)) and value == value}
    choose = min if mode == "min" else max
    return choose(real, key=real.__getitem__) if real else None


def observed(experiments: Sequence[Experiment]) -> list[str]:
    """The names of all observations that have a number, in order of first appearance."""
    return list(dict.fromkeys(name for e in experiments for name in e.observed()))
