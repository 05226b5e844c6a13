"""What every peer can do."""

from __future__ import annotations

import abc
import importlib.metadata
from pathlib import Path


class Peer(abc.ABC):
    """A way to log values while an experiment runs. It is imported where it is started, and not before.

    Attributes:
        name: what it is called in tables.
        distribution: the package it comes from; empty if it needs none.
        call: what is timed, in a few words.
    """

    name: str
    distribution: str
    call: str

    def available(self) -> bool:
        """Whether its package is installed."""
        return not self.distribution or bool(self.version())

    def version(self) -> str:
        """The version of its package; empty if that is not installed."""
        try:
            return importlib.metadata.version(self.distribution) if self.distribution else ""
        except importlib.metadata.PackageNotFoundError:
            return ""

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
