"""What the page draws in the panels, and does there alone: zoom, pan, crosshair, hover; the kernel hears of rest."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import traitlets as t

from researcher.widgets.pointing import Pointing
from researcher.widgets.view import Face, module


class Overlay(Face):
    """Draws the panels in the page, all in one go, and links them: one x range, one crosshair, one that is pointed at.

    An experiment, or the first of a group, goes by its number there.
    """

    _esm = module("numbers.js", "curves.js", "overlay.js")
    figures: t.List[Any] = t.List().tag(sync=True, **w.widget_serialization)
    panels: t.List[Any] = t.List().tag(sync=True)
    """What is drawn in each figure; see `researcher.widgets.panel.told`."""
    pointing = t.Instance(Pointing).tag(sync=True, **w.widget_serialization)
    members = t.Dict().tag(sync=True)
    """The numbers of all experiments of a group, by that of its first."""
    axis = t.Dict().tag(sync=True)
    """What x is, and which axes are logarithmic: there the places are powers of ten."""
    titles = t.Dict().tag(sync=True)
    dashes = t.Dict().tag(sync=True)
    selected: t.List[Any] = t.List().tag(sync=True)
    full: t.List[Any] = t.List().tag(sync=True)
    """The whole range of x."""
    zoom: t.List[Any] = t.List().tag(sync=True)
    """The part of it that is shown, or nothing for all."""
    ticks: Any = t.List(None, allow_none=True).tag(sync=True)
    """The ticks of the x axis: places, and what is written there; None where the page finds them by itself."""
