"""The table as values: a row for each visible experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from researcher.arrays import Indices
from researcher.experiment import Experiment
from researcher.params import ABSENT
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import offered

_FEW = 4  # params that all stand before the final values
_TELLING = 2  # those that do where there are more


@dataclass(frozen=True, eq=False)
class Sheet:
    """The table of visible experiments.

    Attributes:
        columns: the names of the columns.
        experiments: one for each row, as sorted; the first of those that share it.
        rows: for each of them a value for each column, `ABSENT` where it has none.
    """

    columns: tuple[str, ...]
    experiments: Sequence[Experiment]
    rows: list[list[Any]]


def sheet_of(state: ExplorerState, most: int | None = None, columns: Sequence[str] | None = None) -> Sheet:
    """The visible experiments, each in a row of its own, in the columns of the table.

    Args:
        state: its lock is held.
        most: how many rows at most; all if not given.
        columns: in place of those of the table.
    """
    names = tuple(columns_of(state) if columns is None else columns)
    rows = state.rows[:most]
    values = [_values(state, name, rows) for name in names]
    return Sheet(names, state.at(rows), [[*row] for row in zip(*values, strict=True)])


def columns_of(state: ExplorerState) -> tuple[str, ...]:
    """The columns of the table: the title, then the chosen ones, or else the usual ones."""
    return tuple(dict.fromkeys(("title", *(state.columns or usual_columns(state)))))


def usual_columns(state: ExplorerState) -> tuple[str, ...]:
    """The columns that the table has after the title unless others are chosen: params that vary, and final values.

    These come after all params, or where there are many after the most telling of them, so that they are in sight.
    """
    params = [name for name in dict(offered(state)).get("params", ()) if name != "title"]
    finals = [f"final.{name}" if name in params else name for name in state.observed]
    first = len(params) if len(params) <= _FEW else _TELLING
    return (*params[:first], *finals, *params[first:])


def _values(state: ExplorerState, name: str, rows: Indices) -> list[Any]:
    """The values of a column in these places; what the state has at hand is not computed anew."""
    if name == "title":
        titles = state.data.given_titles
        return [titles[row] or ABSENT for row in rows.tolist()]
    facet = next((facet for facet in state.facets if facet.name == name), None)
    if facet is not None:
        return [facet.values[code] for code in facet.codes[rows].tolist()]
    if name in state.observed:
        return state.data.finals(name, rows)
    values = state.column(name).values
    return [values[row] for row in rows.tolist()]
