"""``researcher export``: experiments as one file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from researcher.cli.ls import RECORDS, Query, Records, loaded
from researcher.cli.printing import USAGE, show_json, show_line, tell, tell_damaged, told
from researcher.experiments import Experiments

_WRITERS = {".csv": Experiments.to_csv, ".parquet": Experiments.to_parquet}


def export(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A .csv of params and final values, or a .parquet with curves and all."),
    ],
    records: Records = RECORDS,
    query: Query = "",
    as_json: Annotated[
        bool, typer.Option("--json", help='One object: "file" and "experiments", their number.')
    ] = False,
) -> None:
    """Write the experiments of a directory into one file; the ending of its name says of which kind."""
    writer = _WRITERS.get(file.suffix.casefold())
    if writer is None:
        tell(f"researcher: {file} is neither .csv nor .parquet")
        raise typer.Exit(USAGE)
    with told():
        every = loaded(records)
        found = every.where(query)
        writer(found, file)
        if as_json:
            show_json({"file": str(file), "experiments": len(found)})
        else:
            show_line(f"{len(found)} {'experiment' if len(found) == 1 else 'experiments'} in {file}")
        tell_damaged(every.damaged)
