"""All that a picture of the panels needs of the state, so that the state may change while it is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from researcher.arrays import Array
from researcher.bands import Band
from researcher.curves import Curve
from researcher.limits import limits
from researcher.widgets.plan import groups_of
from researcher.widgets.state import ExplorerState
from researcher.widgets.strokes import Stroke, strokes_of

_BANDS = {
    "std": "one standard deviation",
    "se": "the standard error",
    "95": "the 95 % interval of the mean",
    "minmax": "minimum to maximum",
}
_X_LABELS = {"step": "step", "time": "seconds since the start", "clock": "time of day"}


@dataclass(frozen=True, eq=False)
class Drawing:
    """The panels: what is in them, and how it is looked at.

    Attributes:
        panels: name, strokes and y limits of each panel that shows something.
        x: the limits of the x axis.
        x_label: what stands below it.
        clock: whether x is in seconds since 1970.
        log_x: whether x is logarithmic.
        log_y: whether y is.
        remark: what a reader must know of the curves to understand them; may be empty.
    """

    panels: tuple[tuple[str, list[Stroke], tuple[float, float]], ...]
    x: tuple[float, float]
    x_label: str
    clock: bool
    log_x: bool
    log_y: bool
    remark: str


def drawing_of(state: ExplorerState) -> Drawing:
    """What the panels show now. The lock of the state is held only to see whose curves these are."""
    with state.lock:
        groups, names, zoom = groups_of(state), state.observations, state.zoom
        over, band, smoothing = state.x, state.band, state.smoothing
        log_x, log_y, share_y, clip = state.log_x, state.log_y, state.share_y, state.clip
        looks = [f"{what} by {name}" for what, name in (("colour", state.colour), ("dashes", state.dash)) if name]
        n_visible = len(state.visible)
    found = [(name, strokes_of(groups, name, over, band, smoothing)) for name in names]
    shown = [(name, strokes) for name, strokes in found if strokes]
    every = [stroke for _, strokes in shown for stroke in strokes]
    whole = limits(map(_extent, every), clip, log_y) if share_y else None
    panels = tuple((name, own, whole or limits(map(_extent, own), clip, log_y)) for name, own in shown)
    x = _zoomed(zoom) or _whole([stroke.curve.x for stroke in every], log_x)
    members = sum(len(group.members) for group in groups)
    said = [
        *([f"curves of {members:,} of {n_visible:,} visible experiments"] if members < n_visible else []),
        *([f"mean, and a band of {_BANDS[band]}"] if any(stroke.band for stroke in every) else []),
        *([f"smoothed with weight {smoothing:.4g}, as observed behind it"] if smoothing > 0 else []),
        *looks,
    ]
    return Drawing(panels, x, _X_LABELS.get(over, over), over == "clock", log_x, log_y, "; ".join(said))


def _extent(stroke: Stroke) -> Curve | Band:
    return stroke.band or stroke.curve


def _zoomed(zoom: tuple[float, ...]) -> tuple[float, float] | None:
    return (float(zoom[0]), float(zoom[1])) if len(zoom) == 2 and zoom[0] < zoom[1] else None


def _whole(xs: Iterable[Array], log: bool) -> tuple[float, float]:
    """All there is."""
    values = np.concatenate([np.zeros(0), *xs])
    values = values[np.isfinite(values) & (values > 0)] if log else values[np.isfinite(values)]
    if not len(values):
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low * 10 if log else low + 1.0)
