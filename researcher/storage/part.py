"""One part of an archive: a Parquet file of some records, written again only if they changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.storage import parquet
from researcher.storage.files import Identity
from researcher.storage.reading import read_whole
from researcher.storage.rows import Row, kinds_of, merged, row_of


@dataclass(frozen=True)
class Part:
    """A part as it is now.

    Attributes:
        name: of its file.
        experiments: how many it holds.
        damaged: file name and reason of each record that could not be read.
        kinds: the types of its columns, in their order.
        written: whether it was written now.
    """

    name: str
    experiments: int
    damaged: list[tuple[str, str]]
    kinds: dict[str, str]
    written: bool


def write_part(records: Path, path: Path, members: Mapping[str, Identity], kinds: Mapping[str, str]) -> Part:
    """Write a part, unless it is there, of the same files as they are now, and has all these columns.

    What the part holds already of a record that is gone or damaged now, it keeps.

    Args:
        records: the records directory.
        path: of the part.
        members: the record files that it is of.
        kinds: the columns that it shall have, beside those that it needs.

    Raises:
        OSError: it could not be written.
    """
    inputs = hashlib.sha256(json.dumps(sorted(members.items())).encode()).hexdigest()
    before = _about(path)
    if before.get("inputs") == inputs:
        if _same(merged([kinds, before["kinds"]]), before["kinds"]):
            damaged = [(name, reason) for name, reason in before["damaged"]]
            return Part(path.name, before["experiments"], damaged, before["kinds"], written=False)
        rows, damaged = list(map(row_of, parquet.experiments_in(path))), before["damaged"]
    else:
        rows, damaged = _rows_of(records, members)
        rows += _left({Path(name).stem for name in members} - {row["experiment"] for row in rows}, path, before)
    kinds = merged([kinds, kinds_of(rows)])
    parquet.write(path, [rows] if rows else [], kinds, inputs=inputs, experiments=len(rows), damaged=damaged)
    return Part(path.name, len(rows), damaged, kinds, written=True)


def kinds_among(records: Path, members: Iterable[str]) -> dict[str, str]:
    """The columns that these records need."""
    return kinds_of(_rows_of(records, members)[0])


def _about(path: Path) -> dict[str, Any]:
    """What a part says of itself; nothing if it is not there, or damaged."""
    try:
        return parquet.about(path)
    except (RecordsNotFound, DamagedRecord):
        return {}


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether these are the same columns, in the same order."""
    return list(one.items()) == list(other.items())


def _rows_of(records: Path, members: Iterable[str]) -> tuple[list[Row], list[tuple[str, str]]]:
    """The rows of records; and file name and reason of each that is damaged."""
    rows: list[Row] = []
    damaged: list[tuple[str, str]] = []
    for name in members:
        try:
            rows.append(row_of(read_whole(records / name)))
        except RecordsNotFound:
            continue
        except ValueError as error:
            damaged.append((name, error.reason if isinstance(error, DamagedRecord) else str(error)))
    return rows, damaged


def _left(wanted: set[str], path: Path, before: Mapping[str, Any]) -> Iterator[Row]:
    """The rows that a part holds of experiments of these names."""
    found: list[Experiment] = parquet.experiments_in(path) if wanted and before else []
    return (row_of(experiment) for experiment in found if experiment.name in wanted)
