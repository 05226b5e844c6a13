"""Ask an experiment that runs to stop."""

from __future__ import annotations

from pathlib import Path

from researcher.errors import CannotWrite, NotRecording, reason
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage import names, stopping
from researcher.storage.reading import reader_of
from researcher.storage.whereabouts import lies_in


def request_stop(experiment: Experiment) -> None:
    """Ask an experiment to stop, wherever it runs by now; see `Experiment.request_stop`."""
    try:
        journal = _running(experiment)
        if journal is None:
            raise NotRecording(f"{experiment.name} does not run, so there is nothing to stop")
        if isinstance(journal, Path):
            stopping.ask(journal)
            return
    except OSError as error:
        raise CannotWrite(f"cannot ask {experiment.name} to stop: {reason(error)}") from error
    raise CannotWrite(f"{experiment.name} runs on another machine, and can be asked to stop there alone")


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
