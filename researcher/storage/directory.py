"""What is in a records directory, kept fresh by reading only the files that changed."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from researcher.errors import CannotRead, DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.storage import names
from researcher.storage.follow import JournalReader
from researcher.storage.reading import read, unopened

Identity = tuple[int, ...]  # mode, size, inode, mtime in nanoseconds; empty for what cannot be asked
_TICK = 0.1  # seconds; within one tick of its clock a file system may not tell two changes apart


class Entry(NamedTuple):
    """A file as it was when it was read, and what it held."""

    identity: Identity
    experiment: Experiment | None
    damage: str = ""
    reader: JournalReader | None = None


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


class RecordsDirectory:
    """A directory of records and journals, and all that was read of it so far.

    Attributes:
        path: the directory.
        experiments: what its readable files hold, oldest first.
        damaged: path and reason of each file that is not readable, or not as a whole.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.experiments: list[Experiment] = []
        self.damaged: list[tuple[Path, str]] = []
        self._entries: dict[str, Entry] = {}

    def refresh(self) -> Change:
        """Read what is new or changed and forget what is gone.

        An unchanged file keeps its `Experiment` object; so does an experiment that runs while it grows, and when its
        journal becomes a record.

        Raises:
            RecordsNotFound: the directory does not exist, or is none.
            CannotRead: it is there and cannot be read.
        """
        grown: list[Experiment] = []
        found = _without_doubles(self._found(grown))
        self._adopt(found, grown)
        before = [(e.experiment, e.damage) for e in self._entries.values()]
        self._entries = found
        listed = [(e.experiment, e.damage) for e in found.values()] != before
        if listed:
            experiments = [entry.experiment for entry in found.values() if entry.experiment is not None]
            self.experiments = sorted(experiments, key=lambda e: (e.recorded_at, e.name))
            self.damaged = [(self.path / name, entry.damage) for name, entry in sorted(found.items()) if entry.damage]
        return Change(listed, tuple(grown))

    @property
    def running(self) -> bool:
        """Whether some experiment runs, so that it is worth looking again soon."""
        return any(entry.reader is not None and entry.reader.running for entry in self._entries.values())

    def follow(self) -> Change:
        """Read on in the journals of the experiments that run, and look at nothing else.

        Returns:
            What grew; ``listed`` if a journal is gone, which only `refresh` can explain.
        """
        grown: list[Experiment] = []
        gone = False
        for name, entry in list(self._entries.items()):
            if entry.reader is not None and entry.reader.running:
                gone |= self._entry(name, grown) is None
        return Change(gone, tuple(grown))

    def _found(self, grown: list[Experiment]) -> dict[str, Entry]:
        """An entry for each file; none that became another one meanwhile is missed.

        An experiment that ends is first published under its new name, and then its journal is removed. A listing that
        is made meanwhile may miss both, and a journal that was listed may be gone when it is opened; by then its
        record is there.
        """
        before = self._stamp()
        listed = self._names()
        if self._stamp() != before or time.time_ns() - before < _TICK * 1e9:
            listed |= self._names()
        found = {name: self._entry(name, grown) for name in listed}
        if any(entry is None and name.endswith(names.JOURNAL) for name, entry in found.items()):
            found.update({name: self._entry(name, grown) for name in self._names() - listed})
        return {name: found[name] for name in sorted(found) if (found[name]) is not None}  # type: ignore[misc]

    def _stamp(self) -> int:
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0

    def _names(self) -> set[str]:
        try:
            with os.scandir(self.path) as entries:
                endings = (names.RECORD, names.JOURNAL)
                return {e.name for e in entries if e.name.endswith(endings) and not e.name.startswith(".")}
        except FileNotFoundError:
            raise RecordsNotFound(
                f"there is no directory {self.path} (looked for in {Path.cwd()}). "
                "Recording an experiment there makes it."
            ) from None
        except NotADirectoryError:
            raise RecordsNotFound(f"{self.path} is not a directory; name the one that holds the records") from None
        except OSError as error:
            raise CannotRead(f"cannot read the directory {self.path}: {error.strerror}") from error

    def _entry(self, name: str, grown: list[Experiment]) -> Entry | None:
        """The entry that is known already if the file is still the same, else a new one; None if it is gone."""
        path = self.path / name
        known = self._entries.get(name)
        try:
            status = path.stat()
        except OSError as error:
            gone = isinstance(error, FileNotFoundError) and not path.is_symlink()
            return None if gone else Entry((), None, unopened(error))
        identity = (status.st_mode, status.st_size, status.st_ino, status.st_mtime_ns)
        if known is not None and known.identity == identity and not (known.reader and known.reader.running):
            return known
        try:
            if name.endswith(names.JOURNAL):
                return _followed(path, identity, known, grown)
            return Entry(identity, read(path))
        except DamagedRecord as error:
            return Entry(identity, None, error.reason)
        except RecordsNotFound:
            return None

    def _adopt(self, found: dict[str, Entry], grown: list[Experiment]) -> None:
        """Where an experiment lies in another file now than before, it stays the same object."""
        gone = {
            _id_of(entry.experiment): entry.experiment
            for name, entry in self._entries.items()
            if name not in found and entry.experiment is not None
        }
        gone.pop("", None)
        for name, entry in found.items() if gone else ():
            known = None if name in self._entries else gone.get(_id_of(entry.experiment))
            if known is not None and entry.experiment is not None:
                known.become(entry.experiment)
                grown.append(known)
                found[name] = entry._replace(experiment=known)


def _followed(path: Path, identity: Identity, known: Entry | None, grown: list[Experiment]) -> Entry:
    """The entry of a journal: read on if it is known, else from its start."""
    reader = known.reader if known is not None else None
    if known is None or reader is None or known.experiment is None:
        reader = JournalReader(path)
        reader.refresh()
        return Entry(identity, reader.experiment(), reader.remark, reader)
    if reader.refresh():
        known.experiment.become(reader.experiment())
        grown.append(known.experiment)
    return Entry(identity, known.experiment, reader.remark, reader)


def _without_doubles(found: Mapping[str, Entry]) -> dict[str, Entry]:
    """One entry an experiment: of a record and its journal the record, unless it is being resumed."""
    journals = {name: entry for name, entry in found.items() if entry.reader is not None and entry.experiment}
    if not journals:
        return dict(found)
    resumed = {_ours(entry.experiment).get("resumes") for entry in journals.values()}
    published = {_id_of(entry.experiment) for name, entry in found.items() if name not in journals} - {""}
    return {
        name: entry
        for name, entry in found.items()
        if (
            _ours(entry.experiment).get("resumes") in found or _id_of(entry.experiment) not in published
            if name in journals
            else name not in resumed
        )
    }


def _ours(experiment: Experiment | None) -> Mapping[str, Any]:
    return experiment.ours if experiment is not None else {}


def _id_of(experiment: Experiment | None) -> str:
    """What names an experiment that was recorded while it ran, in its journal and in its record."""
    found = _ours(experiment).get("id")
    return found if isinstance(found, str) else ""
