"""What is in a records directory, kept fresh by reading only the files that changed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.storage import records

Identity = tuple[int, int, int]  # size, inode, mtime in nanoseconds


class Entry(NamedTuple):
    """A file as it was when it was read, and what it held."""

    identity: Identity
    experiment: Experiment | None
    damage: str


class RecordsDirectory:
    """A directory of records and all that was read of it so far.

    Attributes:
        path: the directory.
        experiments: what its readable records hold, oldest first.
        damaged: path and reason of each file that is not a readable record.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.experiments: list[Experiment] = []
        self.damaged: list[tuple[Path, str]] = []
        self._entries: dict[str, Entry] = {}

    def refresh(self) -> bool:
        """Read what is new or changed and forget what is gone; an unchanged file keeps its `Experiment` object.

        Returns:
            Whether anything is different from before.

        Raises:
            RecordsNotFound: the directory does not exist, or is none.
        """
        found: dict[str, Entry] = {}
        for name in self._names():
            found[name] = self._entry(name)
        changed = found.keys() != self._entries.keys() or any(
            entry is not self._entries[name] for name, entry in found.items()
        )
        if changed:
            self._entries = found
            experiments = [entry.experiment for entry in found.values() if entry.experiment is not None]
            self.experiments = sorted(experiments, key=lambda e: (e.recorded_at, e.name))
            self.damaged = [
                (self.path / name, entry.damage) for name, entry in sorted(found.items()) if entry.damage
            ]
        return changed

    def _names(self) -> list[str]:
        try:
            with os.scandir(self.path) as entries:
                return [e.name for e in entries if e.name.endswith(".json") and not e.name.startswith(".")]
        except FileNotFoundError:
            raise RecordsNotFound(
                f"there is no directory {self.path} (looked for in {Path.cwd()}). "
                "Recording an experiment there makes it."
            ) from None
        except NotADirectoryError:
            raise RecordsNotFound(
                f"{self.path} is a file; name the directory that holds the records"
            ) from None

    def _entry(self, name: str) -> Entry:
        """The entry that is known already if the file is still the same, else a new one."""
        path = self.path / name
        try:
            status = path.stat()
        except OSError as error:
            known = self._entries.get(name)
            damage = f"it cannot be opened ({error.strerror})"
            return known if known and known.damage == damage else Entry((0, 0, 0), None, damage)
        identity = (status.st_size, status.st_ino, status.st_mtime_ns)
        known = self._entries.get(name)
        if known is not None and known.identity == identity:
            return known
        if not stat.S_ISREG(status.st_mode):
            return Entry(identity, None, "it is not a regular file")
        try:
            return Entry(identity, read(path), "")
        except DamagedRecord as error:
            return Entry(identity, None, error.reason)


def read(path: Path) -> Experiment:
    """The experiment of one record file.

    Raises:
        DamagedRecord: it cannot be read as one.
        RecordsNotFound: there is no such file.
    """
    record = _record(path)
    return Experiment(record.head, path=path, observations=lambda: _record(path).observations())


def _record(path: Path) -> records.Record:
    try:
        return records.decode(path.read_bytes())
    except FileNotFoundError:
        raise RecordsNotFound(f"there is no record {path}") from None
    except OSError as error:
        raise DamagedRecord(path, f"it cannot be opened ({error.strerror})") from None
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from None
