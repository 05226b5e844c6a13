"""The lines that panels draw: what stays of very long ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from researcher.curves.curves import Curve
from researcher.widgets.drawn import Drawn
from researcher.widgets.plan import Group
from researcher.widgets.scale import Scale
from researcher.widgets.strokes import Stroke

N = 200_000


@pytest.fixture(scope="module")
def noisy() -> Drawn:
    """A line of 200,000 points, a few of them NaN or infinite. It rises, so that its extremes are near the edges."""
    chance = np.random.default_rng(1)
    y = chance.normal(size=N) + np.arange(N) / 100
    y[chance.integers(0, N, 40)] = np.nan
    y[chance.integers(0, N, 10)] = np.inf
    group = Group("noise", np.array([], dtype=np.intp), (), "#000000", "", False)
    return Drawn(group, Stroke(group, Curve(np.arange(N, dtype=float), y), None, None), Scale(), Scale())


@given(st.integers(0, N - 2), st.integers(1, N), st.sampled_from([50, 150, 600, 3000]))
@settings(max_examples=60, deadline=None)
def test_however_long_a_line_is_its_extremes_and_gaps_in_sight_are_drawn(
    noisy: Drawn, first: int, length: int, budget: int
) -> None:
    last = min(N - 1, first + length)
    noisy.thin_out((float(first), float(last)), budget)
    start, end = max(0, first - 1), min(N, last + 2)
    kept, seen = noisy.kept, noisy.y[start:end]
    assert (kept[0], kept[-1]) == (start, end - 1)
    assert (np.diff(kept) > 0).all()
    finite, drawn = seen[np.isfinite(seen)], noisy.y_shown[np.isfinite(noisy.y_shown)]
    assert (drawn.min(), drawn.max()) == (finite.min(), finite.max())
    gaps = start + np.flatnonzero(~np.isfinite(seen))
    shown, near = kept[~np.isfinite(noisy.y_shown)], 4 * len(seen) // budget + 512  # of several in a bucket the first
    assert all(np.abs(shown - gap).min() <= near for gap in gaps)
    assert len(kept) <= budget + 16 + 2 * len(gaps)
