"""Turn what people pass as params and observations into plain Python values that JSON can hold.

Numbers, arrays, dtypes and devices of numpy, pandas, torch, jax and TensorFlow, datetimes, paths, enums and dataclasses
become what a reader expects. None of those packages is imported: a value of theirs is proof that it is there already.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import os
import sys
import types
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from researcher.errors import NotRecordable

DEEPEST = 100  # levels; readers of JSON commonly give up soon after (jq 1.6 at 256)
_SIMPLE = frozenset({str, float, bool, type(None)})  # what needs no second look
_SCALARS = _SIMPLE | {int}
_TEXT = {str}


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


def key_text(key: object) -> str:
    """A plain key as JSON writes it.

    >>> [key_text(key) for key in ("lr", 1, 0.5, True, None, float("inf"))]
    ['lr', '1', '0.5', 'true', 'null', 'Infinity']
    """
    return key if isinstance(key, str) else json.dumps(key)


def _plain(value: Any, path: tuple[object, ...], above: frozenset[int]) -> Any:
    kind = type(value)
    if kind in _SIMPLE:
        return value
    if kind is int:
        return _writable(value, path)
    if id(value) in above:
        raise NotRecordable(f"{place(path)} contains itself. Record a copy without the circle.", value)
    if len(path) > DEEPEST:
        raise NotRecordable(f"{place(path)} lies more than {DEEPEST} levels deep. Record a flatter structure.", value)
    above = above | {id(value)}
    if kind is dict or (kind is not list and isinstance(value, Mapping)):
        return _plain_dict(value, path, above)
    if isinstance(value, (list, tuple, range)):
        if _SIMPLE.issuperset(map(type, value)):
            return list(value)
        return [_plain(item, (*path, i), above) for i, item in enumerate(value)]
    found = _one_step(value, path)
    if found is value:
        raise NotRecordable(f"{place(path)} is {_what(value)}", value)
    return _plain(found, path, above)


def _plain_dict(value: Mapping[Any, Any], path: tuple[object, ...], above: frozenset[int]) -> dict[Any, Any]:
    if _TEXT.issuperset(map(type, value)):  # so that no two keys are written alike
        return {
            key: item if type(item) in _SIMPLE else _plain(item, (*path, key), above) for key, item in value.items()
        }
    found: dict[Any, Any] = {}
    written: set[str] = set()
    for key, item in value.items():
        here = (*path, key)
        plain_key = key if type(key) in _SCALARS else _one_step(key, here)
        if type(plain_key) not in _SCALARS:
            raise NotRecordable(
                f"the key {_short(key)} of {place(path)} is a {type(key).__name__}, and keys in JSON are text. "
                "Record its name as the key instead.",
                key,
            )
        text = key_text(_writable(plain_key, here))
        if text in written:
            raise NotRecordable(
                f"{place(path)} has two keys that JSON writes alike, {text!r}. Rename one of them.", key
            )
        written.add(text)
        found[plain_key] = _plain(item, here, above)
    return found


def _writable(scalar: Any, path: tuple[object, ...]) -> Any:
    try:
        str(scalar)
    except ValueError:
        raise NotRecordable(
            f"{place(path)} is an integer of more than {sys.get_int_max_str_digits()} digits. "
            "Record it as text in another base.",
            scalar,
        ) from None
    return scalar


def _one_step(value: Any, path: tuple[object, ...]) -> Any:
    """One step towards plain values, or ``value`` itself if there is none."""
    try:
        if isinstance(value, enum.Enum) and not isinstance(value, (str, int, float)):
            return value.value if isinstance(value.value, str) else value.name
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int.__int__(value)
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, type):
            return value
        found = _from_python(value)
        return _from_array(value) if found is value else found
    except Exception as error:  # the code of others, which must not cost the observations beside it
        raise NotRecordable(f"{place(path)} could not be converted: {type(error).__name__}: {error}", value) from error


def _from_python(value: Any) -> Any:
    """What stands for a value of the standard library, or for one that pandas calls missing."""
    pandas: Any = sys.modules.get("pandas")
    if pandas is not None and (value is pandas.NA or value is pandas.NaT):
        return None
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, uuid.UUID):
        return str(value)
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        return list(value)  # of OmegaConf, say
    return value


def _from_array(value: Any) -> Any:
    """Lists and numbers from an array, tensor, Series, Index or DataFrame of any library."""
    library = type(value).__module__.partition(".")[0]
    if library == "pandas" and hasattr(value, "columns") and value.columns.is_unique:
        return dict(value.items())
    if library == "torch" and type(value).__name__ in ("device", "dtype"):
        return str(value)
    if library == "torch" and hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.float() if str(value.dtype) == "torch.bfloat16" else value
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.dtype):
        return str(value)
    if numpy is None or not hasattr(value, "dtype") or not hasattr(value, "__array__"):
        return value
    if numpy.ma.isMaskedArray(value) or (library == "pandas" and not isinstance(value.dtype, numpy.dtype)):
        return value.tolist()  # what is missing in them is None, and would be something else in an array
    return _from_numpy(numpy, numpy.asarray(value), value)


def _from_numpy(numpy: Any, array: Any, value: Any) -> Any:
    """``array`` as lists and numbers, or ``value`` itself where they cannot say what it says."""
    kind = array.dtype.kind
    if kind == "M":
        return numpy.where(numpy.isnat(array), None, numpy.datetime_as_string(array)).tolist()
    if kind == "m":
        return (array / numpy.timedelta64(1, "s")).tolist()
    if kind == "V" and array.dtype.names is None:  # bfloat16 and the like, of jax and TensorFlow
        array, kind = array.astype(numpy.float32), "f"
    if kind == "f" and array.dtype.itemsize < 8:
        # The shortest text of a float32 names the same float32, and reads as the number that was meant.
        array = array.astype(str)
    if kind == "f":
        return array.astype(float).tolist()
    return array.tolist() if kind in "biuOUT" else value


def place(path: tuple[object, ...]) -> str:
    """How Python would reach the value: ``params["optimizer"]["schedule"]``; the middle of a long way is left out."""
    name, *keys = path
    steps = [f"[{_short(key)}]" for key in keys]
    if len(steps) > 8:
        steps = [*steps[:5], "…", *steps[-2:]]
    return f"{name}{''.join(steps)}"


def _short(key: object) -> str:
    try:
        text = f'"{key}"' if isinstance(key, str) else repr(key)
    except Exception:  # noqa: BLE001 - a broken repr, or an integer beyond the limit of digits
        text = f"<{type(key).__name__}>"
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
    if kind in ("argparse.Namespace", "types.SimpleNamespace"):
        instead = "vars(...) of it instead"
    elif hasattr(value, "get_params"):  # scikit-learn's, and XGBoost's
        instead = "its name, and what of its get_params() matters"
    else:
        instead = "what describes it: a number, a list, a dict, or str(...) of it"
    return f"of the type {kind}, which JSON cannot hold. Record {instead}."
