"""Sweeps whose params an Optuna study chooses."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from clusters import each_finished_once, when_recorded
from scipy import stats

import researcher as rs
from researcher.errors import SpaceError

optuna = pytest.importorskip("optuna")
pytestmark = pytest.mark.frameworks
COMPLETE, PRUNED, FAIL = (getattr(optuna.trial.TrialState, name) for name in ("COMPLETE", "PRUNED", "FAIL"))


@pytest.fixture(autouse=True)
def _quiet():
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def study(sampler_seed=0, **settings):
    return optuna.create_study(sampler=optuna.samplers.TPESampler(seed=sampler_seed), **settings)


def bowl(params):
    return {"val_loss": [9.0, (params["x"] - 0.3) ** 2 + params["layers"]["depth"]]}


SPACE = {
    "x": rs.uniform(0, 1),
    "layers": {"depth": [1, 2], "sizes": rs.choice([[64], [64, 64]]), "lr": rs.log_uniform(1e-4, 1)},
    "title": lambda params: f"depth-{params['layers']['depth']}",
}


def states(found):
    return Counter(trial.state for trial in found.trials)


def test_a_study_chooses_and_is_told(tmp_path):
    found = study()
    experiments = rs.sweep(bowl, SPACE, tmp_path, study=found, objective="val_loss", n=30, n_jobs=1)
    assert len(experiments) == len(found.trials) == 30
    best = experiments.best("val_loss")
    assert found.best_value == best.summary("min", "val_loss") < 1.1
    assert found.best_trial.user_attrs == {"researcher": [best.hash]}
    assert best.title == "depth-1"
    assert {tuple(e.params["layers"]["sizes"]) for e in experiments} == {(64,), (64, 64)}


def test_of_repeats_the_study_is_told_the_mean(tmp_path):
    def noisy(params):
        return {"accuracy": params["x"] + params["seed"]}

    found = study(direction="maximize")
    experiments = rs.sweep(
        noisy, {"x": rs.uniform(0, 1)}, tmp_path, study=found, objective="accuracy", n=5, repeats=3, n_jobs=2
    )
    assert len(experiments) == 15
    assert {e.params["seed"] for e in experiments} == {0, 1, 2}
    assert [trial.value for trial in found.trials] == [pytest.approx(trial.params["x"] + 1) for trial in found.trials]


def test_a_study_in_memory_goes_on_from_the_records(tmp_path):
    calls = []

    def fragile(params):
        calls.append(params["x"])
        if len(calls) == 4:
            raise KeyboardInterrupt
        if len(calls) == 6:
            raise ValueError("once")
        return {"val_loss": params["x"]}

    space, more = {"x": rs.uniform(0, 1)}, {"objective": "val_loss", "n_jobs": 1}
    with pytest.raises(KeyboardInterrupt, match="3 of 8 experiments are finished"):
        rs.sweep(fragile, space, tmp_path, study=study(), n=8, **more)
    again = study(1)
    with pytest.warns(rs.errors.SweepWarning, match="1 failed"):
        rs.sweep(fragile, space, tmp_path, study=again, n=8, **more)
    assert calls[3] == calls[4]  # what was interrupted comes first
    assert states(again) == {COMPLETE: 7, FAIL: 1}
    found = rs.sweep(fragile, space, tmp_path, study=again, n=10, **more)
    assert states(again) == {COMPLETE: 10, FAIL: 1}
    assert len(found) == each_finished_once(tmp_path) == 10
    assert len(calls) == 12


def test_a_function_of_the_trial_chooses_freely(tmp_path):
    def space(trial):
        kind = trial.suggest_categorical("kind", ["linear", "rbf"])
        return {"kind": kind, **({"gamma": trial.suggest_float("gamma", 0, 1)} if kind == "rbf" else {})}

    def fit(params):
        return params.get("gamma", 2.0)

    found = study()
    experiments = rs.sweep(fit, space, tmp_path, study=found, objective="result", n=12, n_jobs=1)
    assert states(found) == {COMPLETE: 12}
    linear = [e for e in experiments if e.params == {"kind": "linear"}]
    assert len(linear) == 1  # the same params are run once, however often they are chosen
    assert len(experiments) < 12
    again = rs.sweep(fit, space, tmp_path, study=found, objective="result", n=12, n_jobs=1)
    assert [e.name for e in again] == [e.name for e in experiments]
    assert len(rs.all_experiments(tmp_path)) == len(experiments)
    assert states(found) == {COMPLETE: 12}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_bad_trials_are_pruned_through_the_recorder(tmp_path, n_jobs):
    def train(params, recorder):
        for epoch in range(400):
            recorder.observe(val_loss=params["x"] + 1 / (epoch + 1))
            if recorder.should_stop():
                return
            if params["x"] > 0 and epoch > 3:
                time.sleep(0.05)

    found = study(pruner=optuna.pruners.MedianPruner(n_startup_trials=1, n_warmup_steps=2))
    found.enqueue_trial({"x": 0})
    found.enqueue_trial({"x": 1})
    rs.sweep(train, {"x": [0, 1]}, tmp_path, study=found, objective="val_loss", n=1, n_jobs=1)
    experiments = rs.sweep(train, {"x": [0, 1]}, tmp_path, study=found, objective="val_loss", n=2, n_jobs=n_jobs)
    good, bad = experiments
    assert (good.status, bad.status) == ("finished", "pruned")
    assert len(good.observations["val_loss"]) == 400
    assert len(bad.observations["val_loss"]) < 400
    assert n_jobs > 1 or len(bad.observations["val_loss"]) == 3  # at the first step at which it may be
    assert states(found) == {COMPLETE: 1, PRUNED: 1}
    assert found.trials[1].intermediate_values[2] == pytest.approx(4 / 3)
    assert not list(tmp_path.glob("*.stop"))
    rs.sweep(train, {"x": [0, 1]}, tmp_path, study=(anew := study()), objective="val_loss", n=2, n_jobs=1)
    assert states(anew) == {COMPLETE: 1, PRUNED: 1}
    assert len(rs.all_experiments(tmp_path)) == 2


SCRIPT = """
import sys, time
import optuna
import researcher as rs

def train(params, recorder):
    for step in range(2):
        recorder.observe(val_loss=params["x"] / (step + 1))
        time.sleep(0.01)

if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(sys.argv[2]))
    parts = {"sampler": optuna.samplers.RandomSampler(), "pruner": optuna.pruners.NopPruner()}
    study = optuna.create_study(storage=storage, study_name="s", load_if_exists=True, **parts)
    rs.sweep(train, {"x": rs.uniform(0, 1)}, sys.argv[1], study=study, objective="val_loss", n=200, n_jobs=2)
"""


def test_a_killed_study_goes_on_and_finishes_every_trial_exactly_once(tmp_path):
    records, storage = tmp_path / "records", tmp_path / "study"
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(records), str(storage)]
    for number in (20, 110):
        process = subprocess.Popen(command, start_new_session=True)
        killed = when_recorded(records, number, lambda: os.killpg(process.pid, signal.SIGKILL))  # noqa: B023
        process.wait()
        killed.join()
    subprocess.run(command, check=True, timeout=120)
    assert each_finished_once(records) == 200
    found = optuna.load_study(
        study_name="s",
        storage=optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(storage))),
    )
    assert states(found)[COMPLETE] == 200
    assert len(found.trials) <= 200 + 2 * 2  # those that ran when it was killed


@pytest.mark.parametrize(
    ("space", "more", "said"),
    [
        ({"x": [1]}, {"objective": None}, "a study needs to know what it is after"),
        ({"x": [1]}, {"n": None}, "n=None: a study has no end"),
        ({"x": [1]}, {"mode": "max"}, "the study is after the min"),
        ({"x": [1]}, {"study": optuna.create_study(directions=["minimize"] * 2)}, "has 2 objectives"),
        ({"x": stats.norm()}, {}, r'space\["x"\] is a distribution that Optuna does not know'),
        ([{"x": [1]}], {}, "the space of a study is a dict"),
        ({"x": [1]}, {"objective": "val_los"}, "the objective 'val_los' was not observed; observed were: val_loss"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, space, more, said):
    settings = {"study": study(), "objective": "val_loss", "n": 3, "n_jobs": 1, **more}
    with pytest.raises(SpaceError, match=said):
        rs.sweep(lambda params: {"val_loss": params["x"]}, space, tmp_path, **settings)


def test_a_value_that_is_nan_is_a_trial_that_failed(tmp_path):
    found = study()
    space = {"x": rs.uniform(0, 1)}
    rs.sweep(lambda _: math.nan, space, tmp_path, study=found, objective="result", n=2, n_jobs=1)
    assert states(found) == {FAIL: 2}
