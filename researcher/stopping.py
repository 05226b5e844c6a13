"""Ask an experiment that runs to stop."""

from __future__ import annotations

from researcher.errors import CannotWrite, NotRecording, reason
from researcher.experiment import Experiment
from researcher.places import Address, Place
from researcher.storage import names, stopping
from researcher.storage.reading import reader_of
from researcher.storage.whereabouts import lies_in


def request_stop(experiment: Experiment) -> None:
    """Ask an experiment to stop, wherever it runs by now; see `Experiment.request_stop`."""
    try:
        journal = _running(experiment)
        if journal is None:
            raise NotRecording(f"{experiment.name} does not run, so there is nothing to stop")
        if isinstance(journal, Address):
            from researcher.storage.remote.parts import ask_to_stop

            ask_to_stop(journal)
        else:
            stopping.ask(journal)
    except OSError as error:
        raise CannotWrite(f"cannot ask {experiment.name} to stop: {reason(error)}") from error


def _running(experiment: Experiment) -> Place | None:
    """The journal that an experiment is recorded in now, if it is."""
    try:
        path = experiment.path and lies_in(experiment.path, experiment.ours)
        if path is None or path.suffix != names.JOURNAL:
            return None
        reader = reader_of(path)
        reader.refresh()
    except FileNotFoundError:
        return None
    return path if reader.running else None
