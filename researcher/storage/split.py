"""A record taken apart into its series, which make columns of numbers, and a text with all else; and put together.

Series are the observations that are numbers, curves or folds, and the steps and times that belong to them. The text is
JSON: ``data`` is the record with null in the place of each series that its numbers alone give back exactly, ``series``
names the types of those (``number`` is an integer where it is whole, and else a float), and ``texts`` and ``keys`` say
what strict JSON has no word for (see `researcher.storage.strict`). Where a column of floats would change a value, as in
``[1, 0.0]``, the series has its numbers and the text has it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from researcher.experiment import Experiment
from researcher.observations import shape_of
from researcher.reserved import ours_of
from researcher.storage import json_texts
from researcher.storage.strict import Notes, may_hold_tokens

SERIES = ("observations", "steps", "times")
_EXACT = 2**53  # up to here every integer is a float
_KINDS = {"number": "{}", "curve": "list<{}>", "folds": "list<list<{}>>"}


def split(experiment: Experiment, data: Mapping[str, Any]) -> tuple[str, dict[str, list[Any]]]:
    """The text of a record without its series, and these by names such as ``observations.loss``.

    Args:
        experiment: knows the shapes of its observations.
        data: its data.

    Returns:
        The text, and a list of numbers for each number and curve, a list of lists for folds.

    Raises:
        TypeError, ValueError: there are values in it that JSON cannot hold.
    """
    series: dict[str, list[Any]] = {}
    exact: dict[str, dict[str, str]] = {}
    left: dict[str, dict[str, Any]] = {}
    for part, found in _parts(data):
        left[part] = dict(found)
        for name, value in found.items():
            shape = experiment.shape(name) if part == "observations" else shape_of(value)
            if shape == "other" or utf8(name) != name:
                continue
            series[f"{part}.{name}"] = [value] if shape == "number" else value
            kind = _exact(value, shape)
            if kind:
                exact.setdefault(part, {})[name] = kind
                left[part][name] = None
    return _text(_with_parts(data, left), exact), series


class Together(NamedTuple):
    """A record that was put together.

    Attributes:
        head: the record without what belongs to curves.
        rest: gives that, as `Experiment` takes it; None if there is nothing.
        exact: the types of the observations that columns give back exactly, by name.
    """

    head: dict[str, Any]
    rest: Callable[[], dict[str, Any]] | None
    exact: Mapping[str, str]


def put_together(text: str, series: Callable[[str], Any]) -> Together:
    """What `split` took apart.

    Args:
        text: of the record.
        series: gives a series by its name; a number or a curve may have become a list of one.

    Raises:
        ValueError: this is no such text.
    """
    found = json_texts.from_json(text)
    if not isinstance(found, dict) or not isinstance(found.get("data"), dict):
        raise ValueError("its column record does not hold the text of records")
    notes = Notes(found.get("texts"), found.get("keys"))
    data = notes.restored(found["data"], "") if notes or may_hold_tokens(text.encode()) else found["data"]
    exact: Mapping[str, Mapping[str, str]] = found.get("series", {})
    if not exact:
        return Together(data, None, {})
    left = dict(_parts(data))

    def rest() -> dict[str, Any]:
        whole = dict(left)
        for part, kinds in exact.items():
            columns = {name: _given_back(series(f"{part}.{name}"), kind) for name, kind in kinds.items()}
            whole[part] = {**left[part], **columns}
        found = _with_parts(data, whole)
        return {key: found[key] for key in ("observations", "researcher") if key in found}

    head = {key: value for key, value in data.items() if key != "observations"}
    if "steps" in left or "times" in left:
        head["researcher"] = {key: value for key, value in head["researcher"].items() if key not in SERIES}
    return Together(head, rest, exact.get("observations", {}))


def utf8(text: str) -> str:
    r"""The text with an escape such as ``\ud800`` for each half of a surrogate pair, which UTF-8 cannot hold."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _parts(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The dicts of series that a record has, by their place."""
    every = {**ours_of(data), "observations": data.get("observations")}
    for part in SERIES:
        found = every.get(part)
        if isinstance(found, dict) and all(isinstance(name, str) for name in found):
            yield part, found


def _with_parts(data: Mapping[str, Any], parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    whole = {**data}
    for part, values in parts.items():
        if part == "observations":
            whole[part] = values
        else:
            whole["researcher"] = {**whole["researcher"], part: values}
    return whole


def _exact(value: Any, shape: str) -> str:
    """The type with which floats give back just this value; nothing if none does."""
    values = [value] if shape == "number" else value if shape == "curve" else list(chain.from_iterable(value))
    types = set(map(type, values)) - {type(None)}
    if types <= {float}:
        return _KINDS[shape].format("float")
    told = types <= {int, float} and all(map(_told, values))
    return _KINDS[shape].format("int" if types == {int} else "number") if told else ""


def _told(number: float | None) -> bool:
    """Whether a float tells it as an integer exactly if it is one."""
    if type(number) is int:
        return -_EXACT <= number <= _EXACT
    return number is None or not float(number).is_integer()


def _given_back(value: list[Any], kind: str) -> Any:
    depth = kind.count("list<")
    if depth < 2 and value and isinstance(value[0], list):  # among folds
        value = value[0]
    if "float" not in kind:
        value = [_whole(fold) for fold in value] if depth == 2 else _whole(value)
    return value if depth else value[0]


def _whole(values: list[Any]) -> list[Any]:
    return [int(value) if value is not None and value.is_integer() else value for value in values]


def _text(data: Mapping[str, Any], exact: Mapping[str, Any]) -> str:
    notes = Notes()
    found = {"data": notes.strict(data), **({"series": exact} if exact else {})}
    found.update(notes.as_dict())
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    return text if utf8(text) == text else json.dumps(found, allow_nan=False)
