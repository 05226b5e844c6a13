"""The recorders that run in this process, and what ends them: a later run of their cell, the end of the process."""

from __future__ import annotations

import atexit
import os
import sys
import traceback
import weakref
from collections.abc import Iterable
from typing import Literal, Protocol

from researcher.environment.cell import CellRun
from researcher.errors import warn
from researcher.experiment import Experiment
from researcher.places import Address, Place
from researcher.storage.journal import Journal


class Running(Protocol):
    """What is asked of a recorder here."""

    @property
    def records(self) -> Place:
        """The records directory."""

    def finish(self, status: Literal["interrupted"]) -> Experiment:
        """End it."""

    def _after_fork(self) -> None: ...


_NOWHERE = CellRun("", 0)
_running: weakref.WeakKeyDictionary[Running, CellRun] = weakref.WeakKeyDictionary()
_held: set[Running] = set()


def begun(recorder: Running, journal: Journal, cell: CellRun) -> None:
    """A recorder runs from now on, in this run of a cell; if it is forgotten, its journal is closed."""
    weakref.finalize(recorder, journal.abandon).atexit = False  # by then `_end_all` has ended all
    _running[recorder] = cell
    if isinstance(recorder.records, Address):
        from researcher.storage.remote.leaving import before_that

        before_that(_end_what_is_sent)


def held(recorder: Running) -> None:
    """It has observations in memory alone, so it cannot be forgotten."""
    _held.add(recorder)


def over(recorder: Running) -> None:
    """It runs no more."""
    _running.pop(recorder, None)
    _held.discard(recorder)


def end_earlier(cell: CellRun) -> None:
    """End what an earlier run of the same cell began and did not end."""
    for recorder in _all():
        if cell.follows(_running.get(recorder, _NOWHERE)):
            name = recorder.finish("interrupted").name
            warn(f"the recording that the earlier run of this cell began was ended as interrupted: {name}")


def _all() -> list[Running]:
    return [recorder for reference in _running.keyrefs() if (recorder := reference()) is not None]


@atexit.register
def _end_all() -> None:
    """What still runs at the end of the process was interrupted, by what the process does not know."""
    if answers := sys.modules.get("researcher.storage.remote.answers"):
        answers.close()
    _end(_all())


def _end_what_is_sent() -> None:
    """The same for what is recorded on stores, which is possible for a shorter time."""
    _end(recorder for recorder in _all() if isinstance(recorder.records, Address))


def _end(recorders: Iterable[Running]) -> None:
    for recorder in recorders:
        try:
            recorder.finish("interrupted")
        except Exception:  # noqa: BLE001 - what one of them raises must not stop the others
            traceback.print_exc()


def _after_fork() -> None:
    for recorder in _all():
        recorder._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
