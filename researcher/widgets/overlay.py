"""What the page does over the panels alone: zoom, pan, crosshair, hover; the kernel hears of clicks and rest."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import traitlets as t

from researcher.widgets.pointing import Pointing
from researcher.widgets.view import Face, module


class Overlay(Face):
    """Links the panels in the page: one x range, one crosshair, one experiment that is pointed at."""

    _esm = module("overlay.js")
    figures: t.List[Any] = t.List().tag(sync=True, **w.widget_serialization)
    pointing = t.Instance(Pointing).tag(sync=True, **w.widget_serialization)
    curves: t.List[Any] = t.List().tag(sync=True)
    """For each figure the numbers of the experiments in the order of its curves."""
    bands: t.List[Any] = t.List().tag(sync=True)
    """The same for the bands."""
    titles = t.Dict().tag(sync=True)
    dashes = t.Dict().tag(sync=True)
    selected: t.List[Any] = t.List().tag(sync=True)
    full: t.List[Any] = t.List().tag(sync=True)
    """The whole range of x."""
