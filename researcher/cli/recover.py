"""``researcher recover``: records of what dead processes left behind."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from researcher.cli.ls import RECORDS, Records
from researcher.cli.printing import show_json, show_line, tell, tell_damaged, told
from researcher.cli.summary import summary
from researcher.recovery import recover as recovered_from


def recover(
    records: Records = RECORDS,
    as_json: Annotated[bool, typer.Option("--json", help='One object: "recovered" and "damaged".')] = False,
) -> None:
    """Make records of the journals whose processes are gone; their status stays interrupted.

    Experiments that run now are left alone. Damaged journals stay where they are, and are named on standard error.
    """
    with told():
        recovered = recovered_from(records)
        if as_json:
            damaged = [{"file": os.fspath(path), "reason": reason} for path, reason in recovered.damaged]
            show_json({"recovered": [summary(e) for e in recovered], "damaged": damaged})
        else:
            for experiment in recovered:
                show_line(f"recovered {experiment.path} ({experiment.status})")
            if not recovered:
                tell(f"nothing to recover in {records}")
        tell_damaged(recovered.damaged)
