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
from researcher.load import load_experiment, with_hash
from researcher.places import Address, Place, place
from researcher.storage.names import JOURNAL, RECORD, parted
from researcher.storage.reading import is_file

_HASH = re.compile(r"(.*?)_?([0-9a-f]{32})")
_SHORT = 8  # characters of a hash that are completed


def _completed(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """What the shell offers: the hashes of the records, by the names of their files, with the titles."""
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


_HELP = "At least eight characters of the hash, with -2 for the second record of the same params; or a file."
HashOrFile = Annotated[str, typer.Argument(metavar="HASH", help=_HELP, autocompletion=_completed)]
A = Annotated[str, typer.Argument(metavar="A", help=_HELP, autocompletion=_completed)]
B = Annotated[str, typer.Argument(metavar="B", help="Likewise.", autocompletion=_completed)]


def chosen(given: str, records: Place) -> tuple[Experiment, Experiments]:
    """The experiment; if it was found by its hash, with all that have it."""
    named = place(given)
    candidates = (named, *(records / f"{given}{ending}" for ending in ("", RECORD, JOURNAL)))
    if file := next((path for path in candidates if is_file(path)), None):
        return load_experiment(file.parent, file.name), Experiments()
    if given.endswith((RECORD, JOURNAL)) or len(named.parts) > 1:
        raise NoSuchExperiment(f"there is no record {given}, nor one in {records}")
    numbered = re.fullmatch(r"(.{8,})-([1-9][0-9]{0,8})", given)
    repeats = with_hash(records, numbered[1] if numbered else given)
    found = [e for e in repeats if not numbered or number(e) == int(numbered[2])]
    if not found:
        raise NoSuchExperiment(f"no experiment in {records} has the hash and number {given!r}")
    return found[-1], repeats
