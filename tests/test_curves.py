"""Curves: mean and spread against the standard library, and thinning that loses no extreme and no gap."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import researcher as rs
from researcher.curves import Curve, curve_of, floats, mean_and_spread, thinned

NUMBERS = st.floats(-1e6, 1e6)
ANY = st.floats(width=32)


def curve(value: object, steps: object = None) -> Curve | None:
    ours = {"format": 1, "steps": {"loss": steps}} if steps is not None else {"format": 1}
    return curve_of(rs.Experiment({"a": 1, "observations": {"loss": value}, "researcher": ours}), "loss")


@given(st.lists(st.lists(NUMBERS, max_size=6), min_size=1, max_size=5).filter(any))
def test_mean_and_spread_are_those_of_the_folds_that_got_there(folds: list[list[float]]) -> None:
    mean, spread = mean_and_spread(folds)
    assert len(mean) == len(spread) == max(map(len, folds))
    for step in range(len(mean)):
        there = [fold[step] for fold in folds if len(fold) > step]
        assert mean[step] == pytest.approx(statistics.fmean(there), rel=1e-9, abs=1e-6)
        assert spread[step] == pytest.approx(statistics.pstdev(there), rel=1e-6, abs=1e-6)


def test_nan_and_infinity_stay_where_they_happened() -> None:
    mean, spread = mean_and_spread([[1.0, math.nan, 3.0, math.inf], [3.0, 1.0, 5.0, 1.0], [2.0]])
    assert mean[[0, 2]].tolist() == [2.0, 4.0]
    assert np.isnan(mean[1])
    assert np.isnan(spread[1])
    assert mean[3] == np.inf


@pytest.mark.parametrize("value", [0.5, "text", None, [], [[]], [[], []], {"a": [1]}, [1, "x"], True])
def test_what_is_no_curve_has_none(value: Any) -> None:
    assert curve(value) is None


def test_an_observation_that_is_not_there_has_no_curve() -> None:
    assert curve_of(rs.Experiment({"a": 1}), "loss") is None


def test_curves_folds_and_missing_values() -> None:
    plain = curve([3, None, 1])
    assert plain is not None
    assert plain.y[[0, 2]].tolist() == [3.0, 1.0]
    assert np.isnan(plain.y[1])
    assert (plain.spread, plain.n_folds, plain.x.tolist()) == (None, 1, [0.0, 1.0, 2.0])
    folds = curve([[1.0, 2.0, 6.0], [3.0], []])
    assert folds is not None
    assert folds.spread is not None
    assert (folds.y.tolist(), folds.spread.tolist(), folds.n_folds) == ([2.0, 2.0, 6.0], [1.0, 0.0, 0.0], 2)


def test_steps_are_those_recorded_where_they_fit() -> None:
    for steps, expected in (([0, 10, 25], [0, 10, 25]), ([0, 10], [0, 1, 2]), ("x", [0, 1, 2]), (["x"] * 3, [0, 1, 2])):
        found = curve([3.0, 2.0, 1.0], steps)
        assert found is not None
        assert found.x.tolist() == expected


def test_integers_beyond_floats_are_infinite() -> None:
    assert floats([1, 10**400, -(10**400), 0.5]).tolist() == [1.0, math.inf, -math.inf, 0.5]
    found = curve([1, 10**400])
    assert found is not None
    assert found.y.tolist() == [1.0, math.inf]


@given(st.lists(ANY, max_size=400), st.integers(1, 60))
def test_thinning_keeps_the_ends_the_extremes_and_where_it_breaks(values: list[float], budget: int) -> None:
    y = np.array(values, dtype=float)
    kept = thinned(y, budget)
    assert (np.diff(kept) > 0).all()
    assert len(kept) <= min(len(y), 2 * max(budget, 8) + 2)
    if len(y) == 0:
        return
    assert (kept[0], kept[-1]) == (0, len(y) - 1)
    finite = np.isfinite(y)
    if finite.any():
        assert y[kept][finite[kept]].min() == y[finite].min()
        assert y[kept][finite[kept]].max() == y[finite].max()
    if not finite.all():
        first = int(np.argmin(finite))
        assert first in kept
        assert max(0, first - 1) in kept


@given(st.lists(NUMBERS, min_size=20, max_size=400), st.integers(4, 40))
def test_thinning_without_gaps_keeps_to_its_budget_and_the_local_extremes(values: list[float], budget: int) -> None:
    y = np.array(values)
    kept = thinned(y, budget)
    assert len(kept) <= max(budget, 8) + 2
    bucket = -(-len(y) // max(2, budget // 2))
    assert all(b - a < 2 * bucket for a, b in pairwise(kept))  # some point of every bucket


def test_short_curves_are_kept_whole() -> None:
    assert thinned(np.arange(8.0), 1).tolist() == list(range(8))
    assert thinned(np.arange(50.0), 50).tolist() == list(range(50))
