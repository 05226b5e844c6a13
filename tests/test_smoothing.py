"""Smoothing: TensorBoard's on an even grid, fair on an uneven one, and never poisoned."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from researcher.arrays import Array
from researcher.curves.smoothing import smoothed

NUMBERS = st.floats(-1e6, 1e6)
WEIGHTS = st.floats(0, 1)
GAPS = st.one_of(st.floats(0.01, 100), st.sampled_from([1.0, 1e-9, 1e9]))


@st.composite
def curves(draw: Any, values: Any = NUMBERS, max_size: int = 40) -> tuple[Array, Array]:
    y = draw(st.lists(values, min_size=1, max_size=max_size))
    gaps = draw(st.lists(GAPS, min_size=len(y), max_size=len(y)))
    return np.cumsum(gaps), np.array(y)


def one_by_one(x: Array, y: Array, weight: float, unit: float) -> list[float]:
    """The recurrence of the docstring, a point at a time."""
    found, total, left, before = [], 0.0, 1.0, None
    for step, value in zip(x, y, strict=True):
        if not math.isfinite(value):
            found.append(value)
            continue
        gap = 1.0 if before is None or step <= before else (step - before) / unit
        decay = weight**gap
        total, left, before = decay * total + (1 - decay) * value, left * decay, step
        found.append(total / (1 - left))
    return found


@given(curves(st.one_of(NUMBERS, st.sampled_from([math.nan, math.inf]))), st.floats(0.01, 0.99), st.floats(0.5, 5))
def test_it_is_the_recurrence_of_its_docstring(curve: tuple[Array, Array], weight: float, unit: float) -> None:
    x, y = curve
    assert smoothed(x, y, weight, unit).tolist() == pytest.approx(
        one_by_one(x, y, weight, unit), rel=1e-6, abs=1e-3, nan_ok=True
    )


@given(st.lists(NUMBERS, min_size=1, max_size=200), st.floats(0.0, 0.999), st.floats(0.001, 1000))
def test_on_an_even_grid_it_is_the_debiased_average_of_the_textbook(
    y: list[float], weight: float, spacing: float
) -> None:
    last, expected = 0.0, []
    for n, value in enumerate(y, start=1):
        last = last * weight + (1 - weight) * value
        expected.append(last / (1 - weight**n))
    found = smoothed(np.arange(len(y)) * spacing, np.array(y), weight)
    assert found.tolist() == pytest.approx(expected, rel=1e-6, abs=1e-3)


@given(curves(), WEIGHTS)
def test_it_stays_within_the_range_and_leaves_a_constant_alone(curve: tuple[Array, Array], weight: float) -> None:
    x, y = curve
    found = smoothed(x, y, weight)
    assert y.min() <= found.min() <= found.max() <= y.max()
    constant = np.full(len(x), y[0])
    assert (smoothed(x, constant, weight) == constant).all()


@given(curves(st.floats()))
def test_weight_zero_changes_nothing(curve: tuple[Array, Array]) -> None:
    assert np.array_equal(smoothed(*curve, 0.0), curve[1], equal_nan=True)


@given(curves(), st.floats(0.01, 1), st.data())
def test_a_value_recorded_more_densely_has_no_more_weight(
    curve: tuple[Array, Array], weight: float, data: st.DataObject
) -> None:
    x, y = curve
    assume(len(x) > 1)
    at = data.draw(st.integers(1, len(x) - 1))
    between = x[at - 1] + (x[at] - x[at - 1]) * data.draw(st.floats(0.1, 0.9))
    assume(x[at - 1] < between < x[at])
    denser = smoothed(np.insert(x, at, between), np.insert(y, at, y[at]), weight, 1.0)
    assert np.delete(denser, at).tolist() == pytest.approx(smoothed(x, y, weight, 1.0).tolist(), rel=1e-6, abs=1e-3)


@given(curves(), WEIGHTS, st.data())
def test_what_is_not_finite_stays_and_does_not_touch_the_others(
    curve: tuple[Array, Array], weight: float, data: st.DataObject
) -> None:
    x, y = curve
    lost = np.array(data.draw(st.lists(st.booleans(), min_size=len(y), max_size=len(y))))
    broken = np.where(lost, data.draw(st.sampled_from([math.nan, math.inf, -math.inf])), y)
    found = smoothed(x, broken, weight, 1.0)
    assert np.array_equal(found[lost], broken[lost], equal_nan=True)
    assert np.array_equal(found[~lost], smoothed(x[~lost], y[~lost], weight, 1.0))


@given(curves(), WEIGHTS, st.integers(1, 40))
def test_later_points_do_not_change_earlier_ones(curve: tuple[Array, Array], weight: float, n: int) -> None:
    x, y = curve
    begun = smoothed(x[:n], y[:n], weight, 1.0)
    assert smoothed(x, y, weight, 1.0)[:n].tolist() == pytest.approx(begun.tolist(), rel=1e-6, abs=1e-3)


@given(st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=30), WEIGHTS)
def test_steps_may_repeat_and_go_back(steps: list[float], weight: float) -> None:
    y = np.arange(float(len(steps)))
    found = smoothed(np.array(steps), y, weight)
    assert ((found >= 0) & (found <= len(steps) - 1)).all()
    assert np.array_equal(smoothed(np.zeros(len(steps)), y, weight), smoothed(y, y, weight))


def test_a_point_after_a_long_gap_counts_for_the_gap() -> None:
    x = np.array([0.0, 1.0, 2.0, 12.0])
    assert smoothed(x, np.array([0.0, 0.0, 0.0, 1.0]), 0.9)[-1] > 0.8  # on an even grid 0.29
    assert smoothed(x, np.array([0.0, 0.0, 0.0, 1.0]), 1.0)[-1] == pytest.approx(10 / 13)


def test_extreme_steps_and_nothing_at_all() -> None:
    assert smoothed(np.zeros(0), np.zeros(0), 0.5).tolist() == []
    assert np.isnan(smoothed(np.arange(2.0), np.full(2, math.nan), 0.5)).all()
    far = smoothed(np.array([-1e308, 1e308, math.nan]), np.array([1.0, 2.0, 3.0]), 1.0)
    assert np.isfinite(far).all()
    y = np.array([1.0, 2.0])
    assert smoothed(np.arange(2.0), y, 0.5) is not y
    assert y.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(("weight", "unit"), [(-0.1, None), (1.1, None), (math.nan, None), (0.5, 0.0), (0.5, -1.0)])
def test_a_weight_or_unit_that_makes_no_sense_is_refused(weight: float, unit: float | None) -> None:
    with pytest.raises(ValueError, match=r"it lies between|a distance above"):
        smoothed(np.arange(3.0), np.arange(3.0), weight, unit)
