"""What is on a store: listed at once, read many at a time, with what this machine still has in its spool."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable, Iterator

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.places import Address, Place
from researcher.storage import names
from researcher.storage.directory import Change, RecordsDirectory
from researcher.storage.doubles import Entry
from researcher.storage.journals import entry_of
from researcher.storage.listing import Sight
from researcher.storage.remote import spool, store, systems
from researcher.storage.remote.parts import PartsReader, is_journal, refreshed
from researcher.storage.remote.records import contents_of, kept, listed
from researcher.storage.remote.whereabouts import SpooledReader

_POLL = 5.0  # seconds between two listings at least
_SHARE = 10  # a listing is followed by a pause of at least so many times what it took
_TICK = 2.0  # seconds between two looks at a journal that is written elsewhere
_REST = 60.0  # the same for one that nobody writes to any more
_HERE = ".spool:"  # before the names of journals in the spool; no file on a store is called so
_IDENTITY = struct.Struct("=5Q")


class RemoteDirectory(RecordsDirectory):
    """Records and journals on a store, and all that was read of them so far; see `RecordsDirectory`."""

    path: Address  # type: ignore[assignment]  # what the base does with it is done otherwise here

    def __init__(self, path: Address) -> None:
        """Begin with nothing read.

        Raises:
            BadAddress: there is no such kind of store.
            MissingExtra: the package that knows it is not installed.
        """
        systems.check(path)
        super().__init__(path)
        self.path = self._shelf.directory = path
        self._shelf.contents = self._contents_again
        self._readers: dict[str, SpooledReader | PartsReader] = {}
        self._looked: dict[str, float] = {}
        self._took = 0.0

    @property
    def poll(self) -> float:
        """Seconds between two looks at everything."""
        return max(_POLL, _SHARE * self._took)

    def refresh(self) -> Change:
        """Read what is new or changed and forget what is gone; see `RecordsDirectory.refresh`."""
        found = super().refresh()
        self.damaged = [(self._file_of(path), reason) for path, reason in self.damaged]
        return found

    def follow(self) -> Change:
        """Read on in the journals of the experiments that run, and look at nothing else.

        Returns:
            What grew; ``listed`` if a journal is gone or damaged, which only `refresh` can explain.
        """
        grown: list[Experiment] = []
        running = {name: entry for name, entry in self._shown_journals().items() if entry.running}
        found = self._followed(running, grown)
        gone = any(found.get(name) is None or found[name].damage != entry.damage for name, entry in running.items())
        return Change(gone, tuple(grown))

    def _look(self, grown: list[Experiment]) -> tuple[dict[str, Entry], Sight]:
        """The journals, read on, and the records as they are listed.

        No experiment is missed, or as it was before, because it ends meanwhile: what is in the spool is looked at
        before the listing, and records after journals, as an experiment goes from each of them to the next.
        """
        spooled = self._spooled()
        here = self._followed(spooled, grown)
        found = self._listed()
        sent = [name for name, file in found.items() if is_journal(name, file)]
        there = self._followed(sent, grown)
        if len(here) < len(spooled) or any(name not in there for name in sent if name not in self._readers):
            found |= self._listed()
        sight = Sight()
        for name, file in found.items():
            if name.endswith(names.RECORD) and not file.is_directory and not name.startswith("."):
                sight.identities[name] = _IDENTITY.pack(*file.identity, 0)
                sight.size += file.size
        return {**here, **there}, sight

    def _contents(self, wanted: Iterable[str]) -> Iterator[tuple[str, bytes | Exception]]:
        """The bytes of these files, many read at once, or why there are none."""
        for path, content in contents_of(self.path / name for name in wanted):
            kept.put(path, content if isinstance(content, bytes) else None)
            yield path.name, content

    def _contents_again(self, wanted: Iterable[str]) -> Iterator[tuple[str, bytes | Exception]]:
        """The same of records that were read, without asking for those whose bytes were kept."""
        wanted = list(wanted)
        known = {name: content for name in wanted if (content := kept.get(self.path / name)) is not None}
        yield from known.items()
        yield from self._contents(name for name in wanted if name not in known)

    def _file_of(self, path: Place) -> Place:
        """The file of an entry, which may be in the spool."""
        here = spool.directory(self.path) / path.name.removeprefix(_HERE)
        return here if path.name.startswith(_HERE) else path

    def _listed(self) -> dict[str, store.File]:
        begun = time.monotonic()
        try:
            return listed(self.path)
        except RecordsNotFound:
            if spool.journals(self.path):
                return {}
            raise
        finally:
            self._took = time.monotonic() - begun

    def _spooled(self) -> list[str]:
        """The names under which the journals in the spool are known here."""
        names_of = {f"{_HERE}{path.name}": path for path in spool.journals(self.path)}
        for name in [name for name in self._readers if name.startswith(_HERE) and name not in names_of]:
            del self._readers[name]
        for name, path in names_of.items():
            if name not in self._readers:
                self._readers[name] = SpooledReader(path, self.path / path.name)
        return list(names_of)

    def _followed(self, wanted: Iterable[str], grown: list[Experiment]) -> dict[str, Entry]:
        """The entries of journals that are there, read on; those on the store without those that are here too."""
        wanted = list(wanted)
        for name in wanted:
            if name not in self._readers:
                self._readers[name] = PartsReader(self.path / name)
        here = [name for name in wanted if name.startswith(_HERE)]
        outcomes: dict[str, Exception | bool] = dict(zip(here, self._refreshed(here), strict=True))
        spooled = {reader.id for reader in self._readers.values() if isinstance(reader, SpooledReader)} - {""}
        there = [name for name in wanted if name not in here and self._readers[name].id not in spooled]
        due = [name for name in there if self._is_due(name)]
        outcomes |= dict.fromkeys(there, False)
        outcomes |= zip(due, self._refreshed(due), strict=True)
        entries = {
            name: self._entry(name, outcome, grown)
            for name, outcome in outcomes.items()
            if name in here or self._readers[name].id not in spooled
        }
        return {name: entry for name, entry in entries.items() if entry is not None}

    def _refreshed(self, journals: list[str]) -> list[RecordsNotFound | DamagedRecord | bool]:
        return refreshed([self._readers[name] for name in journals])

    def _is_due(self, name: str) -> bool:
        now, known = time.monotonic(), self._journals.get(name)
        if known is not None and now - self._looked.get(name, -_REST) < (_TICK if known.running else _REST):
            return False
        self._looked[name] = now
        return True

    def _entry(self, name: str, outcome: Exception | bool, grown: list[Experiment]) -> Entry | None:
        """The entry of a journal after its reader has read on."""
        if isinstance(outcome, RecordsNotFound):
            del self._readers[name]
            return None
        if isinstance(outcome, DamagedRecord):
            return Entry((), None, outcome.reason)
        known = self._journals.get(name)
        identity = object() if outcome or known is None else known.identity
        return entry_of(self._readers[name], identity, known, grown, anew=bool(outcome))
