"""An experiment that lies in a record and in a journal is one: in which of the files it is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from researcher.experiment import Experiment
from researcher.storage.follow import JournalReader
from researcher.storage.shelf import Shelf, Slot


class Entry(NamedTuple):
    """A journal as it was when it was read, and what it held.

    Attributes:
        identity: anything that is different when the file is.
    """

    identity: object
    experiment: Experiment | None
    damage: str = ""
    reader: JournalReader | None = None

    @property
    def running(self) -> bool:
        """Whether somebody writes to it."""
        return self.reader is not None and self.reader.running

    @property
    def ours(self) -> Mapping[str, Any]:
        """The ``researcher`` part of what it held."""
        return self.experiment.ours if self.experiment is not None else {}


Held = int | str | Entry
"""What a file holds: a record, by its row; what is wrong with it; or a journal."""


def without_doubles(records: Mapping[str, int | str], journals: Mapping[str, Entry], shelf: Shelf) -> dict[str, Held]:
    """One file an experiment: the journal that resumes it, or else that which is written, or else its record."""
    if not journals:
        return dict(records)
    resuming = {name for name, entry in journals.items() if entry.ours.get("resumes") in records}
    resumed = {journals[name].ours["resumes"] for name in resuming}
    ids = {name: _id_of(entry) or name for name, entry in journals.items()}
    published = {own: _records_of(own, records, shelf) for own in set(ids.values())}
    goes_on = {ids[name] for name in resuming}
    written = {ids[name] for name, entry in journals.items() if entry.running or not published[ids[name]]}
    hidden = resumed.union(*(published[own] for own in goes_on | written))

    def is_shown(name: str) -> bool:
        return name in resuming if ids[name] in goes_on else ids[name] in written

    shown = {name: held for name, held in records.items() if name not in hidden}
    return {**shown, **{name: entry for name, entry in journals.items() if is_shown(name)}}


def slots_of(shown: Mapping[str, Held]) -> dict[str, Slot]:
    """What files hold that are no damaged ones, as it is put in order."""
    slots: dict[str, Any] = dict(shown)
    for name, held in _no_rows(shown):
        if isinstance(held, Entry) and held.experiment is not None:
            slots[name] = held.experiment
        else:
            del slots[name]
    return slots


def _no_rows(shown: Mapping[str, Held]) -> list[tuple[str, str | Entry]]:
    """What files hold that are no records."""
    if {*map(type, shown.values())} == {int}:  # as in most directories
        return []
    return [(name, held) for name, held in shown.items() if not isinstance(held, int)]


def damage_of(held: Held) -> str:
    """What is wrong with a file; empty if nothing is."""
    return held if isinstance(held, str) else held.damage if isinstance(held, Entry) else ""


def damages(shown: Mapping[str, Held]) -> Iterator[tuple[str, str]]:
    """Name and damage of each file with which something is wrong."""
    return ((name, damage) for name, held in _no_rows(shown) if (damage := damage_of(held)))


def keys_of(ours: Mapping[str, Any]) -> list[str]:
    """By what `researcher.storage.whereabouts.same` may recognise an experiment."""
    return [str(ours[key]) for key in ("id", "recorded_at") if key in ours]


def _records_of(own: str, records: Mapping[str, int | str], shelf: Shelf) -> set[str]:
    """The names of the records of the experiment with this id."""
    return {name for row in shelf.rows_of(own) if records.get(name := shelf.heads.names[row]) == row}


def _id_of(entry: Entry) -> str:
    """What names an experiment that was recorded while it ran, in its journal and in its record."""
    found = entry.ours.get("id")
    return found if isinstance(found, str) else ""
