"""What the mouse points at: known in the page alone, shared by the table and the panels without the kernel."""

from __future__ import annotations

import ipywidgets as w
import traitlets as t


class Pointing(w.Widget):
    """Holds the number of the experiment that is pointed at. The page changes it and never tells the kernel."""

    _model_name = t.Unicode("WidgetModel").tag(sync=True)
    _model_module = t.Unicode("@jupyter-widgets/base").tag(sync=True)
    _model_module_version = t.Unicode("2.0.0").tag(sync=True)
    number = t.Int(-1).tag(sync=True)
