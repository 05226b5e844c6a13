"""Turn what people pass as params and observations into plain Python values that JSON can hold.

Numbers and arrays of numpy, pandas, torch, jax and TensorFlow, datetimes, paths, enums and dataclasses become what a
reader expects. None of those packages is imported: a value of theirs is proof that it is there already.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import os
import sys
import types
import uuid
from collections.abc import Mapping
from typing import Any

from researcher.errors import NotRecordable

DEEPEST = 100  # levels; readers of JSON commonly give up soon after (jq 1.6 at 256)
_SCALARS = (str, int, float, bool, type(None))


def plain(value: object, name: str) -> Any:
    """The same value made of dict, list, str, int, float, bool and None alone.

    Keys that JSON knows how to write (numbers, booleans, None) stay as they are. NaN and infinity stay floats.

    Args:
        value: what to convert.
        name: what to call it in an error, such as ``params``.

    Raises:
        NotRecordable: something in it has no place in JSON; the message says where and what to do.
    """
    return _plain(value, (name,), frozenset())


def _plain(value: Any, path: tuple[object, ...], above: frozenset[int]) -> Any:
    kind = type(value)
    if kind in _SCALARS:
        return _writable(value, path) if kind is int else value
    if isinstance(value, (Mapping, list, tuple, range)):
        if id(value) in above:
            raise NotRecordable(f"{place(path)} contains itself. Record a copy without the circle.", value)
        if len(path) > DEEPEST:
            raise NotRecordable(
                f"{place(path)} lies more than {DEEPEST} levels deep. Record a flatter structure.", value
            )
        above = above | {id(value)}
        if isinstance(value, Mapping):
            return _plain_dict(value, path, above)
        if set(map(type, value)) <= {float, str, bool, type(None)}:
            return list(value)
        return [_plain(item, (*path, i), above) for i, item in enumerate(value)]
    found = _known(value)
    if found is value:
        raise NotRecordable(f"{place(path)} is {_what(value)}", value)
    return _plain(found, path, above)


def _plain_dict(value: Mapping[Any, Any], path: tuple[object, ...], above: frozenset[int]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    written: set[str] = set()
    for key, item in value.items():
        here = (*path, key)
        plain_key = key if type(key) in _SCALARS else _known(key)
        if not isinstance(plain_key, _SCALARS):
            raise NotRecordable(
                f"the key {_short(key)} of {place(path)} is a {type(key).__name__}, and keys in JSON are text. "
                "Record its name as the key instead.",
                key,
            )
        as_text = plain_key if isinstance(plain_key, str) else str(plain_key)
        if as_text in written:
            raise NotRecordable(
                f"{place(path)} has two keys that JSON writes alike, {as_text!r}. Rename one of them.", key
            )
        written.add(as_text)
        found[plain_key] = _plain(item, here, above)
    return found


def _writable(number: int, path: tuple[object, ...]) -> int:
    limit = sys.get_int_max_str_digits()
    if limit and number.bit_length() > limit * 3.32:
        raise NotRecordable(
            f"{place(path)} is an integer of more than {limit} digits. Record it as text in another base.",
            number,
        )
    return number


def _known(value: Any) -> Any:
    """One step towards plain values, or ``value`` itself if there is none."""
    if isinstance(value, enum.Enum) and not isinstance(value, (int, float, str)):
        return value.value if isinstance(value.value, str) else value.name
    for scalar, exact in ((bool, bool), (str, "".join), (int, int.__int__), (float, float.__float__)):
        if isinstance(value, scalar):
            return exact((value,)) if scalar is str else exact(value)  # type: ignore[operator, arg-type]
    if _is_missing(value):
        return None
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return value if isinstance(value, type) else _from_array(value)


def _is_missing(value: object) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and (
        value is getattr(pandas, "NA", ...) or value is getattr(pandas, "NaT", ...)
    )


def _from_array(value: Any) -> Any:
    """Lists and numbers from an array, tensor, Series, Index or DataFrame of any library."""
    library = type(value).__module__.partition(".")[0]
    if library == "torch" and hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.double() if str(value.dtype) == "torch.bfloat16" else value
    if library == "pandas" and hasattr(value, "columns"):
        return {column: value[column].tolist() for column in value.columns}
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(value, "dtype") or not hasattr(value, "__array__"):
        return value
    array = numpy.asarray(value)
    if array.dtype.kind in "mM":
        return (
            numpy.datetime_as_string(array).tolist()
            if array.dtype.kind == "M"
            else array.astype(str).tolist()
        )
    if array.dtype.kind not in "biufOUTV" or (array.dtype.kind == "V" and array.dtype.names):
        return value
    if array.dtype.kind == "f" and array.dtype.itemsize < numpy.dtype(float).itemsize:
        # The shortest text of a float32 names the same float32, and reads as the number that was meant.
        return array.astype(str).astype(float).tolist()
    return array.tolist()


def place(path: tuple[object, ...]) -> str:
    """How Python would reach the value: ``params["optimizer"]["schedule"]``; the middle of a long way is left out."""
    name, *keys = path
    steps = [f"[{_short(key)}]" for key in keys]
    if len(steps) > 8:
        steps = [*steps[:5], "…", *steps[-2:]]
    return f"{name}{''.join(steps)}"


def _short(key: object) -> str:
    text = f'"{key}"' if isinstance(key, str) else repr(key)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _what(value: object) -> str:
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return "a function, which JSON cannot hold. Record its name instead."
    if isinstance(value, type):
        return f"the class {value.__name__}, which JSON cannot hold. Record its name instead."
    if isinstance(value, (set, frozenset)):
        return f"a {type(value).__name__}, which JSON cannot hold. Record sorted(...) of it instead."
    if isinstance(value, (bytes, bytearray)):
        return f"{type(value).__name__}, which JSON cannot hold. Record its text or its .hex() instead."
    kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
    return (
        f"of the type {kind}, which JSON cannot hold. Record a number, text, list or dict that describes it."
    )
