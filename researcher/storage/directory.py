"""What is in a records directory, kept fresh by reading only the files that changed."""

from __future__ import annotations

import os
import threading
from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.garbage import uncollected
from researcher.places import Address, Place, place
from researcher.storage import listing
from researcher.storage.adopting import adopt, told
from researcher.storage.doubles import Entry, Held, damages, slots_of, without_doubles
from researcher.storage.journals import read_on
from researcher.storage.listing import Identity, Sight
from researcher.storage.memory import recall, remember
from researcher.storage.order import Order
from researcher.storage.reading import content_of
from researcher.storage.records import warn_of_newer
from researcher.storage.shelf import Shelf
from researcher.storage.shelved import Shelved
from researcher.storage.whereabouts import same

_MUCH = 2**18  # bytes; to read less than that is not worth remembering


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
        self._identities: dict[str, Identity] = {}  # of the record files when they were read
        self._unsettled: dict[str, int] = {}  # checksums of those that may have changed since without a trace
        self._records: dict[str, int | str] = {}  # the row of each record, or what is wrong with it
        self._journals: dict[str, Entry] = {}
        self._shown: dict[str, Held] = {}  # one file of each experiment
        self._looking = threading.Lock()  # held while any of these change
        self._recalled = False
        self._size = 0  # of all record files, in bytes
        self._read_bytes = 0  # since what was read was last remembered

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
                    self._recall()
                self._journals, sight = self._look(grown)
                self._read(sight, grown)
            before, self._shown = self._shown, without_doubles(self._records, self._journals, self._shelf)
            if before == self._shown:
                self._remember()
                return Change(False, ())
            every = {**before, **self._shown} if before else ()  # the first time nobody knows any of them
            changed = [name for name in every if before.get(name) != self._shown.get(name)]
            was = told(before, changed, self._shelf)
            grown += adopt(before, self._shown, changed, self._journals, self._shelf)
            listed = not before or was != told(self._shown, changed, self._shelf)
            self._order.update(slots_of(self._shown))
            self.damaged = [(self.path / name, damage) for name, damage in sorted(damages(self._shown))]
            self._size = sight.size
            self._remember()
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

    def _read(self, sight: Sight, grown: list[Experiment]) -> None:
        """Bring the records in line with what was seen of their files."""
        before, self._identities = self._identities, sight.identities
        unsettled, self._unsettled = self._unsettled, {}
        if before == sight.identities and not unsettled:
            self._identities = before  # its names are those of the rows, so that the others can be freed
            return
        for name in before.keys() - sight.identities.keys():
            self._records.pop(name, None)
        changed = [name for name, found in sight.identities.items() if before.get(name) != found or name in unsettled]
        self._records.update(sight.unopened)
        for name, content in self._contents(name for name in changed if name not in sight.unopened):
            if isinstance(content, RecordsNotFound):
                self._records.pop(name, None)
                self._identities.pop(name, None)
            elif isinstance(content, DamagedRecord):
                self._records[name] = content.reason
            elif isinstance(content, bytes):
                self._read_bytes += len(content)
                if name in unsettled or name in sight.unsettled:
                    self._unsettled[name] = crc32(content)
                if before.get(name) != sight.identities[name] or unsettled[name] != self._unsettled[name]:
                    self._put(name, content, grown)
        for name in self._unsettled.keys() - sight.unsettled:
            del self._unsettled[name]

    def _recall(self) -> None:
        """Begin with what another process read, as far as the files are still the same."""
        self._recalled = True
        found = recall(self._key)
        if found is not None:
            self._shelf.heads, self._shelf.summaries = found.heads, found.summaries
            rows = dict(zip(found.heads.names, range(len(found.heads)), strict=True))
            self._order = Order(self._shelf, rows)
            self._identities = found.identities
            self._records = {**rows, **found.damaged}
            for version in self._shelf.formats():
                warn_of_newer(version)

    def _read_again(self, more: int) -> None:
        """So many bytes more were read; whoever looks at the directory meanwhile remembers that."""
        self._read_bytes += more
        if self._looking.acquire(blocking=False):
            try:
                self._remember()
            finally:
                self._looking.release()

    def _remember(self) -> None:
        """Spare the next process the reading, if that was much."""
        if self._read_bytes < max(_MUCH, self._size // 100):
            return
        self._read_bytes = 0
        hidden = set(self._records.values()).difference(self._order.slots)
        rows = [slot for slot in self._order.slots if isinstance(slot, int)]
        for row in hidden:
            if isinstance(row, int):
                insort(rows, row, key=self._order.key)
        unsettled = {self._records[name] for name in self._unsettled}
        damaged = {
            name: held
            for name, held in self._records.items()
            if isinstance(held, str) and self._identities[name] and name not in self._unsettled
        }
        remember(self._key, self._shelf, [row for row in rows if row not in unsettled], self._identities, damaged)

    @property
    def _key(self) -> str:
        """The directory as it is known to all processes."""
        return str(self.path) if isinstance(self.path, Address) else os.path.realpath(self.path)

    def _put(self, name: str, content: bytes, grown: list[Experiment]) -> None:
        """A record file holds this from now on; one that was annotated or resumed is the same experiment."""
        before = self._records.get(name)
        try:
            row = self._records[name] = self._shelf.put(name, content)
        except ValueError as error:
            self._records[name] = str(error)
            return
        if isinstance(before, int) and "id" in (ours := self._shelf.ours(row)):
            old = self._shelf.experiment(before)
            if same(old.ours, ours) and old.params == self._shelf.fresh(row).params:
                self._shelf.hand_over(row, old)
                grown.append(old)

    def _shown_journals(self) -> dict[str, Entry]:
        return {name: entry for name in self._journals if isinstance(entry := self._shown.get(name), Entry)}
