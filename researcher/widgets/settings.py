"""What is compared: experiments by themselves, or settings, each with all its repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from researcher.analysis.repeats import seed_params
from researcher.arrays import grouped
from researcher.experiment import Experiment
from researcher.widgets.state import ExplorerState


@dataclass(frozen=True)
class Setting:
    """Experiments that differ in nothing but their seed.

    Attributes:
        chosen: those of them that were chosen.
        members: all of them that are taken in.
    """

    chosen: Sequence[Experiment]
    members: Sequence[Experiment]

    @property
    def first(self) -> Experiment:
        """The one that stands for them."""
        return self.chosen[0]

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
        state, numbers = self._state, self._state.repeats()
        rows = state.rows_of(experiments)
        groups = {number: rows[places] for number, places in grouped(numbers[rows])}
        every = groups
        if all_repeats:
            there = np.flatnonzero(np.isin(numbers, [*groups]))
            every = {number: there[places] for number, places in grouped(numbers[there])}
        return [Setting(state.at(chosen), state.at(every[number])) for number, chosen in groups.items()]

    def seeds(self) -> frozenset[str]:
        """The params in which repeats differ."""
        experiments, seed = self._state.experiments, self._state.seed
        if self._seeds is None or self._seeds[0] is not experiments:
            self._seeds = experiments, frozenset(seed_params(experiments))
        return frozenset([seed]) if seed else self._seeds[1]
