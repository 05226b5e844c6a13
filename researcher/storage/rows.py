"""An experiment as a row of columns, and back; which columns there are."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from researcher.experiment import Experiment
from researcher.params import ABSENT, as_float, flattened
from researcher.plain import plain
from researcher.storage.arrow import array, joined, kind_of, pa
from researcher.storage.split import SERIES, put_together, split, utf8
from researcher.summary import COUNTS, SUMMARIES

Row = Mapping[str, Any]  # the values of an experiment by the name of their column
Kinds = Mapping[str, str]  # the type of each column that not every archive has, by name

FOLDED = {"list<list<int>>", "list<list<number>>"}  # a mean of these may be an integer or a float
_GROUPS = ("params", *SUMMARIES, *SERIES)
_TEXTS = pa.list_(pa.string())
_OWN = {
    "experiment": pa.string(),
    "hash": pa.string(),
    "title": pa.string(),
    "status": pa.string(),
    "timestamp": pa.timestamp("us"),
    "recorded_at": pa.timestamp("us", "UTC"),
    "duration": pa.float64(),
    "tags": _TEXTS,
    "notes": _TEXTS,
    "record": pa.string(),
}


def row_of(experiment: Experiment) -> Row:
    """An experiment as a row.

    Raises:
        NotRecordable: it was made in memory, and holds what no record can hold.
    """
    try:
        return _row(experiment, experiment.data)
    except (TypeError, ValueError):
        clean = Experiment(plain(experiment.data, "experiment.data"), experiment.path)
        return _row(clean, clean.data)


def size_of(row: Row) -> int:
    """How many values its series have."""
    series = chain.from_iterable(value for name, value in row.items() if _is_series(name))
    return sum(len(fold) if isinstance(fold, list) else 1 for fold in series)


def experiment_of(row: Row, series: Callable[[str], Any]) -> Experiment:
    """The experiment of a row.

    Args:
        row: its columns but for the params and the series; summaries may be missing.
        series: gives what is in a column of series, when the observations are first looked at.

    Raises:
        ValueError: it is no row that `row_of` makes.
    """
    found = put_together(row["record"], series)
    known = partial(_summaries_in, row, found.exact)
    return Experiment(found.head, rest=found.rest, name=row["experiment"], summaries=known)


def belongs_to_head(name: str) -> bool:
    """Whether `experiment_of` takes this column."""
    return name in ("experiment", "record") or name.partition(".")[0] in SUMMARIES


def kinds_of(rows: Iterable[Row]) -> dict[str, str]:
    """The type of each column that these rows need."""
    found: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            if name not in _OWN:
                found.setdefault(name, set()).add(_kind(name, value))
    return {name: _joined(name, kinds) for name, kinds in found.items()}


def merged(every: Iterable[Kinds]) -> dict[str, str]:
    """The columns that hold the values of all these columns, those of one kind beside each other."""
    found: dict[str, set[str]] = {}
    for name, kind in chain.from_iterable(kinds.items() for kinds in every):
        found.setdefault(name, set()).add(kind)
    return {name: _joined(name, found[name]) for name in sorted(found, key=_group)}


def table_of(rows: Sequence[Row], kinds: Kinds) -> pa.Table:
    """The rows as an Arrow table.

    Args:
        rows: at least one.
        kinds: the types of the columns that they need, and of any others, which are null.
    """
    own = {name: pa.array([row[name] for row in rows], kind) for name, kind in _OWN.items()}
    rest = {name: _column(name, [row.get(name) for row in rows], kind) for name, kind in kinds.items()}
    return pa.table({**own, **rest})


def _row(experiment: Experiment, data: Mapping[str, Any]) -> Row:
    record, series = split(experiment, data)
    at, duration = experiment.recorded_at, experiment.duration
    params = flattened(experiment.params)
    observed = experiment.observed()
    return {
        "experiment": utf8(experiment.name),
        "hash": utf8(experiment.hash),
        "title": utf8(experiment.title),
        "status": utf8(experiment.status),
        "timestamp": experiment.timestamp,
        "recorded_at": _utc(at),
        "duration": None if duration is None else as_float(duration),
        "tags": list(map(utf8, experiment.tags)),
        "notes": list(map(utf8, experiment.notes)),
        "record": record,
        **{f"params.{utf8(name)}": value for name, value in params.items() if name != "title"},
        **{f"{which}.{utf8(name)}": experiment.summary(which, name) for which in SUMMARIES for name in observed},
        **series,
    }


def _utc(at: float) -> datetime.datetime | None:
    """The time of so many seconds since 1970; None for 0, and for what is outside of the years 1 to 9999."""
    try:
        return datetime.datetime.fromtimestamp(at, datetime.UTC) if at else None
    except (ValueError, OverflowError, OSError):
        return None


def _summaries_in(row: Row, exact: Mapping[str, str]) -> dict[tuple[str, str], object] | None:
    """The summaries that a row has, if they are all that the observations have, to the bit."""
    there = sum(value is not None for name, value in row.items() if name.startswith("final."))
    if there != len(exact) or not FOLDED.isdisjoint(exact.values()):
        return None
    found: dict[tuple[str, str], object] = {}
    for name, kind in exact.items():
        for which in SUMMARIES:
            value = row.get(f"{which}.{name}")
            if value is None:
                return None
            whole = which in COUNTS or ("float" not in kind and value.is_integer())
            found[which, name] = int(value) if whole else value
    return found


def _group(name: str) -> int:
    return _GROUPS.index(name.partition(".")[0])


def _is_series(name: str) -> bool:
    return name.partition(".")[0] in SERIES


def _kind(name: str, value: Any) -> str:
    if _is_series(name):
        return "list<list<float>>" if _folded(value) else "list<float>"
    group = name.partition(".")[0]
    return "int" if group in COUNTS else "float" if group in SUMMARIES else kind_of(value)


def _joined(name: str, kinds: Iterable[str]) -> str:
    return max(kinds, key=len) if _is_series(name) else joined(kinds)


def _column(name: str, values: list[Any], kind: str) -> pa.Array:
    if _is_series(name) and kind == "list<list<float>>":
        values = [value if value is None or _folded(value) else [value] for value in values]
    return array([None if value is ABSENT else value for value in values], kind)


def _folded(series: list[Any]) -> bool:
    return bool(series) and isinstance(series[0], list)
