"""What can be asked of params: dotted names, absence, and the order and labels of their values.

Params may be nested, mixed in type, unhashable, absent or NaN. Every view and every table names, orders, compares
and labels them through this module, so that they do it alike.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, TypeGuard

from researcher.plain import key_text

Path = tuple[str, ...]


class _Absent:
    """The one object that stands for "this experiment has no such param"."""

    def __repr__(self) -> str:
        return "absent"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


def digest(params: Mapping[str, object]) -> str:
    """MD5 in hex of ``json.dumps(params)`` in the order given; ``params`` are plain already."""
    return hashlib.md5(json.dumps(params).encode(), usedforsecurity=False).hexdigest()


def leaves(params: Mapping[str, object], above: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every value in ``params`` with the keys that lead to it; lists and empty dicts are values."""
    for key, value in params.items():
        path = (*above, key_text(key))
        if isinstance(value, Mapping) and value:
            yield from leaves(value, path)
        else:
            yield path, value


def flattened(params: Mapping[str, object]) -> dict[str, object]:
    """The params by dotted name.

    A key that itself holds a dot is written in backticks where it would otherwise collide with a nested one.

    >>> flattened({"lr": 0.1, "optimizer": {"name": "adam"}})
    {'lr': 0.1, 'optimizer.name': 'adam'}
    >>> flattened({"a.b": 1, "a": {"b": 2}})
    {'`a.b`': 1, 'a.b': 2}
    """
    found = list(leaves(params))
    names = [".".join(path) for path, _ in found]
    if len(set(names)) == len(names):
        return dict(zip(names, (value for _, value in found), strict=True))
    times = Counter(names)
    return {
        name if times[name] == 1 else ".".join(f"`{part}`" if "." in part else part for part in path): value
        for name, (path, value) in zip(names, found, strict=True)
    }


def unused(name: str, used: Collection[str]) -> str:
    """The name, or one that is like it and not among those that are used.

    >>> unused("experiment", ["lr"]), unused("experiment", ["experiment"])
    ('experiment', 'experiment_')
    """
    while name in used:
        name += "_"
    return name


def looked_up(params: Mapping[str, object], path: Path) -> object:
    """The value at a path of keys, or `ABSENT`. A key written with its dots is found too."""
    value: object = params
    for part in path:
        if not isinstance(value, Mapping):
            value = ABSENT
            break
        value = _get(value, part)
    return params.get(".".join(path), ABSENT) if value is ABSENT else value


def _get(params: Mapping[object, object], part: str) -> object:
    if part in params:
        return params[part]
    return next((value for key, value in params.items() if key_text(key) == part), ABSENT)


def value_key(value: object) -> str:
    """A text that two values share exactly if they are the same param value.

    ``True`` is not ``1``, ``1`` is ``1.0``, NaN is NaN, and the order of a dict's keys does not matter.
    """
    if value is ABSENT:
        return "absent"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(value_key, value))}]"
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{value_key(k)}:{value_key(v)}" for k, v in value.items())) + "}"
    return json.dumps(value, default=repr)


def value_order(value: object) -> tuple[int, float, str]:
    """A sort key for values of mixed types: booleans, numbers, NaN, text, lists and dicts, None, absent."""
    if isinstance(value, bool):
        return 0, float(value), ""
    if isinstance(value, (int, float)):
        return (2, 0.0, "") if value != value else (1, value, "")
    if isinstance(value, str):
        return 3, 0.0, value
    if value is None:
        return 5, 0.0, ""
    if value is ABSENT:
        return 6, 0.0, ""
    return 4, 0.0, value_key(value)


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_float(number: float) -> float:
    """The number as a float; an integer that is too large for one is infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def label(value: object) -> str:
    """How a value is shown: text bare, numbers with four significant digits, the rest as JSON.

    >>> label(0.00012345678), label(1e-4), label(256), label("relu"), label(True), label([1, 2])
    ('0.0001235', '0.0001', '256', 'relu', 'True', '[1, 2]')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return number_label(value)
    if isinstance(value, (list, tuple, Mapping)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def number_label(number: float) -> str:
    """A number with four significant digits, as in every table and tooltip.

    >>> [number_label(x) for x in (0.1 + 0.2, 1e-9, 12345.678, 3.0, float("nan"), 2.5e17)]
    ['0.3', '1e-09', '12350', '3', 'NaN', '2.5e+17']
    """
    if number != number:
        return "NaN"
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    text = f"{number:.4g}"
    if "e" in text and 1e4 <= abs(number) < 1e6:
        text = f"{float(text):.0f}"
    return text


def differing(mine: Mapping[str, object], theirs: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """The values that differ, `ABSENT` where one has none, by the names of both.

    >>> differing({"lr": 0.1, "depth": 3}, {"lr": 0.1, "depth": 4, "act": "relu"})
    {'depth': (3, 4), 'act': (absent, 'relu')}
    """
    pairs = {name: (mine.get(name, ABSENT), theirs.get(name, ABSENT)) for name in {**mine, **theirs}}
    return {name: (a, b) for name, (a, b) in pairs.items() if value_key(a) != value_key(b)}


def in_prose(number: float) -> str:
    """A number as `number_label` writes it, with minus signs in place of hyphens: for sentences.

    >>> in_prose(-0.04567), in_prose(-1e-5)
    ('−0.04567', '−1e−05')
    """
    return number_label(number).replace("-", "−")


def distinct(values: Iterable[object]) -> list[object]:
    """The different values among ``values``, in the order in which every view lists them."""
    return sorted({value_key(value): value for value in values}.values(), key=value_order)


def varying(experiments_params: Iterable[Mapping[str, object]]) -> list[str]:
    """The dotted names of the params that differ among these params, in order of first appearance.

    A param that only some of them have varies: absent is a value.
    """
    keys: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    total = 0
    for params in experiments_params:
        total += 1
        for name, value in flattened(params).items():
            keys.setdefault(name, set()).add(value_key(value))
            counts[name] = counts.get(name, 0) + 1
    return [name for name, found in keys.items() if len(found) > 1 or counts[name] < total]
