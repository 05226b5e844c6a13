"""The table as it is shown, as values and as CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from researcher.experiment import Experiment
from researcher.params import ABSENT
from researcher.plain import key_text
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import offered

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a spreadsheet takes for a formula


@dataclass(frozen=True, eq=False)
class Sheet:
    """The table of visible experiments.

    Attributes:
        columns: the names of the columns.
        experiments: one for each row, as sorted.
        rows: for each of them a value for each column, `ABSENT` where it has none.
    """

    columns: tuple[str, ...]
    experiments: tuple[Experiment, ...]
    rows: list[list[Any]]


def sheet_of(state: ExplorerState, most: int | None = None, columns: Sequence[str] | None = None) -> Sheet:
    """The visible experiments as the table shows them.

    Args:
        state: its lock is held.
        most: how many rows at most; all if not given.
        columns: in place of those of the table.
    """
    names = tuple(columns_of(state) if columns is None else columns)
    experiments = state.visible[:most]
    read = [_reader(state, name) for name in names]
    return Sheet(names, experiments, [[value(experiment) for value in read] for experiment in experiments])


def columns_of(state: ExplorerState) -> tuple[str, ...]:
    """The columns of the table: the title, then the chosen ones, or else the usual ones."""
    return tuple(dict.fromkeys(("title", *(state.columns or usual_columns(state)))))


def usual_columns(state: ExplorerState) -> tuple[str, ...]:
    """The columns that the table has after the title unless others are chosen: params that vary, and final values."""
    params = [name for name in dict(offered(state)).get("params", ()) if name != "title"]
    return (*params, *(f"final.{name}" if name in params else name for name in state.observed))


def csv_of(state: ExplorerState) -> str:
    """The table as CSV after RFC 4180: the visible experiments as sorted, each led by the name of its record.

    Numbers have all their digits; NaN and infinity are spelled ``NaN``, ``Infinity`` and ``-Infinity``; lists and
    dicts are JSON; a cell is empty where an experiment has no such value. Text that a spreadsheet would run as a
    formula, because it begins with ``=``, ``+``, ``-``, ``@`` or a control character, has an apostrophe before it.
    """
    with state.lock:
        sheet = sheet_of(state)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in ("experiment", *sheet.columns)])
    for experiment, row in zip(sheet.experiments, sheet.rows, strict=True):
        writer.writerow([_cell(value) for value in (experiment.name, *row)])
    return written.getvalue()


def _reader(state: ExplorerState, name: str) -> Any:
    """What gives an experiment's value in a column; what the state has at hand is not computed anew."""
    if name == "title":
        return lambda experiment: experiment.title or ABSENT
    facet = next((facet for facet in state.facets if facet.name == name), None)
    if facet is not None:
        return lambda experiment: facet.values[facet.codes[state.row(experiment)]]
    if name in state.observed:
        return lambda experiment: experiment.summary("final", name)
    column = state.column(name)
    return lambda experiment: column.values[state.row(experiment)]


def _cell(value: object) -> str:
    if value is ABSENT:
        return ""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else key_text(value)
    if isinstance(value, (list, tuple, Mapping)):
        return json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_RUN) else text
