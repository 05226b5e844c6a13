"""``researcher reproduce``: run an experiment again, and say whether its result held."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from researcher.cli.chosen import Which, chosen
from researcher.cli.diff import source_lines
from researcher.cli.ls import RECORDS, Records
from researcher.cli.printing import NOT_HELD, show_all, show_json, told, visible
from researcher.errors import CannotReproduce
from researcher.params import ABSENT
from researcher.places import place
from researcher.storage.reading import is_directory

if TYPE_CHECKING:
    from researcher.reproduction.changes import Changes
    from researcher.reproduction.reproduction import Reproduction


def reproduce(
    which: Which,
    records: Records = RECORDS,
    function: Annotated[
        str, typer.Option("--function", "-f", metavar="MODULE:NAME", help="What to run, if not what the record names.")
    ] = "",
    tolerance: Annotated[
        float, typer.Option("--tolerance", "-t", min=0.0, help="Relative to the greatest value of an observation.")
    ] = 1e-6,
    observations: Annotated[
        list[str] | None, typer.Option("--observation", "-o", metavar="NAME", help="Compare this one; may be repeated.")
    ] = None,
    trust_source: Annotated[
        bool, typer.Option("--trust-source", help="Execute the recorded source, of a notebook say, if need be.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The answer as one object; the rest on standard error.")
    ] = False,
) -> None:
    """Run an experiment again with the same params and seed, and say whether its result held.

    It says first what differs now. The new experiment is recorded beside the original. Exit code 3: it did not hold.
    """
    from researcher.reproduction.reproduction import reproduce as reproduced

    with told():
        sys.path.insert(0, "")  # as for a script: modules are looked for where one is
        experiment = chosen(which, place(records))[0]
        with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
            answer = reproduced(
                experiment,
                _function(function) if function else None,
                records=records if is_directory(place(records)) else None,
                tolerance=tolerance,
                observations=observations,
                trust_source=trust_source,
                tell=None if as_json else lambda changes: show_all([*_changes(changes), Text("")], wrap=True),
            )
        if as_json:
            show_json(_object(answer))
        else:
            show_all(_answer(answer), wrap=True)
    if not answer.held:
        raise typer.Exit(NOT_HELD)


def _function(given: str) -> Callable[..., Any]:
    """What ``module:name`` names."""
    module, _, name = given.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise CannotReproduce(f"there is no function {given!r}, which is to be MODULE:NAME: {error}") from error
    return found  # type: ignore[no-any-return]


def _changes(changes: Changes) -> Iterator[RenderableType]:
    text = repr(changes).splitlines()
    diff = changes.source.splitlines()
    yield from (Text(visible(line)) for line in text if line not in diff)
    yield from source_lines(changes.source)


def _answer(answer: Reproduction) -> Iterator[RenderableType]:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for _ in ("observation", "outcome", "details"):
        table.add_column(overflow="fold", min_width=1)
    for verdict in answer.verdicts:
        style = "green" if verdict.held else "red"
        table.add_row(visible(verdict.observation), Text(verdict.outcome, style=style), Text(visible(verdict.details)))
    yield table
    yield Text(visible(answer.answer), style="bold")
    yield Text(f"recorded as {visible(answer.repeat.name)}", style="dim")


def _object(answer: Reproduction) -> dict[str, Any]:
    changes = answer.changes
    return {
        "held": answer.held,
        "answer": answer.answer,
        "original": answer.original.name,
        "repeat": answer.repeat.name,
        "tolerance": answer.tolerance,
        "changes": {row.name: list(map(_known, row.values)) for row in changes.rows},
        "source": changes.source,
        "unknown": list(changes.unknown),
        "observations": {
            verdict.observation: {
                "outcome": verdict.outcome,
                "then": _known(verdict.then),
                "now": _known(verdict.now),
                "apart": verdict.apart,
                "repeats": verdict.n,
                "interval": [verdict.low, verdict.high],
            }
            for verdict in answer.verdicts
        },
    }


def _known(value: object) -> object:
    return None if value is ABSENT else value
