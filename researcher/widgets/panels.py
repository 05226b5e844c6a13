"""The panels: one bqplot figure for each chosen observation, all on one x axis."""

from __future__ import annotations

import html
from collections.abc import Sequence

import bqplot as bq
import ipywidgets as w
import numpy as np

from researcher.curves import Array, Curve, curve_of, thinned
from researcher.errors import ResearcherError
from researcher.experiment import Experiment
from researcher.widgets.overlay import Overlay
from researcher.widgets.palette import colour, dash
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState, Rows
from researcher.widgets.view import View

POINTS = 12_000  # points over all panels that a page still pans smoothly

Drawn = list[tuple[Experiment, Curve, tuple[str, str]]]  # with colour and dash


class Panel:
    """The figure of one observation; its marks stay, their arrays change."""

    def __init__(self, x: bq.Scale) -> None:
        self.y = bq.LinearScale()
        scales = {"x": x, "y": self.y}
        none = np.zeros((2, 2))
        self.bands = bq.Lines(x=none, y=none, scales=scales, fill="inside", stroke_width=0)
        self.lines = bq.Lines(x=none, y=none, scales=scales, stroke_width=1.4)
        self.ends = bq.Scatter(x=[], y=[], scales=scales, marker="cross", default_size=36, stroke_width=0)
        self.dots = bq.Scatter(x=[], y=[], scales=scales, marker="circle", default_size=24, stroke_width=0)
        self.title = w.HTML()
        self.left = bq.Axis(scale=self.y, side="left", tick_format=".4~g", tick_values=[])
        self.figure = bq.Figure(
            marks=[self.bands, self.lines, self.dots, self.ends],
            axes=[bq.Axis(scale=x, grid_lines="none"), self.left],
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

    def draw(self, name: str, drawn: Drawn, limits: tuple[float, float]) -> None:
        """Draw these curves in their colours; a cross where a curve turns into NaN or infinity."""
        self.title.value = f'<span class="rs-title">{html.escape(name)}</span>'
        colours = [shade for _, _, (shade, _) in drawn] or ["#000000"]
        if (self.y.min, self.y.max) != limits:
            self.y.min, self.y.max = limits
            self.left.tick_values = np.array(_ticks(*limits))
        with self.lines.hold_sync():
            self.lines.x, self.lines.y = _stacked([(c.x, np.where(np.isfinite(c.y), c.y, np.nan)) for _, c, _ in drawn])
            self.lines.colors = colours
        banded = [(c, shade) for _, c, (shade, _) in drawn if c.spread is not None]
        with self.bands.hold_sync():
            self.bands.x, self.bands.y = _stacked([_band(c) for c, _ in banded])
            self.bands.fill_colors = [shade for _, shade in banded] or ["#000000"]
            self.bands.fill_opacities = [0.16] * max(1, len(banded))
        for mark, points in ((self.dots, _alone), (self.ends, _broken)):
            with mark.hold_sync():
                mark.x, mark.y, mark.colors = _scattered([(c, points(c.y), shade) for _, c, (shade, _) in drawn])


class PanelsView(View):
    """A panel for each chosen observation, with the curves of the drawn experiments overlaid."""

    watches = ("visible", "drawn", "observations", "selected", "zoom")

    def __init__(self, state: ExplorerState, pointing: Pointing) -> None:
        self.x = bq.LinearScale(min=0.0, max=1.0)
        self.panels: list[Panel] = []
        self.grid = w.Box()
        self.grid.add_class("rs-panels")
        self.overlay = Overlay(pointing=pointing)
        self.caption = w.HTML()
        self.hear(self.overlay, {"select": self._select, "zoom": self._zoom})
        super().__init__(state, self.grid, self.overlay, self.caption)

    def render(self) -> None:
        """Draw the curves of each panel, thinned to what a page draws smoothly, and say what is drawn."""
        state, names = self.state, self.state.observations
        while len(self.panels) < len(names):
            self.panels.append(Panel(self.x))
        shown = self.panels[: len(names)]
        self._unread: set[str] = set()
        found = [self._curves(name) for name in names]
        all_curves = [curve for drawn in found for _, curve, _ in drawn]
        last = max((float(np.nanmax(c.x)) for c in all_curves), default=1.0)
        first = min((float(np.nanmin(c.x)) for c in all_curves), default=0.0)
        full = (first, last if last > first else first + 1.0)
        if not state.zoom and (self.x.min, self.x.max) != full:
            self.x.min, self.x.max = full
        budget = max(50, POINTS // max(1, len(all_curves)))
        thin = [[(e, self._thinned(c, budget), look) for e, c, look in drawn] for drawn in found]
        for panel, name, whole, drawn in zip(shown, names, found, thin, strict=True):
            panel.draw(name, drawn, _limits([curve for _, curve, _ in whole]))  # of all steps: a zoom keeps y
        if self.grid.children != tuple(panel.face for panel in shown):
            self.grid.children = [panel.face for panel in shown]
        with self.overlay.hold_sync():
            self.overlay.figures = [panel.figure for panel in shown]
            self.overlay.curves = [[state.number(e) for e, _, _ in drawn] for drawn in thin]
            self.overlay.bands = [[state.number(e) for e, c, _ in drawn if c.spread is not None] for drawn in thin]
            self.overlay.titles = {str(state.number(e)): e.title or e.hash[:8] for e in state.drawn}
            self.overlay.dashes = {str(state.number(e)): self._look(e)[1] for e in state.drawn}
            self.overlay.selected = [state.number(e) for e in state.selected]
            self.overlay.full = list(full)
        self.caption.value = self._caption(all_curves, [c for drawn in thin for _, c, _ in drawn])

    def _look(self, experiment: Experiment) -> tuple[str, str]:
        slot = self.state.slot(experiment) or 0
        return colour(slot), dash(slot)

    def _curves(self, name: str) -> Drawn:
        found: Drawn = []
        for experiment in self.state.drawn:
            try:
                curve = curve_of(experiment, name)
            except ResearcherError:  # deleted or damaged since it was loaded: told in the caption
                self._unread.add(experiment.name)
                continue
            if curve is not None and np.isfinite(curve.y).any():
                found.append((experiment, curve, self._look(experiment)))
        return found

    def _thinned(self, curve: Curve, budget: int) -> Curve:
        """The part of a curve in sight and one point beyond each edge, thinned to the budget."""
        low, high = self.state.zoom or (-np.inf, np.inf)
        inside = np.flatnonzero((curve.x >= low) & (curve.x <= high))
        start, end = (max(0, inside[0] - 1), inside[-1] + 2) if len(inside) else (0, len(curve.x))
        kept = start + thinned(curve.y[start:end], budget)
        return Curve(curve.x[kept], curve.y[kept], None if curve.spread is None else curve.spread[kept], curve.n_folds)

    def _caption(self, full: Sequence[Curve], thin: Sequence[Curve]) -> str:
        state = self.state
        said = []
        if not state.observations and state.experiments:
            said.append("no observation has a curve to draw; numbers stand in the table")
        if len(state.drawn) < len(state.visible):
            said.append(f"curves of {len(state.drawn):,} of {len(state.visible):,} visible experiments")
        if any(c.spread is not None for c in full):
            said.append("folds: mean, and a band of one standard deviation")
        if full:
            said.append(
                f"drawn {sum(len(c.x) for c in thin):,} of {sum(len(c.x) for c in full):,} points, extremes kept"
            )
        if self._unread:
            said.append(f"no longer readable: {', '.join(sorted(self._unread))}")
        return f'<div class="rs-row rs-foot">{"".join(f"<span>{html.escape(text)}</span>" for text in said)}</div>'

    def _select(self, number: int, more: bool = False) -> None:
        state = self.state
        clicked = state.numbered([number])
        others = [e for e in state.selected if e not in clicked]
        if more:
            state.select([*others, *(e for e in clicked if e not in state.selected)])
        else:
            state.select([] if state.selected == tuple(clicked) else clicked)

    def _zoom(self, x: Sequence[float] | None) -> None:
        self.state.zoom = tuple(x) if x else ()


def _limits(curves: Sequence[Curve]) -> tuple[float, float]:
    """Where the y axis begins and ends: all that is finite, and a little air."""
    edges = [edge for c in curves for edge in ([c.y] if c.spread is None else [c.y - c.spread, c.y + c.spread])]
    values = np.concatenate([np.zeros(0), *edges])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    air = 0.04 * (high - low) or abs(high) * 0.1 or 1.0
    return low - air, high + air


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers between the limits: multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(np.log(s / rough)))
    return [float(f"{i * step:.12g}") for i in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def _stacked(curves: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Curves of unequal length as two arrays of shape ``(n_curves, longest)``.

    A shorter curve stays at its last finite point, where nothing is drawn any more: bqplot reports an error for a
    curve that ends in NaN.
    """
    width = max([2, *(len(x) for x, _ in curves)])
    xs, ys = np.zeros((2, max(1, len(curves)), width))
    for i, (x, y) in enumerate(curves):
        finite = np.flatnonzero(np.isfinite(y))
        n = finite[-1] + 1 if len(finite) else 0
        xs[i, :n], ys[i, :n] = x[:n], y[:n]
        if n:
            xs[i, n:], ys[i, n:] = x[n - 1], y[n - 1]
    return xs, ys


def _band(curve: Curve) -> tuple[Array, Array]:
    """The outline of mean plus and minus spread, once around."""
    spread = curve.spread if curve.spread is not None else np.zeros_like(curve.y)
    there = np.isfinite(curve.y) & np.isfinite(spread)
    x, low, high = curve.x[there], (curve.y - spread)[there], (curve.y + spread)[there]
    return np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]])


def _alone(y: Array) -> Rows:
    """Where a point has no finite neighbour, so that no line shows it."""
    finite = np.isfinite(y)
    around = np.concatenate([[False], finite, [False]])
    return np.flatnonzero(finite & ~around[:-2] & ~around[2:])


def _broken(y: Array) -> Rows:
    """The last finite point before each NaN or infinity."""
    finite = np.isfinite(y)
    return np.flatnonzero(finite[:-1] & ~finite[1:])


def _scattered(marked: Sequence[tuple[Curve, Rows, str]]) -> tuple[Array, Array, list[str]]:
    """The points of these rows of each curve, in its colour."""
    x = np.concatenate([np.zeros(0), *(curve.x[rows] for curve, rows, _ in marked)])
    y = np.concatenate([np.zeros(0), *(curve.y[rows] for curve, rows, _ in marked)])
    return x, y, [shade for _, rows, shade in marked for _ in rows] or ["#000000"]
