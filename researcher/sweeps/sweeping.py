"""Run a function over a space of params, one experiment a setting."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from researcher.environment.environment import environment
from researcher.errors import EngineError, SpaceError, SweepWarning, warn
from researcher.experiments import Experiments
from researcher.running import call_of
from researcher.storage.directory import RecordsDirectory, records_directory
from researcher.storage.publish import recordable
from researcher.storage.reading import is_directory
from researcher.sweeps.carrying import Carrying
from researcher.sweeps.engines import engine_for
from researcher.sweeps.job import Job
from researcher.sweeps.objective import Mode, Objective
from researcher.sweeps.plan import Listed, Plan
from researcher.sweeps.settings import known_outcomes, open_settings, recorded, seeds_of, settings_of, status_of
from researcher.sweeps.study import direction_of, trials_of
from researcher.sweeps.tally import Tally

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from types import ModuleType

    from distributed import Client
    from optuna import Study, Trial


def sweep(
    function: Callable[..., Any],
    space: Mapping[str, Any] | Sequence[Mapping[str, Any]] | Callable[[Trial], Mapping[str, Any]],
    records: str | os.PathLike[str] = "records/",
    *,
    n: int | None = None,
    repeats: int | None = None,
    seed: int = 0,
    n_jobs: int = -1,
    engine: Client | Executor | ModuleType | None = None,
    study: Study | None = None,
    objective: str | None = None,
    mode: Mode | None = None,
    retry_failed: bool = True,
    progress: bool = False,
) -> Experiments:
    """Run ``function(params)`` for all params of a space, and record each as `run` does.

    What is finished already, by the hash of its params, is not run again. So a sweep that was interrupted or killed
    goes on when it is called again, and a larger space or more repeats only add to it. A setting that fails is
    recorded as failed, and the others go on; a warning at the end sums up what did not finish.

    Args:
        function: see `run`. For other processes it is pickled by value where it stands in a script or notebook.
        space: by name of the param: a list, range or array, of which every value is tried; a distribution of
            ``scipy.stats`` or one of `choice`, `uniform`, `log_uniform` and `integers`; a function of the other
            params; a dict, which is a space in itself; or one value for all. A list of spaces is one after the other.
        records: the records directory; it is made if it is missing.
        n: how many samples of the distributions are tried, at each point of the grid; with a study, how many trials
            there are in all, those of earlier calls among them.
        repeats: how often each is run, each time with another param ``seed``: ``seed``, ``seed + 1`` and so on.
        seed: of the samples, and the first of the repeats.
        n_jobs: how many processes of this machine; -1 for one a core, 1 for this process. Of an engine, how many
            experiments at once, if it is positive.
        engine: runs it instead: a dask ``Client``, the module ``ray``, or any ``concurrent.futures.Executor``. It
            has to see the records directory.
        study: an Optuna study, which chooses the params, lists and ranges as well as what is drawn. Instead of a space
            it can be given a function that makes params of a trial. It is told the best value of the objective, of
            repeats the mean, and prunes what `Recorder.should_stop` is asked in, unless the records are on a store.
        objective: the observation that the study and the progress bar look at: its best value at any step.
        mode: ``min`` or ``max``; if not given, that of the study, or see `Experiments.best`.
        retry_failed: run again what failed in an earlier call; with False it is left as it is.
        progress: show a progress bar, with the best so far where there is an objective.

    Returns:
        An experiment of each setting, oldest first: the finished one, else the last that was tried.

    Raises:
        NotRunnable: ``function`` cannot be called with params.
        SpaceError: the space is empty somewhere, has no end, or does not fit the rest.
        NotRecordable: some params have no place in a record.
        NotSendable: the function cannot be sent to another process.
        EngineError: the engine cannot be reached, or is gone; what is finished stays.
        CannotWrite: the records directory cannot be written to.
        MissingExtra: a package that this needs is not installed.
        KeyboardInterrupt: the sweep was interrupted; its message says how far it is.

    >>> import tempfile
    >>> def train(params):
    ...     return {"loss": params["lr"] ** 2}
    >>> with tempfile.TemporaryDirectory() as records:
    ...     found = sweep(train, {"lr": [0.1, 0.2, 0.4], "depth": [1, 2]}, records, n_jobs=1)
    ...     len(found), found.best("loss").params
    (6, {'lr': 0.1, 'depth': 1})
    """
    call_of(function)
    if not isinstance(n_jobs, int) or n_jobs == 0:
        raise EngineError(f"n_jobs={n_jobs!r}: it is a number of processes, or -1 for one a core")
    aim = _aim(study, objective, mode)
    seeds = seeds_of(space, repeats, seed)
    directory = records_directory(recordable(records).absolute())
    _refresh(directory)
    known = recorded(directory.experiments)
    plan: Plan
    if study is None or aim is None:
        settings = settings_of(space, n, seeds, seed)
        plan = Listed(settings, open_settings(settings, known, retry_failed=retry_failed))
    else:
        plan = trials_of(study, space, n, seeds, aim, directory.path, known, retry_failed=retry_failed)
    finished = [known[s.hash] for s in plan.settings if status_of(s, known) in ("finished", "pruned")]
    tally = Tally(plan.total, finished, aim, progress=progress)
    with tally.counting():
        if plan.left:
            job = Job(function, directory.path, aim, environment(directory.path, function))
            Carrying(plan, engine_for(engine, job, n_jobs, plan.left), tally.add).carry_out()
    if trouble := tally.trouble():
        warn(f"{trouble}\nCall it again to try these again.", SweepWarning)
    _refresh(directory)
    found = Experiments(known_outcomes(plan.settings, recorded(directory.experiments)), directory.damaged)
    if aim is not None and (observed := found.observed()) and aim.observation not in observed:
        warn(f"the objective {aim.observation!r} was not observed; observed were: {', '.join(observed)}", SweepWarning)
    return found


def _aim(study: Study | None, objective: str | None, mode: Mode | None) -> Objective | None:
    """What the sweep is after; of a study, in its direction."""
    if study is None:
        return None if objective is None else Objective.of(objective, mode)
    direction = direction_of(study)
    if objective is None:
        raise SpaceError('a study needs to know what it is after: objective="val_loss", the name of an observation')
    if mode not in (None, direction):
        raise SpaceError(f"mode={mode!r}, and the study is after the {direction}; leave mode away")
    return Objective(objective, direction)


def _refresh(directory: RecordsDirectory) -> None:
    """Read what is recorded; of a directory that is still to be made, nothing."""
    if is_directory(directory.path):
        directory.refresh()
