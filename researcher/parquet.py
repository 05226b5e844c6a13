"""Experiments as one Parquet file, for DuckDB, Polars, pandas, Dask and Spark; and back, nothing lost.

A row is an experiment. These columns are always there:

| column | type | what it holds |
| --- | --- | --- |
| ``experiment`` | text | the name of the record, unique in a records directory |
| ``hash``, ``title``, ``status`` | text | as in the record |
| ``timestamp`` | timestamp | when it was recorded, local time; null where the record does not say |
| ``recorded_at`` | timestamp, UTC | the same to the microsecond |
| ``duration`` | float | seconds; null if it was not recorded |
| ``tags``, ``notes`` | list of text | in the order in which they were given |
| ``record`` | text | JSON of all else, which `read_parquet` needs; see `researcher.storage.split` |

The others depend on the experiments, and are null where one has no such value:

| column | type | what it holds |
| --- | --- | --- |
| ``params.NAME`` | boolean, int, float, text or list | a param by its dotted name; the title has its own column |
| ``final.NAME``, ``min.NAME``, ``max.NAME``, ``first.NAME`` | float | of an observation; of folds the mean over folds |
| ``n.NAME``, ``nan.NAME`` | int | how many values it has, and how many of them are NaN or missing; of all folds |
| ``observations.NAME`` | list of float | a value a step; a number is a list of one; with folds a list a fold |
| ``steps.NAME``, ``times.NAME`` | list of float | its steps and seconds; null where steps are 0..n-1, times unknown |

A param has one type in all rows: integers and floats together are floats, lists are lists of what their items are
together, and all else that differs is text: text as it is, other values as JSON. So are dicts, lists more than four
deep, and params that are None wherever they are. Integers of more than 64 bits are floats. If any experiment has folds
of an observation, its column is a list of lists, and a curve without folds is one fold. What these types change, and
observations that are no numbers, curves or folds, ``record`` holds as it was. NaN is NaN; null is a value that is
missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from researcher.errors import CannotWrite, DamagedRecord, RecordsNotFound, reason
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.load import warn_of
from researcher.places import Place, place
from researcher.storage.files import names_in
from researcher.storage.order import Order
from researcher.storage.shelf import Shelf, Slot
from researcher.storage.shelved import Shelved

if TYPE_CHECKING:
    from researcher.storage.rows import Kinds, Row

_AT_ONCE = 1_000  # experiments whose curves are in memory together, and are decoded together
_VALUES = 1_000_000  # the same of values in their curves


def to_parquet(experiments: Sequence[Experiment], path: str | os.PathLike[str]) -> None:
    """Write experiments as a Parquet file, in the place of one that is there.

    Its columns are described in `researcher.parquet`. The curves of a thousand experiments at most, or of a million
    values, are in memory at a time.

    Args:
        experiments: they keep their order.
        path: of the file, or its URL; its directory is made if it is missing.

    Raises:
        MissingExtra: pyarrow is not installed.
        CannotWrite: the file cannot be written; what was there still is.
        BadAddress: the URL cannot be used.
        DamagedRecord: a record was damaged since it was loaded.
        RecordsNotFound: a record is gone since it was loaded.
    """
    from researcher.storage import parquet
    from researcher.storage.rows import kinds_of, merged

    experiments = list(map(_still, experiments))
    kinds: Kinds = merged(map(kinds_of, _groups(experiments)))
    target = place(path)
    try:
        while True:
            try:
                parquet.write(target, _fitting(_groups(experiments), kinds), kinds)
                return
            except _OutgrownError as outgrown:
                kinds = outgrown.kinds
    except RecordsNotFound:
        raise
    except OSError as error:
        raise CannotWrite(f"cannot write {target}: {reason(error)}") from error


def read_parquet(path: str | os.PathLike[str]) -> Experiments:
    """The experiments in a Parquet file that `to_parquet` wrote, or in all those of a directory, oldest first.

    Either may be a URL, such as ``s3://bucket/archive``.

    Their ``.data`` is what was saved, and their ``.name`` that of the record; they have no ``.path``. As of a records
    directory, an `Experiment` is made when it is touched, and curves are read when they are first looked at. Of a
    directory, a file that cannot be read, or that `archive` has not written yet, is left out, warned of, and listed in
    ``.damaged`` of what is returned.

    Raises:
        MissingExtra: pyarrow is not installed.
        RecordsNotFound: there is no such file or directory, or no such file in it.
        CannotRead: it is there and cannot be read.
        DamagedRecord: the file is damaged, or is Parquet of something else.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     experiments = Experiments([Experiment({"lr": 0.1, "observations": {"loss": [0.5, 0.25]}})])
    ...     experiments.to_parquet(f"{directory}/relu.parquet")
    ...     read_parquet(f"{directory}/relu.parquet")[0].data
    {'lr': 0.1, 'observations': {'loss': [0.5, 0.25]}}
    """
    from researcher.storage.archived import Archive
    from researcher.storage.manifest import NAME, is_part, read
    from researcher.storage.parquet import slots_in

    source = place(path)
    archive = Archive()
    there = names_in(source)
    if there is None:
        return _sorted(archive, slots_in(source, archive))
    names = [name for name in there if is_part(name)]
    if not names and NAME not in there:
        raise RecordsNotFound(f"there is no file *.parquet in the directory {source}")
    found: list[Slot] = []
    damaged: list[tuple[Place, str]] = []
    try:
        manifest = read(source)
        missing = [name for name in (manifest.parts if manifest else ()) if name not in names]
        damaged += [(source / name, "it is not written yet; rs.archive goes on with it") for name in missing]
    except DamagedRecord as error:
        damaged.append((source / NAME, f"{error.reason}; rs.archive makes it anew from the parts"))
    for name in names:
        try:
            found += slots_in(source / name, archive)
        except DamagedRecord as error:
            damaged.append((source / name, error.reason))
    warn_of(damaged)
    return _sorted(archive, found, damaged)


def _sorted(archive: Shelf, slots: Iterable[Slot], damaged: Iterable[tuple[Place, str]] = ()) -> Experiments:
    archive.heads.forget()
    return Experiments(Shelved(archive, sorted(slots, key=Order(archive, {}).key)), damaged)


def _still(experiment: Experiment) -> Experiment:
    """An experiment that does not grow while it is written."""
    if experiment.status != "running":
        return experiment
    still = experiment.apart()
    _ = still.data
    return still


class _OutgrownError(Exception):
    """A record holds other things than it did when the columns were found; these are the columns that it needs."""

    def __init__(self, kinds: Kinds) -> None:
        super().__init__()
        self.kinds = kinds


def _fitting(groups: Iterable[list[Row]], kinds: Kinds) -> Iterator[list[Row]]:
    """The groups, all of whose values the columns hold.

    Raises:
        _OutgrownError: these columns do not.
    """
    from researcher.storage.rows import kinds_of, merged

    for rows in groups:
        needed = merged([kinds, kinds_of(rows)])
        if needed != kinds:
            raise _OutgrownError(needed)
        yield rows


def _groups(experiments: Sequence[Experiment]) -> Iterator[list[Row]]:
    from researcher.storage.rows import row_of, size_of

    rows: list[Row] = []
    values = 0
    for experiment in experiments:
        row = row_of(experiment.apart())
        rows.append(row)
        values += size_of(row)
        if len(rows) == _AT_ONCE or values >= _VALUES:
            yield rows
            rows, values = [], 0
    if rows:
        yield rows
