"""Run a function of params as an experiment."""

from __future__ import annotations

import copy
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from researcher.environment.entry import name_of
from researcher.environment.environment import environment
from researcher.errors import NotRecordable, NotRunnable, warn
from researcher.experiment import Experiment
from researcher.recorder import Errors, Recorder
from researcher.recording.returned import results_of, told_already
from researcher.recording.seeding import seed_of, seeded
from researcher.storage.rescue import rescued

Call = Callable[[Mapping[str, Any], Recorder], Any]
_forbidden: list[str] = []  # why nothing may be run now


def run(
    function: Callable[..., Any],
    params: Mapping[str, Any],
    records: str | os.PathLike[str] = "records/",
    *,
    errors: Errors = "raise",
    progress: bool | int = False,
) -> Experiment:
    """Run ``function(params)``, and record it as an experiment with what it returns.

    If it has a parameter ``recorder``, or a second one without a default, it is handed the `Recorder` too, and may
    observe as it goes. It gets a copy of the params: whatever it does to them, the record keeps what went in. A whole
    number as the param ``seed`` seeds ``random``, numpy, torch, TensorFlow and Keras as far as they are loaded, or as
    soon as they are; the record says which.

    Args:
        function: of a module, of a notebook cell, a partial, or any object that can be called. It returns a dict of
            observations as `record_experiment` takes them, a Keras ``History``, an `ObservationCollector`, one number
            (which is recorded as ``result``), or None.
        params: what to run it with, by name; ``title`` names the file.
        records: the records directory; it is made if it is missing.
        errors: see `Recorder`.
        progress: show a progress bar; see `Recorder`.

    Returns:
        The experiment as it was recorded.

    Raises:
        NotRunnable: ``function`` cannot be called so, or is asynchronous; nothing is recorded.
        NotRecordable: a param or something that was returned has no place in a record; the rest of what was returned
            is recorded.
        CannotWrite: the directory cannot be written to.
        Exception: whatever the function raises, once it is recorded: as ``failed`` with the traceback.

    >>> import tempfile
    >>> def train(params):
    ...     return {"loss": [1 / (params["lr"] * step) for step in (1, 2, 4)]}
    >>> with tempfile.TemporaryDirectory() as records:
    ...     run(train, {"lr": 0.5}, records).final_observations("loss")
    0.5
    """
    experiment = recorded_call(function, params, records, errors=errors, progress=progress)
    if not experiment.observations:
        warn(
            f"{name_of(function)} returned nothing and observed nothing, so the record has no more than the params. "
            "Return a dict of observations, or take a parameter recorder and call recorder.observe."
        )
    return experiment


def recorded_call(
    function: Callable[..., Any],
    params: Mapping[str, Any],
    records: str | os.PathLike[str],
    *,
    facts: Mapping[str, Any] | None = None,
    errors: Errors = "raise",
    progress: bool | int = False,
) -> Experiment:
    """The same as `run`; the record says these ``facts`` of itself, an ``environment`` among them taken as it is."""
    call = call_of(function)
    recorder = Recorder(params, records, errors=errors, progress=progress)
    told = dict(facts or {})
    if "environment" not in told:
        told["environment"] = environment(recorder.records, function)
    recorder.describe(**told)
    handed, seed = _copied(params), seed_of(params)
    with recorder:
        returned = _seeded_call(call, handed, recorder, seed)
        _record(returned, recorder, name_of(function))
    return recorder.experiment


@contextmanager
def none_may_run(why: str) -> Iterator[None]:
    """Within the block `run` and `sweep` raise `NotRunnable`, and say why."""
    _forbidden.append(why)
    try:
        yield
    finally:
        _forbidden.pop()


def _seeded_call(call: Call, params: Mapping[str, Any], recorder: Recorder, seed: int | None) -> Any:
    """What the call returns, with all seeded; the record says what was, and what was loaded and seeded meanwhile."""
    with seeded(seed) as libraries:
        told = len(libraries)
        if told:
            recorder.describe(seeded={"seed": seed, "libraries": libraries})
        try:
            return call(params, recorder)
        finally:
            if len(libraries) > told and recorder.status == "running":
                recorder.describe(seeded={"seed": seed, "libraries": libraries})


def call_of(function: Callable[..., Any]) -> Call:
    """How to call it with params and a recorder, as far as it wants that.

    Raises:
        NotRunnable: it cannot be called so, or nothing may be run now.
    """
    if _forbidden:
        raise NotRunnable(f"{_forbidden[-1]}. Put what begins them below: if __name__ == '__main__':")
    if not callable(function):
        raise NotRunnable(f"{function!r} is of the type {type(function).__name__}, and cannot be called")
    name = name_of(function)
    for kind in (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction):
        if kind(function) or kind(type(function).__call__):
            raise NotRunnable(
                f"{name} is asynchronous or a generator, and does not run when it is called. "
                "Use a Recorder in it, or hand over a function that runs it to its end."
            )
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # one in C, which does not tell
        return lambda params, _: function(params)
    wanted = signature.parameters.get("recorder")
    if wanted is not None and wanted.kind is not wanted.POSITIONAL_ONLY:
        return lambda params, recorder: function(params, recorder=recorder)
    if _binds(signature, 1):
        return lambda params, _: function(params)
    if _binds(signature, 2):
        return lambda params, recorder: function(params, recorder)
    raise NotRunnable(
        f"{name}{signature} cannot be called as {name}(params) or {name}(params, recorder). "
        f"If each param is an argument of its own, hand over: lambda params: {name}(**params)"
    )


def _binds(signature: inspect.Signature, arguments: int) -> bool:
    try:
        signature.bind(*range(arguments))
    except TypeError:
        return False
    return True


def _copied(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """A copy all the way down; of params that cannot be copied so, one of the outermost level."""
    try:
        return copy.deepcopy(params)
    except Exception:  # noqa: BLE001 - the code of others
        return dict(params)


def _record(returned: object, recorder: Recorder, name: str) -> None:
    """Record what a function returned beside what it observed.

    What it observed under the same name stays; unless it is the same, or its last value, the other one is kept
    under a name of its own.
    """
    try:
        results = results_of(returned, name)
        observed = recorder.experiment
        fresh: dict[str, Any] = {}
        for key, value in results.items():
            if not observed.has_observation(key):
                fresh[key] = value
            elif not told_already(value, observed, key):
                fresh[f"{key}_returned"] = value
        if fresh:
            recorder.set_observations(fresh)
    except NotRecordable as error:
        file = rescued(recorder.params, returned, str(error))
        raise NotRecordable(f"{error}\nWhat was returned is kept in {file}", error.value, file) from None
