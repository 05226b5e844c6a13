"""One part of an archive: a Parquet file of some records, written again only if they changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.places import Place
from researcher.storage import parquet
from researcher.storage.files import Identity, contents_of
from researcher.storage.reading import whole
from researcher.storage.rows import Row, kinds_of, merged, row_of
from researcher.storage.split import utf8

_GONE = "its file is gone, and the archive does not have it either"


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


def write_part(records: Place, path: Place, members: Mapping[str, Identity], kinds: Mapping[str, str]) -> Part:
    """Write a part, unless it is there, of the same files as they are now, and has all these columns.

    What the part holds already of a record that is gone or damaged now, it keeps. Records that were damaged are looked
    at each time, as they may have been out of reach only.

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
    damaged = [(name, reason) for name, reason in before.get("damaged", ())]
    current = before.get("inputs") == inputs and not _rows_of(records, [name for name, _ in damaged])[0]
    if current and _same(merged([kinds, before["kinds"]]), before["kinds"]):
        return Part(path.name, before["experiments"], damaged, before["kinds"], written=False)
    rows = _rows_in(path) if current else []
    if not current or len(rows) < before["experiments"]:
        rows, damaged = _rows_of(records, members)
        rows += _kept(path, members, rows) if before else []
        told = _stems(name for name, _ in damaged) | {row["experiment"] for row in rows}
        damaged += [(name, _GONE) for name in members if utf8(PurePath(name).stem) not in told]
    kinds = merged([kinds, kinds_of(rows)])
    parquet.write(path, [rows] if rows else [], kinds, inputs=inputs, experiments=len(rows), damaged=damaged)
    return Part(path.name, len(rows), damaged, kinds, written=True)


def kinds_among(records: Place, members: Iterable[str]) -> dict[str, str]:
    """The columns that these records need; they are in memory one after the other."""
    return merged(kinds_of([row]) for _, row in _each(records, members) if not isinstance(row, str))


def _about(path: Place) -> dict[str, Any]:
    """What a part says of itself; nothing if it is not there, or damaged."""
    try:
        return parquet.about(path)
    except (RecordsNotFound, DamagedRecord):
        return {}


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether these are the same columns, in the same order."""
    return list(one.items()) == list(other.items())


def _rows_of(records: Place, members: Iterable[str]) -> tuple[list[Row], list[tuple[str, str]]]:
    """The rows of records; and file name and reason of each that is damaged."""
    rows: list[Row] = []
    damaged: list[tuple[str, str]] = []
    for name, row in _each(records, members):
        if isinstance(row, str):
            damaged.append((name, row))
        else:
            rows.append(row)
    return rows, damaged


def _each(records: Place, members: Iterable[str]) -> Iterator[tuple[str, Row | str]]:
    """The row of each record that is there by the name of its file, or what is wrong with it."""
    for name, content in contents_of(records / name for name in members):
        try:
            if isinstance(content, Exception):
                raise content
            yield name, row_of(whole(records / name, content))
        except RecordsNotFound:
            continue
        except ValueError as error:
            yield name, error.reason if isinstance(error, DamagedRecord) else str(error)


def _kept(path: Place, members: Iterable[str], rows: Iterable[Row]) -> list[Row]:
    """What a part holds of those of its members that these rows are not of."""
    missing = _stems(members) - {row["experiment"] for row in rows}
    return [row for row in _rows_in(path) if row["experiment"] in missing] if missing else []


def _stems(members: Iterable[str]) -> set[str]:
    """The names of experiments, as columns hold them, by those of their files."""
    return {utf8(PurePath(name).stem) for name in members}


def _rows_in(path: Place) -> list[Row]:
    """The rows that a part holds; none if it is damaged."""
    try:
        return list(map(row_of, parquet.experiments_in(path)))
    except (RecordsNotFound, DamagedRecord):
        return []
