"""What is compared: experiments by themselves, or settings, each with all its repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from researcher.analysis.repeats import seed_params
from researcher.experiment import Experiment
from researcher.widgets.state import ExplorerState


@dataclass(frozen=True)
class Setting:
    """Experiments that differ in nothing but their seed.

    Attributes:
        first: the one that stands for them.
        members: all of them that are taken in.
    """

    first: Experiment
    members: tuple[Experiment, ...]

    @property
    def title(self) -> str:
        """What it is called: the title that its members share, or the first one's."""
        return self.first.title or self.first.hash[:8]


class Settings:
    """The settings of a state; found anew only when what is loaded changed."""

    def __init__(self, state: ExplorerState) -> None:
        self._state = state
        self._seeds: tuple[Sequence[Experiment], frozenset[str]] | None = None  # as far as they are not chosen

    def of(self, experiments: Iterable[Experiment], all_repeats: bool = False) -> list[Setting]:
        """The settings of loaded experiments, in the order of the first of each.

        Args:
            experiments: some that are loaded.
            all_repeats: whether the other repeats of each, in the order in which they are loaded, are taken in.
        """
        numbers = self._state.repeats()
        groups: dict[int, list[Experiment]] = {}
        for experiment in experiments:
            groups.setdefault(int(numbers[self._state.row(experiment)]), []).append(experiment)
        found = {number: Setting(members[0], tuple(members)) for number, members in groups.items()}
        if all_repeats:
            every = {number: self._state.at(np.flatnonzero(numbers == number)) for number in groups}
            found = {number: Setting(groups[number][0], tuple(members)) for number, members in every.items()}
        return list(found.values())

    def seeds(self) -> frozenset[str]:
        """The params in which repeats differ."""
        experiments, seed = self._state.experiments, self._state.seed
        if self._seeds is None or self._seeds[0] is not experiments:
            self._seeds = experiments, frozenset(seed_params(experiments))
        return frozenset([seed]) if seed else self._seeds[1]
