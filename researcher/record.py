"""Write a finished experiment as one JSON file."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from researcher.checking import checked_observations, checked_params
from researcher.environment.environment import environment
from researcher.errors import BadAddress, CannotWrite, MissingExtra, NotRecordable, reason
from researcher.experiment import Experiment
from researcher.observations import ObservationCollector
from researcher.params import digest
from researcher.places import place
from researcher.plain import plain
from researcher.storage import layout, names
from researcher.storage.publish import publish
from researcher.storage.reading import recorded
from researcher.storage.rescue import rescued


def record_experiment(
    params: Mapping[str, Any],
    save_path: str | os.PathLike[str],
    observations: Mapping[str, Any] | ObservationCollector | None = None,
    duration: float | None = None,
) -> Experiment:
    """Record an experiment that has ended, as a file of its own in the directory ``save_path``.

    The directory is made if it is missing; it may be a URL, such as ``s3://bucket/records``. The same params again are
    a repeat with a file of its own; nothing is ever overwritten.

    Args:
        params: what the experiment was run with, by name; ``title`` names the file.
        save_path: the records directory.
        observations: what came out, by name: a number, a list (a value a step), a list of lists (a list a fold).
        duration: how long it took, in seconds.

    Returns:
        The experiment as it was recorded.

    Raises:
        NotRecordable: a value or a name has no place in a record. Nothing was recorded, and ``error.rescue`` is a
            file with all of it.
        CannotWrite: the directory cannot be written to; ``error.rescue`` likewise.
        MissingExtra: it is a URL, and what it needs is not installed; likewise.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as records:
    ...     record_experiment({"title": "relu", "lr": 0.1}, records, {"loss": [0.5, 0.25]}).path.name
    'relu_ddc61577552c3f3f60951698cb21f476.json'
    """
    if isinstance(observations, ObservationCollector):
        observations = observations.observations
    try:
        head = layout.stamped(checked_params(params), _seconds(duration), "finished")
        return _publish(save_path, names.stem(head.get("title"), head["hash"]), head, observations)
    except (NotRecordable, CannotWrite, MissingExtra) as error:
        raise _with_rescue(error, params, observations) from error.__cause__


def record_experiment_with_collector(
    params: Mapping[str, Any],
    save_path: str | os.PathLike[str],
    collector: ObservationCollector | None = None,
    duration: float | None = None,
) -> Experiment:
    """Record an experiment with what an `ObservationCollector` collected; see `record_experiment`."""
    return record_experiment(params, save_path, collector, duration)


def save_experiment(
    path: str | os.PathLike[str],
    name: str,
    parameters: Mapping[str, Any],
    observations: Mapping[str, Any] | None,
) -> Experiment:
    """Record an experiment under a file name of one's own; see `record_experiment`.

    Args:
        path: the records directory.
        name: of the file, without its ``.json``.
        parameters: the params; a ``hash``, ``timestamp`` or ``duration`` among them is kept as the record's own.
        observations: what came out, by name.
    """
    try:
        own = _its_own(parameters)
        params = checked_params({key: parameters[key] for key in parameters if key not in own} if own else parameters)
        head = layout.stamped({**params, **own}, None, "finished")
        return _publish(path, names.cleaned(str(name).removesuffix(".json")) or head["hash"], head, observations)
    except (NotRecordable, CannotWrite, MissingExtra) as error:
        raise _with_rescue(error, parameters, observations) from error.__cause__


def get_hash(params: Mapping[str, Any]) -> str:
    """The hash that these params are recorded under: MD5 in hex of ``json.dumps(params)`` in the order given.

    Raises:
        NotRecordable: a value has no place in a record.

    >>> get_hash({"title": "cool_experiment", "learning_rate": 0.003, "batch_size": 32, "alpha": 2e-9, "model": "rnn"})
    'd45dee5991986a5b8215706f5e904b3e'
    """
    return digest(plain(params, "params"))


def reduced_params(params: Mapping[str, Any], unwanted_keys: Collection[str]) -> dict[str, Any]:
    """The params without some of them, as a new dict.

    >>> reduced_params({"lr": 0.1, "data": "x"}, ["data"])
    {'lr': 0.1}
    """
    return {key: value for key, value in params.items() if key not in unwanted_keys}


def _its_own(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What of a record's own keys the parameters bring along."""
    if not isinstance(parameters, Mapping):
        return {}
    own = {key: parameters[key] for key in ("hash", "timestamp", "duration") if key in parameters}
    found: dict[str, Any] = plain(own, "parameters")
    return found


def _seconds(duration: float | None) -> float | None:
    if duration is None:
        return None
    found = plain(duration, "duration")
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        raise NotRecordable(f"duration is {duration!r}; it must be a number of seconds", duration)
    return found


def _publish(
    directory: str | os.PathLike[str],
    name: str,
    head: Mapping[str, Any],
    observations: Mapping[str, Any] | None,
) -> Experiment:
    series = checked_observations(observations)
    around = environment(directory)
    if around:
        head = {**head, "researcher": {**head["researcher"], "environment": around}}
    content = layout.encode(head, series)
    try:
        path = publish(place(directory), name, content)
    except BadAddress as error:  # which names it without what is secret
        raise CannotWrite(f"cannot record: {error}") from error
    except (OSError, TypeError, ValueError) as error:  # the latter for what is no path at all
        raise CannotWrite(f"cannot record into {directory}: {reason(error)}") from error
    return recorded(path, content)


def _with_rescue(
    error: NotRecordable | CannotWrite | MissingExtra, params: object, observations: object
) -> NotRecordable | CannotWrite | MissingExtra:
    """The same error, naming the file that holds what was to be recorded."""
    file = rescued(params, observations, str(error))
    if isinstance(error, MissingExtra):
        return MissingExtra(error.extra, error.reason, file)
    kept = f"What was to be recorded is kept in {file}" if file else "It could not be kept in a rescue file either"
    message = f"{error}\n{kept}"
    return NotRecordable(message, error.value, file) if isinstance(error, NotRecordable) else CannotWrite(message, file)
