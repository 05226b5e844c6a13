"""The experiment that an argument of a command names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import typer

from researcher.cli.table import number
from researcher.errors import NoSuchExperiment
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.load import all_experiments, load_experiment, named
from researcher.places import Address, Place, place
from researcher.storage.names import JOURNAL, RECORD, parted
from researcher.storage.reading import is_file

_HASH = re.compile(r"(.*?)_?([0-9a-f]{32})")
_NUMBERED = re.compile(r"(?:.*_)?(.{8,})-([1-9][0-9]{0,8})")  # as experiments are listed: relu_d79bb6c5-2
_SHORT = 8  # characters of a hash that are completed


def _completed(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """What the shell offers: the hashes of the records with their titles, and titles that are begun."""
    directory = place(context.params.get("records") or "records/")
    if isinstance(directory, Address):  # a shell does not wait for a store
        return
    names = sorted(path.stem for path in directory.glob(f"*{RECORD}")) if directory.is_dir() else []
    for name in names:
        stem, repeat = parted(name)
        found = _HASH.fullmatch(stem)
        if found is not None:
            segment = found[2][:_SHORT] + (f"-{repeat}" if repeat > 1 else "")
            if segment.startswith(incomplete):
                yield segment, found[1]
            elif found[1].startswith(incomplete):
                yield f"{found[1]}_{segment}", ""


_HELP = "The title, the hash, or how one of them begins, with -2 for the second record of the same params; or a file."
Which = Annotated[str, typer.Argument(metavar="EXPERIMENT", help=_HELP, autocompletion=_completed)]
A = Annotated[str, typer.Argument(metavar="A", help=_HELP, autocompletion=_completed)]
B = Annotated[str, typer.Argument(metavar="B", help="Likewise.", autocompletion=_completed)]


def chosen(given: str, records: Place, *, status: str = "") -> tuple[Experiment, Experiments]:
    """The experiment; if it was found by its hash or title, with all of the same hash.

    Args:
        given: its file, its hash and number, or what else it is called.
        records: the directory.
        status: that it has, if it is found by what it is called; any if not given.
    """
    candidates = (place(given), *(records / f"{given}{ending}" for ending in ("", RECORD, JOURNAL)))
    if file := next((path for path in candidates if is_file(path)), None):
        return load_experiment(file.parent, file.name), Experiments()
    if given.endswith((RECORD, JOURNAL)):
        raise NoSuchExperiment(f"there is no record {given}, nor one in {records}")
    if numbered := _NUMBERED.fullmatch(given):
        repeats = Experiments(e for e in all_experiments(records) if numbered[1] in e.hash.zfill(32))
        if found := [e for e in repeats if number(e) == int(numbered[2])]:
            return found[-1], repeats
    repeats = named(records, given, status=status)
    return repeats[-1], repeats
