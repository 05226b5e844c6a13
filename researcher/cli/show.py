"""``researcher show``: one experiment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from researcher.cli.details import details
from researcher.cli.ls import RECORDS, Records
from researcher.cli.printing import show_all, show_json, told
from researcher.cli.summary import strict_record
from researcher.cli.table import number
from researcher.errors import NoSuchExperiment
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.load import load_experiment, with_hash
from researcher.storage.names import JOURNAL, RECORD

HashOrFile = Annotated[
    str,
    typer.Argument(
        metavar="HASH",
        help="At least eight characters of the hash, with -2 for the second record of the same params; or a file.",
    ),
]


def show(
    hash_or_file: HashOrFile,
    records: Records = RECORDS,
    as_json: Annotated[bool, typer.Option("--json", help="The record as strict JSON, a key a line.")] = False,
) -> None:
    """Show one experiment: params, observations, notes, and what ended it. Of repeats it is the newest."""
    with told():
        experiment, repeats = _found(hash_or_file, Path(records))
        if as_json:
            show_json(strict_record(experiment))
        else:
            show_all(details(experiment, repeats), wrap=True)


def _found(given: str, records: Path) -> tuple[Experiment, Experiments]:
    """The experiment; if it was found by its hash, with all that have it."""
    candidates = (Path(given), *(records / f"{given}{ending}" for ending in ("", RECORD, JOURNAL)))
    if file := next((path for path in candidates if path.is_file()), None):
        return load_experiment(file.parent, file.name), Experiments()
    if given.endswith((RECORD, JOURNAL)) or len(Path(given).parts) > 1:
        raise NoSuchExperiment(f"there is no record {given}, nor one in {records}")
    numbered = re.fullmatch(r"(.{8,})-([1-9][0-9]{0,8})", given)
    repeats = with_hash(records, numbered[1] if numbered else given)
    chosen = [e for e in repeats if not numbered or number(e) == int(numbered[2])]
    if not chosen:
        raise NoSuchExperiment(f"no experiment in {records} has the hash and number {given!r}")
    return chosen[-1], repeats
