"""What peers can do: a class for each role, as not all of them can do everything."""

from __future__ import annotations

import abc
import importlib.metadata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class Peer(abc.ABC):
    """A way to record experiments. Its package is imported where it is needed, and not before.

    Attributes:
        name: what it is called in tables.
        distribution: the package it comes from; empty if it needs none.
        module: what is imported of it; empty if it needs nothing.
    """

    name: str
    distribution: str = ""
    module: str = ""

    def available(self) -> bool:
        """Whether its package is installed."""
        return not self.distribution or bool(self.version())

    def version(self) -> str:
        """The version of its package; empty if that is not installed."""
        try:
            return importlib.metadata.version(self.distribution) if self.distribution else ""
        except importlib.metadata.PackageNotFoundError:
            return ""

    def title(self) -> str:
        """Name and version, for tables."""
        return f"{self.name} {self.version()}".strip()


class Observes(Peer):
    """Logs values while an experiment runs.

    Attributes:
        call: what is timed, in a few words.
    """

    call: str

    @abc.abstractmethod
    def start(self, directory: Path) -> None:
        """Begin an experiment in an empty directory."""

    @abc.abstractmethod
    def observe(self, step: int, values: dict[str, float]) -> None:
        """Log the values of a step; steps are 0, 1, 2 and so on."""

    @abc.abstractmethod
    def finish(self) -> None:
        """End the experiment."""

    @abc.abstractmethod
    def kept(self, directory: Path) -> int:
        """How many steps can be read, with all their values, of what another process left in the directory."""


class Records(Peer):
    """Records experiments that have ended, one after the other, into one directory, as quickly as it can.

    Attributes:
        way: what is called for one of them, in a few words.
    """

    way: str

    @abc.abstractmethod
    def open(self, directory: Path) -> None:
        """Get ready to record into a directory, or to add to what is there; what all experiments share is done here."""

    @abc.abstractmethod
    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Record an experiment: all of it is in the directory afterwards, and can be read by another process."""

    @abc.abstractmethod
    def count(self, directory: Path) -> int:
        """How many experiments can be read of what another process recorded into the directory."""


class Reads(Records):
    """Reads what it has recorded, with a reader of its own, or with that of its files' format if it has none.

    Attributes:
        reader: what is called to read, in a few words.
    """

    reader: str

    def count(self, directory: Path) -> int:
        """The rows of the table."""
        self.prepare()
        self.begin(directory)
        return len(self.table(directory))

    def forget(self, directory: Path) -> None:
        """Take out of the directory what an earlier opening left there to make the next one quicker."""

    @abc.abstractmethod
    def prepare(self) -> None:
        """Import all that it takes to read."""

    def begin(self, directory: Path) -> None:
        """Open what the table is made of, where that is a call of its own."""

    @abc.abstractmethod
    def table(self, directory: Path) -> pd.DataFrame:
        """A row an experiment: its params, and the final value of each observation under the observation's name."""

    @abc.abstractmethod
    def curve(self, row: int, observation: str) -> Sequence[float]:
        """The values of an observation of the experiment in a row of the table."""
