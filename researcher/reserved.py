"""The names that a record keeps for itself beside the params, and what it says under them."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

RESERVED = ("hash", "timestamp", "observations", "duration", "researcher")  # in the order of `Experiment.data`
OWN = ("status", "title", "timestamp", "duration", "hash", "tags", "notes")
"""What an experiment has beside its params, by the names that queries and columns know; a param of that name wins."""
TIMESTAMP = "%Y-%m-%d_%H:%M:%S"


def ours_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ``researcher`` part of a record, or nothing for one of the 2020 package."""
    ours = data.get("researcher")
    return ours if isinstance(ours, dict) and type(ours.get("format")) is int else {}


def recorded_at_of(data: Mapping[str, Any]) -> float:
    """When a record says it was recorded, in seconds since 1970; 0 where it does not."""
    try:
        return datetime.datetime.fromisoformat(ours_of(data)["recorded_at"]).timestamp()
    except (KeyError, TypeError, ValueError, OverflowError):
        return _seconds(timestamp_of(data))


def timestamp_of(data: Mapping[str, Any]) -> datetime.datetime | None:
    """When a record says it was recorded: local time, in seconds; None where it does not."""
    try:
        return datetime.datetime.strptime(data["timestamp"], TIMESTAMP)
    except (KeyError, TypeError, ValueError):
        return None


def single_values(data: Mapping[str, Any]) -> Collection[str]:
    """The observations that were observed as one value each, whatever their shape."""
    names = ours_of(data).get("values")
    return names if isinstance(names, list) else ()


def _seconds(local: datetime.datetime | None) -> float:
    """Seconds since 1970, 0 where they are not known or cannot be counted."""
    try:
        return local.timestamp() if local else 0.0
    except (ValueError, OverflowError, OSError):
        return 0.0
