"""Archive a records directory as Parquet files, part by part, on one machine or many."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, as_completed
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from researcher.errors import CannotWrite, EngineError, ResearcherError, reason
from researcher.load import warn_of
from researcher.places import Address, Place, place
from researcher.progress import bar
from researcher.storage import names
from researcher.storage.files import Identity, records_in
from researcher.storage.locks import alone

if TYPE_CHECKING:
    from researcher.storage.claim import Claim
    from researcher.storage.manifest import Found
    from researcher.storage.part import Part

_GO_ON = "What is written stays; call it again to go on, with a smaller part_size if memory is short."
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
    interrupted, damaged, or has fallen behind, costs what is missing. What is archived stays so, even if its record is
    deleted or damaged. A damaged record stops none of the others; it is warned of and listed in ``.damaged`` of what is
    returned. Journals are left out; ``researcher recover`` makes records of those of the dead.

    Args:
        records: the records directory, or its URL. All workers see it under this path, as they do ``target``.
        target: the directory of the archive, or its URL; it is made if it is missing. It is of one records directory.
            Somebody who writes it already keeps others from that; on a store, the later call goes on instead, and the
            earlier one raises CannotWrite.
        client: a dask ``Client`` (the extra ``dask``), or an executor of `concurrent.futures`, that writes the parts at
            once; without one they are written one by one here.
        part_size: how many records a part has, at most; records of 64 MB together are a part in any case.
        progress: show a bar.

    Raises:
        RecordsNotFound: there is no such records directory.
        CannotRead: it is there and cannot be read.
        CannotWrite: the archive cannot be written, somebody else does that now, or the directory holds something else.
        EngineError: the cluster or executor is gone, or its workers are killed again and again.
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
    from researcher.storage.claim import claimed
    from researcher.storage.manifest import found_in

    if part_size < 1:
        raise ValueError(f"part_size {part_size}: a part has at least one record")
    source, path = place(records).absolute(), place(target).absolute()
    if source == path:
        raise CannotWrite(f"the archive cannot lie among the records in {source}; choose another directory")
    executor = client.get_executor(pure=False) if hasattr(client, "get_executor") else client
    files = records_in(source)
    sizes = {name: identity[0] for name, identity in files.items() if name.endswith(names.RECORD)}
    try:
        if not isinstance(path, Address):
            path.mkdir(parents=True, exist_ok=True)
        with alone(path, 0, surely=True), claimed(path) as claim:
            found = found_in(path, str(source), sizes)
            found.manifest.assign(sizes, part_size)
            parts = _up_to_date(claim, found, files, executor, progress)
    except ResearcherError:
        raise
    except BlockingIOError:
        raise CannotWrite(f"somebody else writes the archive {path} now; call it again when they are done") from None
    except OSError as error:
        raise CannotWrite(f"cannot write the archive {path}: {reason(error)}") from error
    damaged = [(source / name, reason) for name, reason in found.manifest.damaged]
    warn_of([*found.damaged, *damaged])
    unfinished = [source / name for name in sorted(files) if name.endswith(names.JOURNAL)]
    return Archive(
        path=path,
        experiments=found.manifest.experiments,
        parts=len(parts),
        written=sum(part.beside is not None for part in parts),
        damaged=damaged,
        unfinished=unfinished,
    )


def _up_to_date(
    claim: Claim, found: Found, files: Mapping[str, Identity], executor: Executor | None, progress: bool
) -> list[Part]:
    """Bring the archive up to date, and the manifest that says what it is to hold."""
    manifest = found.manifest
    claim.check()
    manifest.write(claim.target)
    total = sum(map(len, manifest.parts.values()))
    with bar(total=total, unit="experiment") if progress else nullcontext() as shown:
        parts = _write(claim, found, files, executor, shown)
    manifest.complete = True
    manifest.experiments = sum(part.experiments for part in parts)
    manifest.damaged = sorted(damaged for part in parts for damaged in part.damaged)
    claim.check()
    manifest.write(claim.target)
    return parts


def _write(
    claim: Claim, found: Found, files: Mapping[str, Identity], executor: Executor | None, shown: Any
) -> list[Part]:
    """Bring the parts up to date, until all of them have the same columns."""
    from researcher.storage.part import Part, inputs_of, kinds_among, same, write_part
    from researcher.storage.rows import merged

    source, planned = place(found.manifest.records), found.manifest.parts
    members = {name: {record: files.get(record, ()) for record in records} for name, records in planned.items()}
    done = {
        name: Part(name, part.experiments, part.damaged, part.kinds)
        for name, part in found.whole.items()
        if part.inputs == inputs_of(members[name]) and not part.damaged
    }
    if shown is not None:
        shown.update(sum(len(members[name]) for name in done))
    columns = merged(part.kinds for part in found.whole.values())
    if not columns:
        every = sorted(chain.from_iterable(planned.values()))
        columns = kinds_among(source, every[:: 1 + len(every) // _SAMPLE])
    while stale := [name for name in members if name not in done or not same(done[name].kinds, columns)]:
        jobs = [
            partial(write_part, source, claim.target / name, claim.beside(), members[name], columns) for name in stale
        ]
        for part in _done(jobs, executor):
            if part.beside is not None:
                claim.put(part.beside, part.name)
            before = done.get(part.name)
            done[part.name] = part if before is None else replace(part, beside=part.beside or before.beside)
            if shown is not None and before is None:
                shown.update(len(members[part.name]))
        columns = merged([columns, *(part.kinds for part in done.values())])
    return [done[name] for name in members]


def _done(jobs: Sequence[Callable[[], Part]], executor: Executor | None) -> Iterator[Part]:
    """The parts as they become ready; after an error those that have not begun are not begun."""
    if executor is None:
        yield from (job() for job in jobs)
        return
    futures: list[Future[Part]] = []
    try:
        try:
            futures += map(executor.submit, jobs)
        except Exception as error:
            raise EngineError(f"{executor!r} takes no tasks: {error}. {_GO_ON}") from error
        for future in as_completed(futures):
            yield _result(future)
    finally:
        for future in futures:
            future.cancel()


def _result(future: Future[Part]) -> Part:
    """What a task gave.

    Raises:
        EngineError: it was not carried out.
    """
    try:
        return future.result()
    except (BrokenExecutor, CancelledError) as error:
        raise EngineError(f"a worker was killed, or what parts are written on is gone ({error!r}). {_GO_ON}") from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "distributed":
            raise
        raise EngineError(f"{error} {_GO_ON}") from error
