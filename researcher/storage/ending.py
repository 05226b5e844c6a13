"""Turn a journal into a record."""

from __future__ import annotations

from typing import Protocol

from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage import layout, names
from researcher.storage.follow import JournalReader
from researcher.storage.locks import alone
from researcher.storage.publish import is_taken, publish, replace
from researcher.storage.reading import read, recorded
from researcher.storage.rescue import rescued_record
from researcher.storage.whereabouts import record_of, same


class Ended(Protocol):
    """A journal that nobody writes to any more, and that is ours."""

    @property
    def path(self) -> Place:
        """The file."""

    @property
    def place(self) -> Place:
        """The journal as others see it."""

    def everything(self, start: int = 0) -> bytes:
        """All lines, from a byte on."""

    def remove(self) -> None:
        """Take it away; afterwards `everything` holds what others added until then."""


def published(journal: Ended) -> Experiment:
    """Publish what a journal of ours holds, in the place of the record that there is of it already, if there is one.

    The journal is gone after the return, and in the record is what others added to it until then.

    Raises:
        OSError: the record could not be written; the journal is still there.
        ValueError: what the journal holds has no place in a record; likewise.
    """
    reader = ended(journal)
    content = _content(reader)
    path = _resumed(reader, journal.place) or published_before(reader, journal.place)
    if path is not None:
        replace(path, content)
    else:
        name, repeat = names.parted(journal.place.stem)
        path = publish(journal.place.parent, name, content, first=repeat)
    with alone(path.parent):
        journal.remove()
        if reader.refresh():
            content = _content(reader)
            replace(path, content)
    return recorded(path, content)


def rescued(journal: Ended) -> Experiment | None:
    """Write the record into the temporary directory instead; None if even that failed."""
    try:
        content = _content(ended(journal))
    except ValueError:
        return None
    path = rescued_record(journal.path.stem + names.RECORD, content)
    return None if path is None else recorded(path, content)


def ended(journal: Ended) -> JournalReader:
    """All of a journal that nobody writes to any more."""
    reader = JournalReader(journal.path, journal.everything, running=False)
    reader.refresh()
    return reader


def _resumed(reader: JournalReader, place: Place) -> Place | None:
    """The record that is resumed, if it is still there."""
    ours = reader.head()["researcher"]
    if not isinstance(ours.get("resumes"), str):
        return None
    path = place.with_name(ours["resumes"])
    try:
        return path if same(read(path).ours, ours) else None
    except (OSError, ValueError):
        return None


def published_before(reader: JournalReader, place: Place) -> Place | None:
    """The record that was made of a journal already: by a process that was killed then, or took ours for dead.

    Its name is the journal's own, or if that was taken another one; so as long as the name is free there is none.
    """
    ours = reader.head()["researcher"]
    free = not is_taken(place.with_suffix(names.RECORD))
    return None if free or "resumes" in ours else record_of(place, ours)


def _content(reader: JournalReader) -> bytes:
    rest = reader.rest()
    ours = {key: value for key, value in rest["researcher"].items() if key != "resumes"}
    return layout.encode({**reader.head(), "researcher": ours}, rest["observations"])
