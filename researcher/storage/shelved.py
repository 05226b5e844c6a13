"""Experiments of a shelf in an order of their own, of which each is made when it is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, SupportsIndex, overload

from researcher.experiment import Experiment
from researcher.storage.shelf import Shelf, Slot


class Shelved(Sequence[Experiment]):
    """Some of the experiments of a shelf, and others, in an order of their own.

    Attributes:
        shelf: where the rows are; None if there are no rows.
        slots: what is in each place.
        kept: slots of which an array of rows was made, and that.
    """

    def __init__(self, shelf: Shelf | None, slots: Iterable[Slot] = ()) -> None:
        self.shelf = shelf
        self.slots: list[Slot] = [*slots]
        self.kept: tuple[list[Slot], Any] | None = None

    def __len__(self) -> int:
        return len(self.slots)

    @overload
    def __getitem__(self, index: SupportsIndex) -> Experiment: ...
    @overload
    def __getitem__(self, index: slice) -> Shelved: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Experiment | Shelved:
        if isinstance(index, slice):
            return Shelved(self.shelf, self.slots[index])
        return self._made(self.slots[index])

    def at(self, places: Iterable[int]) -> Shelved:
        """Those in these places, in this order."""
        return Shelved(self.shelf, map(self.slots.__getitem__, places))

    def hashes(self) -> list[str]:
        """The hash of each; no experiment is made of a row that says its own."""
        pairs = zip(self._said("hash"), self.slots, strict=True)
        return [own if isinstance(own, str) else self._made(slot).hash for own, slot in pairs]

    def titles(self) -> list[str]:
        """The title of each, or the empty text."""
        return ["" if title is None else str(title) for title in self._said("title")]

    def names(self) -> list[str]:
        """The name of each; see `Experiment.name`."""
        if self.shelf is None:
            return [experiment.name for experiment in self]
        moved = self.shelf.moved()
        asked = (moved.get(slot, slot) if isinstance(slot, int) else slot for slot in self.slots)
        return [slot.name if isinstance(slot, Experiment) else self.shelf.name(slot) for slot in asked]

    def _said(self, key: str) -> list[Any]:
        """What the head of each says under a key, which is the same all its life; None where it says nothing."""
        rows = [slot for slot in self.slots if isinstance(slot, int)]
        said = iter(self.shelf.said(rows, (key,)) if self.shelf is not None else ())
        return [next(said) if isinstance(slot, int) else getattr(slot, key) for slot in self.slots]

    def __iter__(self) -> Iterator[Experiment]:
        return map(self._made, self.slots)

    def __contains__(self, value: object) -> bool:
        return any(self._known(slot) is value for slot in self.slots)

    def __eq__(self, other: object) -> bool:
        """Whether ``other`` has the same experiments in the same order; it may be a list or a tuple."""
        if not isinstance(other, (list, tuple, Shelved)):
            return NotImplemented
        theirs = shelved(other)
        one = self.shelf is theirs.shelf or None in (self.shelf, theirs.shelf)
        if len(self) != len(theirs) or (one and self.slots == theirs.slots):
            return len(self) == len(theirs)
        pairs = zip(self.slots, theirs.slots, strict=True)
        return all((one and a == b) or self._known(a) is theirs._known(b) is not None for a, b in pairs)

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """The place of an experiment.

        Raises:
            ValueError: it is not there.
        """
        for place in range(*slice(start, stop).indices(len(self.slots))):
            if self._known(self.slots[place]) is value:
                return place
        raise ValueError(f"{value!r} is not in the list")

    def _made(self, slot: Slot) -> Experiment:
        if self.shelf is None or not isinstance(slot, int):
            return slot  # type: ignore[return-value]  # there are no rows
        return self.shelf.experiment(slot)

    def _known(self, slot: Slot) -> Experiment | None:
        """What is in a slot if somebody asked for it."""
        if isinstance(slot, Experiment) or self.shelf is None:
            return slot if isinstance(slot, Experiment) else None
        return self.shelf.made(slot)


def shelved(experiments: Iterable[Experiment]) -> Shelved:
    """The same experiments, in the same order."""
    return experiments if isinstance(experiments, Shelved) else Shelved(None, experiments)
