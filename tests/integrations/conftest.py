"""What the tests of the callbacks need: Keras's backend, and small data of handwritten digits."""

from __future__ import annotations

import os

import pytest

import researcher as rs

os.environ["KERAS_BACKEND"] = "jax"  # Keras reads it when it is imported


@pytest.fixture(scope="session")
def digits():
    """Images as rows of 64 values from 0 to 1, and their digits."""
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.load_digits(return_X_y=True)
    return (x[:256] / 16).astype("float32"), y[:256]


@pytest.fixture
def pruned(tmp_path):
    """Runs ``train(recorder)`` as a trial that its study prunes at step 1 of an observation; gives the experiment."""
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def run(train, observation):
        study = optuna.create_study(pruner=optuna.pruners.ThresholdPruner(upper=0, n_warmup_steps=1))

        def of_params(_, recorder):
            train(recorder)

        rs.sweep(of_params, {}, tmp_path / "trials", study=study, objective=observation, n=1, n_jobs=1)
        (experiment,) = rs.all_experiments(tmp_path / "trials")
        assert experiment.status == "pruned"
        return experiment

    return run
