"""What is to be recorded, checked: plain values, under names that are not the record's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from researcher.errors import NotRecordable
from researcher.plain import plain
from researcher.reserved import RESERVED


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


def _checked(values: Mapping[str, Any], name: str, one: str) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise NotRecordable(f"{name} is of the type {type(values).__name__}; it must be a dict by name", values)
    for key in values:
        if not isinstance(key, str):
            kind = type(key).__name__
            raise NotRecordable(f"{name} has the key {key!r} of the type {kind}; the name of {one} is text", key)
    found: dict[str, Any] = plain(values, name)
    return found
