"""Which of many experiments a query matches, found on columns; the same as `Query.matches` of each.

A condition on one name is decided once for each distinct value of it, and where it compares with a number, for all
numbers at once; ``and``, ``or`` and ``not`` join verdicts. What speaks of several names at once is decided for each
combination of their values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.arrays import Mask
from researcher.params import ABSENT, Path
from researcher.query import Query
from researcher.query.tree import Comparison, Junction, Literal, Name, Negation, Node, names_in
from researcher.tables.numbers import Numbers
from researcher.tables.table import Table

Verdicts = npt.NDArray[np.int8]
"""For each experiment whether something is true, false, or unknown."""

_FALSE, _UNKNOWN, _TRUE = -1, 0, 1  # so that "and" is the smallest, "or" the largest, and "not" the opposite
_EXACT = 2**53  # integers up to this one are exact as floats
_RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def matching(query: Query, table: Table) -> Mask:
    """Which experiments a query matches, of shape ``(n_experiments,)``."""
    found: Mask = _verdicts(query.condition, table) == _TRUE
    return found


def _verdicts(node: Node, table: Table) -> Verdicts:
    if isinstance(node, Junction):
        return _joined(node.decisive, [_verdicts(part, table) for part in node.parts])
    if isinstance(node, Negation):
        return _negated(_verdicts(node.part, table))
    if isinstance(node, Comparison):
        pairs = zip(node.relations, node.parts, node.parts[1:], strict=False)
        return _joined(False, [_compared(relation, left, right, table) for relation, left, right in pairs])
    return _decided(node, table)


def _joined(decisive: bool, parts: Iterable[Verdicts]) -> Verdicts:
    found: Verdicts = (np.maximum if decisive else np.minimum).reduce([*parts])
    return found


def _negated(verdicts: Verdicts) -> Verdicts:
    return -verdicts


def _told(true: Mask, known: Mask) -> Verdicts:
    """What is true, what is false, and what is not known."""
    return np.where(known, np.where(true, np.int8(_TRUE), np.int8(_FALSE)), np.int8(_UNKNOWN))


def _compared(relation: str, left: Node, right: Node, table: Table) -> Verdicts:
    """Two parts of a query compared; quickly where one is a name and the other a constant."""
    if not isinstance(left, Name) and isinstance(right, Name) and relation in _TURNED:
        return _compared(_TURNED[relation], right, left, table)
    if isinstance(left, Name) and left.path != ("timestamp",) and not names_in(right):
        constant = right.value(lambda _: ABSENT)
        if relation in ("in", "not in") and constant and isinstance(constant, tuple) and all(map(_simple, constant)):
            found = _joined(True, [_compared("==", left, Literal(each), table) for each in constant])
            return found if relation == "in" else _negated(found)
        if relation in _RELATIONS and _is_number(constant):
            return _with_number(relation, left.path, constant, table)
        if relation in ("==", "!=") and isinstance(constant, str):
            found = _is_text(left.path, constant, table)
            return found if relation == "==" else _negated(found)
    return _decided(Comparison((relation,), (left, right)), table)


def _with_number(relation: str, path: Path, constant: object, table: Table) -> Verdicts:
    node, compare = Comparison((relation,), (Name(path), Literal(constant))), _RELATIONS[relation]
    numbers = table.numbers_at(path)
    if numbers is not None:
        return _of_numbers(node, numbers, compare(numbers.values, constant))
    column = table.look_up(path)
    values, exact = column.numbers()
    found = np.append(_told(compare(values, constant), exact), np.int8(_UNKNOWN))
    for code in np.flatnonzero(~exact).tolist():
        found[code] = _verdict(node, {path: column.values[code]})
    return found[column.codes]


def _of_numbers(node: Node, numbers: Numbers, compared: Mask) -> Verdicts:
    found = _told(compared, numbers.there)
    for place, value in numbers.asked.items():
        found[place] = _verdict(node, dict.fromkeys(names_in(node), value))
    return found


def _is_text(path: Path, text: str, table: Table) -> Verdicts:
    """What equality with a text is: false for all that is none."""
    column = table.look_up(path)
    found = [_TRUE if type(value) is str and value == text else _FALSE for value in column.values]
    return np.array([*found, _UNKNOWN], dtype=np.int8)[column.codes]


def _decided(node: Node, table: Table) -> Verdicts:
    """The slow way: for each combination of values that there is."""
    paths = [*names_in(node)]
    if not paths:
        return np.full(len(table), _verdict(node, {}), dtype=np.int8)
    columns = [table.look_up(path) for path in paths]
    codes = np.stack([column.codes for column in columns])
    if len(columns) == 1:
        distinct, inverse = np.unique(codes, return_inverse=True)
        distinct = distinct[np.newaxis]
    else:
        distinct, inverse = np.unique(codes, axis=1, return_inverse=True)
    values = [[*column.values, ABSENT] for column in columns]
    verdicts = [
        _verdict(node, {path: own[code] for path, own, code in zip(paths, values, combination, strict=True)})
        for combination in distinct.T.tolist()
    ]
    found: Verdicts = np.array(verdicts, dtype=np.int8)[inverse.reshape(-1)]
    return found


def _verdict(node: Node, values: Mapping[Path, object]) -> int:
    found = node.value(values.__getitem__)
    return _TRUE if found is True else _FALSE if found is False else _UNKNOWN


def _is_number(value: object) -> bool:
    """Whether it is a number that a float holds exactly."""
    return type(value) is float or (type(value) is int and abs(value) <= _EXACT)


def _simple(value: object) -> bool:
    return isinstance(value, str) or _is_number(value)
