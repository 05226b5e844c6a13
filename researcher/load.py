"""Load experiments from a records directory."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable

from researcher.errors import DamagedRecordWarning, NoSuchExperiment, RecordsNotFound, UnknownNameWarning, warn
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.near_misses import near_misses
from researcher.places import Address, Place, place
from researcher.storage.directory import records_directory
from researcher.storage.names import JOURNAL, RECORD
from researcher.storage.reading import read

_SHORTEST = 8  # characters of a hash that tell experiments apart
_LISTED = 10  # experiments that an error lists
_RECORDED = re.compile(r"[0-9a-f]{24,32}(-\d+)?\.(json|journal)$")  # a file that has the name of a record
_warned: set[tuple[Place, str, int]] = set()


def all_experiments(path: str | os.PathLike[str] = "records/") -> Experiments:
    """All experiments that are recorded in the directory ``path``, oldest first.

    The directory may be a URL, such as ``s3://bucket/records``; its files are read many at once.

    Those that still run are there as far as they are, with the status ``running``; those whose process is gone are
    ``interrupted``. A damaged file is left out, warned of once a process, and listed in ``.damaged`` of what is
    returned.

    Raises:
        RecordsNotFound: there is no such directory; a FileNotFoundError too.
        CannotRead: it is there and cannot be read.
        BadAddress: it is a URL that cannot be used.
        MissingExtra: it is a URL, and what it needs is not installed.
    """
    directory = records_directory(path)
    directory.refresh()
    warn_of(directory.damaged)
    if not directory.experiments and (inner := records_within(directory.path)):
        warn(
            f"no records lie in {os.fspath(path)} itself, but in {', '.join(inner)}; each of these is loaded by itself",
            UnknownNameWarning,
        )
    return Experiments(directory.experiments, directory.damaged)


def load_experiment(path: str | os.PathLike[str], name: str = "") -> Experiment:
    """The experiment of the record or journal ``name`` in the directory ``path``; the ending ``.json`` may be left out.

    Without a name, ``path`` is the file.

    Raises:
        RecordsNotFound: there is no such record; the message names those whose names begin so.
        DamagedRecord: it cannot be read as one.
    """
    found = place(path)
    if name:
        found = found / (name if name.endswith((RECORD, JOURNAL)) else f"{name}{RECORD}")
    try:
        return read(found)
    except RecordsNotFound as error:
        others = [] if isinstance(found, Address) else sorted(found.parent.glob(f"{glob.escape(found.stem)}*{RECORD}"))
        if not others:
            raise
        more = ", …" if len(others) > _LISTED else ""
        raise RecordsNotFound(f"{error}; there is {', '.join(o.stem for o in others[:_LISTED])}{more}") from None


def records_within(directory: Place) -> list[str]:
    """The directories within a directory that hold records."""
    if isinstance(directory, Address):
        return []
    return sorted({os.fspath(file.parent) for file in directory.glob("*/*") if _RECORDED.search(file.name)})[:_LISTED]


def past_experiment_from_hash(path: str | os.PathLike[str], hash_segment: str) -> Experiment:
    """The experiment in the directory ``path`` whose hash holds ``hash_segment``; of repeats the newest.

    Args:
        path: the records directory.
        hash_segment: at least eight characters of the hash. Leading zeros, which the 2020 package left out, are
            found either way.

    Raises:
        NoSuchExperiment: the segment is too short, or none or several different experiments have it; the message
            lists them. It is a ValueError.
    """
    return past_experiments_from_hashes(path, [hash_segment])[0]


def past_experiments_from_hashes(path: str | os.PathLike[str], hash_segments: Iterable[str]) -> Experiments:
    """An experiment for each hash segment, in that order; see `past_experiment_from_hash`."""
    segments = list(map(_long_enough, hash_segments))
    experiments = all_experiments(path)
    return Experiments(_of_one_hash(experiments, segment, path)[-1] for segment in segments)


def named(path: str | os.PathLike[str], given: str, *, status: str = "") -> Experiments:
    """An experiment and its repeats, oldest first, by what it is called.

    That is at least eight characters of its hash, its title, or how its hash, its title or the name of its file begins;
    of these the first that finds something.

    Args:
        path: the records directory.
        given: what it is called.
        status: that it has; any if not given.

    Raises:
        NoSuchExperiment: nothing is called so, or several different experiments are; the message lists them.
    """
    experiments = all_experiments(path)
    if status:
        experiments = Experiments(e for e in experiments if e.status == status)
    hashes, titles, names = experiments.hashes(), experiments.titles(), experiments.names()
    ways: tuple[Callable[[int], bool], ...] = (
        lambda at: len(given) >= _SHORTEST and given in hashes[at].zfill(32),
        lambda at: titles[at] == given,
        lambda at: any(own.startswith(given) for own in (hashes[at], f"{titles[at]}_{hashes[at]}", names[at])),
    )
    places = next((some for way in ways if (some := list(filter(way, range(len(experiments)))))), [])
    found = [*experiments.at(places)]
    if not found:
        hint = near_misses(given, {*titles} - {""})
        kind = status or "recorded"
        raise NoSuchExperiment(f"no {kind} experiment in {os.fspath(path)} has a hash or title {given!r}{hint}")
    return _one(found, f"are called {given!r}")


def _long_enough(segment: str) -> str:
    if len(segment) < _SHORTEST:
        raise NoSuchExperiment(
            f"the hash segment {segment!r} is too short to be unique; give at least {_SHORTEST} characters"
        )
    return segment


def _of_one_hash(experiments: Experiments, segment: str, path: str | os.PathLike[str]) -> Experiments:
    found = [experiments[place] for place, own in enumerate(experiments.hashes()) if segment in own.zfill(32)]
    if not found:
        raise NoSuchExperiment(f"no experiment in {os.fspath(path)} has a hash with {segment!r}")
    return _one(found, f"have a hash with {segment!r}")


def _one(found: list[Experiment], why: str) -> Experiments:
    """These, if they are one experiment and its repeats."""
    newest = {e.hash.zfill(32): e for e in found}
    if len(newest) > 1:
        listed = [f"  {e.told(e.status)}" for e in newest.values()][::-1]
        more = [f"  and {len(listed) - _LISTED} older ones"] if len(listed) > _LISTED else []
        raise NoSuchExperiment("\n".join([f"{len(newest)} different experiments {why}:", *listed[:_LISTED], *more]))
    return Experiments(found)


def warn_of(damaged: Iterable[tuple[Place, str]]) -> None:
    """Warn of damaged files in one message, of each once in the life of this process, and again when it changed."""
    fresh = {(path.absolute(), reason, _changed(path)): f"  {path}: {reason}" for path, reason in damaged}
    listed = [line for key, line in fresh.items() if key not in _warned]
    _warned.update(fresh)
    if not listed:
        return
    files = "1 file is" if len(listed) == 1 else f"{len(listed)} files are"
    more = [f"  and {len(listed) - 10} more, listed in .damaged"] if len(listed) > 10 else []
    message = "\n".join([f"{files} damaged; all else is loaded:", *listed[:10], *more])
    warn(message, DamagedRecordWarning)


def _changed(path: Place) -> int:
    """When the file was last changed, in nanoseconds; 0 if it is gone, or not on this machine."""
    if isinstance(path, Address):
        return 0
    try:
        return path.lstat().st_mtime_ns
    except OSError:
        return 0
