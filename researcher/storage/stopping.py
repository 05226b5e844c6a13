"""Ask an experiment that runs to stop: with a file beside its journal, so that whoever sees the records can."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

ENDING = ".stop"

_lookers: list[Callable[[], object]] = []  # who has a look at running experiments of this process when they ask


def ask(journal: Path) -> None:
    """Ask the experiment of a journal to stop.

    Raises:
        OSError: the directory cannot be written to.
    """
    journal.with_suffix(ENDING).touch()


def asked(journal: Path) -> bool:
    """Whether the experiment of a journal was asked to stop."""
    for look in _lookers:
        look()
    return journal.with_suffix(ENDING).exists()


def forget(journal: Path) -> None:
    """Take back what was asked."""
    with contextlib.suppress(OSError):
        journal.with_suffix(ENDING).unlink()


@contextlib.contextmanager
def looked_after(look: Callable[[], object]) -> Iterator[None]:
    """Within the block, an experiment of this process that asks whether to stop is looked at first."""
    _lookers.append(look)
    try:
        yield
    finally:
        _lookers.remove(look)
