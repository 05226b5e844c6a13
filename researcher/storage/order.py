"""The experiments of a directory, oldest first; kept in order while some come and go."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping

from researcher.storage.names import RECORD
from researcher.storage.shelf import Shelf, Slot

_MANY = 8  # of so many one that is new makes it quicker to sort them all


class Order:
    """Where each experiment is among all, by the time of recording and then by name.

    Attributes:
        slots: the experiments in their order; replaced whole.
    """

    def __init__(self, shelf: Shelf, rows: Mapping[str, int]) -> None:
        """Begin with these rows of the shelf by the names of their files, which are in order."""
        self.slots: list[Slot] = [*rows.values()]
        self._shelf = shelf
        self._placed: Mapping[str, Slot] = rows

    def update(self, shown: Mapping[str, Slot]) -> None:
        """Put these experiments in order, which are given by the names of their files."""
        before, self._placed = self._placed, shown
        if before == shown:
            return
        gone = {slot for name, slot in before.items() if shown.get(name) != slot}
        new = [slot for name, slot in shown.items() if before.get(name) != slot]
        if gone or new:
            slots = [slot for slot in self.slots if slot not in gone] if gone else [*self.slots]
            if len(new) * _MANY > len(shown):
                slots = sorted([*slots, *new], key=self.key)
            else:
                for slot in new:
                    insort(slots, slot, key=self.key)
            self.slots = slots

    def key(self, slot: Slot) -> tuple[float, str]:
        """By what experiments are ordered."""
        if isinstance(slot, int):
            return self._shelf.heads.recorded_at[slot], self._shelf.heads.names[slot].removesuffix(RECORD)
        return slot.recorded_at, slot.name
