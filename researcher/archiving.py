"""Archive a records directory as Parquet files, part by part, on one machine or many."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from researcher.errors import CannotWrite, ResearcherError
from researcher.load import warn_of
from researcher.places import Address, Place, place
from researcher.progress import bar
from researcher.storage import names
from researcher.storage.files import Identity, records_in
from researcher.storage.locks import alone

if TYPE_CHECKING:
    from researcher.storage.manifest import Manifest
    from researcher.storage.part import Part

_SAMPLE = 50  # records that are looked at beforehand for the columns that most parts will need


@dataclass(frozen=True)
class Archive:
    """An archive as `archive` left it.

    Attributes:
        path: its directory.
        experiments: how many it holds.
        parts: of how many files it is.
        written: how many of them were written this time.
        damaged: path and reason of each record that cannot be read.
        unfinished: the journals of experiments that run or were interrupted, which are not in it.
    """

    path: Place
    experiments: int
    parts: int
    written: int
    damaged: list[tuple[Place, str]]
    unfinished: list[Place]

    def __repr__(self) -> str:
        text = f"{_counted(self.experiments, 'experiment')} in {_counted(self.parts, 'part')} in {self.path}"
        text += f", {self.written:,} written now"
        text += f", {_counted(len(self.damaged), 'damaged record')}" if self.damaged else ""
        text += f", {_counted(len(self.unfinished), 'unfinished experiment')} left out" if self.unfinished else ""
        return f"<{text}>"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def archive(
    records: str | os.PathLike[str],
    target: str | os.PathLike[str],
    client: Any = None,
    *,
    part_size: int = 2_000,
    progress: bool = False,
) -> Archive:
    """Write the records of a directory as Parquet files, or bring those up to date that are there.

    Afterwards every finished record is in exactly one file ``part-*.parquet`` of the directory ``target``, and all of
    them have the same columns (see `researcher.parquet`), so that ``target/*.parquet`` is one dataset. `read_parquet`
    reads it back. A part is replaced as a whole, and only if its records changed, so that an archive that was
    interrupted, or has fallen behind, costs what is missing. What is archived stays so, even if its record is deleted
    or damaged. A damaged record stops none of the others; it is warned of and listed in ``.damaged`` of what is
    returned. Journals are left out; ``researcher recover`` makes records of those of the dead.

    Args:
        records: the records directory, or its URL. All workers see it under this path, as they do ``target``.
        target: the directory of the archive, or its URL; it is made if it is missing. It is of one records directory.
            One caller at a time brings it up to date; on a store that is for you to see to.
        client: a dask ``Client`` (the extra ``dask``), or an executor of `concurrent.futures`, that writes the parts at
            once; without one they are written one by one here.
        part_size: how many records a part has, at most; records of 64 MB together are a part in any case.
        progress: show a bar.

    Raises:
        RecordsNotFound: there is no such records directory.
        CannotRead: it is there and cannot be read.
        CannotWrite: the archive cannot be written, somebody else does that now, or the directory holds something else.
        BadAddress: a URL cannot be used.
        MissingExtra: pyarrow is not installed, or tqdm for the bar, or what a URL needs.

    >>> import tempfile, researcher as rs
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     for lr in (0.1, 0.2):
    ...         _ = rs.record_experiment({"lr": lr}, f"{directory}/records", {"loss": [0.5, lr]})
    ...     found = archive(f"{directory}/records", f"{directory}/archive")
    ...     found.experiments, rs.read_parquet(found.path).observed()
    (2, ['loss'])
    """
    from researcher.storage.manifest import manifest_in

    if part_size < 1:
        raise ValueError(f"part_size {part_size}: a part has at least one record")
    source, path = place(records).absolute(), place(target).absolute()
    executor = client.get_executor(pure=False) if hasattr(client, "get_executor") else client
    files = records_in(source)
    try:
        if not isinstance(path, Address):
            path.mkdir(parents=True, exist_ok=True)
        with alone(path, 0, surely=True):
            manifest = manifest_in(path, str(source))
            parts = _up_to_date(manifest, path, files, executor, part_size, progress)
    except ResearcherError:
        raise
    except BlockingIOError:
        raise CannotWrite(f"somebody else writes the archive {path} now; call it again when they are done") from None
    except OSError as error:
        raise CannotWrite(f"cannot write the archive {path}: {error.strerror or error}") from error
    damaged = [(source / name, reason) for name, reason in manifest.damaged]
    warn_of(damaged)
    unfinished = [source / name for name in sorted(files) if name.endswith(names.JOURNAL)]
    return Archive(path, manifest.experiments, len(parts), sum(part.written for part in parts), damaged, unfinished)


def _up_to_date(
    manifest: Manifest,
    path: Place,
    files: Mapping[str, Identity],
    executor: Executor | None,
    part_size: int,
    progress: bool,
) -> list[Part]:
    """Bring the archive up to date, and the manifest that says what it is to hold."""
    from researcher.storage.part import kinds_among

    sizes = {name: identity[0] for name, identity in files.items() if name.endswith(names.RECORD)}
    manifest.assign(sizes, part_size)
    manifest.complete = False
    manifest.write(path)
    if not manifest.columns:
        manifest.columns = kinds_among(place(manifest.records), sorted(sizes)[:: 1 + len(sizes) // _SAMPLE])
    total = sum(map(len, manifest.parts.values()))
    with bar(total=total, unit="experiment") if progress else nullcontext() as shown:
        parts = _write(manifest, path, files, executor, shown)
    manifest.complete = True
    manifest.experiments = sum(part.experiments for part in parts)
    manifest.damaged = [found for part in parts for found in part.damaged]
    manifest.write(path)
    return parts


def _write(
    manifest: Manifest, target: Place, files: Mapping[str, Identity], executor: Executor | None, shown: Any
) -> list[Part]:
    """Bring the parts up to date, until all of them have the same columns."""
    from researcher.storage.part import write_part
    from researcher.storage.rows import merged

    found: dict[str, Part] = {}
    stale = list(manifest.parts)
    while stale:
        jobs = [
            partial(
                write_part,
                place(manifest.records),
                target / name,
                {record: files.get(record, ()) for record in manifest.parts[name]},
                manifest.columns,
            )
            for name in stale
        ]
        for part in _done(jobs, executor):
            before = found.get(part.name)
            found[part.name] = part if before is None else replace(part, written=part.written or before.written)
            if shown is not None and before is None:
                shown.update(len(manifest.parts[part.name]))
        manifest.columns = merged([manifest.columns, *(part.kinds for part in found.values())])
        stale = [name for name, part in found.items() if list(part.kinds.items()) != list(manifest.columns.items())]
    return list(found.values())


def _done(jobs: Sequence[Callable[[], Part]], executor: Executor | None) -> Iterator[Part]:
    """The parts as they become ready; after an error those that have not begun are not begun."""
    if executor is None:
        yield from (job() for job in jobs)
        return
    futures: list[Future[Part]] = [executor.submit(job) for job in jobs]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()
