"""What is compared: experiments by themselves, or settings, each with all its repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from researcher.analysis.repeats import repeat_numbers, seed_params
from researcher.arrays import Indices
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
        self._found: tuple[tuple[Experiment, ...], str, Indices, frozenset[str]] | None = None

    def of(self, experiments: Iterable[Experiment], all_repeats: bool = False) -> list[Setting]:
        """The settings of loaded experiments, in the order of the first of each.

        Args:
            experiments: some that are loaded.
            all_repeats: whether the other repeats of each, in the order in which they are loaded, are taken in.
        """
        numbers = self._numbers()[2]
        groups: dict[int, list[Experiment]] = {}
        for experiment in experiments:
            groups.setdefault(int(numbers[self._state.row(experiment)]), []).append(experiment)
        found = {number: Setting(members[0], tuple(members)) for number, members in groups.items()}
        if all_repeats:
            every: dict[int, list[Experiment]] = {number: [] for number in groups}
            for number, experiment in zip(numbers.tolist(), self._state.experiments, strict=True):
                if number in every:
                    every[number].append(experiment)
            found = {number: Setting(groups[number][0], tuple(members)) for number, members in every.items()}
        return list(found.values())

    def seeds(self) -> frozenset[str]:
        """The params in which repeats differ."""
        return self._numbers()[3]

    def _numbers(self) -> tuple[tuple[Experiment, ...], str, Indices, frozenset[str]]:
        experiments, seed = self._state.experiments, self._state.seed
        if self._found is None or self._found[0] is not experiments or self._found[1] != seed:
            seeds = frozenset([seed]) if seed else frozenset(seed_params(experiments))
            self._found = experiments, seed, repeat_numbers(experiments, seed or None), seeds
        return self._found
