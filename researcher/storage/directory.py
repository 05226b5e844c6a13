"""What is in a records directory, kept fresh by reading only the files that changed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, NamedTuple

from researcher.errors import CannotRead, DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.storage import records

Identity = tuple[int, ...]  # mode, size, inode, mtime in nanoseconds; empty for what cannot be asked


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
            CannotRead: it is there and cannot be read.
        """
        entries = ((name, self._entry(name)) for name in self._names())
        found = {name: entry for name, entry in entries if entry is not None}
        if found == self._entries:
            return False
        self._entries = found
        experiments = [entry.experiment for entry in found.values() if entry.experiment is not None]
        self.experiments = sorted(experiments, key=lambda e: (e.recorded_at, e.name))
        self.damaged = [(self.path / name, entry.damage) for name, entry in sorted(found.items()) if entry.damage]
        return True

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
            raise RecordsNotFound(f"{self.path} is not a directory; name the one that holds the records") from None
        except OSError as error:
            raise CannotRead(f"cannot read the directory {self.path}: {error.strerror}") from error

    def _entry(self, name: str) -> Entry | None:
        """The entry that is known already if the file is still the same, else a new one; None if it is gone."""
        path = self.path / name
        known = self._entries.get(name)
        try:
            status = path.stat()
        except OSError as error:
            gone = isinstance(error, FileNotFoundError) and not path.is_symlink()
            return None if gone else Entry((), None, _unopened(error))
        identity = (status.st_mode, status.st_size, status.st_ino, status.st_mtime_ns)
        if known is not None and known.identity == identity:
            return known
        try:
            return Entry(identity, read(path), "")
        except DamagedRecord as error:
            return Entry(identity, None, error.reason)
        except RecordsNotFound:
            return None


def read(path: Path) -> Experiment:
    """The experiment of one record file.

    Raises:
        DamagedRecord: it cannot be read as one.
        RecordsNotFound: there is no such file.
    """
    record = _record(path)
    later = None if record.observations is None else lambda: _observations(path)
    return Experiment(record.head, path, later)


def _record(path: Path) -> records.Record:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe is to wait
            raise DamagedRecord(path, "it is not a regular file")
        return records.decode(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise RecordsNotFound(f"there is no record {path}") from None
    except OSError as error:
        raise DamagedRecord(path, _unopened(error)) from None
    except DamagedRecord:
        raise
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from None


def _observations(path: Path) -> Any:
    observations = _record(path).observations
    try:
        return observations() if observations else None
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from None


def _unopened(error: OSError) -> str:
    return f"it cannot be opened ({error.strerror})"
