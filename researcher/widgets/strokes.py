"""The strokes of a panel: what a picture outside the page draws of an observation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from researcher.arrays import Array
from researcher.curves.bands import Band, BandKind, band_of
from researcher.curves.curves import Curve, fold_curves_of
from researcher.curves.smoothing import smoothed
from researcher.errors import ResearcherError
from researcher.experiment import Experiment
from researcher.widgets.plan import Group


@dataclass(frozen=True, eq=False)
class Stroke:
    """One line, and the band around it.

    Attributes:
        group: whose it is, and how it looks.
        curve: the line, as observed; of several curves their mean.
        smooth: y after smoothing, of shape ``(n_points,)``; None if nothing is smoothed.
        band: the band, or None.
    """

    group: Group
    curve: Curve
    smooth: Array | None
    band: Band | None


def strokes_of(groups: Sequence[Group], observation: str, x: str, band: str, smoothing: float) -> list[Stroke]:
    """What the panel of an observation shows of these groups.

    Args:
        groups: whose curves are drawn.
        observation: its name.
        x: what they are drawn over; see `researcher.widgets.look.Look` for this and the rest.
        band: what the bands around means are; ``none`` draws each fold and each member by itself.
        smoothing: the weight of the past.
    """
    found = []
    for group in groups:
        curves = [curve for experiment in group.members for curve in _curves(experiment, observation, x)]
        pairs: list[tuple[Curve, Band | None]] = [(curve, None) for curve in curves]
        if band != "none" and len(curves) > 1:
            around = band_of(curves, cast(BandKind, band))
            pairs = [(Curve(around.x, around.mean, around.steps), around)]
        for curve, around_it in pairs:
            if np.isfinite(curve.y).any():
                smooth = smoothed(curve.x, curve.y, smoothing) if smoothing > 0 else None
                found.append(Stroke(group, curve, smooth, around_it))
    return found


def _curves(experiment: Experiment, observation: str, x: str) -> list[Curve]:
    try:
        return fold_curves_of(experiment, observation, x)
    except ResearcherError:  # deleted or damaged since it was loaded
        return []
