"""What the page does over the panels alone: zoom, pan, crosshair, hover; the kernel hears of clicks and rest."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import traitlets as t

from researcher.widgets.pointing import Pointing
from researcher.widgets.view import Face, module


class Overlay(Face):
    """Links the panels in the page: one x range, one crosshair, one experiment that is pointed at."""

    _esm = module("curves.js", "overlay.js")
    figures: t.List[Any] = t.List().tag(sync=True, **w.widget_serialization)
    names: t.List[Any] = t.List().tag(sync=True)
    """For each figure the observation that it shows."""
    pointing = t.Instance(Pointing).tag(sync=True, **w.widget_serialization)
    curves: t.List[Any] = t.List().tag(sync=True)
    """For each figure the numbers of the experiments in the order of its curves; of a group its first experiment."""
    bands: t.List[Any] = t.List().tag(sync=True)
    """The same for the bands."""
    raws: t.List[Any] = t.List().tag(sync=True)
    """The same for the curves as they were before smoothing."""
    counts: t.List[Any] = t.List().tag(sync=True)
    """For each curve how many values its points are the mean of: a number, or one for each point."""
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
