"""One part of an archive: a Parquet file of some records, written again only if they changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import msgspec

from researcher.errors import DamagedRecord, RecordsNotFound
from researcher.places import Place
from researcher.storage import parquet
from researcher.storage.files import Identity, contents_of
from researcher.storage.reading import whole
from researcher.storage.rows import Row, kinds_of, merged, row_of
from researcher.storage.split import utf8

_GONE = "its file is gone, and the archive does not have it either"


@dataclass(frozen=True)
class Outline:
    """What a part that is there says of itself.

    Attributes:
        kinds: the types of its columns, in their order.
        members: the names of the experiments that it is of, also where their records could not be read.
        experiments: how many it holds.
        inputs: a hash of the files that it was made of, see `inputs_of`; empty if the file is no part of an archive.
        damaged: file name and reason of each record that could not be read.
        records: the records directory.
        format: of the file.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    experiments: int = 0
    inputs: str = ""
    damaged: list[tuple[str, str]] = field(default_factory=list)
    records: str = ""
    format: int = 0


@dataclass(frozen=True)
class Part:
    """A part as it is now, or will be when it is put into its place.

    Attributes:
        name: of its file.
        experiments: how many it holds.
        damaged: file name and reason of each record that could not be read.
        kinds: the types of its columns, in their order.
        beside: where it was written; None if it is in its place as it is to be.
    """

    name: str
    experiments: int
    damaged: list[tuple[str, str]]
    kinds: dict[str, str]
    beside: Place | None = None


def outline_of(path: Place) -> Outline | None:
    """The outline of a part; None if there is none, or it is damaged.

    Raises:
        CannotRead: it is there and cannot be read.
    """
    try:
        told, names = parquet.about(path)
        found = msgspec.convert(told, Outline)
    except (RecordsNotFound, DamagedRecord, msgspec.ValidationError):
        return None
    return replace(found, members=[*names, *_stems(name for name, _ in found.damaged)])


def inputs_of(members: Mapping[str, Identity]) -> str:
    """A hash of the names of files and what changes with them."""
    return hashlib.sha256(json.dumps(sorted(members.items())).encode()).hexdigest()


def write_part(
    records: Place, path: Place, beside: Place, members: Mapping[str, Identity], kinds: Mapping[str, str]
) -> Part:
    """Write a part beside its place, unless it is there, of the same files as they are now, and has all these columns.

    What the part holds already of a record that is gone or damaged now, it keeps. Records that were damaged are looked
    at each time, as they may have been out of reach only.

    Args:
        records: the records directory.
        path: of the part.
        beside: where it is written.
        members: the record files that it is of, and what they are now; nothing for one that is gone.
        kinds: the columns that it shall have, beside those that it needs.

    Raises:
        OSError: it could not be written.
    """
    inputs = inputs_of(members)
    before = outline_of(path) or Outline()
    damaged = before.damaged
    current = before.inputs == inputs and not _rows_of(records, [name for name, _ in damaged])[0]
    if current and same(merged([kinds, before.kinds]), before.kinds):
        return Part(path.name, before.experiments, damaged, before.kinds)
    rows = _rows_in(path) if current else []
    if not current or len(rows) < before.experiments:
        rows, damaged = _rows_of(records, members)
        rows += _kept(path, members, rows) if before.inputs else []
        told = _stems(name for name, _ in damaged) | {row["experiment"] for row in rows}
        damaged += [(name, _GONE) for name in members if utf8(PurePath(name).stem) not in told]
    kinds = merged([kinds, kinds_of(rows)])
    about = {"inputs": inputs, "experiments": len(rows), "damaged": damaged, "records": str(records)}
    parquet.write(beside, [rows] if rows else [], kinds, **about)
    return Part(path.name, len(rows), damaged, kinds, beside)


def kinds_among(records: Place, members: Iterable[str]) -> dict[str, str]:
    """The columns that these records need; they are in memory one after the other."""
    return merged(kinds_of([row]) for _, row in _each(records, members) if not isinstance(row, str))


def same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
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
