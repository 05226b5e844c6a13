"""What is in a records directory, kept fresh by reading only the files that changed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.garbage import uncollected
from researcher.places import Address, Place, place
from researcher.storage import listing
from researcher.storage.adopting import adopt, told
from researcher.storage.doubles import Entry, Held, damages, slots_of, without_doubles
from researcher.storage.journals import read_on
from researcher.storage.listing import Sight
from researcher.storage.order import Order
from researcher.storage.reading import content_of
from researcher.storage.record_files import RecordFiles
from researcher.storage.shelf import Shelf
from researcher.storage.shelved import Shelved


class Change(NamedTuple):
    """What a refresh found.

    Attributes:
        listed: whether experiments came or went, or damaged files did.
        grown: the experiments that were there before and hold more now, or another status.
    """

    listed: bool
    grown: tuple[Experiment, ...]

    def __bool__(self) -> bool:
        return self.listed or bool(self.grown)


def records_directory(path: str | os.PathLike[str]) -> RecordsDirectory:
    """What is in a directory of this machine or, for a URL, elsewhere.

    Raises:
        BadAddress: it is a URL that cannot be used.
        MissingExtra: it is a URL, and what it needs is not installed.
    """
    found = place(path)
    if isinstance(found, Address):
        from researcher.storage.remote.directory import RemoteDirectory

        return RemoteDirectory(found)
    return RecordsDirectory(found)


class RecordsDirectory:
    """A directory of records and journals, and all that was read of them so far.

    Records are kept as rows of columns, and an `Experiment` is made of a row when somebody touches it.

    Attributes:
        path: the directory.
        experiments: what its readable files hold, oldest first.
        damaged: path and reason of each file that is not readable, or not as a whole.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.damaged: list[tuple[Place, str]] = []
        self._shelf = Shelf(self.path)
        self._shelf.contents, self._shelf.read_again = self._contents, self._read_again
        self._order = Order(self._shelf, {})
        self._files = RecordFiles(self._shelf)
        self._journals: dict[str, Entry] = {}
        self._shown: dict[str, Held] = {}  # one file of each experiment
        self._looking = threading.Lock()  # held while any of these change
        self._recalled = False

    @property
    def experiments(self) -> Sequence[Experiment]:
        """What its readable files hold, oldest first."""
        return Shelved(self._shelf, self._order.slots)

    def refresh(self) -> Change:
        """Read what is new or changed and forget what is gone.

        An unchanged file keeps its `Experiment` object; so does an experiment that runs while it grows, when its
        journal becomes a record, and when that is resumed.

        Raises:
            RecordsNotFound: the directory does not exist, or is none.
            CannotRead: it is there and cannot be read.
        """
        with self._looking:
            grown: list[Experiment] = []
            with uncollected():
                if not self._recalled:
                    self._recalled = True
                    self._order = self._files.recall(self._key) or self._order
                self._journals, sight = self._look(grown)
                grown += self._files.read(sight, self._contents)
            before, self._shown = self._shown, without_doubles(self._files.held, self._journals, self._shelf)
            if before == self._shown:
                self._files.remember(self._key, self._order)
                return Change(False, ())
            every = {**before, **self._shown} if before else ()  # the first time nobody knows any of them
            changed = [name for name in every if before.get(name) != self._shown.get(name)]
            was = told(before, changed, self._shelf)
            grown += adopt(before, self._shown, changed, self._journals, self._shelf)
            listed = not before or was != told(self._shown, changed, self._shelf)
            self._order.update(slots_of(self._shown))
            self.damaged = [(self.path / name, damage) for name, damage in sorted(damages(self._shown))]
            self._files.remember(self._key, self._order)
            shown = {experiment for experiment, _ in was}
            return Change(listed, tuple(e for e in dict.fromkeys(grown) if e in shown))

    @property
    def poll(self) -> float:
        """Seconds between two looks at everything, where the system does not tell of changes."""
        return 1.0

    @property
    def running(self) -> bool:
        """Whether some experiment runs, so that it is worth looking again soon."""
        return bool(self.written)

    @property
    def written(self) -> frozenset[str]:
        """The names of the journals that somebody writes to."""
        return frozenset(name for name, entry in self._shown_journals().items() if entry.running)

    def follow(self) -> Change:
        """Read on in the journals of the experiments that run, and look at nothing else.

        Returns:
            What grew; ``listed`` if a journal is gone or damaged, which only `refresh` can explain.
        """
        grown: list[Experiment] = []
        running = {name: entry for name, entry in self._shown_journals().items() if entry.running}
        found = {name: read_on(self.path / name, self._journals.get(name), grown) for name in running}
        gone = any(entry is None or entry.damage != running[name].damage for name, entry in found.items())
        return Change(gone, tuple(grown))

    def _look(self, grown: list[Experiment]) -> tuple[dict[str, Entry], Sight]:
        """The journals, read on, and the record files as they are.

        No experiment is missed, or as it was before, because it ends meanwhile. At its end its record is published,
        anew or in the place of the one that it resumes, and then its journal removed. So records are looked at after
        journals, and those that a journal which is gone may have become are looked for once more.
        """
        before = listing.stamp(self.path)
        listed = listing.listed(self.path)
        if listing.lately(self.path, before):
            listed |= listing.listed(self.path)  # a listing that is made meanwhile may miss both
        journals = {name: read_on(self.path / name, self._journals.get(name), grown) for name in listed.journals}
        if None in journals.values():
            listed |= listing.listed(self.path)
        sight = listing.seen(self.path, listed.records)
        return {name: entry for name, entry in journals.items() if entry is not None}, sight

    def _contents(self, wanted: Iterable[str]) -> Iterator[tuple[str, bytes | Exception]]:
        """The bytes of these files, or why there are none: a `DamagedRecord`, or `RecordsNotFound`."""
        directory = os.fspath(self.path)
        for name in wanted:
            try:
                yield name, content_of(f"{directory}{os.sep}{name}")
            except (DamagedRecord, RecordsNotFound) as error:
                yield name, error

    def _read_again(self, more: int) -> None:
        """So many bytes more were read; whoever looks at the directory meanwhile remembers that."""
        self._files.were_read(more)
        if self._looking.acquire(blocking=False):
            try:
                self._files.remember(self._key, self._order)
            finally:
                self._looking.release()

    @property
    def _key(self) -> str:
        """The directory as it is known to all processes."""
        return str(self.path) if isinstance(self.path, Address) else os.path.realpath(self.path)

    def _shown_journals(self) -> dict[str, Entry]:
        return {name: entry for name in self._journals if isinstance(entry := self._shown.get(name), Entry)}
