"""The lines that panels draw, kept as long as they are drawn: read again only when their experiments grew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from researcher.arrays import Array
from researcher.curves.limits import fences
from researcher.errors import ResearcherError
from researcher.experiment import Experiment
from researcher.widgets.drawn import Drawn
from researcher.widgets.plan import Group, drawn_groups
from researcher.widgets.room import Range
from researcher.widgets.scale import Scale, clock_from
from researcher.widgets.state import ExplorerState
from researcher.widgets.strokes import strokes_of

_AT_ONCE = 1_000_000  # points of lines that are looked at together
_SPARE = 4_000_000  # points of lines that are kept though they are not drawn now
_LEAST = 4_000  # points that a short line counts as, so that there are not very many of them

Kept = dict[tuple[tuple[Experiment, ...], str], tuple[object, list[Drawn]]]
"""The lines of a group's observation, and what they follow from."""


class Supply:
    """Gives the lines of the groups that are drawn.

    Attributes:
        groups: all groups of which something may be drawn.
        left_out: the number of groups that are too many to draw.
        unread: the names of experiments that could not be read: deleted or damaged since they were loaded.
    """

    def __init__(self, state: ExplorerState) -> None:
        self.groups: list[Group] = []
        self.left_out = 0
        self.unread: set[str] = set()
        self._state = state
        self._clock: Scale | None = None
        self._kept: Kept = {}

    @property
    def x(self) -> Scale:
        """The x axis of all panels."""
        state = self._state
        if state.x != "clock":
            return Scale(state.log_x)
        if self._clock is None:
            self._clock = clock_from(float(min(state.data.recorded_at, default=0.0)))
        return self._clock

    @property
    def y(self) -> Scale:
        """The y axes."""
        return Scale(self._state.log_y)

    def take(self, names: Sequence[str]) -> list[list[Drawn]]:
        """For each observation the lines that have something to draw; of others those drawn last are kept."""
        before = self._kept
        self.groups, self.left_out = drawn_groups(self._state)
        now = {(g.members, name): self._lines(g, name, before) for g in self.groups for name in names}
        _measure([line for key, known in now.items() if before.get(key) is not known for line in known[1]])
        now = {key: (read, [line for line in own if line.x_range and line.y_range]) for key, (read, own) in now.items()}
        self._kept = now | self._spare(before, now)
        found = [[line for g in self.groups for line in now[g.members, name][1]] for name in names]
        drawn = {id(line.group) for lines in found for line in lines}
        self.unread = {e.name for g in self.groups if id(g) not in drawn for e in g.members if not _readable(e)}
        return found

    def _spare(self, before: Kept, now: Kept) -> Kept:
        """Of what is not drawn any more that which was drawn last, as far as there is room."""
        room, found = _SPARE, Kept()
        for key, known in before.items():
            if key not in now:
                room -= max(_LEAST, sum(len(line.x) for line in known[1]))
                if room < 0:
                    break
                found[key] = known
        return found

    def _lines(self, group: Group, name: str, before: Kept) -> tuple[object, list[Drawn]]:
        """The lines of a group; what was read before is kept, and what the group looks like is as it is now."""
        state, known = self._state, before.get((group.members, name))
        read = (state.x, self.x, self.y, state.band, state.smoothing, *map(state.version, group.members))
        if known is None or known[0] != read:
            strokes = strokes_of([group], name, state.x, state.band, state.smoothing)
            known = (read, [Drawn(group, stroke, self.x, self.y) for stroke in strokes])
        for line in known[1]:
            line.group = group
        return known


def fitted(lines: Sequence[Drawn], clip: bool) -> Range:
    """The lowest and the highest place that the lines reach; with ``clip`` without what is far out."""
    if clip:
        reached = np.concatenate([line.reached for line in lines])
        return fences(reached[np.isfinite(reached)])
    ranges = [line.y_range for line in lines if line.y_range]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def _measure(lines: Sequence[Drawn]) -> None:
    """Find how far lines reach, as many at once as are not too long.

    NumPy lets other threads run while it goes through more than a few values, and comes back 5 ms later beside a cell
    that computes: for each line by itself, that is most of the time that it takes to draw one that grows.
    """
    while lines:
        places = np.cumsum([len(line.x) for line in lines])
        n = max(1, int(np.searchsorted(places, _AT_ONCE, "right")))
        some, lines = lines[:n], lines[n:]
        for line, x_range, y_range in zip(
            some, _ranges([line.x for line in some]), _ranges([line.reached for line in some]), strict=True
        ):
            line.x_range, line.y_range = x_range, y_range


def _ranges(arrays: Sequence[Array]) -> list[Range | None]:
    """The lowest and the highest finite value of each of these arrays, none of which is empty."""
    values, starts = np.concatenate(arrays), np.cumsum([0, *map(len, arrays)])[:-1]
    finite = np.isfinite(values)
    lows = np.minimum.reduceat(np.where(finite, values, np.inf), starts).tolist()
    highs = np.maximum.reduceat(np.where(finite, values, -np.inf), starts).tolist()
    return [(low, high) if low <= high else None for low, high in zip(lows, highs, strict=True)]


def _readable(experiment: Experiment) -> bool:
    try:
        return bool(experiment.data)
    except ResearcherError:
        return False
