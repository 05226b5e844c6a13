"""The panels drawn with matplotlib.

Only its objects are used and nothing of pyplot or its settings, as pictures are drawn on other threads than the
user's.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from researcher.arrays import Array, Indices
from researcher.curves.downsampling import thinned
from researcher.widgets.drawing import Drawing
from researcher.widgets.legend import dashes, draw_legend, height_of, named_in
from researcher.widgets.lettering import plain_texts, shortened
from researcher.widgets.strokes import Stroke

INK, SOFT, RULE = "#1b1f24", "#5c6570", "#e3e5e8"
POINTS = 1_500  # of a curve; a panel is not much wider in pixels

# Inches.
WIDE, NARROW = 9.6, 6.4
LEFT, RIGHT, TOP, BOTTOM, HIGH, NOTE = 0.62, 0.14, 0.34, 0.46, 1.9, 0.2


def figure_of(drawing: Drawing) -> Figure:
    """All panels in two columns, and the legend below them."""
    columns, width = (1, NARROW) if len(drawing.panels) == 1 else (2, WIDE)
    rows = -(-len(drawing.panels) // columns)
    entries = named_in(drawing)
    listed = set(map(id, entries))  # the others are not dashed: many dashes confuse more than they tell
    foot = height_of(entries) + (NOTE if drawing.remark else 0)
    each_row, each_column = TOP + HIGH + BOTTOM, width / columns
    height = foot + rows * each_row
    figure = Figure(figsize=(width, height), facecolor="white", edgecolor="none")
    for place, (name, strokes, y) in enumerate(drawing.panels):
        row, column = divmod(place, columns)
        left, bottom = column * each_column + LEFT, foot + (rows - 1 - row) * each_row + BOTTOM
        box = left / width, bottom / height, (each_column - LEFT - RIGHT) / width, HIGH / height
        ax = figure.add_axes(box)
        _frame(ax, name, drawing, y)
        some = any(stroke.group.selected for stroke in strokes)
        for stroke in strokes:
            strong = some and stroke.group.selected
            _draw(ax, drawing, stroke, strong, some and not strong, id(stroke.group) not in listed)
    draw_legend(figure, entries, LEFT, NOTE if drawing.remark else 0)
    figure.text(LEFT / width, 0.12 / height, drawing.remark, color=SOFT, fontsize=7.5, va="center_baseline")
    plain_texts(figure)
    return figure


def _frame(ax: Axes, name: str, drawing: Drawing, y: tuple[float, float]) -> None:
    """Title, axes and grid."""
    ax.set(facecolor="white", xscale="linear", yscale="linear", xlim=drawing.x, ylim=y)
    ax.minorticks_off()
    ax.set_title(shortened(name, 60), loc="left", color=INK, fontsize=9, fontweight="bold", pad=5)
    ax.set_xlabel(shortened(drawing.x_label, 60), color=SOFT, fontsize=8, labelpad=2)
    for put, ticks in ((ax.set_xticks, drawing.x_scale.ticks(*drawing.x)), (ax.set_yticks, drawing.y_scale.ticks(*y))):
        put(list(ticks), list(ticks.values()))
    ax.tick_params(which="both", colors=RULE, labelcolor=SOFT, labelsize=8, length=3, width=0.8, pad=3)
    ax.grid(visible=True, axis="y", color=RULE, lw=0.8, ls="-")
    ax.grid(visible=False, axis="x")
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set(visible=side in ("left", "bottom"), color=RULE, linewidth=0.8)


def _draw(ax: Axes, drawing: Drawing, stroke: Stroke, strong: bool, faint: bool, solid: bool) -> None:
    """The line, its band, faint behind them what it was before smoothing, and marks where it breaks off."""
    place, shade = drawing.y_scale.places, stroke.group.colour
    x, raw = drawing.x_scale.places(stroke.curve.x), place(stroke.curve.y)
    y = raw if stroke.smooth is None else place(stroke.smooth)
    width, alpha = 2.2 if strong else 1.3, 0.25 if faint else 0.95
    rows = _in_sight(x, y, drawing.x)
    if stroke.band is not None:
        low, high = place(stroke.band.low)[rows], place(stroke.band.high)[rows]
        ax.fill_between(x[rows], low, high, color=shade, alpha=0.05 if faint else 0.16, lw=0, zorder=1)
    if stroke.smooth is not None:
        seen = _in_sight(x, raw, drawing.x)
        ax.plot(x[seen], _finite(raw[seen]), color=shade, lw=0.8, alpha=0.25 * alpha, zorder=2)
    style = "-" if solid else dashes(stroke.group.dash, width)
    ax.plot(x[rows], _finite(y[rows]), color=shade, lw=width, alpha=alpha, ls=style, zorder=4 if strong else 3)
    there = np.concatenate([[False], np.isfinite(y), [False]])
    alone = there[1:-1] & ~there[:-2] & ~there[2:]  # no line shows a point without neighbours
    last = there[1:-1] & ~there[2:]
    last[-1:] = False  # the end of a curve is not where it breaks off
    for marked, marker, size in ((alone, "o", 3.5), (last, "x", 5)):
        if marked.any():
            ax.plot(x[marked], y[marked], ls="", marker=marker, ms=size, color=shade, alpha=alpha, zorder=5)


def _in_sight(x: Array, y: Array, ends: tuple[float, float]) -> Indices:
    """The rows between the ends and one beyond each, thinned to what a picture can show."""
    inside = np.flatnonzero((x >= ends[0]) & (x <= ends[1]))
    if not len(inside):
        return inside
    first, last = max(0, int(inside[0]) - 1), int(inside[-1]) + 2
    return thinned(y[first:last], POINTS) + first


def _finite(y: Array) -> Array:
    return np.where(np.isfinite(y), y, np.nan)
