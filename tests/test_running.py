"""Functions of params, run as experiments."""

from __future__ import annotations

import functools
import json
import random
import textwrap

import numpy as np
import pytest
from processes import run as run_script
from stores import only

import researcher as rs
from researcher.errors import CannotWrite, NotRecordable, NotRunnable, ObservationConflict, RecordingWarning

PARAMS = {"title": "relu", "lr": 0.5}


def train(params):
    return {"loss": [params["lr"] / (step + 1) for step in range(3)], "accuracy": 0.9}


def test_what_a_function_returns_is_recorded_as_if_it_had_been_handed_over(tmp_path):
    returned = {
        "loss": np.array([0.5, 0.25]),
        "folds": [[1.0], [2.0, float("nan")]],
        "n": 3,
        "kind": "a",
        "m": [[1, "b"]],
    }
    ran = rs.run(lambda params: returned, PARAMS, tmp_path / "run")
    recorded = rs.record_experiment(PARAMS, tmp_path / "recorded", returned)
    assert repr(ran.observations) == repr(recorded.observations)
    loaded = only(tmp_path / "run")
    assert repr(loaded.data) == repr(ran.data)
    assert (loaded.status, loaded.params, loaded.path.name) == ("finished", PARAMS, recorded.path.name)
    assert 0 <= loaded.duration < 60
    assert [ran.shape(name) for name in returned] == [recorded.shape(name) for name in returned]
    assert "times" not in loaded.data["researcher"]


@pytest.mark.filterwarnings("ignore:.* returned nothing and observed nothing")
def test_the_forms_of_results(tmp_path):
    class History:
        history = {"loss": [np.float32(0.5), np.float32(0.25)]}  # noqa: RUF012 - as Keras has it

    collector = rs.ObservationCollector()
    collector.add_fold_observation(1, "loss", 0.5)
    forms = [History(), collector, 0.25, np.float32(0.25), 3, None, {}]
    found = [rs.run(lambda params, i=i: forms[i], {"i": i}, tmp_path).observations for i in range(len(forms))]
    assert found == [
        {"loss": [0.5, 0.25]},
        {"loss": [[], [0.5]]},
        {"result": 0.25},
        {"result": 0.25},
        {"result": 3},
        {},
        {},
    ]


class Trainer:
    def __call__(self, params):
        return params["lr"]

    def observing(self, params, recorder):
        recorder.observe(loss=params["lr"])


@pytest.mark.parametrize(
    "function",
    [
        train,
        functools.partial(lambda data, params: {"loss": data}, [1.0]),
        functools.partial(functools.partial(lambda params, scale: scale), scale=2),
        Trainer(),
        Trainer().observing,
        lambda params, *, recorder: recorder.observe(loss=1.0),
        lambda params, other: other.observe(loss=1.0),
        lambda params, recorder=None: recorder.observe(loss=1.0),
        lambda *args: len(args),
        len,
    ],
)
def test_whatever_can_be_called_with_params_runs(tmp_path, function):
    assert rs.run(function, PARAMS, tmp_path).observations
    assert only(tmp_path).status == "finished"


def test_what_it_observes_and_what_it_returns_are_both_recorded(tmp_path):
    def observing(params, recorder):
        for step in range(3):
            recorder.observe(loss=1.0 - step / 4, val_loss=float(step), step=10 * step)
        return {"accuracy": 0.9, "loss": 0.5, "val_loss": [0.0, 1.0, 5.0]}

    found = rs.run(observing, PARAMS, tmp_path)
    assert found.observations == {
        "loss": [1.0, 0.75, 0.5],
        "val_loss": [0.0, 1.0, 2.0],
        "accuracy": 0.9,
        "val_loss_returned": [0.0, 1.0, 5.0],
    }
    assert found.data["researcher"]["steps"]["loss"] == [0, 10, 20]


def test_the_record_keeps_what_went_in(tmp_path):
    params = {"layers": [8], "optimizer": {"lr": 0.1}}

    def changing(params):
        params["layers"].append(16)
        params["optimizer"]["lr"] = params.pop("seed", 1)
        params["new"] = object()
        return 1

    assert rs.run(changing, params, tmp_path).params == params == {"layers": [8], "optimizer": {"lr": 0.1}}


def test_a_failure_is_recorded_and_raised(tmp_path):
    def failing(params, recorder):
        recorder.observe(loss=0.5)
        raise ZeroDivisionError("no data")

    with pytest.raises(ZeroDivisionError, match="no data"):
        rs.run(failing, PARAMS, tmp_path)
    found = only(tmp_path)
    assert (found.status, found.observations) == ("failed", {"loss": [0.5]})
    assert 'raise ZeroDivisionError("no data")' in found.ours["error"]["traceback"]


def test_an_interrupt_is_recorded_as_such(tmp_path):
    def interrupted(params):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rs.run(interrupted, PARAMS, tmp_path)
    assert only(tmp_path).status == "interrupted"


def test_what_cannot_be_recorded_costs_nothing_else(tmp_path):
    with pytest.raises(NotRecordable, match=r'observations\["model"\] is of the type object') as caught:
        rs.run(lambda params: {"loss": [0.5, 0.25], "model": object(), "n": 1}, PARAMS, tmp_path)
    found = only(tmp_path)
    assert (found.status, found.observations) == ("failed", {"loss": [0.5, 0.25], "n": 1})
    assert "object object" in json.loads(caught.value.rescue.read_text())["observations"]["model"]
    caught.value.rescue.unlink()


@pytest.mark.parametrize("returned", [(1, 2), "good", True, object()])
def test_what_is_no_result_is_an_error_that_says_what_to_return(tmp_path, returned):
    with pytest.raises(NotRecordable, match=r"returned a value of the type .*Return a dict") as caught:
        rs.run(lambda params: returned, PARAMS, tmp_path)
    assert caught.value.rescue.exists()
    caught.value.rescue.unlink()


async def asynchronous(params):
    return 1


def generating(params):
    yield 1


class Asynchronous:
    async def __call__(self, params):
        return 1


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (3, "cannot be called"),
        (asynchronous, "asynchronous is asynchronous or a generator"),
        (functools.partial(asynchronous), "asynchronous is asynchronous or a generator"),
        (Asynchronous(), "Asynchronous is asynchronous or a generator"),
        (generating, "generating is asynchronous or a generator"),
        (lambda lr, depth, width: 1, r"lambda params: .*\(\*\*params\)"),
        (lambda: 1, r"cannot be called as"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(tmp_path, function, said):
    with pytest.raises(NotRunnable, match=said):
        rs.run(function, PARAMS, tmp_path / "records")
    assert not (tmp_path / "records").exists()


def test_wrong_params_and_directories_are_refused_before_it_runs(tmp_path):
    (tmp_path / "file").write_text("")
    ran = []
    with pytest.raises(NotRecordable, match="hash"):
        rs.run(ran.append, {"hash": 1}, tmp_path)
    with pytest.raises(CannotWrite):
        rs.run(ran.append, PARAMS, tmp_path / "file")
    assert ran == []


# Seeds


def draws(params):
    return {"random": random.random(), "numpy": float(np.random.rand())}


def test_a_seed_seeds_what_is_loaded_and_the_record_says_which(tmp_path):
    first, second, other = (rs.run(draws, {"seed": seed}, tmp_path) for seed in (3, 3, 4))
    assert first.observations == second.observations
    assert not set(first.observations.values()) & set(other.observations.values())
    seeded = first.ours["seeded"]
    assert seeded["seed"] == 3
    assert {"random", "numpy"} <= {*seeded["libraries"]}


@pytest.mark.parametrize("seed", [None, "three", 0.5, True])
def test_what_is_no_whole_number_seeds_nothing(tmp_path, seed):
    found = [rs.run(draws, {"seed": seed}, tmp_path) for _ in range(2)]
    assert found[0].observations != found[1].observations
    assert "seeded" not in found[0].ours


@pytest.mark.parametrize("seed", [-1, 2**40, np.int64(7)])
def test_any_whole_number_is_a_seed(tmp_path, seed):
    found = [rs.run(draws, {"seed": seed}, tmp_path) for _ in range(2)]
    assert found[0].observations == found[1].observations


def test_a_library_that_is_loaded_within_the_function_is_seeded_then(tmp_path):
    script = """
        import sys
        import researcher as rs

        def train(params):
            import random
            before = random.random()
            import numpy
            return {"before": before, "numpy": numpy.random.rand(), "after": random.random()}

        assert "numpy" not in sys.modules
        runs = [rs.run(train, {"seed": 3}, sys.argv[1]) for _ in range(2)]
        assert runs[0].observations == runs[1].observations, runs[0].observations
        assert runs[0].ours["seeded"]["libraries"] == ["random", "numpy"]
        assert not any(type(finder).__module__ == "researcher.recording.seeding" for finder in sys.meta_path)
    """
    run_script(textwrap.dedent(script), tmp_path)


def test_a_function_of_a_script_that_was_killed_says_so_in_its_journal(tmp_path):
    script = """
        import os, sys
        import researcher as rs

        def train(params, recorder):
            recorder.set_observations({"loss": [0.5, 0.25], "n": 3})
            os._exit(0)

        rs.run(train, {"seed": 3}, sys.argv[1])
    """
    run_script(textwrap.dedent(script), tmp_path)
    found = only(tmp_path)
    assert (found.status, found.observations) == ("interrupted", {"loss": [0.5, 0.25], "n": 3})
    assert found.ours["seeded"]["seed"] == 3


# Whole observations of a recorder


def test_whole_observations_of_a_recorder_conflict_and_go_on(tmp_path):
    with rs.Recorder(PARAMS, tmp_path) as recorder:
        recorder.observe(loss=0.5)
        with pytest.raises(ObservationConflict, match="'loss' was observed before"):
            recorder.set_observations({"loss": [1.0], "val_loss": [1.0, 2.0]})
        recorder.observe(val_loss=3.0)
        with pytest.raises(NotRecordable, match="'status' is what a record says of itself"):
            recorder.describe(status="good")
        recorder.describe(machine={"threads": 4, "load": float("nan")})
    assert only(tmp_path).observations == {"loss": [0.5], "val_loss": [1.0, 2.0, 3.0]}
    assert only(tmp_path).ours["machine"] == {"threads": 4, "load": "NaN"}


def test_run_is_the_function_whatever_is_imported_first():
    script = """
        import researcher.running
        import researcher as rs
        import sys

        assert rs.run is researcher.running.run
        assert "numpy" not in sys.modules
    """
    run_script(textwrap.dedent(script))


def test_a_function_that_tells_nothing_is_warned_of(tmp_path):
    def train(params):
        params["loss"] = 1.0

    with pytest.warns(RecordingWarning, match="train returned nothing and observed nothing"):
        rs.run(train, {"lr": 0.1}, tmp_path)
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["finished"]
