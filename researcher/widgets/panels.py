"""The panels: one bqplot figure for each chosen observation, all on one x axis."""

from __future__ import annotations

import html
import operator
from collections.abc import Sequence
from typing import ClassVar

import bqplot as bq
import numpy as np

from researcher.widgets.drawn import Drawn
from researcher.widgets.late import Area, Text
from researcher.widgets.overlay import Overlay
from researcher.widgets.panel import Panel, told, written
from researcher.widgets.pointing import Pointing
from researcher.widgets.remarks import remarks, why_empty
from researcher.widgets.room import Range, x_room, y_room
from researcher.widgets.state import ExplorerState
from researcher.widgets.supply import Supply, fitted
from researcher.widgets.view import View

POINTS = 12_000  # points over all panels that a page still pans smoothly

_HOW = ("x", "log_x", "log_y", "share_y", "clip", "smoothing", "band", "group", "seed")
_FITTED = ("query", "filters", "among", "sort", "observations", *_HOW)  # for a change of these the axes are fitted anew


class PanelsView(View):
    """A panel for each chosen observation, with the curves of the drawn experiments overlaid."""

    tab = "curves"
    watches: ClassVar[tuple[str, ...]] = (
        *("visible", "drawn", "observations", "selected", "zoom", "growth"),
        *(*_HOW, "colour", "dash", "logarithmic"),
    )

    def __init__(self, state: ExplorerState, pointing: Pointing) -> None:
        self.supply = Supply(state)
        self.full: Range | None = None
        self.limits: dict[str, Range] = {}
        self._choice: list[object] = []
        self._fits: dict[str, tuple[list[object], Range]] = {}
        self._x = bq.LinearScale(min=0.0, max=1.0)  # the page moves it
        self._whole = bq.LinearScale(min=0.0, max=1.0, allow_padding=False)
        self.panels: list[Panel] = []
        self.grid = Area().add_class("rs-panels")
        self.overlay = Overlay(pointing=pointing)
        self.caption = Text()
        self.hear(self.overlay, {"select": self._select, "zoom": self._zoom})
        super().__init__(state, self.grid, self.overlay, self.caption)

    def render(self) -> None:
        """Draw the lines of each panel, thinned to what a page draws smoothly, and say what is drawn."""
        names = self.state.observations
        while len(self.panels) < len(names):
            self.panels.append(Panel(self._x, self._whole))
        shown = self.panels[: len(names)]
        found = self.supply.take(names)
        self._make_room(names, found)
        everything = [line for drawn in found for line in drawn]
        budget = max(50, POINTS // max(1, len(everything)))
        for line in everything:
            line.thin_out(self._zoomed(), budget)
        for panel, name in zip(shown, names, strict=True):
            panel.name(name)
        if self.grid.children != tuple(panel.face for panel in shown):
            self.grid.children = [panel.face for panel in shown]
        self._tell_page(shown, names, found)
        said = "".join(f"<span>{html.escape(text)}</span>" for text in remarks(self.state, self.supply, everything))
        self.caption.value = f'<div class="rs-row rs-foot">{said}</div>'

    def _tell_page(self, shown: Sequence[Panel], names: Sequence[str], found: Sequence[Sequence[Drawn]]) -> None:
        """Tell the page all that is drawn, in one message."""
        state, overlay, x, y = self.state, self.overlay, self.supply.x, self.supply.y
        groups = {str(self._number(line)): line.group for drawn in found for line in drawn}
        alone = state.x == "step" and not state.log_x  # the page finds round steps by itself, also while it zooms
        with overlay.hold_sync():
            overlay.figures = [panel.figure for panel in shown]
            overlay.panels = [
                told(name, drawn, [*map(self._number, drawn)], self.limits[name], y, why_empty(state, name))
                for name, drawn in zip(names, found, strict=True)
            ]
            overlay.members = {n: state.numbers[g.rows].tolist() for n, g in groups.items() if len(g.rows) > 1}
            overlay.titles = {number: group.label for number, group in groups.items()}
            overlay.dashes = {number: group.dash for number, group in groups.items()}
            overlay.selected = [int(number) for number, group in groups.items() if group.selected]
            overlay.full, overlay.zoom = list(self.full or (0.0, 1.0)), list(self._zoomed())
            overlay.ticks = None if alone else written(x, *(self._zoomed() or self.full or (0.0, 1.0)))
            overlay.axis = {"x": state.x, "log_x": x.log, "origin": x.origin, "log_y": state.log_y}

    def _number(self, line: Drawn) -> int:
        """What a line is called in the page: the number of its first experiment."""
        return self.state.number(line.group.members[0])

    def _make_room(self, names: Sequence[str], found: Sequence[Sequence[Drawn]]) -> None:
        """Set the ranges of the axes: fitted to what was chosen to be looked at, and then only widened."""
        state, before = self.state, self._choice
        self._choice = [*(getattr(state, name) for name in _FITTED), bool(state.zoom)]
        same = len(before) > 0 and all(map(operator.is_, before[:-1], self._choice[:-1]))
        if not same or (before[-1] and not state.zoom):
            self.full, self.limits = None, {}
        everything = [line for drawn in found for line in drawn]
        grows = state.x in ("step", "time") and not self.supply.x.log
        growing = grows and any(e.status == "running" for e in state.drawn)
        reach = [line.x_range for line in everything if line.x_range]
        if reach:
            self.full = x_room((min(low for low, _ in reach), max(high for _, high in reach)), growing, self.full)
        self._fits = {name: self._fits[name] for name in names if name in self._fits}
        for name, drawn in zip(names, found, strict=True):
            lines = everything if state.share_y else drawn
            if lines:
                self.limits[name] = y_room(self._fitted(name, lines), self.limits.get(name))
            self.limits.setdefault(name, y_room((0.0, 1.0)))

    def _fitted(self, name: str, lines: Sequence[Drawn]) -> Range:
        """How far the lines of a panel reach, kept as long as they are the same: of many points that takes its time."""
        of = [self.state.clip, *lines]
        if name not in self._fits or self._fits[name][0] != of:
            self._fits[name] = of, fitted(lines, self.state.clip)
        return self._fits[name][1]

    def _zoomed(self) -> tuple[float, ...]:
        """The part of the x axis in sight, as places on it; nothing for all."""
        return self.supply.x.ends(self.state.zoom)

    def _select(self, number: int, more: bool = False) -> None:
        state = self.state
        clicked = state.rows_of(state.numbered(self.overlay.members.get(str(number), [number])))
        before = state.rows_of(state.selected)
        others, fresh = before[~np.isin(before, clicked)], clicked[~np.isin(clicked, before)]
        if more:
            clicked = np.concatenate([others, fresh])
        elif not (len(others) or len(fresh)):
            clicked = fresh
        state.select(state.at(clicked))

    def _zoom(self, x: Sequence[float] | None) -> None:
        self.state.zoom = tuple(self.supply.x.number(place) for place in x or ())
