"""One view beside the table or the first line, without the rest of the Explorer."""

from __future__ import annotations


def alone(module: str, view: str, tab: str, beside: str = "TableView(state, Pointing())") -> str:
    """A cell that shows it, with its ``state`` and ``view`` as names.

    Args:
        module: in ``researcher.widgets``.
        view: the class in it.
        tab: that is open.
        beside: the other view.
    """
    return f"""
import ipywidgets as w
import researcher as rs
from researcher.widgets.{module} import {view}
from researcher.widgets.header import HeaderView
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState
from researcher.widgets.table import TableView
state = ExplorerState(source="records/", tab="{tab}")
state.load(rs.all_experiments("records/"))
view = {view}(state)
box = w.VBox([{beside}.face, view.face])
box.add_class("rs-explorer")
box
"""
