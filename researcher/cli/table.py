"""A table of experiments, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from researcher.cli.printing import visible
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.params import ABSENT, flattened, label
from researcher.storage.names import parted

STYLES = {"running": "green", "interrupted": "yellow", "pruned": "blue", "failed": "red"}
_GAP = 2  # places between two columns
_LONGEST = 24  # places of a value, where the width is limited


@dataclass(frozen=True)
class Column:
    """A column of the table, a text for each experiment."""

    name: str
    texts: Sequence[str]
    right: bool = False
    styles: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def width(self) -> int:
        """How many places of a line it takes, with the gap."""
        return max(map(cell_len, (self.name, *self.texts))) + _GAP

    def cut(self, longest: int) -> Column:
        """The same with texts of at most so many places."""
        return replace(self, name=_cut(self.name, longest), texts=[_cut(text, longest) for text in self.texts])


def table(experiments: Experiments, width: int | None = None) -> tuple[Text, list[str]]:
    """The experiments, a row each: hash, title, status and time, then the params that vary and the final values.

    Args:
        experiments: in the order of the rows.
        width: of the table; if not given, without limit, and nothing is cut off.

    Returns:
        The table, and the names of the params and observations for which there is no place.
    """
    fixed, params, finals = _fixed(experiments), list(_params(experiments)), list(_finals(experiments))
    left_out: list[str] = []
    if width is not None:
        fixed = [fixed[0], fixed[1].cut(max(16, width // 5)), *fixed[2:]]
        params, finals = ([column.cut(_LONGEST) for column in some] for some in (params, finals))
        places = width + _GAP - sum(column.width for column in fixed)
        for column in (one for pair in zip_longest(params, finals) for one in pair if one is not None):
            places -= column.width
            if places < 0:
                left_out.append(column.name)
    return _drawn([column for column in (*fixed, *params, *finals) if column.name not in left_out]), left_out


def number(experiment: Experiment) -> int:
    """Which of the records of the same params it is, counted from 1."""
    return parted(experiment.path.stem)[1] if experiment.path is not None else 1


def _fixed(experiments: Experiments) -> list[Column]:
    return [
        Column("hash", [visible(e.segment) for e in experiments]),
        Column("title", [visible(e.title) for e in experiments]),
        Column("status", [visible(e.status) for e in experiments], styles=STYLES),
        Column("when", [f"{e.timestamp:%Y-%m-%d %H:%M}" if e.timestamp else "" for e in experiments]),
    ]


def _params(experiments: Experiments) -> Iterator[Column]:
    flat = [flattened(e.params) for e in experiments]
    for name in experiments.params_that_vary():
        if name != "title":
            yield _column(name, [params.get(name, ABSENT) for params in flat])


def _finals(experiments: Experiments) -> Iterator[Column]:
    params = {name for e in experiments for name in flattened(e.params)}
    for name in experiments.observed():
        column = f"final.{name}" if name in params else name
        yield _column(column, [e.summary("final", name) for e in experiments])


def _column(name: str, values: Sequence[object]) -> Column:
    numeric = {type(value) for value in values if value is not ABSENT} <= {int, float}
    return Column(visible(name), ["" if value is ABSENT else visible(label(value)) for value in values], numeric)


def _cut(text: str, longest: int) -> str:
    if cell_len(text) <= longest:
        return text
    while cell_len(text) >= longest:
        text = text[:-1]
    return f"{text}…"


def _drawn(columns: Sequence[Column]) -> Text:
    """All lines as one text, which for many experiments is much quicker than a `rich.table.Table`."""
    rows = list(zip(*map(_padded, columns), strict=True))
    lines = [(" " * _GAP).join(cells).rstrip() for cells in rows]
    drawn = Text("\n".join(lines))
    drawn.stylize("bold", 0, len(lines[0]))
    at = 0
    for cells, line in zip(rows, lines, strict=True):
        start = at
        for cell, column in zip(cells, columns, strict=True):
            if style := column.styles.get(cell.rstrip()):
                drawn.stylize(style, start, start + len(cell.rstrip()))
            start += len(cell) + _GAP
        at += len(line) + 1
    return drawn


def _padded(column: Column) -> list[str]:
    """The heading and the texts, all of one width."""
    spaces = [(text, " " * (column.width - _GAP - cell_len(text))) for text in (column.name, *column.texts)]
    return [space + text if column.right else text + space for text, space in spaces]
