"""Read one record file or journal."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.storage import names, records
from researcher.storage.follow import JournalReader


def read(path: Path) -> Experiment:
    """The experiment of one record file or journal.

    Raises:
        DamagedRecord: it cannot be read as one.
        RecordsNotFound: there is no such file.
    """
    if path.suffix == names.JOURNAL:
        reader = JournalReader(path)
        reader.refresh()
        return reader.experiment()
    record = _record(path)
    return Experiment(record.head, path, None if record.observations is None else lambda: _rest(path))


def unopened(error: OSError) -> str:
    """What is wrong with a file that cannot be opened."""
    return f"it cannot be opened ({error.strerror})"


def _record(path: Path) -> records.Record:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe is to wait
            raise DamagedRecord(path, "it is not a regular file")
        return records.decode(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise RecordsNotFound(f"there is no record {path}") from None
    except OSError as error:
        raise DamagedRecord(path, unopened(error)) from None
    except DamagedRecord:
        raise
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from None


def _rest(path: Path) -> Mapping[str, Any]:
    try:
        return {"observations": None, **_record(path).rest()}
    except DamagedRecord:
        raise
    except ValueError as error:
        raise DamagedRecord(path, str(error)) from None
