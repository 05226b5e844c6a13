"""End what is recorded: its last lines, then its record, or else everything is kept elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from researcher.environment.environment import brought_up_to_date
from researcher.errors import reason, warn
from researcher.recording.recording import Recording
from researcher.recording.telling import told_of
from researcher.storage.ending import ended, published, rescued
from researcher.storage.journal import Journal
from researcher.storage.lines import Line, encoded


def end(recording: Recording, facts: Mapping[str, Any], status: str, error: BaseException | None) -> None:
    """Write how it ended and publish its record; if that is not possible, a warning says where it is kept.

    Args:
        recording: of our own; its experiment is afterwards as it was recorded.
        facts: what the record says of itself.
        status: how it ended.
        error: what ended it.
    """
    journal = recording.journal
    if (around := brought_up_to_date(facts.get("environment", {}))) is not None:
        journal.append(encoded(Line(recording.now(), ours={"environment": around})))
    told = None if error is None else told_of(error)
    journal.append(encoded(Line(recording.now(), status=status, error=told)))
    journal.seal()
    _make_record(recording)


def leave(journal: Journal) -> None:
    """Write nothing more into the journal of another process."""
    journal.seal()
    if not journal.flush():
        warn(f"what this process observed last is not recorded: {journal.trouble}")


def _make_record(recording: Recording) -> None:
    journal, experiment, records = recording.journal, recording.experiment, recording.records
    journal.flush()
    moved = journal.moved()
    try:
        experiment.become(published(journal))
    except (OSError, ValueError) as error:
        _keep(recording, reason(error))
    else:
        if moved:
            warn(
                f"{records} was moved or renamed meanwhile: the record is in {experiment.path}. The journal holds the "
                "same where the directory is now, and `researcher recover` makes a record of it there."
            )


def _keep(recording: Recording, why: str) -> None:
    journal, experiment, records = recording.journal, recording.experiment, recording.records
    experiment.become(ended(journal).experiment())
    if journal.flush():
        kept = f"Everything is kept in {journal.path}; `researcher recover {records}` makes its record"
    elif (found := rescued(journal)) is not None:
        experiment.become(found)
        kept = f"Everything is kept in {found.path}, a record that can be moved there later"
    else:
        kept = "It could not be written to the temporary directory either; it is in recorder.experiment.data"
    warn(f"the record cannot be written to {records}: {why}. {kept}.")
