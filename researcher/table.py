"""Experiments as columns, for everything that asks something of many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from researcher.arrays import Array, floats
from researcher.coded import Coded, coded
from researcher.experiment import Experiment
from researcher.params import ABSENT, Path, flattened

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Numbers:
    """One number for each experiment, such as the final value of an observation.

    Attributes:
        values: as floats; NaN where there is none, of shape ``(n_experiments,)``.
        there: which experiments have one, NaN among them, of shape ``(n_experiments,)``.
        listed: exactly the numbers, integers as such; `ABSENT` where there is none.
    """

    values: Array
    there: Mask
    listed: Callable[[], list[object]]


class Table:
    """Experiments as columns, as they are when a column is first asked for; the same is given after that.

    `table_of` makes one of any experiments. Those of a records directory are not decoded for it, and no `Experiment`
    is made of them; those that were made by hand, still run, or hold something else now than their record did are
    asked one by one. To have one of them, index the list of experiments.

    >>> table = table_of([Experiment({"lr": lr, "observations": {"loss": [1, 1 / lr]}}) for lr in (2, 4)])
    >>> table.params["lr"].listed(), table.numbers("final", "loss").values.tolist(), table.status.listed()
    ([2, 4], [0.5, 0.25], ['finished', 'finished'])
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self._experiments = experiments

    def __len__(self) -> int:
        return len(self._experiments)

    @cached_property
    def params(self) -> dict[str, Coded]:
        """A column for each param by its dotted name, as `researcher.params.flattened` has it.

        In order of first appearance.
        """
        found = [flattened(e.params) for e in self._experiments]
        names = dict.fromkeys(name for flat in found for name in flat)
        return {name: coded(flat.get(name, ABSENT) for flat in found) for name in names}

    @cached_property
    def observed(self) -> list[str]:
        """The names of all observations that have a number, in order of first appearance."""
        return list(dict.fromkeys(name for e in self._experiments for name in e.observed()))

    @cached_property
    def status(self) -> Coded:
        """The status of each experiment."""
        return coded(e.status for e in self._experiments)

    @cached_property
    def title(self) -> Coded:
        """The title of each experiment as text; empty where it has none."""
        return coded(e.title for e in self._experiments)

    @cached_property
    def name(self) -> list[str]:
        """The name of each experiment; see `Experiment.name`."""
        return [e.name for e in self._experiments]

    @cached_property
    def recorded_at(self) -> Array:
        """When each was recorded, in seconds since 1970; 0 where that is not known, of shape ``(n_experiments,)``."""
        return floats([e.recorded_at for e in self._experiments])

    def look_up(self, path: Path) -> Coded:
        """What a name in a query stands for, for each experiment; see `Experiment.look_up`."""
        return coded(e.look_up(path) for e in self._experiments)

    def numbers(self, which: str, observation: str) -> Numbers:
        """One number of an observation for each experiment; see `Experiment.summary`.

        Args:
            which: ``final``, ``min``, ``max`` or ``best``.
            observation: its name.
        """
        found = [e.summary(which, observation) for e in self._experiments]
        values = floats([value if isinstance(value, (int, float)) else np.nan for value in found])
        there = np.array([value is not ABSENT for value in found], dtype=bool)
        return Numbers(values, there, lambda: list(found))


def table_of(experiments: Sequence[Experiment]) -> Table:
    """The columns of these experiments."""
    return Table(experiments)
