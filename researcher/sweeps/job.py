"""What a worker does for one setting of a sweep."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from researcher.environment.environment import in_this_process
from researcher.errors import CannotWrite, DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.running import recorded_call
from researcher.storage import names
from researcher.storage.publish import is_taken
from researcher.storage.reading import read
from researcher.sweeps.objective import Objective
from researcher.sweeps.settings import Setting


class Outcome(NamedTuple):
    """How a setting ended.

    Attributes:
        status: as its experiment has it, or ``lost`` where the worker was.
        value: what it reached of the objective, NaN if nothing.
        error: what ended it, in a line.
        path: its record, if it is known.
    """

    status: str
    value: float = float("nan")
    error: str = ""
    path: Place | None = None


@dataclass(frozen=True, eq=False)
class Job:
    """What is the same for all settings of a sweep.

    Attributes:
        function: what is run.
        records: the records directory.
        objective: what the sweep is after, if that is known.
        environment: what is around where the sweep was begun.
    """

    function: Callable[..., Any]
    records: Place
    objective: Objective | None
    environment: Mapping[str, Any]

    def carry_out(self, setting: Setting) -> Outcome:
        """Run a setting, unless it is finished by now: an engine may hand out again what a worker did that is gone.

        Raises:
            CannotWrite: nothing can be recorded, so that there is no sense in going on.
        """
        try:
            experiment = finished(setting, self.records) or self._run(setting)
        except CannotWrite:
            raise
        except Exception as error:  # noqa: BLE001 - it is recorded, and the others go on
            return Outcome("failed", error=in_a_line(error))
        except SystemExit as error:
            return Outcome("interrupted", error=in_a_line(error))
        return outcome_of(experiment, self.objective)

    def _run(self, setting: Setting) -> Experiment:
        around = in_this_process(self.environment)
        return recorded_call(self.function, setting.params, self.records, facts={"environment": around})


def outcome_of(experiment: Experiment, objective: Objective | None) -> Outcome:
    """How a recorded experiment ended."""
    value = float("nan") if objective is None else objective.value(experiment)
    return Outcome(experiment.status, value, path=experiment.path)


def finished(setting: Setting, records: Place) -> Experiment | None:
    """The finished experiment of a setting, found by the name of its file.

    It is a journal where the worker was killed after it had finished, and before its record was in place.
    """
    name = names.stem(setting.params.get("title"), setting.hash)
    for repeat in itertools.count(1):
        paths = [records / names.numbered(name, repeat, ending) for ending in (names.RECORD, names.JOURNAL)]
        taken = [path for path in paths if is_taken(path)]
        if not taken:
            return None
        for path in taken:
            with suppress(DamagedRecord, RecordsNotFound):
                if (experiment := read(path)).status == "finished":
                    return experiment
    raise AssertionError


def in_a_line(error: BaseException) -> str:
    """The type of an error and the first line of what it says."""
    said = str(error).strip().partition("\n")[0]
    kind = type(error).__name__
    return f"{kind}: {said[:200]}" if said else kind
