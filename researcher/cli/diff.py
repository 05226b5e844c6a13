"""``researcher diff``: what differs between two experiments."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from researcher.analysis.differences import Row, differences
from researcher.cli.chosen import A, B, chosen
from researcher.cli.ls import RECORDS, Records
from researcher.cli.printing import show_all, show_json, told, visible, visible_lines
from researcher.experiment import Experiment
from researcher.params import ABSENT, label, value_key
from researcher.places import place

_SOURCE = "entry.source"
_STYLES = {"+": "green", "-": "red", "@": "dim"}


def diff(
    a: A,
    b: B,
    records: Records = RECORDS,
    as_json: Annotated[
        bool,
        typer.Option("--json", help='One object: "experiments", "params", "environment", "observations", "source".'),
    ] = False,
) -> None:
    """Show what differs between two experiments: params, what was around, final values, and the source as a diff."""
    with told():
        pair = [chosen(given, place(records))[0] for given in (a, b)]
        found = differences(pair)
        around = [row for row in found.environment if row.name != _SOURCE]
        finals = list(_finals(pair))
        source = _source_diff(pair)
        if as_json:
            sections = {"params": found.params, "environment": around, "observations": finals}
            shown: dict[str, Any] = {"experiments": [e.name for e in pair]}
            shown |= {
                name: {row.name: list(map(_known, row.values)) for row in rows} for name, rows in sections.items()
            }
            show_json({**shown, "source": source})
        else:
            show_all([_table(found.experiments, found.params, around, finals), *source_lines(source)], wrap=True)


def source_lines(source: str) -> Iterator[RenderableType]:
    """A diff in the colours that terminals have for it."""
    for line in visible_lines(source).splitlines():
        yield Text(line, style=_STYLES.get(line[:1], ""))


def _finals(pair: Sequence[Experiment]) -> Iterator[Row]:
    """The final values that differ."""
    for name in dict.fromkeys(name for e in pair for name in e.observed()):
        values = tuple(e.summary("final", name) for e in pair)
        if value_key(values[0]) != value_key(values[1]):
            yield Row(name, values)


def _source_diff(pair: Sequence[Experiment]) -> str:
    entries = [(e.ours.get("environment") or {}).get("entry") or {} for e in pair]
    a, b = (str(entry.get("source", "")).splitlines() for entry in entries)
    return "\n".join(difflib.unified_diff(a, b, pair[0].name, pair[1].name, lineterm=""))


def _table(heads: Sequence[str], *sections: Sequence[Row]) -> RenderableType:
    if not any(sections):
        return Text("no differences")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for head in ("", *heads):
        table.add_column(Text(visible(head)), overflow="fold", min_width=1)
    for title, rows in zip(("params", "environment", "final values"), sections, strict=True):
        if rows:
            table.add_row(Text(title, style="dim"))
        for row in rows:
            cells = ("–" if value is ABSENT else visible(label(value)) for value in row.values)
            table.add_row(Text(f"  {visible(row.name)}"), *map(Text, cells))
    return table


def _known(value: object) -> object:
    return None if value is ABSENT else value
