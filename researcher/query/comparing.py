"""Compare two values as a query does: kinds are kept apart, and texts stand for times. `ABSENT` is unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from researcher.params import ABSENT
from researcher.query.logic import joined, negated

_NEGATIONS: Final = {"!=": "==", "not in": "in"}
_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED: Final = {"number", "text", "time", "time in a zone"}
_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "truth": bool,  # before the numbers, as Python counts it among them
    "number": (int, float),
    "text": str,
    "list": (list, tuple),
    "dict": Mapping,
}


def compared(relation: str, left: object, right: object) -> object:
    """Whether one value is in a relation to another, such as ``<`` or ``not in``."""
    if relation in _NEGATIONS:
        return negated(compared(_NEGATIONS[relation], left, right))
    left, right = _as_time(left, right), _as_time(right, left)
    if left is ABSENT or right is ABSENT:
        return ABSENT
    if relation == "==":
        return _same(left, right)
    if relation == "in":
        return _contains(right, left)
    kind = kind_of(left)
    return _OPERATORS[relation](left, right) if kind == kind_of(right) and kind in _ORDERED else ABSENT


def _contains(container: object, item: object) -> object:
    if isinstance(container, (list, tuple)):
        return joined(True, *(compared("==", item, each) for each in container))
    return item in container if isinstance(item, str) and isinstance(container, str) else ABSENT


def kind_of(value: object) -> str:
    """Of which kind a value is: ``truth``, ``number``, ``text`` and so on; values of two kinds are never equal."""
    if isinstance(value, datetime):
        return "time in a zone" if value.tzinfo else "time"
    return next((kind for kind, types in _KINDS.items() if isinstance(value, types)), type(value).__name__)


def _same(left: Any, right: Any) -> bool:
    """Equality that keeps kinds apart at every depth."""
    pairs = [(left, right)]
    while pairs:
        left, right = pairs.pop()
        kind = kind_of(left)
        if kind != kind_of(right):
            return False
        if kind == "dict":  # its keys become text when they are recorded
            left, right = ({str(key): value for key, value in each.items()} for each in (left, right))
            if left.keys() != right.keys():
                return False
            pairs += [(left[key], right[key]) for key in left]
        elif kind == "list":
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif left != right:
            return False
    return True


def _as_time(value: object, other: object) -> object:
    """A text that is compared with a time as a time too, by default in the same zone."""
    if not isinstance(value, str) or not isinstance(other, datetime):
        return value
    text = value.strip()
    if len(text) in (len("2026"), len("2026-01")):
        text += "0000-01-01"[len(text) :]
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return ABSENT
    return time if time.tzinfo else time.replace(tzinfo=other.tzinfo)
