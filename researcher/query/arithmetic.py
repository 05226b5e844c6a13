"""Calculate as a query does: with numbers, of which the result is a number that floats reach, or `ABSENT`."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from researcher.params import ABSENT
from researcher.query.comparing import kind_of

_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def calculated(signs: list[str], first: object, *others: object) -> object:
    """The values with these signs between them, from the left."""
    for sign, other in zip(signs, others, strict=True):
        first = _result(sign, first, other)
    return first


def _result(sign: str, left: Any, right: Any) -> object:
    if not kind_of(left) == kind_of(right) == "number":
        return ABSENT
    if sign == "**" and isinstance(left, int) and (left.bit_length() - 1) * right > sys.float_info.max_exp:
        return ABSENT  # an overflow that Python would take hours to compute exactly
    try:
        result = _OPERATORS[sign](left, right)
    except ArithmeticError:
        return ABSENT
    if isinstance(result, complex):
        return ABSENT
    overflow = abs(result) > sys.float_info.max and math.inf not in (abs(left), abs(right))
    return ABSENT if overflow else result


def signed(sign: str, value: Any) -> object:
    """The number with a sign before it."""
    if kind_of(value) != "number":
        return ABSENT
    return -value if sign == "-" else value
