"""What is to be recorded, checked: plain values, under names that are not the record's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from researcher.errors import NotRecordable
from researcher.plain import plain
from researcher.reserved import RESERVED

_OF_LISTS = {"pandas": "'list'", "polars": "as_series=False"}  # how a DataFrame becomes a dict of lists


def checked_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The params as plain values.

    Raises:
        NotRecordable: they are no dict, use one of our names, have a key that is not text, or hold what JSON cannot.
    """
    found = _checked(params, "params", "a param")
    for name in RESERVED:
        if name in found:
            raise NotRecordable(
                f'params["{name}"] has a name that a record keeps for itself. Rename it, '
                "or pass experiment.params where you passed experiment.data.",
                found[name],
            )
    return found


def checked_observations(observations: Mapping[str, Any] | None) -> dict[str, Any]:
    """The observations as plain values; none for None.

    Raises:
        NotRecordable: they are no dict, have a key that is not text, or hold what JSON cannot.
    """
    return {} if observations is None else _checked(observations, "observations", "an observation")


def no_dict(value: object, name: str) -> NotRecordable:
    """The error for what should be a dict; of what is nearly one it says how to make it one."""
    kind, whole = type(value).__name__, type(value).__module__.partition(".")[0]
    hint = ""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hint = f": dataclasses.asdict({name})"
    elif kind in ("Namespace", "SimpleNamespace"):
        hint = f": vars({name})"
    elif kind == "DataFrame" and whole in _OF_LISTS:
        hint = f": {name}.to_dict({_OF_LISTS[whole]})"
    elif isinstance(getattr(value, "history", None), Mapping):  # of Keras
        hint = f": {name}.history"
    return NotRecordable(f"{name} is of the type {kind}; it must be a dict by name{hint}", value)


def _checked(values: Mapping[str, Any], name: str, one: str) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise no_dict(values, name)
    for key in values:
        if not isinstance(key, str):
            kind = type(key).__name__
            raise NotRecordable(f"{name} has the key {key!r} of the type {kind}; the name of {one} is text", key)
    found: dict[str, Any] = plain(values, name)
    return found
