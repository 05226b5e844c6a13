"""Which type the values of a param have in a table of columns, and the values as that type.

A type is a word: ``null`` (nothing is known but that it was None), ``bool``, ``int`` (64 bits), ``float`` (64 bits),
``text``, or ``list<...>`` of one of these.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from researcher.errors import MissingExtra
from researcher.params import as_float
from researcher.plain import key_text
from researcher.storage.strict import Notes

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    raise MissingExtra("archive", "columns of Arrow and Parquet need pyarrow") from None

__all__ = ["array", "joined", "kind_of", "pa", "pq", "table"]
_SIMPLE = {"null": pa.string(), "bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "text": pa.string()}
_OF_TYPE = {type(None): "null", bool: "bool", float: "float", str: "text"}
_DEEPEST = 4  # lists in lists; what is deeper is text


def kind_of(value: object) -> str:
    """The type of one value.

    >>> [kind_of(value) for value in (1, 2.5, "relu", [1, 2.5], {"a": 1}, 2**64, [[1], []], None)]
    ['int', 'float', 'text', 'list<float>', 'text', 'float', 'list<list<int>>', 'null']
    """
    found = _OF_TYPE.get(type(value))
    if found is not None:
        return found
    if isinstance(value, int):
        return "int" if -(2**63) <= value < 2**63 else "float"
    if isinstance(value, (list, tuple)):
        inner = joined(map(kind_of, value))
        return f"list<{inner}>" if inner.count("list<") < _DEEPEST else "text"
    return "float" if isinstance(value, float) else "text"


def joined(kinds: Iterable[str]) -> str:
    """The type that holds the values of all these types: text where nothing else does.

    >>> [joined(kinds) for kinds in (["int", "null"], ["int", "float"], ["bool", "int"], ["list<null>", "list<int>"])]
    ['int', 'float', 'text', 'list<int>']
    """
    return functools.reduce(_joined, set(kinds), "null")


@functools.cache
def _joined(one: str, other: str) -> str:
    if one == other or other == "null":
        return one
    if one == "null":
        return other
    if one.startswith("list<") and other.startswith("list<"):
        return f"list<{_joined(_inner(one), _inner(other))}>"
    return "float" if {one, other} == {"int", "float"} else "text"


def _inner(kind: str) -> str:
    return kind[len("list<") : -1]


def array(values: Iterable[object], kind: str) -> pa.Array:
    """The values as an Arrow array of this type; None is null.

    In a column of text, text stands as it is and all else as JSON; in one of floats, integers are rounded.
    """
    return pa.array([_as_kind(value, kind) for value in values], _arrow_type(kind))


def table(columns: Mapping[str, Sequence[object]]) -> pa.Table:
    """An Arrow table of columns, each of the type that holds all its values; None is null."""
    found = {name: array(values, joined(map(kind_of, values))) for name, values in columns.items()}
    return pa.table({_text(name): values for name, values in found.items()})


@functools.cache
def _arrow_type(kind: str) -> pa.DataType:
    return pa.list_(_arrow_type(_inner(kind))) if kind.startswith("list<") else _SIMPLE[kind]


def _as_kind(value: Any, kind: str) -> Any:
    """The value as one that Arrow takes for this type, which is the value's own or one that it was joined to."""
    if value is None or type(value) is float:
        return _text(value) if kind == "text" and value is not None else value
    if kind == "float":
        return as_float(value)
    if kind == "text":
        return _text(value)
    if not kind.startswith("list<"):
        return value
    inner = _inner(kind)
    if inner == "float" and set(map(type, value)) <= {float, type(None)}:
        return value
    return [_as_kind(item, inner) for item in value]


def _text(value: object) -> str:
    """Text that UTF-8 can hold, with an escape for half of a surrogate pair."""
    if not isinstance(value, str):
        value = key_text(value) if isinstance(value, float) else json.dumps(Notes().strict(value), ensure_ascii=False)
    return value if value.isascii() else value.encode(errors="backslashreplace").decode()
