"""Collecting observations, their shapes, and one number for each."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import summary_of

import researcher as rs
from researcher.errors import ObservationConflict
from researcher.observations import folds_of, shape_of
from researcher.summary import SUMMARIES, lower_is_better

NAN, INF = math.nan, math.inf


def test_observations_are_collected_fold_by_fold():
    collector = rs.ObservationCollector()
    collector.add_fold_observation(1, "loss", 0.5)
    collector.add_fold_observations(0, "loss", (value for value in (3, 2)))
    collector.add_fold_observation(1, "loss", 0.4)
    collector.set_observation("test", 0.97)
    collector.set_observations({"curve": [1, 2], "note": "fine"})
    collector.add_tensorflow_history(0, SimpleNamespace(history={"acc": [0.1, 0.2]}))
    assert collector.observations == {
        "loss": [[3, 2], [0.5, 0.4]],
        "test": 0.97,
        "curve": [1, 2],
        "note": "fine",
        "acc": [[0.1, 0.2]],
    }


def test_folds_and_plain_values_under_one_key_are_refused():
    collector = rs.ObservationCollector()
    collector.add_fold_observation(0, "folds", 1)
    collector.set_observation("plain", [[1]])
    with pytest.raises(ObservationConflict, match="'plain' was set without folds"):
        collector.add_fold_observation(0, "plain", 2)
    with pytest.raises(ObservationConflict, match="'folds' already holds values of folds"):
        collector.set_observation("folds", 2)
    with pytest.raises(ObservationConflict, match="'plain' already holds a value"):
        collector.set_observations({"plain": 2})
    with pytest.raises(ValueError, match="folds are counted from 0"):
        collector.add_fold_observation(-1, "other", 2)
    assert collector.observations == {"folds": [[1]], "plain": [[1]]}


@pytest.mark.parametrize(
    ("observation", "shape", "folds"),
    [
        (1, "number", [[1]]),
        (NAN, "number", [[NAN]]),
        ([1, 2.5, None], "curve", [[1, 2.5, NAN]]),
        ([[1, 2], [3]], "folds", [[1, 2], [3]]),
        ([[], [3]], "folds", [[3]]),
        ([[]], "folds", []),
        ([10**400, -(10**400), 2**64], "curve", [[INF, -INF, 2**64]]),
        *((other, "other", []) for other in (True, None, "text", {}, {"a": 1}, [], ["a"], [1, "a"], [1, [2]], [[[1]]])),
    ],
)
def test_the_shapes_of_observations(observation, shape, folds):
    assert shape_of(observation) == shape
    assert repr(folds_of(observation)) == repr(folds)


def test_a_curve_is_not_changed_through_its_folds():
    curve = [1.0, 2.0]
    folds_of(curve)[0].append(3.0)
    assert curve == [1.0, 2.0]


@pytest.mark.parametrize(
    ("observation", "final", "least", "most"),
    [
        (0.5, 0.5, 0.5, 0.5),
        ([3, 1, 2], 2, 1, 3),
        ([3, NAN], NAN, 3, 3),
        ([NAN, None], NAN, NAN, NAN),
        ([[3, 1], [5, 3, 4]], 2.5, 2.0, 4.0),
        ([[1.0], [INF]], INF, INF, INF),
        ([[INF], [-INF]], NAN, NAN, NAN),
        ([[1e308], [1e308]], 1e308, 1e308, 1e308),
        ([[10**400], [1]], INF, INF, INF),
        ("text", rs.ABSENT, rs.ABSENT, rs.ABSENT),
        ([], rs.ABSENT, rs.ABSENT, rs.ABSENT),
    ],
)
def test_one_number_for_an_observation(observation, final, least, most):
    experiment = rs.Experiment({"observations": {"loss": observation, "accuracy": observation}})
    found = [experiment.summary(which, "loss") for which in ("final", "min", "max", "best")]
    assert repr(found) == repr([final, least, most, least])
    assert repr(experiment.summary("best", "accuracy")) == repr(most)


@given(st.lists(st.lists(st.floats(allow_nan=False, width=32) | st.integers() | st.none())))
def test_the_extremes_contain_the_final_value(observation):
    experiment = rs.Experiment({"observations": {"x": observation}})
    assert repr([experiment.summary(which, "x") for which in SUMMARIES]) == repr(
        [summary_of("x", observation, which) for which in SUMMARIES]
    )
    least, final, most = (experiment.summary(which, "x") for which in ("min", "final", "max"))
    if final is not rs.ABSENT and not any(map(math.isnan, (least, final, most))):
        assert least <= final <= most


@pytest.mark.parametrize("name", ["loss", "val_loss", "mse", "val.mae", "RMSE", "Error", "log loss", "test-perplexity"])
def test_of_losses_and_errors_the_lower_is_better(name):
    assert lower_is_better(name)


@pytest.mark.parametrize("name", ["accuracy", "auc", "f1", "glossary", "", "模型", "maerz"])
def test_of_the_rest_the_higher(name):
    assert not lower_is_better(name)


def test_a_collector_tells_what_it_has():
    collector = rs.ObservationCollector()
    assert repr(collector) == "<ObservationCollector without observations>"
    collector.add_fold_observations(0, "loss", [0.5, 0.25])
    collector.add_fold_observation(np.int64(1), "loss", 0.5)
    collector.add_fold_observation(0, "auc", 0.5)
    collector.set_observation("accuracy", 0.97)
    assert repr(collector) == "<ObservationCollector loss (2 folds of 1 to 2 steps), auc (1 fold of 1 step), accuracy>"


def test_a_name_in_the_place_of_a_fold_is_told():
    with pytest.raises(TypeError, match="the fold 'loss' is no whole number; first comes the fold, then the name"):
        rs.ObservationCollector().add_fold_observation("loss", 0, 0.5)
