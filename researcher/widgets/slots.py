"""Whose curves are drawn, and the place of each in the palette."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np

from researcher.arrays import Indices

CURVES = 150  # curves over all panels that a page still pans smoothly


class Slots:
    """Gives whatever is drawn a place in the palette, which it keeps for ever: an experiment by its number, a value."""

    def __init__(self) -> None:
        self._of: dict[Hashable, int] = {}

    def give(self, numbers: Iterable[Hashable]) -> None:
        """Give those a place that have none."""
        for number in numbers:
            self.take(number)

    def take(self, number: Hashable) -> int:
        """The place of what is drawn now: the one that it has, or the next."""
        return self._of.setdefault(number, len(self._of))

    def of(self, number: Hashable) -> int | None:
        """The place of an experiment; None if it was never drawn."""
        return self._of.get(number)


def chosen_to_draw(visible: Indices, selected: Indices, n_selected: int, n_panels: int) -> Indices:
    """The first of the visible experiments, as many as panels have room for, and those that are selected.

    Args:
        visible: their rows, as sorted.
        selected: those of the rows that are selected, in the same order.
        n_selected: how many are selected, visible or not.
        n_panels: how many panels there are.
    """
    limit = max(1, CURVES // max(1, n_panels))
    others = visible[: limit + len(selected)]
    first = others[~np.isin(others, selected)]
    return np.concatenate([first[: max(0, limit - n_selected)], selected[: 2 * limit]])
