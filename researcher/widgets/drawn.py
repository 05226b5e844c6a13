"""A line of a panel: where it lies on the axes, and the few of its points that look like all."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from researcher.arrays import Array, Indices
from researcher.curves.downsampling import thinned
from researcher.widgets.plan import Group
from researcher.widgets.room import Range
from researcher.widgets.scale import Scale
from researcher.widgets.strokes import Stroke

_BUCKETS = (16, 256)  # neighbours of which the extremes are kept at hand
_FINE = 4  # times as many of these as are drawn, at least, so that what is drawn of them is as good
_AT_EDGES = 8  # points of a bucket at the edges of what is in sight


class Drawn:
    """A line of a panel, where it lies on the axes.

    Attributes:
        group: whose it is, and how it looks.
        stroke: what is drawn, with all its points.
        x: of the points, of shape ``(n_points,)``.
        y: of the points, smoothed if that is wanted.
        raw: y before smoothing, or None.
        edges: the lower and the upper edge of the band, or None.
        x_range: the lowest and the highest place on the x axis; None if there is none, or it is not known yet.
        y_range: the same on the y axis, of all that is drawn of it.
        kept: the points in sight, thinned; see `thin_out`.
        x_shown: of these points, of shape ``(n_kept,)``.
        y_shown: likewise.
    """

    def __init__(self, group: Group, stroke: Stroke, x: Scale, y: Scale) -> None:
        band, curve = stroke.band, stroke.curve
        self.group = group
        self.stroke = stroke
        self.x = x.places(curve.x)
        self.y = y.places(curve.y if stroke.smooth is None else stroke.smooth)
        self.raw = None if stroke.smooth is None else y.places(curve.y)
        self.edges = None if band is None else (y.places(band.low), y.places(band.high))
        self.x_range: Range | None = None
        self.y_range: Range | None = None
        self.kept: Indices = np.arange(len(self.x))
        self.x_shown, self.y_shown = self.x, self.y
        self._thinned_to: object = None
        self._coarse: dict[tuple[str, int], Indices] = {}

    @cached_property
    def _in_order(self) -> bool:
        return bool((self.x[1:] >= self.x[:-1]).all())

    @property
    def reached(self) -> Array:
        """The places on the y axis of all that is drawn of it, edges of the band and the raw curve included."""
        return np.concatenate([self.y, *([] if self.raw is None else [self.raw]), *(self.edges or ())])

    def thin_out(self, zoom: tuple[float, ...], budget: int) -> None:
        """Thin the part in sight, and one point beyond each edge, to about ``budget`` points."""
        if self._thinned_to == (zoom, budget):
            return
        self._thinned_to = (zoom, budget)
        start, end = self._in_sight(*zoom) if zoom else (0, len(self.x))
        kept = self._thinned("y", self.y, start, end, budget)
        if self.raw is not None:
            kept = np.union1d(kept, self._thinned("raw", self.raw, start, end, budget))
        self.kept, self.x_shown, self.y_shown = kept, self.x[kept], self.y[kept]

    def _in_sight(self, low: float, high: float) -> tuple[int, int]:
        """From which point to before which one, all if none is in sight."""
        if self._in_order:
            first, last = int(np.searchsorted(self.x, low, "left")), int(np.searchsorted(self.x, high, "right"))
        else:
            inside = np.flatnonzero((self.x >= low) & (self.x <= high))
            first, last = (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 0)
        return (max(0, first - 1), min(len(self.x), last + 1)) if last > first else (0, len(self.x))

    def _thinned(self, name: str, values: Array, start: int, end: int, budget: int) -> Indices:
        """Which of the points from ``start`` to before ``end`` are drawn.

        Of very many, those that stay are found among those that stay of small buckets, which hold every extreme too.
        """
        bucket = max((size for size in _BUCKETS if end - start > _FINE * size * budget), default=0)
        if not bucket:
            return start + thinned(values[start:end], budget)
        coarse = self._extremes(name, values, bucket)
        after, before = start + bucket, end - bucket  # of buckets that are in sight in part only the rest is no matter
        first, last = np.searchsorted(coarse, (after, before))
        edges = [place + thinned(values[place : place + bucket], _AT_EDGES) for place in (start, before)]
        among = np.concatenate([edges[0], coarse[first:last], edges[1]])
        found: Indices = among[thinned(values[among], budget)]
        return found

    def _extremes(self, name: str, values: Array, bucket: int) -> Indices:
        """The points that stay of buckets of so many neighbours; those of large ones are found among those of small."""
        if (name, bucket) not in self._coarse:
            small = _BUCKETS[0]
            among = None if bucket == small else self._extremes(name, values, small)
            found = thinned(values if among is None else values[among], 2 * len(values) // bucket)
            self._coarse[name, bucket] = found if among is None else among[found]
        return self._coarse[name, bucket]
