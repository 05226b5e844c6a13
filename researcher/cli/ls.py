"""``researcher ls``: the experiments of a directory."""

from __future__ import annotations

import shutil
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from researcher.cli.printing import USAGE, show_all, show_json, tell, tell_damaged, told
from researcher.cli.summary import summary
from researcher.cli.table import table
from researcher.errors import DamagedRecordWarning, RecordsNotFound
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.load import all_experiments
from researcher.params import ABSENT, value_order
from researcher.query import parse, quoted

RECORDS = "records/"
Records = Annotated[str, typer.Argument(metavar="RECORDS", help="The directory of the records, or its URL.")]

Query = Annotated[
    str, typer.Argument(metavar="QUERY", help="Which experiments, such as \"lr < 0.01 and optimizer == 'adam'\".")
]


def ls(
    records: Records = RECORDS,
    query: Query = "",
    sort: Annotated[
        str,
        typer.Option("--sort", "-s", metavar="NAME", help="A param, final.loss, at.100.loss, loss, duration, title."),
    ] = "timestamp",
    reverse: Annotated[bool, typer.Option("--reverse", "-r", help="From the greatest to the least.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="The first so many; without --sort, the newest.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array, an experiment a line.")] = False,
) -> None:
    """List the experiments of a directory, oldest first.

    Experiments that run now are there as far as they are; those whose process is gone are interrupted. Where a line
    of the terminal is too short for all params and observations, the last ones are left out. Damaged files are named
    on standard error.
    """
    with told():
        every = loaded(records)
        found = _sorted(every.where(query), sort, reverse)
        chosen = found if limit is None else found[-limit:] if _newest_last(sort, reverse) else found[:limit]
        if as_json:
            show_json([summary(e) for e in chosen])
        else:
            _show(Experiments(chosen), every, records)
        tell_damaged(every.damaged)


def loaded(records: str) -> Experiments:
    """The experiments of a directory; damaged files are for the end of the command."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DamagedRecordWarning)  # told at the end
            return all_experiments(records)
    except RecordsNotFound as error:
        if not set(records) & set("<>=() "):
            raise
        raise RecordsNotFound(
            f"{error}\nA query comes after the directory: researcher ls {RECORDS} {records!r}"
        ) from None


def _sorted(experiments: Experiments, name: str, reverse: bool) -> Sequence[Experiment]:
    """In the order of what each has under the name; those that have nothing or NaN come last."""
    path = tuple(name.replace("`", "").split("."))
    if path == ("timestamp",):
        return experiments[::-1] if reverse else experiments
    found = [(_value(e, path), e) for e in experiments]
    unknown = experiments.unknown(parse(quoted(path)))
    if unknown and all(value is ABSENT for value, _ in found):
        tell(f"researcher: cannot sort by {name!r}: {unknown[0]}")
        raise typer.Exit(USAGE)
    nothing = [e for value, e in found if value is ABSENT or value != value]
    there = [(value, e) for value, e in found if value is not ABSENT and value == value]
    return [e for _, e in sorted(there, key=lambda pair: value_order(pair[0]), reverse=reverse)] + nothing


def _value(experiment: Experiment, path: tuple[str, ...]) -> object:
    found = experiment.look_up(path)
    return experiment.summary("final", ".".join(path)) if found is ABSENT else found


def _newest_last(sort: str, reverse: bool) -> bool:
    return sort == "timestamp" and not reverse


def _show(chosen: Experiments, every: Experiments, records: str) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if chosen:
        drawn, left_out = table(chosen, width)
        show_all([drawn])
        if left_out:
            tell(f"not shown, as the line is too short: {', '.join(left_out)}")
    of = "" if len(chosen) == len(every) else f" of {len(every)}"
    statuses = Counter(e.status for e in chosen if e.status != "finished")
    others = "".join(f", {n} {status}" for status, n in sorted(statuses.items()))
    noun = "experiment" if len(every) == 1 else "experiments"
    tell(f"{len(chosen)}{of} {noun}{others} in {records}")
