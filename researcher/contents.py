"""What was read of an experiment, each part when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.reserved import RESERVED, ours_of, single_values
from researcher.summary import numbers_of

Head = Mapping[str, Any] | Callable[[], Mapping[str, Any]]
Summaries = dict[tuple[str, str], object]


class Home(Protocol):
    """Where an experiment is as a row of columns."""

    def hold(self, experiment: Any) -> None:
        """Keep this experiment, which holds something else now than the row that it was made of."""


class Contents:
    """What was read of an experiment at one time; replaced whole, so that threads never see a mixture.

    Attributes:
        home: where the same is as a row of columns.
    """

    __slots__ = ("_head", "_rest", "_summaries", "home")

    def __init__(
        self,
        head: Head,
        rest: Callable[[], Mapping[str, Any]] | None,
        home: Home | None,
        summaries: Callable[[], Summaries | None] | None,
    ) -> None:
        """Read nothing; see `researcher.experiment.Experiment`."""
        self._head = head if callable(head) else dict(head)
        self._rest = rest
        self._summaries: Summaries | Callable[[], Summaries | None] | None = summaries
        self.home = home

    @property
    def head(self) -> dict[str, Any]:
        """What is known without the observations; of most of many experiments nobody ever looks at it."""
        if callable(self._head):
            self._head = dict(self._head())
        return self._head

    @property
    def params(self) -> dict[str, Any]:
        """What of that are params."""
        ours = RESERVED if ours_of(self.head) else RESERVED[:-1]
        return {key: value for key, value in self.head.items() if key not in ours}

    @property
    def data(self) -> dict[str, Any]:
        """All of it: the params in their order, then the reserved names in theirs."""
        rest = self._rest
        if rest is not None:
            found = {**self.head, **rest()}
            self._head = {**self.params, **{key: found[key] for key in RESERVED if key in found}}
            self._rest = None
        return self.head

    @property
    def observations(self) -> object:
        """What is under that name in the data; the head is not decoded for it."""
        rest = self._rest
        if rest is None:
            return self.head.get("observations")
        found = rest()
        self._rest = lambda: found
        return found["observations"] if "observations" in found else self.head.get("observations")

    def summed_up(self) -> Summaries:
        """The numbers that sum up observations, without keeping these.

        There are none as long as the record is gone or damaged, so that it stops no table of many.
        """
        known = self._summaries
        if callable(known):
            known = self._summaries = known()
        if known is None:
            rest = self._rest
            try:
                found = self.head if rest is None else {**self.head, **rest()}
            except (RecordsNotFound, DamagedRecord):
                return {}
            known = self._summaries = {
                (which, name): number
                for name, numbers in numbers_of(found.get("observations"), single_values(found)).items()
                for which, number in numbers.items()
            }
        return known

    def apart(self) -> Contents:
        """The same, of which what is decoded is not kept here."""
        rest = self._rest  # before the head, which has it when it is gone
        return Contents(self.head, rest, None, None)
