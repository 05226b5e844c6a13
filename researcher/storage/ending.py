"""Turn a journal into a record."""

from __future__ import annotations

from pathlib import Path

from researcher.experiment import Experiment
from researcher.storage import names, records
from researcher.storage.follow import JournalReader
from researcher.storage.publish import publish, replace, rescued_record


def publish_journal(reader: JournalReader) -> Experiment:
    """Publish what a journal holds beside it; of a resumed record, in its place. The journal stays.

    Raises:
        OSError: the record could not be written.
    """
    content = _content(reader)
    resumed = reader.head()["researcher"].get("resumes")
    directory = reader.path.parent
    if isinstance(resumed, str) and (directory / resumed).is_file():
        path = directory / resumed
        replace(path, content)
    else:
        name, repeat = names.parted(reader.path.stem)
        path = publish(directory, name, content, first=repeat)
    return _experiment(content, path)


def rescue_journal(reader: JournalReader) -> Experiment | None:
    """Write the record into the temporary directory instead; None if even that failed."""
    content = _content(reader)
    path = rescued_record(reader.path.stem + names.RECORD, content)
    return None if path is None else _experiment(content, path)


def _content(reader: JournalReader) -> bytes:
    rest = reader.rest()
    ours = {key: value for key, value in rest["researcher"].items() if key != "resumes"}
    return records.encode({**reader.head(), "researcher": ours}, rest["observations"])


def _experiment(content: bytes, path: Path) -> Experiment:
    record = records.decode(content)
    return Experiment(record.head, path, record.rest)
