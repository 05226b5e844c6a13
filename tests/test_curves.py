"""Curves: mean and spread against the standard library, and thinning that loses no extreme and no gap."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import researcher as rs
from researcher.arrays import floats
from researcher.curves.alignment import aligned
from researcher.curves.curves import Curve, fold_curves_of
from researcher.curves.downsampling import thinned

NUMBERS = st.floats(-1e6, 1e6)
ANY = st.floats(width=32)


def curves(value: object, steps: object = None) -> list[Curve]:
    ours = {"format": 1, "steps": {"loss": steps}} if steps is not None else {"format": 1}
    return fold_curves_of(rs.Experiment({"a": 1, "observations": {"loss": value}, "researcher": ours}), "loss")


@pytest.mark.parametrize("value", [0.5, "text", None, [], [[]], [[], []], {"a": [1]}, [1, "x"], True])
def test_what_is_no_curve_has_none(value: Any) -> None:
    assert curves(value) == []


def test_an_observation_that_is_not_there_has_no_curve() -> None:
    assert fold_curves_of(rs.Experiment({"a": 1}), "loss") == []


def test_curves_folds_and_missing_values() -> None:
    (plain,) = curves([3, None, 1, math.inf])
    np.testing.assert_array_equal(plain.y, [3.0, math.nan, 1.0, math.inf])
    assert plain.x.tolist() == [0.0, 1.0, 2.0, 3.0]
    folds = curves([[1.0, 2.0, 6.0], [3.0], []])
    assert [fold.y.tolist() for fold in folds] == [[1.0, 2.0, 6.0], [3.0]]


def test_steps_are_those_recorded_where_they_fit() -> None:
    for steps, expected in (([0, 10, 25], [0, 10, 25]), ([0, 10], [0, 1, 2]), ("x", [0, 1, 2]), (["x"] * 3, [0, 1, 2])):
        (found,) = curves([3.0, 2.0, 1.0], steps)
        assert (found.x.tolist(), found.steps) == (expected, None)


def test_folds_have_steps_of_their_own_or_those_of_the_longest() -> None:
    def steps_of(value: object, steps: object) -> list[list[float]]:
        return [fold.x.tolist() for fold in curves(value, steps)]

    assert steps_of([[1.0, 2.0, 3.0], [], [4.0, 6.0]], [[0, 10, 20], [], [10, 30]]) == [[0, 10, 20], [10, 30]]
    assert steps_of([[1.0, 2.0, 3.0], [4.0, 6.0]], [0, 10, 20]) == [[0, 10, 20], [0, 10]]
    for odd in ([[0, 10]], [[0, 10], [0]], [[0, 1, 2], [0, 1], [5]], 3):
        assert steps_of([[1.0, 2.0, 3.0], [4.0, 6.0]], odd) == [[0, 1, 2], [0, 1]]


def over(x: str, observations: dict[str, Any], observation: str = "loss", **ours: Any) -> list[tuple[Any, Any, Any]]:
    data = {"a": 1, "observations": observations, "researcher": {"format": 1, **ours}}
    found = fold_curves_of(rs.Experiment(data), observation, x)
    return [(c.x.tolist(), c.y.tolist(), None if c.steps is None else c.steps.tolist()) for c in found]


def test_the_x_is_the_step_unless_another_is_asked_for() -> None:
    loss, begun = {"loss": [3.0, 2.0, 1.0]}, "2026-01-31T00:00:00+00:00"
    times = {"loss": [0.5, 1.5, 4.0]}
    assert over("step", loss, times=times) == [([0, 1, 2], [3, 2, 1], None)]
    assert over("time", loss, times=times) == [([0.5, 1.5, 4.0], [3, 2, 1], [0, 1, 2])]
    at = 1769817600
    assert over("clock", loss, times=times, recorded_at=begun) == [([at + 0.5, at + 1.5, at + 4], [3, 2, 1], [0, 1, 2])]
    assert over("clock", loss, times=times) == []
    assert (
        over("time", loss) == over("time", loss, times={"loss": [1.0]}) == over("clock", loss, recorded_at=begun) == []
    )
    assert over("time", loss, times={"loss": [0.5, None, 4.0]}) == [([0.5, 4.0], [3, 1], [0, 2])]
    folds = {"loss": [[3.0, 2.0], [1.0]]}
    assert over("time", folds, times={"loss": [[0.5, 1.0], [9.0]]}) == [([0.5, 1], [3, 2], [0, 1]), ([9], [1], [0])]
    assert over("time", folds, times={"loss": [[0.5, 1.0], []]}) == []


def test_another_observation_is_the_x_at_the_same_step() -> None:
    both = {"loss": [4.0, 3.0, 2.0, 1.0], "accuracy": [0.1, None, 0.4], "step": [5, 6, 7, 8]}
    assert over("accuracy", both) == [([0.1, 0.4], [4, 2], [0, 2])]
    assert over("accuracy", both, steps={"accuracy": [1, 2, 3], "loss": [3, 2, 1, -1]}) == [
        ([0.4, 0.1], [4, 2], [3, 1])
    ]
    assert over("observations.step", both) == [([5, 6, 7, 8], [4, 3, 2, 1], [0, 1, 2, 3])]
    assert over("nothing", both) == over("a", {**both, "a": 0.5}) == []
    folded = {"loss": [[4.0, 3.0], [2.0, 1.0]], "lr": [0.1, 0.2], "f1": [[1.0], [], [7.0]], "g1": [[1.0, 2.0], [3.0]]}
    assert over("lr", folded) == [([0.1, 0.2], [4, 3], [0, 1]), ([0.1, 0.2], [2, 1], [0, 1])]
    assert over("g1", folded) == [([1, 2], [4, 3], [0, 1]), ([3], [2], [0])]
    assert over("f1", folded) == []  # a fold of loss lacks it
    assert over("loss", folded, "lr") == []  # no fold is that of the whole


STEPS = st.lists(st.one_of(st.integers(-5, 5).map(float), st.sampled_from([math.nan, math.inf])), max_size=12)


@given(st.lists(st.one_of(STEPS, st.integers(0, 9).map(lambda n: [float(i) for i in range(n)])), max_size=4))
def test_aligning_keeps_the_last_point_at_each_step_and_nothing_else(curves: list[list[float]]) -> None:
    union, places = aligned([np.array(steps) for steps in curves])
    assert union.tolist() == sorted({step for steps in curves for step in steps if math.isfinite(step)})
    for steps, (rows, place) in zip(curves, places, strict=True):
        last = {step: row for row, step in enumerate(steps) if math.isfinite(step)}
        assert dict(zip(union[place].tolist(), rows.tolist(), strict=True)) == last


def test_integers_beyond_floats_are_infinite() -> None:
    assert floats([1, 10**400, -(10**400), 0.5]).tolist() == [1.0, math.inf, -math.inf, 0.5]
    (found,) = curves([1, 10**400])
    assert found.y.tolist() == [1.0, math.inf]


def thinned_slowly(y: list[float], budget: int) -> list[int]:
    """What `thinned` says it keeps, bucket by bucket."""
    if len(y) <= max(budget, 8):
        return list(range(len(y)))
    width = math.ceil(len(y) / max(2, budget // 2))
    kept = {0, len(y) - 1}
    for start in range(0, len(y), width):
        bucket = range(start, min(start + width, len(y)))
        finite = [i for i in bucket if math.isfinite(y[i])]
        kept |= {min(finite, key=y.__getitem__), max(finite, key=y.__getitem__)} if finite else set()
        gap = next((i for i in bucket if not math.isfinite(y[i])), None)
        kept |= set() if gap is None else {gap, max(gap - 1, 0)}
    return sorted(kept)


@given(st.lists(st.one_of(ANY, st.sampled_from([0.0, math.nan])), max_size=200), st.integers(1, 60))
def test_thinning_keeps_what_it_says_of_each_bucket(values: list[float], budget: int) -> None:
    assert thinned(np.array(values, dtype=float), budget).tolist() == thinned_slowly(values, budget)


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
