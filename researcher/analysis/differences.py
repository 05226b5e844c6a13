"""What differs between experiments: their params, and what was around them."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from researcher.experiment import Experiment
from researcher.params import ABSENT, flattened, label, value_key

_WIDE = 40  # characters of a value in the table


@dataclass(frozen=True)
class Row:
    """One thing in which experiments differ.

    Attributes:
        name: its dotted name.
        values: what it is in each experiment, `ABSENT` where it is not; as many as there are experiments.
    """

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True, repr=False)
class Differences:
    """All in which experiments differ; shown as a table.

    Attributes:
        experiments: title and short hash of each.
        params: the params that differ; being absent differs.
        environment: what differs in the recorded environment (code, packages, machine) among the experiments that
            recorded one.
    """

    experiments: tuple[str, ...]
    params: tuple[Row, ...]
    environment: tuple[Row, ...]

    def __repr__(self) -> str:
        if not self.params and not self.environment:
            return f"<no differences among {len(self.experiments)} experiments>"
        head = ("", *map(_shortened, self.experiments))
        sections = [("params", self.params), ("environment", self.environment)]
        lines = [head]
        for section, rows in sections:
            lines += [(section, *[""] * len(self.experiments))] if rows else []
            lines += [(f"  {row.name}", *map(_cell, row.values)) for row in rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)

    def _repr_html_(self) -> str:
        def row(first: str, cells: Sequence[str]) -> str:
            return f"<tr><th>{html.escape(first)}</th>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"

        found = row("", self.experiments)
        for section, rows in (("params", self.params), ("environment", self.environment)):
            found += row(section, [""] * len(self.experiments)) if rows else ""
            found += "".join(row(r.name, [_cell(value) for value in r.values]) for r in rows)
        none = "" if self.params or self.environment else "no differences"
        return f"<table>{found}</table>{none}"


def differences(experiments: Sequence[Experiment]) -> Differences:
    """The params that differ between experiments, and what differs of their recorded environments.

    >>> print(differences([Experiment({"lr": 0.1, "act": "relu"}), Experiment({"lr": 0.2, "act": "relu"})]).params)
    (Row(name='lr', values=(0.1, 0.2)),)
    """
    params = [flattened(e.params) for e in experiments]
    found = [e.ours.get("environment") for e in experiments]
    environments = [flattened(one) if isinstance(one, Mapping) else {} for one in found]
    recorded = [bool(one) for one in environments]
    return Differences(
        tuple(e.identifier() for e in experiments),
        tuple(_rows(params, [True] * len(params))),
        tuple(_rows(environments, recorded)),
    )


def _rows(flats: Sequence[Mapping[str, object]], counting: Sequence[bool]) -> list[Row]:
    """A row for each name whose values differ among those that count, in order of first appearance."""
    found = []
    for name in dict.fromkeys(name for flat in flats for name in flat):
        values = tuple(flat.get(name, ABSENT) for flat in flats)
        keys = {value_key(value) for value, counts in zip(values, counting, strict=True) if counts}
        if len(keys) > 1:
            found.append(Row(name, values))
    return found


def _cell(value: object) -> str:
    return "–" if value is ABSENT else _shortened(label(value).replace("\n", " "))


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 1]}…"
