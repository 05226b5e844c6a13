"""A panel: the bqplot figure of one observation, and what the page draws in it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import bqplot as bq
import ipywidgets as w
import numpy as np

from researcher.arrays import Array
from researcher.widgets.drawn import Drawn
from researcher.widgets.late import Column, Text
from researcher.widgets.room import Range
from researcher.widgets.scale import Scale


class Panel:
    """The figure of one observation: its axes, and an empty mark in the place of which the page draws the curves."""

    def __init__(self, x: bq.Scale, whole: bq.Scale) -> None:
        """Make one.

        Args:
            x: the x axis of all panels.
            whole: what bqplot wants for the figure itself; one does for all of them.
        """
        y = bq.LinearScale(min=0.0, max=1.0)
        self.title = Text()
        self.figure = bq.Figure(
            marks=[bq.Lines(x=[], y=[], scales={"x": x, "y": y})],
            axes=[bq.Axis(scale=x, grid_lines="none"), bq.Axis(scale=y, side="left")],  # as overlay.js expects them
            scale_x=whole,
            scale_y=whole,
            padding_x=0,
            padding_y=0,
            fig_margin={"top": 8, "bottom": 26, "left": 52, "right": 14},
            animation_duration=0,
            display_toolbar=False,
            min_aspect_ratio=0.01,
            max_aspect_ratio=100,
            layout=w.Layout(width="auto", min_width="0", height="190px"),
        )
        self.face = Column([self.title, self.figure])

    def name(self, observation: str) -> None:
        """Write the name of the observation above it."""
        self.title.value = f'<span class="rs-title">{html.escape(observation)}</span>'


def told(
    name: str, drawn: Sequence[Drawn], numbers: Sequence[int], limits: Range, y: Scale, empty: str
) -> dict[str, Any]:
    """What the page is told of a panel, and draws.

    Args:
        name: the observation.
        drawn: its lines.
        numbers: what each of them is called in the page.
        limits: where the y axis begins and ends.
        y: the y axis.
        empty: what is said where there is no line.

    Returns:
        Beside these ``ticks``, the ``colours`` of the lines, how many values their points are the mean of
        (``counts``), and as bytes: how many points each line has (``sizes``, int32), and of all their points, one line
        after the other, the places on the axes (float64): ``x``, ``y``, and where lines have them, ``raw``, ``low``
        and ``high``, NaN for other lines.
    """
    parts = {"x": [line.x_shown for line in drawn], "y": [line.y_shown for line in drawn]}
    if any(line.raw is not None for line in drawn):
        parts["raw"] = [_of(line, line.raw) for line in drawn]
    if any(line.edges is not None for line in drawn):
        for side, edge in enumerate(("low", "high")):
            parts[edge] = [_of(line, line.edges and line.edges[side]) for line in drawn]
    return {
        "name": name,
        "numbers": list(numbers),
        "empty": "" if drawn else empty,
        "limits": list(limits),
        "ticks": written(y, *limits),
        "colours": [line.group.colour for line in drawn],
        "counts": [*map(_counts, drawn)],
        "sizes": np.array([len(line.kept) for line in drawn], dtype="<i4").tobytes(),
        **{part: np.concatenate([np.zeros(0), *arrays]).astype("<f8").tobytes() for part, arrays in parts.items()},
    }


def written(scale: Scale, first: float, last: float) -> list[tuple[float, str]]:
    """The ticks of an axis: places, and what is written there."""
    return [*scale.ticks(first, last).items()]


def _of(line: Drawn, values: Array | None) -> Array:
    """What is drawn of some values of a line; NaN if it has none."""
    return np.full(len(line.kept), np.nan) if values is None else values[line.kept]


def _counts(line: Drawn) -> int | list[int]:
    """How many values the points of a line are the mean of; one number if that never changes."""
    if line.stroke.band is None:
        return 1
    found: list[int] = line.stroke.band.n[line.kept].tolist()
    return found[0] if len(set(found)) == 1 else found
