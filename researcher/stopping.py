"""Ask an experiment that runs to stop."""

from __future__ import annotations

from pathlib import Path

from researcher.errors import CannotWrite, NotRecording, reason
from researcher.experiment import Experiment
from researcher.storage import names, stopping
from researcher.storage.reading import reader_of
from researcher.storage.whereabouts import lies_in


def request_stop(experiment: Experiment) -> None:
    """Ask an experiment to stop, wherever it runs by now; see `Experiment.request_stop`."""
    path = experiment.path
    try:
        path = None if path is None else lies_in(path, experiment.ours)
        reader = reader_of(path) if path is not None and path.suffix == names.JOURNAL else None
        if reader is not None:
            reader.refresh()
        if reader is None or not reader.running:
            raise NotRecording(f"{experiment.name} does not run, so there is nothing to stop")
        if not isinstance(path, Path):
            raise CannotWrite(f"{experiment.name} runs on another machine, and can be asked to stop there alone")
        stopping.ask(path)
    except FileNotFoundError:
        raise NotRecording(f"{experiment.name} is gone, so there is nothing to stop") from None
    except OSError as error:
        raise CannotWrite(f"cannot ask {experiment.name} to stop: {reason(error)}") from error
