"""When to look at a records directory again: when something changed there, and not so often that it costs much."""

from __future__ import annotations

import threading
import time

from researcher.storage.bell import WRITTEN, Bell
from researcher.storage.directory import Change, RecordsDirectory

TICK = 0.25  # seconds between two looks at least; at most, for what runs where the system does not tell of changes
POLL = 1.0  # the same where it does, for what it may have missed
NET = 15.0  # seconds between two looks at everything, likewise
SHARE = 25  # a look is followed by a pause of at least so many times what it cost


class Watching:
    """Looks at a directory: into the journals of what runs when they grow, at everything when more may have changed.

    What the system tells is not relied upon. If everything is looked at from time to time, and there is something new
    that nobody told of, this directory is one of those of which nobody tells, such as one on another machine.
    """

    def __init__(self, directory: RecordsDirectory, stop: threading.Event, bell: Bell | None = None) -> None:
        """Begin with a look at everything.

        Args:
            directory: what is looked at.
            stop: ends a `wait`.
            bell: what is listened to.
        """
        self._directory = directory
        self._stop = stop
        self._bell = bell or Bell(directory.path, stop)
        self._changed: set[str] = set()
        self._running: frozenset[str] = frozenset()
        self._looked = self._looked_at_all = -NET
        self._rested = 0.0
        self._untold = False

    def wait(self) -> bool:
        """Wait until it is worth while to look.

        Returns:
            False if it was stopped meanwhile.
        """
        while not self._stop.is_set():
            told = self._bell.listen(TICK)
            if self._untold and not told:
                self._bell.mute()
            self._untold = False
            self._changed |= told
            if time.monotonic() >= max(self._rested, self._due()):
                return not self._stop.is_set()
        return False

    def look(self) -> Change:
        """Look at what may have changed.

        Raises:
            RecordsNotFound: the directory does not exist, or is none.
            CannotRead: it is there and cannot be read.
        """
        changed, self._changed = self._changed, set()
        self._looked = time.monotonic()
        followed = Change(False, ())
        if changed <= self._running | {WRITTEN} and self._looked < self._looked_at_all + self._pause():
            followed = self._directory.follow()
            if not followed.listed:
                return followed
        self._looked_at_all = self._looked
        found = self._directory.refresh()
        self._running = self._directory.written
        self._untold = found.listed and not changed and not followed.listed and self._bell.rings
        return Change(found.listed, (*followed.grown, *found.grown))

    def rest(self, cost: float) -> None:
        """Let the next look wait in proportion to what this one cost.

        Args:
            cost: seconds of this thread's own work, so that waiting for others does not count.
        """
        self._rested = time.monotonic() + max(TICK, SHARE * cost)

    def _due(self) -> float:
        """When to look next if nothing more is told."""
        if self._changed - ({WRITTEN} if not self._running else set()):
            return 0.0
        everything = self._looked_at_all + self._pause()
        if not self._running:
            return everything
        return min(everything, self._looked + (POLL if self._bell.rings else TICK))

    def _pause(self) -> float:
        return NET if self._bell.rings else self._directory.poll
