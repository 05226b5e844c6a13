"""A panel: the bqplot figure of one observation."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence

import bqplot as bq
import ipywidgets as w
import numpy as np

from researcher.arrays import Array, Indices
from researcher.widgets.room import Range
from researcher.widgets.scale import Scale
from researcher.widgets.supply import Drawn

NO_LINE = np.zeros((2, 2))


class Panel:
    """The figure of one observation; its marks stay, their arrays change."""

    def __init__(self, x: bq.Scale) -> None:
        self.y = bq.LinearScale()
        scales = {"x": x, "y": self.y}
        self.bands = bq.Lines(x=NO_LINE, y=NO_LINE, scales=scales, fill="inside", stroke_width=0)
        self.raws = bq.Lines(x=NO_LINE, y=NO_LINE, scales=scales, stroke_width=0.8)
        self.lines = bq.Lines(x=NO_LINE, y=NO_LINE, scales=scales, stroke_width=1.4)
        self.ends = bq.Scatter(x=[], y=[], scales=scales, marker="cross", default_size=36, stroke_width=0)
        self.dots = bq.Scatter(x=[], y=[], scales=scales, marker="circle", default_size=24, stroke_width=0)
        self.title = w.HTML()
        self.left = bq.Axis(scale=self.y, side="left", tick_format=".4~g", tick_values=[])
        self.bottom = bq.Axis(scale=x, grid_lines="none")
        self.figure = bq.Figure(
            marks=[self.bands, self.raws, self.lines, self.dots, self.ends],  # in the order that overlay.js expects
            axes=[self.bottom, self.left],
            padding_x=0,
            padding_y=0,
            fig_margin={"top": 8, "bottom": 26, "left": 46, "right": 14},
            animation_duration=0,
            display_toolbar=False,
            min_aspect_ratio=0.01,
            max_aspect_ratio=100,
            layout=w.Layout(width="auto", min_width="0", height="190px"),
        )
        self.face = w.VBox([self.title, self.figure], layout=w.Layout(min_width="0"))
        self._shown: list[tuple[Drawn, Indices, str]] = []

    @property
    def widgets(self) -> tuple[w.Widget, ...]:
        """All that is told to the page when something else is drawn."""
        return (*self.figure.marks, *self.figure.axes, self.y, self.title)

    def draw(self, name: str, drawn: Sequence[Drawn], limits: Range, y: Scale) -> None:
        """Draw these lines in their colours; a cross where one turns into NaN or infinity."""
        self.title.value = f'<span class="rs-title">{html.escape(name)}</span>'
        if (self.y.min, self.y.max) != limits:
            with self.y.hold_sync():
                self.y.min, self.y.max = limits
        mark(self.left, y.ticks(*limits))
        shown, self._shown = self._shown, [(line, line.kept, line.group.colour) for line in drawn]
        if len(shown) == len(self._shown) and all(
            a[0] is b[0] and a[1] is b[1] and a[2] == b[2] for a, b in zip(shown, self._shown, strict=True)
        ):
            return
        colours = [line.group.colour for line in drawn]
        _stroke(self.lines, [(line.x[line.kept], line.y[line.kept]) for line in drawn], colours)
        rough = [line for line in drawn if line.raw is not None]
        _stroke(
            self.raws,
            [(line.x[line.kept], line.raw[line.kept]) for line in rough if line.raw is not None],
            [line.group.colour for line in rough],
        )
        banded = [line for line in drawn if line.edges is not None]
        with self.bands.hold_sync():
            self.bands.x, self.bands.y = _stacked([_outline(line) for line in banded])
            self.bands.fill_colors = [line.group.colour for line in banded] or ["#000000"]
            self.bands.fill_opacities = [0.16] * max(1, len(banded))
        for scattered, points in ((self.dots, _alone), (self.ends, _broken)):
            with scattered.hold_sync():
                scattered.x, scattered.y, scattered.colors = _scattered(drawn, points)


def mark(axis: bq.Axis, written: Mapping[float, str] | None) -> None:
    """Put these ticks on an axis; without any, the page finds its own, also while it zooms."""
    if written is None:
        if axis.tick_values is not None:
            with axis.hold_sync():
                axis.tick_values, axis.tick_labels = None, None
        return
    places = [float(f"{place:.9g}") for place in written]
    labels = dict(zip(map(_as_in_the_page, places), written.values(), strict=True))
    if labels != axis.tick_labels:
        with axis.hold_sync():
            axis.tick_values, axis.tick_labels = np.array(places), labels


def _as_in_the_page(place: float) -> str:
    """A number as JavaScript writes it, which looks up labels by it."""
    text = repr(place)
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(exponent):+d}" if exponent else mantissa


def _stroke(lines: bq.Lines, curves: Sequence[tuple[Array, Array]], colours: Sequence[str]) -> None:
    with lines.hold_sync():
        lines.x, lines.y = _stacked([(x, np.where(np.isfinite(y), y, np.nan)) for x, y in curves])
        lines.colors = list(colours) or ["#000000"]


def _stacked(curves: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Curves of unequal length as two arrays of shape ``(n_curves, longest)``.

    A shorter curve stays at its last finite point, where nothing is drawn any more: bqplot reports an error for a
    curve that ends in NaN.
    """
    width = max([2, *(len(x) for x, _ in curves)])
    xs, ys = np.zeros((2, max(1, len(curves)), width))
    for i, (x, y) in enumerate(curves):
        finite = np.flatnonzero(np.isfinite(y) & np.isfinite(x))
        n = finite[-1] + 1 if len(finite) else 0
        xs[i, :n], ys[i, :n] = x[:n], np.where(np.isfinite(x[:n]), y[:n], np.nan)
        xs[i, :n][~np.isfinite(x[:n])] = 0.0
        if n:
            xs[i, n:], ys[i, n:] = x[n - 1], y[n - 1]
    return xs, ys


def _outline(line: Drawn) -> tuple[Array, Array]:
    """The outline of the band, once around."""
    low, high = line.edges or (line.y, line.y)
    x, low, high = line.x[line.kept], low[line.kept], high[line.kept]
    there = np.isfinite(low) & np.isfinite(high) & np.isfinite(x)
    x, low, high = x[there], low[there], high[there]
    return np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]])


def _alone(y: Array) -> Indices:
    """Where a point has no finite neighbour, so that no line shows it."""
    finite = np.isfinite(y)
    around = np.concatenate([[False], finite, [False]])
    return np.flatnonzero(finite & ~around[:-2] & ~around[2:])


def _broken(y: Array) -> Indices:
    """The last finite point before each NaN or infinity."""
    finite = np.isfinite(y)
    return np.flatnonzero(finite[:-1] & ~finite[1:])


def _scattered(drawn: Sequence[Drawn], points: Callable[[Array], Indices]) -> tuple[Array, Array, list[str]]:
    """The points of each line that are to be marked, in its colour."""
    chosen = [line.kept[points(line.y[line.kept])] for line in drawn]
    x = np.concatenate([np.zeros(0), *(line.x[rows] for line, rows in zip(drawn, chosen, strict=True))])
    y = np.concatenate([np.zeros(0), *(line.y[rows] for line, rows in zip(drawn, chosen, strict=True))])
    shades = [line.group.colour for line, rows in zip(drawn, chosen, strict=True) for _ in rows]
    there = np.isfinite(x)
    return x[there], y[there], [s for s, ok in zip(shades, there, strict=True) if ok] or ["#000000"]
