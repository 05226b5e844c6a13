"""Bands against the standard library and scipy, and the limits of an axis."""

from __future__ import annotations

import math
import statistics
import sys
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from researcher.curves.bands import Band, BandKind, band_of, student
from researcher.curves.curves import Curve
from researcher.curves.limits import fences, limits

KINDS = get_args(BandKind)
NUMBERS = st.floats(-1e6, 1e6)
MEMBERS = st.lists(
    st.dictionaries(st.integers(0, 6), st.one_of(NUMBERS, st.sampled_from([math.nan, math.inf])), max_size=6),
    max_size=5,
)


def curve(points: dict[int, float], x: Any = None) -> Curve:
    steps, y = np.array(sorted(points), dtype=float), np.array([points[step] for step in sorted(points)], dtype=float)
    return Curve(steps, y) if x is None else Curve(np.array(x, dtype=float), y, steps)


def half_width(values: list[float], kind: str) -> float:
    deviation = statistics.stdev(values)
    error = deviation / math.sqrt(len(values))
    return {"std": deviation, "se": error, "95": float(stats.t.ppf(0.975, len(values) - 1)) * error}[kind]


@given(MEMBERS, st.sampled_from(KINDS))
def test_a_band_is_that_of_the_members_that_have_a_step(members: list[dict[int, float]], kind: BandKind) -> None:
    band = band_of([curve(points) for points in members], kind)
    assert band.x.tolist() == band.steps.tolist() == sorted({step for points in members for step in points})
    for i, step in enumerate(band.x):
        there = [points[int(step)] for points in members if step in points]
        values = [value for value in there if math.isfinite(value)]
        assert (band.n[i], band.lost[i]) == (len(values), len(there) - len(values))
        assert band.mean[i] == pytest.approx(statistics.fmean(values) if values else math.nan, abs=1e-6, nan_ok=True)
        if len(values) < 2:
            assert np.isnan([band.low[i], band.high[i]]).all()
        elif kind == "minmax":
            assert (band.low[i], band.high[i]) == (min(values), max(values))
        else:
            mean, half = statistics.fmean(values), half_width(values, kind)
            assert [band.low[i], band.high[i]] == pytest.approx([mean - half, mean + half], abs=1e-5 * (1 + half))


@given(MEMBERS, st.randoms())
def test_bands_contain_the_mean_and_do_not_depend_on_the_order(members: list[dict[int, float]], random: Any) -> None:
    shuffled = random.sample(members, len(members))
    for kind in KINDS:
        band, other = (band_of([curve(points) for points in some], kind) for some in (members, shuffled))
        for part in ("x", "mean", "low", "high", "n", "lost"):
            np.testing.assert_allclose(getattr(band, part), getattr(other, part), rtol=1e-6, atol=1e-5)
        drawn = band.n > 1
        assert (band.low[drawn] <= band.mean[drawn] + 1e-6).all()
        assert (band.mean[drawn] <= band.high[drawn] + 1e-6).all()


def test_one_curve_and_none_have_no_band() -> None:
    alone = band_of([curve({0: 1.0, 1: 2.0})], "minmax")
    assert (alone.mean.tolist(), alone.n.tolist()) == ([1.0, 2.0], [1, 1])
    assert np.isnan([*alone.low, *alone.high]).all()
    assert len(band_of([], "95").x) == 0


def test_the_last_of_two_points_at_a_step_counts() -> None:
    twice = Curve(np.array([0.0, 1.0, 0.0]), np.array([9.0, 2.0, 1.0]))
    assert band_of([twice, curve({0: 3.0})], "std").mean.tolist() == [2.0, 2.0]


def test_curves_over_time_meet_at_their_steps_and_stand_at_the_mean_time() -> None:
    band = band_of([curve({0: 1.0, 1: 2.0}, x=[10, 20]), curve({1: 4.0, 2: 6.0}, x=[30, 40])], "std")
    assert (band.x.tolist(), band.steps.tolist(), band.mean.tolist()) == ([10, 25, 40], [0, 1, 2], [1.0, 3.0, 6.0])


def test_an_unknown_kind_of_band_is_refused() -> None:
    with pytest.raises(ValueError, match="it is one of std, se, 95, minmax"):
        band_of([], "sd")  # type: ignore[arg-type]


def test_the_quantile_is_that_of_scipy() -> None:
    freedom = np.arange(1, 2000)
    np.testing.assert_allclose(student(freedom), stats.t.ppf(0.975, freedom), rtol=3e-6)
    assert np.isnan(student(np.array([0, -1]))).all()


def of(*y: float) -> Curve:
    return Curve(np.arange(float(len(y))), np.array(y, dtype=float))


@given(st.lists(st.lists(st.one_of(NUMBERS, st.sampled_from([math.nan, math.inf])), max_size=30), max_size=4))
def test_limits_hold_all_that_is_finite_and_no_more_than_a_little_air(curves: list[list[float]]) -> None:
    low, high = limits([of(*y) for y in curves])
    finite = [value for y in curves for value in y if math.isfinite(value)]
    assert low < high
    if finite:
        assert low < min(finite) <= max(finite) < high
        if max(finite) - min(finite) > 1e-12 * max(map(abs, finite)):
            assert high - low <= 1.2 * (max(finite) - min(finite))


@given(st.lists(st.one_of(st.floats(width=32), st.floats()), max_size=30))
def test_limits_of_a_logarithmic_axis_hold_all_that_is_positive(y: list[float]) -> None:
    low, high = limits([of(*y)], log=True)
    positive = [value for value in y if math.isfinite(value) and value >= sys.float_info.min]
    assert 0 < low < high < math.inf
    if positive:
        assert low <= min(positive) <= max(positive) <= high


@given(st.lists(NUMBERS, min_size=1, max_size=60), st.booleans())
def test_clipping_only_narrows_and_keeps_most(y: list[float], log: bool) -> None:
    least, greatest = fences(np.array(y))
    assert {least, greatest} <= set(y)
    assert sum(not least <= value <= greatest for value in y) <= 2 * math.ceil(0.05 * (len(y) - 1))
    (low, high), (clipped_low, clipped_high) = (limits([of(*y)], clip, log) for clip in (False, True))
    assert clipped_low < clipped_high
    if least < greatest and not log:
        assert low <= clipped_low < clipped_high <= high


def test_a_spike_is_clipped_and_the_beginning_of_a_loss_is_not() -> None:
    t = np.linspace(0, 1, 200)
    loss = 2.3 * np.exp(-3 * t) + 0.1
    spiked = loss.copy()
    spiked[[50, 120]] = 1e6, -1e6
    assert limits([of(*spiked)], clip=True) == pytest.approx(limits([of(*loss)]), rel=0.05)
    assert limits([of(*loss)], clip=True) == limits([of(*loss)])
    assert fences(np.array([1.0, 2.0, 1e9, 1.5])) == (1.0, 1e9)  # too few to say what is far out
    assert fences(np.array([1.0, 2.0, 1e9, 1.5, 1.2])) == (1.0, 2.0)


def test_limits_hold_bands_and_nothing() -> None:
    band = band_of([of(0.0, 1.0), of(4.0, 1.0)], "minmax")
    low, high = limits([band])
    assert low < 0.0 < 4.0 < high
    assert isinstance(band, Band)
    assert (limits([]), limits([], log=True), limits([of(-1.0)], log=True)) == ((0.0, 1.0), (0.1, 1.0), (0.1, 1.0))
    assert limits([of(5.0)]) == (4.5, 5.5)
    assert limits([of(0.0)]) == (-1.0, 1.0)
    assert limits([of(3.0, math.nextafter(3.0, 4.0))]) == (pytest.approx(2.7), pytest.approx(3.3))
    low, high = limits([of(-1.7e308, 1.7e308)])
    assert math.isfinite(low)
    assert math.isfinite(high)
