"""Parquet files of experiments: written whole or not at all, and read without decoding a curve."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, BinaryIO

from researcher.errors import CannotRead, DamagedRecord, RecordsNotFound
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage.archived import Archive
from researcher.storage.arrow import pa, pq
from researcher.storage.files import opened, opened_in_parts, replacing
from researcher.storage.rows import Kinds, Row, belongs_to_head, table_of
from researcher.storage.shelf import Slot
from researcher.storage.shelved import Shelved

FORMAT = 1
_ABOUT = b"researcher"  # the key of what the file says of itself


def write(path: Place, groups: Iterable[Sequence[Row]], kinds: Kinds, **about: Any) -> None:
    """Write a file, in the place of one that is there; a reader sees the old one or the new one, whole.

    Args:
        path: in a directory that is there.
        groups: rows; each group is decoded as a whole when one of its curves is looked at.
        kinds: the types of all their columns, see `researcher.storage.rows`.
        about: what the file says of itself beside its format and kinds, as JSON.

    Raises:
        OSError: it could not be written; what was there still is.
    """
    about = {"format": FORMAT, "kinds": kinds, **about}
    schema = table_of([], kinds).schema.with_metadata({_ABOUT: json.dumps(about).encode()})
    how: Any = {"compression": "zstd", "write_page_checksum": True}
    with replacing(path) as file, pq.ParquetWriter(file, schema, **how) as writer:
        for rows in groups:
            writer.write_table(table_of(rows, kinds))


def about(path: Place) -> tuple[dict[str, Any], list[str]]:
    """What a file that `write` wrote says of itself, and the names of its experiments; nothing if others wrote it.

    Raises:
        RecordsNotFound: there is no such file.
        CannotRead: it is there and cannot be read.
        DamagedRecord: it is damaged.
    """
    with _opened(path, opened_in_parts) as file:
        schema = file.schema_arrow
        if _ABOUT not in (schema.metadata or {}):
            return {}, []
        found = json.loads(schema.metadata[_ABOUT])
        if table_of([], found["kinds"]).schema.names != schema.names:
            raise ValueError("it says of other columns than it has")
        return found, file.read(columns=["experiment"])["experiment"].to_pylist()


def experiments_in(path: Place) -> list[Experiment]:
    """The experiments in a file, in its order; see `slots_in`."""
    archive = Archive()
    return [*Shelved(archive, slots_in(path, archive))]


def slots_in(path: Place, archive: Archive) -> list[Slot]:
    """What an archive has of a file from now on, in its order; curves are read when they are first looked at.

    Raises:
        RecordsNotFound: there is no such file.
        CannotRead: it is there and cannot be read.
        DamagedRecord: it is damaged, or holds something else.
    """
    found: list[Slot] = []
    with _opened(path) as file:
        if not {"experiment", "record"} <= set(file.schema_arrow.names):
            raise DamagedRecord(
                path, "it is Parquet, but of no experiments: it lacks the columns experiment and record"
            )
        heads = [name for name in file.schema_arrow.names if belongs_to_head(name)]
        for group in range(file.num_row_groups):
            found += archive.add(file.read_row_group(group, columns=heads), _Curves(path, group))
    return found


class _Curves:
    """The columns of a group of rows, read when one of them is looked at."""

    def __init__(self, path: Place, group: int) -> None:
        self._path = path
        self._group = group

    @cached_property
    def _columns(self) -> dict[str, pa.Array]:
        with _opened(self._path) as file:
            table = file.read_row_group(self._group)
        return {name: table[name].combine_chunks() for name in table.column_names}

    def of(self, row: int, name: str) -> Callable[[str], Any]:
        """What gives the series of one experiment by name."""

        def series(column: str) -> Any:
            columns = self._columns
            names = columns["experiment"]
            if row >= len(names) or names[row].as_py() != name:
                raise DamagedRecord(self._path, "it was written anew since it was read; read it again")
            if column not in columns:
                raise DamagedRecord(self._path, f"it lacks the column {column}")
            return columns[column][row].as_py()

        return series


@contextlib.contextmanager
def _opened(
    path: Place, how: Callable[[Place], contextlib.AbstractContextManager[BinaryIO]] = opened
) -> Iterator[pq.ParquetFile]:
    try:
        with how(path) as file, pq.ParquetFile(file, page_checksum_verification=True) as found:
            yield found
    except (FileNotFoundError, NotADirectoryError):
        raise RecordsNotFound(f"there is no file {path}") from None
    except DamagedRecord:
        raise
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        pa.ArrowException,
    ) as error:  # the OSErrors of pyarrow have no number
        if getattr(error, "errno", None) is not None:
            raise CannotRead(f"cannot read {path}: {_in_short(error)}") from error
        raise DamagedRecord(path, f"it cannot be read as Parquet of experiments ({_in_short(error)})") from None


def _in_short(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).partition("\n")[0][:200]
