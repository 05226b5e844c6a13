"""Write a finished experiment as one JSON file."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from researcher.errors import CannotWrite, NotRecordable
from researcher.experiment import Experiment
from researcher.observations import ObservationCollector
from researcher.plain import plain
from researcher.storage import names, records
from researcher.storage.publish import publish, rescued


def record_experiment(
    params: Mapping[str, Any],
    save_path: str | os.PathLike[str],
    observations: Mapping[str, Any] | ObservationCollector | None = None,
    duration: float | None = None,
) -> Experiment:
    """Record an experiment that has ended, as a file of its own in the directory ``save_path``.

    The directory is made if it is missing. The same params again are a repeat with a file of its own; nothing is
    ever overwritten.

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

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as records:
    ...     record_experiment({"title": "relu", "lr": 0.1}, records, {"loss": [0.5, 0.25]}).path.name
    'relu_3ca0ffbf7ff8c9de8e1e3ffd6d5c9ba4.json'
    """
    if isinstance(observations, ObservationCollector):
        observations = observations.observations
    try:
        head = records.stamped(_checked(params), _seconds(duration), "finished")
        return _publish(save_path, names.stem(head.get("title"), head["hash"]), head, observations)
    except (NotRecordable, CannotWrite) as error:
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
    own = {key: parameters[key] for key in ("hash", "timestamp", "duration") if key in parameters}
    try:
        params = _checked({key: value for key, value in parameters.items() if key not in own})
        head = records.stamped({**params, **plain(own, "parameters")}, None, "finished")
        return _publish(path, names.cleaned(name.removesuffix(".json")) or head["hash"], head, observations)
    except (NotRecordable, CannotWrite) as error:
        raise _with_rescue(error, parameters, observations) from error.__cause__


def get_hash(params: Mapping[str, Any]) -> str:
    """The hash that these params are recorded under: MD5 in hex of ``json.dumps(params)`` in the order given.

    Raises:
        NotRecordable: a value has no place in a record.

    >>> get_hash({"title": "cool_experiment", "learning_rate": 0.003, "batch_size": 32, "alpha": 2e-9, "model": "rnn"})
    'd45dee5991986a5b8215706f5e904b3e'
    """
    return records.digest(plain(params, "params"))


def reduced_params(params: Mapping[str, Any], unwanted_keys: Collection[str]) -> dict[str, Any]:
    """The params without some of them, as a new dict.

    >>> reduced_params({"lr": 0.1, "data": "x"}, ["data"])
    {'lr': 0.1}
    """
    return {key: value for key, value in params.items() if key not in unwanted_keys}


def _checked(params: Mapping[str, Any]) -> dict[str, Any]:
    """The params as plain values.

    Raises:
        NotRecordable: they are no dict, use one of our names, have a key that is not text, or hold what JSON cannot.
    """
    if not isinstance(params, Mapping):
        raise NotRecordable(
            f"params is a {type(params).__name__}; it must be a dict of name and value", params
        )
    for key in params:
        if not isinstance(key, str):
            raise NotRecordable(
                f"params has the key {key!r}, a {type(key).__name__}; the name of a param is text", key
            )
        if key in records.RESERVED:
            raise NotRecordable(
                f"params[{key!r}] has a name that a record keeps for itself. Rename it, "
                "or pass experiment.params where you passed experiment.data.",
                params[key],
            )
    found: dict[str, Any] = plain(params, "params")
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
    if observations is not None and not isinstance(observations, Mapping):
        raise NotRecordable(
            f"observations is a {type(observations).__name__}; it must be a dict of name and values",
            observations,
        )
    content = records.encode(head, plain(observations or {}, "observations"))
    try:
        path = publish(Path(directory), name, content)
    except OSError as error:
        raise CannotWrite(f"cannot record into {os.fspath(directory)}: {error.strerror or error}") from error
    record = records.decode(content)
    return Experiment(record.head, path=path, observations=record.observations)


def _with_rescue(
    error: NotRecordable | CannotWrite, params: object, observations: object
) -> NotRecordable | CannotWrite:
    """The same error, naming the file that holds what was to be recorded."""
    file = rescued(params, observations, str(error))
    where = (
        f"What was to be recorded is kept in {file}"
        if file
        else "It could not be kept in a rescue file either"
    )
    message = f"{error}\n{where}"
    if isinstance(error, NotRecordable):
        return NotRecordable(message, error.value, file)
    return CannotWrite(message, file)
