"""All that a picture of the panels needs of the state, so that the state may change while it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from researcher.arrays import Array
from researcher.curves.limits import limits
from researcher.widgets.plan import drawn_groups
from researcher.widgets.remarks import BANDS, left_out
from researcher.widgets.room import Range
from researcher.widgets.scale import Scale, clock_from
from researcher.widgets.state import ExplorerState
from researcher.widgets.strokes import Stroke, strokes_of

_X_LABELS = {"step": "step", "time": "seconds since the start", "clock": "time of day"}


@dataclass(frozen=True, eq=False)
class Drawing:
    """The panels: what is in them, and how it is looked at.

    Attributes:
        panels: name, strokes and y range of each panel that shows something; ranges are in places on the axes.
        x: the range of the x axes.
        x_label: what stands below them.
        x_scale: where numbers lie on them.
        y_scale: where numbers lie on the y axes.
        remark: what a reader must know of the curves to understand them; may be empty.
    """

    panels: tuple[tuple[str, list[Stroke], Range], ...]
    x: Range
    x_label: str
    x_scale: Scale
    y_scale: Scale
    remark: str


def drawing_of(state: ExplorerState) -> Drawing:
    """What the panels show now. The lock of the state is held only to see whose curves these are."""
    with state.lock:
        names, over, band, smoothing = state.observations, state.x, state.band, state.smoothing
        groups, more = drawn_groups(state)
        share_y, clip, zoom, n_visible = state.share_y, state.clip, state.zoom, len(state.visible)
        x_scale, y_scale = _x_scale(state), Scale(state.log_y)
        looks = [f"{what} by {name}" for what, name in (("colour", state.colour), ("dashes", state.dash)) if name]
    found = [(name, strokes_of(groups, name, over, band, smoothing)) for name in names]
    shown = [(name, strokes) for name, strokes in found if strokes]
    strokes = [stroke for _, own in shown for stroke in own]
    whole = _y_range(strokes, clip, y_scale) if share_y else None
    panels = tuple((name, own, whole or _y_range(own, clip, y_scale)) for name, own in shown)
    said = [
        *left_out(groups, more, n_visible),
        *([f"mean, and a band of {BANDS[band]}"] if any(stroke.band for stroke in strokes) else []),
        *([f"smoothed with weight {smoothing:.4g}, as observed behind it"] if smoothing > 0 else []),
        *looks,
    ]
    x = _ends(x_scale, zoom) or _whole([x_scale.places(stroke.curve.x) for stroke in strokes])
    return Drawing(panels, x, _X_LABELS.get(over, over), x_scale, y_scale, "; ".join(said))


def _x_scale(state: ExplorerState) -> Scale:
    if state.x != "clock":
        return Scale(state.log_x)
    return clock_from(float(min(state.data.recorded_at, default=0.0)))


def _y_range(strokes: Sequence[Stroke], clip: bool, scale: Scale) -> Range:
    ends = limits([stroke.band or stroke.curve for stroke in strokes], clip, scale.log)
    return _ends(scale, ends) or ends


def _ends(scale: Scale, numbers: Sequence[float]) -> Range | None:
    """The places of both ends of a range; None for no range."""
    ends = scale.ends(numbers)
    return (ends[0], ends[1]) if len(ends) == 2 and ends[0] < ends[1] else None


def _whole(xs: Sequence[Array]) -> Range:
    """All there is."""
    values = np.concatenate([np.zeros(0), *xs])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return low, high if high > low else low + 1.0
