"""Keras: what a fit leaves among the records."""

from __future__ import annotations

import pytest

import researcher as rs

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.frameworks


class Stop(keras.callbacks.Callback):
    """Raises at the end of the second epoch."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise self.error


def compiled(learning_rate=0.01, loss="sparse_categorical_crossentropy"):
    layers = [keras.Input((64,)), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(learning_rate), loss, metrics=["accuracy"])
    return model


def fit(callback, digits, model=None, epochs=3):
    x, y = digits
    model = model or compiled()
    return model.fit(x, y, batch_size=64, epochs=epochs, validation_split=0.25, verbose=0, callbacks=[callback])


def test_a_fit_is_an_experiment(tmp_path, digits):
    params = {"title": "digits", "batch_size": 64, "epochs": "three"}
    history = fit(rs.integrations.keras.RecordCallback(params, tmp_path), digits).history
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == "finished"
    assert experiment.duration > 0
    assert experiment.params == {
        "title": "digits",
        "batch_size": 64,
        "epochs": "three",
        "model": "Sequential",
        "count_params": 650,
        "optimizer": "Adam",
        "learning_rate": 0.01,
        "loss": "sparse_categorical_crossentropy",
        "steps_per_epoch": 3,
        "backend": "jax",
    }
    assert experiment.observations == {**history, "learning_rate": [0.01] * 3}
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_the_same_again_is_a_repeat(tmp_path, digits):
    for _ in range(2):
        model = compiled(loss=keras.losses.SparseCategoricalCrossentropy())
        fit(rs.integrations.keras.RecordCallback({}, tmp_path), digits, model, epochs=1)
    one, other = rs.all_experiments(tmp_path)
    assert one.hash == other.hash


def test_a_learning_rate_is_observed_as_it_falls(tmp_path, digits):
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=3, decay_rate=0.5)
    model = compiled(schedule, keras.losses.SparseCategoricalCrossentropy())
    fit(rs.integrations.keras.RecordCallback({}, tmp_path), digits, model)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.observations["learning_rate"] == pytest.approx([0.05, 0.025, 0.0125])
    assert experiment.params["learning_rate"] == 0.1
    assert experiment.params["loss"] == "SparseCategoricalCrossentropy"
    assert experiment.params["learning_rate_schedule"]["name"] == "ExponentialDecay"
    assert experiment.params["learning_rate_schedule"]["decay_rate"] == 0.5


def test_batches_are_observed_if_wanted(tmp_path, digits):
    fit(rs.integrations.keras.RecordCallback({}, tmp_path, batches=True), digits)
    (experiment,) = rs.all_experiments(tmp_path)
    assert len(experiment.observations["batch_loss"]) == len(experiment.observations["batch_accuracy"]) == 9
    assert "batch_loss" not in experiment.data["researcher"].get("steps", {})  # 0 to 8, without a gap
    last_of_each_epoch = experiment.observations["batch_loss"][2::3]
    assert last_of_each_epoch == pytest.approx(experiment.observations["loss"])


def test_a_given_recorder_is_written_to_and_not_ended(tmp_path, digits):
    with rs.Recorder({"title": "mine"}, tmp_path) as recorder:
        fit(rs.integrations.keras.RecordCallback(recorder), digits)
        assert recorder.status == "running"
        recorder.observe(test_accuracy=0.5)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.params == {"title": "mine"}
    assert len(experiment.observations["val_loss"]) == 3
    assert experiment.observations["test_accuracy"] == [0.5]


@pytest.mark.parametrize(("error", "status"), [(ValueError("broken"), "failed"), (KeyboardInterrupt(), "interrupted")])
def test_a_block_knows_how_it_ended(tmp_path, digits, error, status):
    x, y = digits
    with pytest.raises(type(error)), rs.integrations.keras.RecordCallback({}, tmp_path) as record:
        compiled().fit(x, y, epochs=3, verbose=0, callbacks=[record, Stop(error)])
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == status
    assert len(experiment.observations["loss"]) == 2


def test_each_fit_in_a_block_is_an_experiment(tmp_path, digits):
    with rs.integrations.keras.RecordCallback({}, tmp_path) as record:
        fit(record, digits, epochs=1)
        fit(record, digits, epochs=2)
    one, other = rs.all_experiments(tmp_path)
    assert len(one.observations["loss"]) == 1
    assert len(other.observations["loss"]) == 2


def test_each_fit_can_be_a_fold_of_one_experiment(tmp_path, digits):
    with rs.Recorder({"title": "folds"}, tmp_path) as recorder:
        for fold in range(2):
            fit(rs.integrations.keras.RecordCallback(recorder, fold=fold), digits, epochs=fold + 1)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.n_folds() == 2
    assert [len(curve) for curve in experiment.observations["val_loss"]] == [1, 2]


def test_without_a_block_a_training_that_broke_off_ends_with_the_next(tmp_path, digits):
    record = rs.integrations.keras.RecordCallback({}, tmp_path)
    x, y = digits
    with pytest.raises(ValueError, match="broken"):
        compiled().fit(x, y, epochs=3, verbose=0, callbacks=[record, Stop(ValueError("broken"))])
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["running"]
    fit(record, digits)
    assert sorted(e.status for e in rs.all_experiments(tmp_path)) == ["finished", "interrupted"]


def test_a_fit_that_is_pruned_stops_after_the_epoch(pruned, digits):
    experiment = pruned(lambda recorder: fit(rs.integrations.keras.RecordCallback(recorder), digits), "val_loss")
    assert len(experiment.observations["val_loss"]) == 2
