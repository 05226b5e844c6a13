"""``researcher show``: one experiment."""

from __future__ import annotations

from typing import Annotated

import typer

from researcher.cli.chosen import Which, chosen
from researcher.cli.details import details
from researcher.cli.ls import RECORDS, Records
from researcher.cli.printing import show_all, show_json, told
from researcher.cli.summary import strict_record
from researcher.places import place


def show(
    which: Which,
    records: Records = RECORDS,
    as_json: Annotated[bool, typer.Option("--json", help="The record as strict JSON, a key a line.")] = False,
) -> None:
    """Show one experiment: params, observations, notes, and what ended it. Of repeats it is the newest."""
    with told():
        experiment, repeats = chosen(which, place(records))
        if as_json:
            show_json(strict_record(experiment))
        else:
            show_all(details(experiment, repeats), wrap=True)
