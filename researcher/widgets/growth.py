"""Which experiments grew, and when."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable

from researcher.experiment import Experiment


class Growth:
    """Remembers how often experiments had grown when each of them last did."""

    def __init__(self) -> None:
        self._grown: dict[Experiment, int] = {}  # the last to grow is last

    def note(self, experiments: Iterable[Experiment], growth: int) -> None:
        """These have grown now."""
        for experiment in experiments:
            self._grown.pop(experiment, None)
            self._grown[experiment] = growth

    def forget_all_but(self, loaded: Callable[[Experiment], bool]) -> None:
        """Others than these are not loaded any more."""
        self._grown = {e: growth for e, growth in self._grown.items() if loaded(e)}

    def since(self, growth: int) -> list[Experiment]:
        """Those that grew later, the last first."""
        found = itertools.takewhile(lambda pair: pair[1] > growth, reversed(self._grown.items()))
        return [experiment for experiment, _ in found]

    def of(self, experiment: Experiment) -> int:
        """When it last grew; 0 if it never did."""
        return self._grown.get(experiment, 0)
