"""What the table shows, for use elsewhere: as a frame, and as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from researcher.exporting import LEADING, csv_text, framed
from researcher.params import ABSENT, unused
from researcher.widgets.folded import shown_of
from researcher.widgets.sheet import sheet_of
from researcher.widgets.state import ExplorerState

if TYPE_CHECKING:
    import pandas as pd


def frame_of(state: ExplorerState) -> pd.DataFrame:
    """The table as a pandas DataFrame: its columns in their order, a row for each visible experiment, as sorted.

    Its index is each record's name, as in `researcher.experiments.Experiments.frame`. What an experiment does not have
    is NaN, or None among objects.
    """
    from researcher.tables.coded import as_pandas

    with state.lock:
        sheet, names = sheet_of(state), [state.data.names[row] for row in state.rows.tolist()]
    columns = {name: as_pandas(_plain([row[i] for row in sheet.rows])) for i, name in enumerate(sheet.columns)}
    return framed(names, columns)


def csv_of(state: ExplorerState) -> str:
    """The table's rows as they are shown, each led by the name of its record; see `exporting.csv_text` for the cells.

    Where repeats share a row, its record is that of the first of them.
    """
    with state.lock:
        sheet = shown_of(state)
    rows = ((experiment.name, *row) for experiment, row in zip(sheet.experiments, sheet.rows, strict=True))
    return csv_text((unused(LEADING, sheet.columns), *sheet.columns), rows)


def _plain(values: list[Any]) -> list[Any]:
    nothing = float("nan") if all(value is ABSENT for value in values) else None
    return [nothing if value is ABSENT else value for value in values]
