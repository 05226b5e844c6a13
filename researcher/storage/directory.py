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
from researcher.storage.whereabouts import same

Identity = tuple[int, ...]  # mode, size, inode, mtime in nanoseconds; empty for what cannot be asked
_TICK = 0.1  # seconds; within one tick of its clock a file system may not tell two changes apart


class Entry(NamedTuple):
    """A file as it was when it was read, and what it held."""

    identity: Identity
    experiment: Experiment | None
    damage: str = ""
    reader: JournalReader | None = None

    @property
    def running(self) -> bool:
        """Whether it is a journal that somebody writes to."""
        return self.reader is not None and self.reader.running

    @property
    def ours(self) -> Mapping[str, Any]:
        """The ``researcher`` part of what it held."""
        return self.experiment.ours if self.experiment is not None else {}


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
        self._entries: dict[str, Entry] = {}  # of all files
        self._shown: dict[str, Entry] = {}  # one of each experiment

    def refresh(self) -> Change:
        """Read what is new or changed and forget what is gone.

        An unchanged file keeps its `Experiment` object; so does an experiment that runs while it grows, when its
        journal becomes a record, and when that is resumed.

        Raises:
            RecordsNotFound: the directory does not exist, or is none.
            CannotRead: it is there and cannot be read.
        """
        grown: list[Experiment] = []
        self._entries = self._found(grown)
        before, self._shown = self._shown, _without_doubles(self._entries)
        self._adopt(before, grown)
        listed = _seen(before) != _seen(self._shown)
        if listed:
            experiments = [entry.experiment for entry in self._shown.values() if entry.experiment is not None]
            self.experiments = sorted(experiments, key=lambda e: (e.recorded_at, e.name))
            self.damaged = [(self.path / name, entry.damage) for name, entry in self._shown.items() if entry.damage]
        known = {entry.experiment for entry in before.values()}
        return Change(listed, tuple(e for e in dict.fromkeys(grown) if e in known))

    @property
    def running(self) -> bool:
        """Whether some experiment runs, so that it is worth looking again soon."""
        return any(entry.running for entry in self._shown.values())

    def follow(self) -> Change:
        """Read on in the journals of the experiments that run, and look at nothing else.

        Returns:
            What grew; ``listed`` if a journal is gone or damaged, which only `refresh` can explain.
        """
        grown: list[Experiment] = []
        found = {name: self._entry(name, grown) for name, entry in self._shown.items() if entry.running}
        gone = any(entry is None or entry.damage != self._shown[name].damage for name, entry in found.items())
        return Change(gone, tuple(grown))

    def _found(self, grown: list[Experiment]) -> dict[str, Entry]:
        """An entry for each file; no experiment is missed, or as it was before, because it ends meanwhile.

        At its end its record is published, anew or in the place of the one that it resumes, and then its journal
        removed. So records are read after journals, and those that a journal which is gone may have become are looked
        for once more.
        """
        before = self._stamp()
        listed = self._names()
        if self._stamp() != before or time.time_ns() - before < _TICK * 1e9:
            listed |= self._names()  # a listing that is made meanwhile may miss both
        journals = {name: self._entry(name, grown) for name in listed if name.endswith(names.JOURNAL)}
        if None in journals.values():
            listed |= self._names()
        rest = {name: self._entry(name, grown) for name in listed if name not in journals}
        return {name: entry for name, entry in sorted({**journals, **rest}.items()) if entry is not None}

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
        if known is not None and known.identity == identity and not known.running:
            return known
        try:
            if name.endswith(names.JOURNAL):
                return _followed(path, identity, known, grown)
            return _reread(path, identity, known, grown)
        except DamagedRecord as error:
            return Entry(identity, None, error.reason)
        except RecordsNotFound:
            return None

    def _adopt(self, before: Mapping[str, Entry], grown: list[Experiment]) -> None:
        """Where an experiment lies in another file now than before, it stays the same object."""
        gone = {name: entry for name, entry in before.items() if name not in self._shown}
        left = {name: entry.experiment for name, entry in gone.items() if entry.experiment is not None}
        names_of = {key: name for name, experiment in left.items() for key in _keys(experiment.ours)}
        for name, entry in self._shown.items() if left else ():
            if name in before or entry.experiment is None:
                continue
            old = next((names_of[key] for key in _keys(entry.ours) if key in names_of), None)
            if old is not None and same(left[old].ours, entry.ours):
                left[old].become(entry.experiment)
                grown.append(left[old])
                self._shown[name] = self._entries[name] = entry._replace(experiment=left[old])
                self._entries.pop(old, None)  # if the file is still there, it is another experiment from now on


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


def _reread(path: Path, identity: Identity, known: Entry | None, grown: list[Experiment]) -> Entry:
    """The entry of a record; of one that was annotated, or resumed and has ended, with the same experiment."""
    found = read(path)
    before = known.experiment if known is not None else None
    if before is None or "id" not in found.ours or not same(before.ours, found.ours) or before.params != found.params:
        return Entry(identity, found)
    before.become(found)
    grown.append(before)
    return Entry(identity, before)


def _without_doubles(found: Mapping[str, Entry]) -> dict[str, Entry]:
    """One entry an experiment: the journal that resumes it, or else that which is written, or else its record."""
    journals = {name: entry for name, entry in found.items() if entry.reader is not None}
    if not journals:
        return dict(found)
    resuming = {name for name, entry in journals.items() if entry.ours.get("resumes") in found}
    resumed = {journals[name].ours["resumes"] for name in resuming}
    ids = {name: _id_of(entry) or name for name, entry in found.items()}
    goes_on = {ids[name] for name in resuming}
    published = {ids[name] for name in found if name not in journals}
    written = {ids[name] for name, entry in journals.items() if entry.running or ids[name] not in published}

    def is_shown(name: str) -> bool:
        if ids[name] in goes_on or name in resumed:
            return name in resuming
        return (name in journals) == (ids[name] in written)

    return {name: entry for name, entry in found.items() if is_shown(name)}


def _seen(shown: Mapping[str, Entry]) -> set[tuple[object, str]]:
    return {(entry.experiment or name, entry.damage) for name, entry in shown.items()}


def _id_of(entry: Entry) -> str:
    """What names an experiment that was recorded while it ran, in its journal and in its record."""
    found = entry.ours.get("id")
    return found if isinstance(found, str) else ""


def _keys(ours: Mapping[str, Any]) -> list[str]:
    """By what `same` may recognise an experiment."""
    return [str(ours[key]) for key in ("id", "recorded_at") if key in ours]
