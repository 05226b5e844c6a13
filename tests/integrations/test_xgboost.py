"""XGBoost: what a training leaves among the records."""

from __future__ import annotations

import pytest

import researcher as rs

xgboost = pytest.importorskip("xgboost")
pytestmark = pytest.mark.frameworks
PARAMS = {"objective": "multi:softprob", "num_class": 10, "max_depth": 2, "eta": 0.3, "seed": 7}


class Stop(xgboost.callback.TrainingCallback):
    """Stops the training, or raises, after the third round."""

    def __init__(self, error=None):
        super().__init__()
        self.error = error

    def after_iteration(self, model, epoch, evals_log):
        if epoch == 2 and self.error is not None:
            raise self.error
        return epoch == 2


@pytest.fixture
def data(digits):
    x, y = digits
    return xgboost.DMatrix(x[:192], y[:192]), xgboost.DMatrix(x[192:], y[192:])


def train(data, *callbacks, **options):
    evals = [(data[0], "train"), (data[1], "valid")]
    return xgboost.train(PARAMS, data[0], 4, evals=evals, callbacks=list(callbacks), verbose_eval=False, **options)


def test_a_training_is_an_experiment(tmp_path, data):
    results = {}
    train(data, rs.integrations.xgboost.RecordCallback({"title": "trees", **PARAMS}, tmp_path), evals_result=results)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == "finished"
    assert experiment.duration > 0
    assert list(experiment.params)[:6] == ["title", *PARAMS]
    settings = {
        "booster": "gbtree",
        "eta": 0.3,
        "max_depth": 2,
        "num_feature": 64,
        "reg_lambda": 1,
        "seed": 7,
        "subsample": 1,
        "tree_method": "auto",
    }
    assert settings.items() <= experiment.params.items()
    assert "learning_rate" not in experiment.params  # it was given as eta
    assert experiment.observations == {
        "train-mlogloss": results["train"]["mlogloss"],
        "valid-mlogloss": results["valid"]["mlogloss"],
        "learning_rate": [0.3] * 4,
    }


def test_the_classifier_takes_it_too(tmp_path, digits):
    x, y = digits
    record = rs.integrations.xgboost.RecordCallback({}, tmp_path)
    model = xgboost.XGBClassifier(n_estimators=3, max_depth=2, learning_rate=0.1, callbacks=[record])
    model.fit(x, y, eval_set=[(x, y)], verbose=False)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.observations["validation_0-mlogloss"] == model.evals_result()["validation_0"]["mlogloss"]
    assert experiment.params["learning_rate"] == 0.1
    assert experiment.params["objective"] == "multi:softprob"


def test_no_round_is_lost_when_another_callback_stops_the_training(tmp_path, data):
    train(data, Stop(), rs.integrations.xgboost.RecordCallback({}, tmp_path))
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == "finished"
    assert len(experiment.observations["valid-mlogloss"]) == 3


def test_early_stopping_tells_the_best_round(tmp_path, data):
    stop = xgboost.callback.EarlyStopping(rounds=1, min_delta=10.0)
    train(data, rs.integrations.xgboost.RecordCallback({}, tmp_path), stop)
    (experiment,) = rs.all_experiments(tmp_path)
    losses = experiment.observations["valid-mlogloss"]
    assert len(losses) == 2
    assert experiment.observations["best_iteration"] == [0]
    assert experiment.observations["best_score"] == pytest.approx([losses[0]])


def test_a_learning_rate_is_observed_as_it_falls(tmp_path, data):
    falling = xgboost.callback.LearningRateScheduler([0.4, 0.3, 0.2, 0.1])
    train(data, falling, rs.integrations.xgboost.RecordCallback({}, tmp_path))
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.observations["learning_rate"] == [0.4, 0.3, 0.2, 0.1]


def test_a_linear_booster_has_its_own_settings(tmp_path, data):
    params = {"booster": "gblinear", "updater": "coord_descent"}
    record = rs.integrations.xgboost.RecordCallback(params, tmp_path)
    xgboost.train(params, data[0], 2, evals=[(data[0], "train")], callbacks=[record], verbose_eval=False)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.params["booster"] == "gblinear"
    assert experiment.params["learning_rate"] == 0.5
    assert "max_depth" not in experiment.params


def test_of_a_cross_validation_come_mean_and_spread(tmp_path, data):
    record = rs.integrations.xgboost.RecordCallback({}, tmp_path)
    table = xgboost.cv(PARAMS, data[0], 3, nfold=3, callbacks=[record], verbose_eval=False)
    (experiment,) = rs.all_experiments(tmp_path)
    assert set(table) <= set(experiment.observations)
    assert experiment.observations["test-mlogloss-mean"] == pytest.approx(list(table["test-mlogloss-mean"]))
    assert experiment.observations["test-mlogloss-std"] == pytest.approx(list(table["test-mlogloss-std"]))


def test_a_given_recorder_is_written_to_and_not_ended(tmp_path, data):
    with rs.Recorder({"title": "mine"}, tmp_path) as recorder:
        train(data, rs.integrations.xgboost.RecordCallback(recorder))
        assert recorder.status == "running"
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.params == {"title": "mine"}
    assert len(experiment.observations["train-mlogloss"]) == 4


@pytest.mark.parametrize(("error", "status"), [(ValueError("broken"), "failed"), (KeyboardInterrupt(), "interrupted")])
def test_a_block_knows_how_it_ended(tmp_path, data, error, status):
    with pytest.raises(type(error)), rs.integrations.xgboost.RecordCallback({}, tmp_path) as record:
        train(data, record, Stop(error))
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == status
    assert len(experiment.observations["train-mlogloss"]) == 3


def test_a_training_that_is_pruned_stops_after_the_round(pruned, data):
    experiment = pruned(
        lambda recorder: train(data, rs.integrations.xgboost.RecordCallback(recorder)), "valid-mlogloss"
    )
    assert len(experiment.observations["valid-mlogloss"]) == 2
