"""What the table shows, as a frame: its columns in their order, a row for each visible experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from researcher.params import ABSENT
from researcher.widgets.sheet import sheet_of
from researcher.widgets.state import ExplorerState

if TYPE_CHECKING:
    import pandas as pd


def frame_of(state: ExplorerState) -> pd.DataFrame:
    """The table as a pandas DataFrame: its columns in their order, the visible experiments as sorted.

    Its index is each record's name, as in `researcher.experiments.Experiments.frame`. What an experiment does not have
    is NaN (None among text).
    """
    import pandas as pd

    with state.lock:
        sheet = sheet_of(state)
    columns = {name: _plain([row[i] for row in sheet.rows]) for i, name in enumerate(sheet.columns)}
    return pd.DataFrame(columns, index=pd.Index([e.name for e in sheet.experiments], name="experiment"))


def _plain(values: list[Any]) -> list[Any]:
    numbers = all(v is ABSENT or (isinstance(v, (int, float)) and not isinstance(v, bool)) for v in values)
    nothing = float("nan") if numbers else None
    return [nothing if value is ABSENT else value for value in values]
