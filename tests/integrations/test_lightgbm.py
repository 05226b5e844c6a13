"""LightGBM: what a training leaves among the records."""

from __future__ import annotations

import pytest

import researcher as rs

lightgbm = pytest.importorskip("lightgbm")
pytestmark = pytest.mark.frameworks
PARAMS = {"objective": "multiclass", "num_class": 10, "num_leaves": 4, "learning_rate": 0.2, "verbosity": -1}


@pytest.fixture
def data(digits):
    x, y = digits
    train = lightgbm.Dataset(x[:192], y[:192])
    return train, lightgbm.Dataset(x[192:], y[192:], reference=train)


def train(data, *callbacks):
    return lightgbm.train(PARAMS, data[0], 4, valid_sets=[data[1]], callbacks=list(callbacks))


def test_a_training_is_an_experiment(tmp_path, data):
    results = {}
    record = rs.integrations.lightgbm.RecordCallback({"title": "trees", "num_leaves": "four"}, tmp_path)
    train(data, record, lightgbm.record_evaluation(results))
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == "finished"
    assert experiment.duration > 0
    assert experiment.params == {
        "title": "trees",
        "num_leaves": "four",
        "objective": "multiclass",
        "num_class": 10,
        "learning_rate": 0.2,
        "num_iterations": 4,
    }
    assert experiment.observations == {
        "valid_0-multi_logloss": results["valid_0"]["multi_logloss"],
        "learning_rate": [0.2] * 4,
    }


def test_the_classifier_takes_it_too(tmp_path, digits):
    x, y = digits
    model = lightgbm.LGBMClassifier(n_estimators=3, num_leaves=4, verbosity=-1)
    record = rs.integrations.lightgbm.RecordCallback({}, tmp_path)
    model.fit(x, y, eval_X=(x,), eval_y=(y,), callbacks=[record])
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.params["reg_lambda"] == 0.0
    assert len(experiment.observations["valid_0-multi_logloss"]) == 3


def test_a_learning_rate_is_observed_as_it_falls(tmp_path, data):
    falling = lightgbm.reset_parameter(learning_rate=[0.4, 0.3, 0.2, 0.1])
    train(data, falling, rs.integrations.lightgbm.RecordCallback({}, tmp_path))
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.observations["learning_rate"] == [0.4, 0.3, 0.2, 0.1]


def test_of_a_cross_validation_come_mean_and_spread(tmp_path, data):
    results = lightgbm.cv(
        PARAMS, data[0], 3, nfold=3, callbacks=[rs.integrations.lightgbm.RecordCallback({}, tmp_path)]
    )
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.observations["valid-multi_logloss-mean"] == results["valid multi_logloss-mean"]
    assert experiment.observations["valid-multi_logloss-stdv"] == results["valid multi_logloss-stdv"]


def test_a_given_recorder_is_written_to_and_not_ended(tmp_path, data):
    with rs.Recorder({"title": "mine"}, tmp_path) as recorder:
        train(data, rs.integrations.lightgbm.RecordCallback(recorder))
        assert recorder.status == "running"
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.params == {"title": "mine"}
    assert len(experiment.observations["valid_0-multi_logloss"]) == 4


def test_a_block_knows_of_early_stopping(tmp_path, data):
    with rs.integrations.lightgbm.RecordCallback({}, tmp_path) as record:
        train(data, lightgbm.early_stopping(1, min_delta=10.0, verbose=False), record)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == "finished"
    assert len(experiment.observations["valid_0-multi_logloss"]) == 2


def test_in_a_block_a_training_that_stopped_early_ends_with_the_next(tmp_path, data):
    with rs.integrations.lightgbm.RecordCallback({}, tmp_path) as record:
        train(data, lightgbm.early_stopping(1, min_delta=10.0, verbose=False), record)
        train(data, record)
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["finished", "finished"]


@pytest.mark.parametrize(("error", "status"), [(ValueError("broken"), "failed"), (KeyboardInterrupt(), "interrupted")])
def test_a_block_knows_how_it_ended(tmp_path, data, error, status):
    def stop(env):
        if env.iteration == 2:
            raise error

    stop.order = 40
    with pytest.raises(type(error)), rs.integrations.lightgbm.RecordCallback({}, tmp_path) as record:
        train(data, record, stop)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == status
    assert len(experiment.observations["valid_0-multi_logloss"]) == 3


def test_a_training_that_is_pruned_stops_after_the_round(pruned, data):
    boosters = []
    experiment = pruned(
        lambda recorder: boosters.append(train(data, rs.integrations.lightgbm.RecordCallback(recorder))),
        "valid_0-multi_logloss",
    )
    assert len(experiment.observations["valid_0-multi_logloss"]) == 2
    assert boosters[0].best_iteration == 2
