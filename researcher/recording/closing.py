"""Make the record of a recorder that has ended, or else keep everything elsewhere."""

from __future__ import annotations

from researcher.experiment import Experiment
from researcher.places import Place
from researcher.recording.telling import reason, warn
from researcher.storage.ending import ended, published, rescued
from researcher.storage.journal import Journal


def make_record(journal: Journal, records: Place, experiment: Experiment) -> None:
    """Publish what a sealed journal holds; if that is not possible, a warning says where it is kept.

    Args:
        journal: of our own.
        records: the directory, as messages name it.
        experiment: what it is of; afterwards as it was recorded.
    """
    journal.flush()
    try:
        experiment.become(published(journal))
    except (OSError, ValueError) as error:
        _keep(journal, records, experiment, reason(error))


def _keep(journal: Journal, records: Place, experiment: Experiment, why: str) -> None:
    experiment.become(ended(journal).experiment())
    if journal.flush():
        kept = f"Everything is kept in {journal.path}; `researcher recover {records}` makes its record"
    elif (found := rescued(journal)) is not None:
        experiment.become(found)
        kept = f"Everything is kept in {found.path}"
    else:
        kept = "It could not be written to the temporary directory either; it is in recorder.experiment.data"
    warn(f"the record cannot be written to {records}: {why}. {kept}.")
