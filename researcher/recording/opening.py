"""Begin to record: a new experiment, one that goes on, or one that another process records."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from researcher.errors import CannotWrite, reason, warn
from researcher.experiment import Experiment
from researcher.places import Address, Place
from researcher.recording.recording import Recording, clock
from researcher.recording.resume import up_to_date
from researcher.recovery import recovered
from researcher.storage import beginning, names
from researcher.storage.journal import Journal
from researcher.storage.lines import Line, encoded
from researcher.storage.locks import alone

_SAFE = "What is observed is kept on this machine, and sent as soon as that is possible."


def new(experiment: Experiment, facts: Mapping[str, Any], records: Place, *, insist: bool) -> Recording:
    """Begin to record a new experiment.

    Args:
        experiment: that has its params and nothing else.
        facts: what it says of itself from the first.
        records: the records directory; it is made if it is missing.
        insist: raise if it cannot be written to; else a warning, and the journal begins in memory.

    Raises:
        CannotWrite: the directory cannot be written to.
    """
    zero = clock()
    journal = _begun(beginning.of_params(experiment.params, facts), records, insist=insist)
    return Recording(journal, zero, experiment, records)


def resumed(experiment: Experiment, step: float | None, records: Place, *, insist: bool) -> Recording:
    """Go on to record an experiment.

    Args:
        experiment: as it was when somebody wanted to resume it.
        step: the step of the next observations; if not given, of each one after its last one.
        records: the directory that it lies in.
        insist: see `new`; of a journal, only raising is possible.

    Raises:
        CannotWrite: the directory or the journal cannot be written to, or it is recorded by another process now.
        NoSuchExperiment: it is gone.
    """
    with alone(records):
        found = up_to_date(experiment)
        if isinstance(records, Address) and found.path is not None and found.path.suffix == names.JOURNAL:
            found = recovered(found, records)
        now = max(0.0, time.time() - found.recorded_at)
        if isinstance(found.path, Path) and found.path.suffix == names.JOURNAL:
            try:
                journal = Journal.reopen(found.path)
            except BlockingIOError:
                raise CannotWrite(f"{found.path.stem} is still being recorded") from None
            except OSError as error:
                raise CannotWrite(f"cannot go on with {found.path}: {reason(error)}") from error
        else:
            journal = _begun(beginning.of_record(found), records, insist=insist)
    journal.append(encoded(Line(now, resumed=True, step=step)))
    return Recording(journal, clock() - now, experiment, records)


def joined(path: Path, experiment: Experiment, records: Place, kinds: dict[str, str], began: float) -> Recording:
    """Observe into the journal of an experiment that another process records, and will end.

    Args:
        path: the journal.
        experiment: that has its params and nothing else.
        records: the records directory.
        kinds: what each name was observed as there.
        began: when that was, in seconds since 1970.

    Raises:
        OSError: the journal cannot be opened.
    """
    return Recording(Journal.join(path), clock() - (time.time() - began), experiment, records, joined=kinds)


def _begun(lines: beginning.Beginning, records: Place, *, insist: bool) -> Journal:
    if isinstance(records, Address):
        return _spooled(lines, records, insist=insist)
    try:
        return Journal.begin(records, *lines)
    except (OSError, ValueError) as error:
        message = f"cannot record into {records}: {reason(error)}"
        if insist:
            raise CannotWrite(message) from error
        warn(f"{message}\nWhat is observed is kept in memory, and written as soon as that is possible.")
        return Journal.unwritten(records / names.numbered(lines.name, 1, names.JOURNAL), lines.content)


def _spooled(lines: beginning.Beginning, records: Address, *, insist: bool) -> Journal:
    """The same for records on a store: in the spool of this machine, from where it is sent."""
    from researcher.storage.remote.journal import begun

    def tell(why: str) -> None:
        warn(f"cannot send to {records}: {why}. {_SAFE}")

    try:
        journal, trouble = begun(records, *lines, tell, insist=insist)
    except (OSError, ValueError) as error:
        raise CannotWrite(f"cannot record into {records}: {reason(error)}") from error
    if trouble is not None:
        tell(reason(trouble))
    return journal
