"""What the system tells of a directory: which of its files changed, where it can tell."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from researcher.places import Address, Place
from researcher.storage import names

if TYPE_CHECKING:
    from watchfiles.main import FileChange

WRITTEN = ".journal"
"""Stands for any journal: what is written to one is told of under the name that it had when it was opened."""
_STEP = 50  # milliseconds; changes that follow each other more quickly are told together


class Bell:
    """Tells the names of files in a directory that changed.

    Where the system does not tell, it keeps silent; whoever wants to know must look. This is so on a store, where
    ``WATCHFILES_FORCE_POLLING`` is set, where watchfiles cannot be loaded, and where there is no such directory.

    Attributes:
        rings: whether it can tell at present.
    """

    def __init__(self, path: Place, stop: threading.Event) -> None:
        """Begin at the first `listen`.

        Args:
            path: the directory, which need not be there yet.
            stop: ends a `listen`.
        """
        self.rings = False
        self._path = path
        self._stop = stop
        self._listened_to: tuple[int, int] | None = None
        self._told: Iterator[set[FileChange]] | None = None

    def listen(self, seconds: float) -> set[str]:
        """Wait until something changes, but not for much longer than these seconds.

        Returns:
            The names of records and journals that were added, changed or removed; `WRITTEN` if some journal was
            written to, by whatever name; the empty name if anything may have changed.
        """
        there = _identity(self._path)
        fresh = there != self._listened_to  # there is another directory now, or none
        if fresh:
            self._listened_to = there
            self._told = _told_of(self._path, self._stop, seconds) if there and _may_ring() else None
            self.rings = self._told is not None
        if self._told is None:
            self._stop.wait(seconds)
            return set()
        try:
            told = {Path(path).name for _kind, path in next(self._told)}
        except (StopIteration, OSError, RuntimeError):  # stopped, removed, or more directories than the system watches
            self.mute()
            return {""}
        if self._path.name in told:  # the directory itself was removed; another may have its number
            self._listened_to = None
            return {""}
        found = {name for name in told if name.endswith((names.RECORD, names.JOURNAL)) and not name.startswith(".")}
        if not told.issubset(found):
            found.add(WRITTEN)
        return found | {""} if fresh else found

    def mute(self) -> None:
        """Keep silent as long as this directory is there."""
        self._told = None
        self.rings = False


def _identity(path: Place) -> tuple[int, int] | None:
    """Which directory it is; None for none."""
    if isinstance(path, Address):
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _may_ring() -> bool:
    return os.environ.get("WATCHFILES_FORCE_POLLING", "").lower() in {"", "false", "disable", "disabled"}


def _told_of(path: Place, stop: threading.Event, seconds: float) -> Iterator[set[FileChange]] | None:
    """Sets of changes, an empty one whenever that many seconds passed; None where watchfiles cannot be loaded."""
    try:
        from watchfiles import watch
    except ImportError:
        return None
    logger = logging.getLogger("watchfiles")
    if logger.level == logging.NOTSET:  # it tells of each change that it sees, to whom listens to all loggers
        logger.setLevel(logging.WARNING)
    return watch(
        str(path),
        watch_filter=None,
        step=_STEP,
        debounce=4 * _STEP,
        rust_timeout=round(1000 * seconds),
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        force_polling=False,
        recursive=False,
    )
