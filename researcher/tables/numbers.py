"""One number for each of many experiments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from researcher.arrays import Array, Indices, Mask
from researcher.params import ABSENT
from researcher.tables.coded import as_pandas


@dataclass(frozen=True, eq=False)
class Numbers:
    """One number for each experiment, such as the final value of an observation.

    Attributes:
        values: as floats; NaN where there is none, of shape ``(n_experiments,)``.
        there: which experiments have one, NaN among them, of shape ``(n_experiments,)``.
        whole: which of them are integers, of shape ``(n_experiments,)``.
        asked: the numbers, or `ABSENT`, of those experiments that were asked one by one, by their place.
    """

    values: Array
    there: Mask
    whole: Mask
    asked: Mapping[int, object]

    def taken(self, places: Indices) -> Numbers:
        """The numbers of the experiments in these places."""
        asked = {i: self.asked[place] for i, place in enumerate(places.tolist()) if place in self.asked}
        return Numbers(self.values[places], self.there[places], self.whole[places], asked)

    def cells(self) -> Any:
        """An array of integers or floats; of what these cannot hold objects, None where there is no number."""
        if self.asked:
            return as_pandas([None if value is ABSENT else value for value in self.listed()])
        return self.values.astype(np.int64) if self.whole.all() and self.there.all() else self.values

    def listed(self) -> list[object]:
        """Exactly the numbers, integers as such; `ABSENT` where there is none."""
        found: list[object] = self.values.tolist()
        for place in np.flatnonzero(~self.there).tolist():
            found[place] = ABSENT
        for place in np.flatnonzero(self.whole).tolist():
            found[place] = int(self.values[place])
        for place, value in self.asked.items():
            found[place] = value
        return found
