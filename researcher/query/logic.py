"""Yes, no and unknown: what ``and``, ``or``, ``not`` and the functions of a query say. `ABSENT` is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from researcher.params import ABSENT


def joined(decisive: bool, *values: object) -> object:
    """``or`` of the values if True is decisive, ``and`` if False is."""
    if any(value is decisive for value in values):
        return decisive
    return not decisive if all(isinstance(value, bool) for value in values) else ABSENT


def negated(value: object) -> object:
    """``not`` of a value; unknown stays unknown."""
    return not value if isinstance(value, bool) else ABSENT


def listed(*values: object) -> object:
    """The values as a list; with one that is unknown, so is the list."""
    return ABSENT if any(value is ABSENT for value in values) else values


def _isnan(value: object) -> object:
    return value != value if isinstance(value, float) else ABSENT if value is ABSENT else False


FUNCTIONS: Final[Mapping[str, Callable[..., object]]] = {
    "has": lambda value: value is not ABSENT,
    "isnan": _isnan,
}
