"""What a sweep is to run: settings that are listed from the beginning, or come one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from researcher.sweeps.job import Outcome
from researcher.sweeps.settings import Setting


class Plan(Protocol):
    """What is to be run, and what becomes of it.

    Attributes:
        total: how many settings there are in all.
        patience: seconds after which it wants to look; None if it does not.
        ahead: whether settings may be handed out before there is room for them.
    """

    total: int
    patience: float | None
    ahead: bool

    @property
    def settings(self) -> Sequence[Setting]:
        """All that belong to it and are known so far, those that need not run among them."""

    @property
    def left(self) -> int:
        """How many may still have to run."""

    def next(self) -> Setting | None:
        """The next setting; None if there is none now, and when nothing runs any more none at all."""

    def ended(self, setting: Setting, outcome: Outcome) -> None:
        """Take in how a setting ended."""

    def look(self) -> None:
        """Look at those that run."""


class Listed:
    """A plan whose settings are known from the beginning."""

    patience: float | None = None
    ahead = True

    def __init__(self, settings: Sequence[Setting], left: Sequence[Setting]) -> None:
        """Plan the settings that are left.

        Args:
            settings: of the sweep.
            left: those of them that are to run.
        """
        self.settings = settings
        self.total = len(settings)
        self.left = len(left)
        self._left = iter(left)

    def next(self) -> Setting | None:
        """The next setting."""
        return next(self._left, None)

    def ended(self, setting: Setting, outcome: Outcome) -> None:
        """Nothing follows from how one ended."""

    def look(self) -> None:
        """Nothing to look for."""
