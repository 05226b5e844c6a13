"""The Recorder: what is observed, how an experiment ends, and who may take part."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import copy
import decimal
import enum
import fractions
import gc
import hashlib
import json
import math
import multiprocessing
import os
import pickle
import signal
import sys
import threading

import numpy as np
import pytest
import stores
from processes import run, until
from stores import only

import researcher as rs
from researcher.errors import (
    CannotRead,
    MissingExtra,
    NotRecordable,
    NotRecording,
    ObservationConflict,
    RecordingWarning,
)
from researcher.places import place

PARAMS = {"title": "relu", "lr": 0.1}


@pytest.fixture
def recorder(records):
    with rs.Recorder(PARAMS, records) as recorder:
        yield recorder


def steps(experiment, name):
    return experiment.data["researcher"].get("steps", {}).get(name)


# What is observed


def test_every_observation_is_in_the_file_at_once_and_in_the_record_at_the_end(records):
    with rs.Recorder(PARAMS, records) as recorder:
        for i in range(3):
            recorder.observe(loss=1 / (i + 1), epoch=i)
            assert only(records).observations == {
                "loss": [1 / (j + 1) for j in range(i + 1)],
                "epoch": [*range(i + 1)],
            }
        assert (recorder.status, only(records).status) == ("running", "running")
        assert recorder.path.suffix == ".journal"
    assert stores.names(records) == [recorder.path.name]
    loaded = only(records)
    assert (loaded.status, loaded.params, loaded.hash) == ("finished", PARAMS, rs.get_hash(PARAMS))
    assert loaded.path == recorder.path == place(records) / f"relu_{loaded.hash}.json"
    assert repr(loaded.data) == repr(recorder.experiment.data)
    assert steps(loaded, "loss") is None
    times = loaded.data["researcher"]["times"]["loss"]
    assert times == sorted(times)
    assert 0 <= times[-1] <= loaded.duration < 60


def test_names_may_hold_anything(recorder, records):
    names = ["val/loss", "val loss", "a.b", "", "step", "名", "\ud800", "a~b", "self", "mapping"]
    recorder.observe(dict.fromkeys(names, 0.5))
    recorder.observe(dict.fromkeys(names, 0.25))
    recorder.observe(dict.fromkeys(names, float("nan")))
    expected = repr({name: [0.5, 0.25, math.nan] for name in names})
    assert repr(only(records).observations) == expected
    recorder.finish()
    assert repr(only(records).observations) == expected


def test_keywords_win_over_the_mapping(recorder):
    recorder.observe({"a": 1.0, "b": 2.0}, a=3.0)
    assert recorder.experiment.observations == {"a": [3.0], "b": [2.0]}


def test_steps_go_on_from_the_last_one_of_each_curve(recorder):
    recorder.observe(a=0.0, b=0.0)
    recorder.observe(a=1.0, step=10)
    recorder.observe(a=2.0, b=2.0)
    recorder.observe(a=3.0, step=0.5)
    recorder.observe(a=4.0)
    recorder.observe(a=5.0, step=10)
    experiment = recorder.experiment
    assert experiment.observations == {"a": [0.0, 3.0, 4.0, 5.0, 2.0], "b": [0.0, 2.0]}
    assert steps(experiment, "a") == [0, 0.5, 1.5, 10, 11]
    assert steps(experiment, "b") is None


@pytest.mark.parametrize("step", [1e300, 2.0**53, 10**30, -5, 0])
def test_the_step_after_is_always_another_one(recorder, step):
    recorder.observe(a=1.0, step=step)
    recorder.observe(a=2.0)
    recorder.observe(a=3.0)
    assert recorder.experiment.observations == {"a": [1.0, 2.0, 3.0]}


def test_folds_may_come_in_any_order_and_be_left_out(recorder):
    recorder.observe(a=0.5, fold=2)
    recorder.observe(a=0.25, fold=np.int64(0), step=np.int64(7))
    recorder.observe(a=0.125, fold=2)
    experiment = recorder.experiment
    assert experiment.observations == {"a": [[0.25], [], [0.5, 0.125]]}
    assert steps(experiment, "a") == [[7], [], [0, 1]]
    assert experiment.shape("a") == "folds"


NUMBERS = [
    (0.1, 0.1),
    (-0.0, -0.0),
    (5e-324, 5e-324),
    (7, 7),
    (10**400, 10**400),
    (-(2**63) - 1, -(2**63) - 1),
    (math.nan, math.nan),
    (math.inf, math.inf),
    (-math.inf, -math.inf),
    (np.float64(0.1), 0.1),
    (np.float32(0.1), 0.1),
    (np.float16("nan"), math.nan),
    (np.int8(-3), -3),
    (np.array(0.5), 0.5),
    (decimal.Decimal("0.5"), 0.5),
    (decimal.Decimal("NaN"), math.nan),
    (fractions.Fraction(1, 4), 0.25),
]


@pytest.mark.parametrize(("value", "expected"), NUMBERS, ids=lambda value: f"{type(value).__name__} {value!r:.20}")
@pytest.mark.parametrize("fold", [None, 1])
def test_numbers_of_any_library_are_points(tmp_path, value, expected, fold):
    with rs.Recorder(PARAMS, tmp_path) as recorder:
        recorder.observe(a=value, b=0.5, fold=fold)
        running = only(tmp_path).observations
    found = [expected] if fold is None else [[], [expected]]
    assert repr(running["a"]) == repr(only(tmp_path).observations["a"]) == repr(found)


def test_numbers_of_torch_are_points(recorder):
    torch = pytest.importorskip("torch")
    recorder.observe(a=torch.tensor(0.5, requires_grad=True), b=torch.tensor(1, dtype=torch.bfloat16))
    assert recorder.experiment.observations == {"a": [0.5], "b": [1.0]}


KEPT = [
    True,
    "text",
    "NaN",
    [],
    [1, 2],
    [[0.5, math.nan]],
    {"a": {1: math.inf}},
    np.arange(3),
    np.bool_(True),
    b"".hex(),
]


@pytest.mark.parametrize("value", KEPT, ids=repr)
def test_other_values_are_kept_as_they_are_and_not_plotted(tmp_path, value):
    with rs.Recorder(PARAMS, tmp_path) as recorder:
        recorder.observe(a="before", loss=0.5)
        recorder.observe(a=value, loss=0.25)
    experiment = only(tmp_path)
    expected = value.tolist() if hasattr(value, "tolist") else value
    assert repr(experiment.observations) == repr({"loss": [0.5, 0.25], "a": expected})
    assert repr(experiment.final_observations("a")) == repr(expected)
    assert (experiment.shape("a"), experiment.shape("loss")) == ("other", "curve")
    assert experiment.observed() == ["loss"]


class Odd:
    """What no record can hold."""


def deep(levels):
    return [deep(levels - 1)] if levels else []


REFUSED = {
    "an object": ({"a": Odd()}, NotRecordable, r'observations\["a"\] is of the type .*Odd'),
    "None": ({"a": None}, NotRecordable, r'observations\["a"\] is None; leave it out'),
    "complex": ({"a": 1j}, NotRecordable, r'observations\["a"\]'),
    "a set": ({"a": {1, 2}}, NotRecordable, r'observations\["a"\] is a set'),
    "bytes": ({"a": b"x"}, NotRecordable, r'observations\["a"\] is bytes'),
    "a signalling NaN": ({"a": decimal.Decimal("sNaN")}, NotRecordable, r'observations\["a"\]'),
    "a huge fraction": ({"a": fractions.Fraction(10**400)}, NotRecordable, r'observations\["a"\]'),
    "a huge integer": ({"a": 10**5000}, NotRecordable, r'observations\["a"\] is an integer of more'),
    "in a list": ({"a": [1, Odd()]}, NotRecordable, r'observations\["a"\]\[1\]'),
    "too deep": ({"a": deep(100)}, NotRecordable, r"levels deep"),
    "single, then a curve": (
        {"text": 0.5},
        ObservationConflict,
        "'text' was observed as a single value, and now comes",
    ),
    "a curve, then single": (
        {"curve": "0.5"},
        ObservationConflict,
        "'curve' was observed as a curve without folds, and now comes '0.5', which is no number",
    ),
    "folds, then a curve": ({"folds": 0.5}, ObservationConflict, "'folds' was observed as a curve of each fold"),
    "no name": ({5: 0.5}, NotRecordable, "the observation 5 has a name of the type int"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_has_no_place_is_refused_by_name_and_the_rest_recorded(tmp_path, what):
    bad, error, said = REFUSED[what]
    with rs.Recorder(PARAMS, tmp_path) as recorder:
        recorder.observe(text="a", curve=0.5)
        recorder.observe(folds=0.5, fold=0)
        with pytest.raises(error, match=said):
            recorder.observe({"before": 1, **bad, "after": True})
        recorder.observe(last=0.5)
    observations = only(tmp_path).observations
    assert observations == {"text": "a", "curve": [0.5], "folds": [[0.5]], "before": [1], "after": True, "last": [0.5]}


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_that_is_refused_ends_a_training_that_wants_warnings(tmp_path, what):
    bad, _error, said = REFUSED[what]
    with rs.Recorder(PARAMS, tmp_path, errors="warn") as recorder:
        recorder.observe(text="a", curve=0.5)
        recorder.observe(folds=0.5, fold=0)
        with pytest.warns(RecordingWarning, match=said) as warned:
            recorder.observe({"before": 1, **bad, "after": True})
        assert [warning.filename for warning in warned] == [__file__]
    assert only(tmp_path).observations["after"] is True


def test_several_that_are_refused_are_all_warned_of(records):
    with rs.Recorder(PARAMS, records, errors="warn") as recorder, pytest.warns(RecordingWarning) as warned:
        recorder.observe(a=None, b=Odd(), c=0.5)
    assert len(warned) == 2
    assert only(records).observations == {"c": [0.5]}


@pytest.mark.parametrize("step", [math.nan, math.inf, True, "one", [1], 10**400, 1j])
def test_a_step_is_a_finite_number(recorder, step):
    with pytest.raises(NotRecordable, match="step"):
        recorder.observe(a=0.5, step=step)
    assert recorder.experiment.observations == {}


@pytest.mark.parametrize("fold", [-1, 0.0, True, "one", 10_000])
def test_a_fold_is_an_integer_from_0(recorder, fold):
    with pytest.raises(NotRecordable, match="fold"):
        recorder.observe(a=0.5, fold=fold)
    with pytest.raises(NotRecordable, match=r'observations\["a"\] is no number, and only numbers belong to a fold'):
        recorder.observe(a="text", b=0.5, fold=1)
    assert recorder.experiment.observations == {"b": [[], [0.5]]}


@pytest.mark.parametrize("mapping", [5, "text", [("a", 0.5)]])
def test_what_is_no_mapping_is_refused_and_the_rest_recorded(recorder, mapping):
    with pytest.raises(NotRecordable, match="it must be a dict by name"):
        recorder.observe(mapping, b=0.5)
    assert recorder.experiment.observations == {"b": [0.5]}


def test_a_name_may_be_a_kind_of_text(recorder):
    class Metric(enum.StrEnum):
        LOSS = "loss"

    recorder.observe({Metric.LOSS: 0.5})
    recorder.observe({np.str_("loss"): 0.25})
    recorder.observe(loss=0.125)
    assert recorder.experiment.observations == {"loss": [0.5, 0.25, 0.125]}


def test_nothing_observed_is_nothing_recorded(recorder):
    before = recorder.path.read_bytes()
    recorder.observe()
    recorder.observe({}, step=5)
    assert recorder.path.read_bytes() == before


def test_params_are_checked_at_once(tmp_path):
    with pytest.raises(NotRecordable, match=r'params\["hash"\]'):
        rs.Recorder({"hash": 1}, tmp_path / "records")
    with pytest.raises(ValueError, match="errors='ignore'"):
        rs.Recorder({}, tmp_path / "records", errors="ignore")
    assert not (tmp_path / "records").exists()


def test_notes_tags_and_files(records, tmp_path):
    model = tmp_path / "model.bin"
    model.write_bytes(b"weights")
    with rs.Recorder(PARAMS, records) as recorder:
        recorder.note("a first\nremark")
        recorder.tag("baseline", "long")
        recorder.tag("baseline")
        recorder.file(model)
        model.write_bytes(b"other weights")
        recorder.file(model)
        assert only(records).tags == ["baseline", "long"]
        with pytest.raises(CannotRead, match="nowhere: No such file"):
            recorder.file(tmp_path / "nowhere")
        with pytest.raises(TypeError, match="tags are words"):
            recorder.tag(["a", "b"])
    experiment = only(records)
    assert (experiment.notes, experiment.tags) == (["a first\nremark"], ["baseline", "long"])
    digest = hashlib.sha256(b"other weights").hexdigest()
    assert experiment.ours["files"] == [{"path": str(model), "bytes": 13, "sha256": digest}]


def test_a_file_that_is_missing_ends_no_training_that_wants_warnings(tmp_path):
    with rs.Recorder(PARAMS, tmp_path, errors="warn") as recorder, pytest.warns(RecordingWarning, match="cannot read"):
        recorder.file(tmp_path / "nowhere")


# The experiment so far


def test_the_experiment_so_far_is_one_object_that_is_up_to_date(recorder):
    first = recorder.experiment
    assert (first.status, first.observations, first.params) == ("running", {}, PARAMS)
    recorder.observe(a=0.5)
    recorder.note("a remark")
    assert recorder.experiment is first
    assert (first.observations, first.notes) == ({"a": [0.5]}, ["a remark"])
    recorder.observe(a=0.25)
    assert recorder.experiment.observations == {"a": [0.5, 0.25]}
    assert recorder.finish() is first
    assert (first.status, first.path.suffix) == ("finished", ".json")


def test_what_another_process_noted_is_in_the_experiment_too(recorder, records):
    run("import sys, researcher as rs; rs.all_experiments(sys.argv[1])[0].annotate('from afar')", records)
    assert recorder.experiment.notes == ["from afar"]
    assert recorder.finish().notes == ["from afar"]


def test_it_shows_what_it_is(records):
    recorder = rs.Recorder(PARAMS, records)
    assert (recorder.status, recorder.path, recorder.params) == ("new", None, PARAMS)
    assert repr(recorder).startswith(f"<Recorder relu_{recorder.experiment.hash[:8]} new: ")
    assert "new" in recorder._repr_html_()
    recorder.start()
    assert repr(recorder).startswith(f"<Recorder relu_{recorder.experiment.hash[:8]} running: ")
    recorder.observe(loss=0.5)
    assert "final loss" in recorder._repr_html_()
    recorder.finish()
    assert repr(recorder).startswith(f"<Recorder relu_{recorder.experiment.hash[:8]} finished: ")


# Beginning and ending


class Broken(Exception):
    """An exception whose message cannot be had."""

    def __str__(self):
        raise RuntimeError("no message")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ValueError("wrong \ud800"), "failed", ("ValueError", "wrong \ud800")),
        (
            json.JSONDecodeError("odd", "", 0),
            "failed",
            ("json.decoder.JSONDecodeError", "odd: line 1 column 1 (char 0)"),
        ),
        (Broken(), "failed", ("test_recorder.Broken", "<its message raises RuntimeError>")),
        (RuntimeError("x" * 100_000), "failed", ("RuntimeError", "x" * 20_000)),
        (KeyboardInterrupt(), "interrupted", None),
        (SystemExit(1), "interrupted", None),
        (asyncio.CancelledError(), "interrupted", None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_exception_passes_through_and_is_recorded(records, error, status, said):
    def train():
        with rs.Recorder(PARAMS, records) as recorder:
            recorder.observe(loss=0.5)
            raise error

    with pytest.raises(type(error)) as caught:
        train()
    assert caught.value is error
    experiment = only(records)
    assert (experiment.status, experiment.observations) == (status, {"loss": [0.5]})
    told = experiment.ours.get("error")
    assert said == (told and (told["type"], told["message"]))
    if told and len(told["message"]) < 1000:
        assert "raise error" in told["traceback"]


def test_start_and_finish_do_without_a_block(records):
    recorder = rs.Recorder(PARAMS, records).start()
    recorder.observe(loss=0.5)
    experiment = recorder.finish("failed", ValueError("wrong"))
    assert (experiment.status, experiment.ours["error"]["message"]) == ("failed", "wrong")
    assert recorder.finish() is experiment
    assert only(records).status == "failed"
    with pytest.raises(ValueError, match="status='done': it is one of finished, pruned, failed, interrupted"):
        recorder.finish("done")


@pytest.mark.parametrize("act", ["observe", "quick", "note", "tag", "file"])
def test_a_recorder_that_is_not_recording_says_so(records, act):
    acts = {
        "observe": lambda recorder: recorder.observe(a=[1]),
        "quick": lambda recorder: recorder.observe(a=0.5),
        "note": lambda recorder: recorder.note("a"),
        "tag": lambda recorder: recorder.tag("a"),
        "file": lambda recorder: recorder.file(__file__),
    }
    for errors, told in (("raise", pytest.raises(NotRecording)), ("warn", pytest.warns(RecordingWarning))):
        recorder = rs.Recorder(PARAMS, records, errors=errors)
        with told as said:
            acts[act](recorder)
        assert "is not started" in str(said.value if errors == "raise" else said[0].message)
        with pytest.raises(NotRecording, match="is not started"):
            recorder.finish()
        with recorder:
            recorder.observe(loss=0.5)
        with told as said:
            acts[act](recorder)
        assert "has ended; nothing is recorded" in str(said.value if errors == "raise" else said[-1].message)
        with pytest.raises(NotRecording, match="was started before"):
            recorder.start()
    assert [e.observations for e in rs.all_experiments(records)] == [{"loss": [0.5]}] * 2


def test_a_function_is_recorded_at_each_call(records):
    @rs.Recorder(PARAMS, records)
    def train(loss, *, recorder):
        """Train."""
        recorder.observe(loss=loss)
        return recorder.status

    assert (train.__name__, train.__doc__) == ("train", "Train.")
    assert [train(0.5), train(loss=0.25)] == ["running"] * 2

    @rs.Recorder(PARAMS, records)
    def fail(message):
        raise ValueError(message)

    with pytest.raises(ValueError, match="wrong"):
        fail("wrong")
    experiments = rs.all_experiments(records)
    assert [e.observations for e in experiments] == [{"loss": [0.5]}, {"loss": [0.25]}, {}]
    assert [e.status for e in experiments] == ["finished", "finished", "failed"]


def test_a_coroutine_function_is_recorded_until_it_returns(records):
    @rs.Recorder(PARAMS, records)
    async def train(recorder):
        await asyncio.sleep(0)
        recorder.observe(loss=0.5)
        return "done"

    assert asyncio.run(train()) == "done"
    assert only(records).observations == {"loss": [0.5]}


def test_the_process_may_go_to_another_directory_meanwhile(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with rs.Recorder(PARAMS) as recorder:
        recorder.observe(loss=0.5)
        monkeypatch.chdir(tmp_path / "elsewhere")
    assert not list((tmp_path / "elsewhere").iterdir())
    assert only(tmp_path / "records").status == "finished"


def test_a_recorder_that_is_forgotten_leaves_an_interrupted_experiment(records):
    recorder = rs.Recorder(PARAMS, records).start()
    recorder.observe(loss=0.5)
    experiment = recorder.experiment
    assert only(records).status == "running"
    del recorder
    gc.collect()
    until(lambda: only(records).status == "interrupted")  # if it is being looked after just then, in a moment
    assert only(records).observations == {"loss": [0.5]}
    assert experiment.observations == {"loss": [0.5]}


WITHOUT_AN_END = """
import sys, weakref
import researcher as rs
many = [rs.Recorder({"i": i}, sys.argv[1]).start() for i in range(3)]
for i, recorder in enumerate(many):
    recorder.observe(loss=float(i))
exec(sys.argv[2])
"""


@pytest.mark.parametrize("end", ["pass", "sys.exit(0)", "many[1].finish = lambda *_: print(flush=True)"])
def test_what_still_runs_at_the_end_of_the_process_was_interrupted(shared, end):
    run(WITHOUT_AN_END, shared, end)
    experiments = rs.all_experiments(shared)
    assert [(e.status, e.observations["loss"]) for e in experiments] == [("interrupted", [float(i)]) for i in range(3)]
    assert sum(e.path.suffix == ".json" for e in experiments) == (2 if "many" in end else 3)


# Threads


def test_any_number_of_threads_may_observe(records):
    def observe(i):
        for j in range(200):
            recorder.observe({f"own {i}": j / 2, "shared": i})
            len(recorder.experiment.observations)

    with rs.Recorder(PARAMS, records) as recorder:
        threads = [threading.Thread(target=observe, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    observations = only(records).observations
    assert all(observations[f"own {i}"] == [j / 2 for j in range(200)] for i in range(8))
    assert sorted(observations["shared"]) == sorted([*range(8)] * 200)


def test_what_threads_observed_until_the_end_is_recorded_and_the_rest_refused(records):
    def observe(i):
        with contextlib.suppress(NotRecording):
            while True:
                recorder.observe({f"own {i}": float(acknowledged[i])})
                acknowledged[i] += 1
                begun.set()

    for repeat in range(5):
        acknowledged, begun = [0] * 4, threading.Event()
        recorder = rs.Recorder({"repeat": repeat}, records).start()
        threads = [threading.Thread(target=observe, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        begun.wait()
        experiment = recorder.finish()
        for thread in threads:
            thread.join()
        assert [len(experiment.observations.get(f"own {i}", [])) for i in range(4)] == acknowledged


SIGNALLED = """
import signal, sys
import researcher as rs
recorder = rs.Recorder({"title": "relu"}, sys.argv[1]).start()
observed = ticks = 0

def tick(*_):
    global ticks
    recorder.observe(tick=float(ticks))
    recorder.experiment
    ticks += 1

def end(*_):
    recorder.finish("interrupted")
    print(observed, ticks)
    raise SystemExit

for i in range(501):
    signal.signal(signal.SIGALRM, tick if i < 500 else end)
    signal.setitimer(signal.ITIMER_REAL, 0.0001 + i % 50 * 0.00001)
    while ticks == i:
        recorder.observe(loss=float(observed))
        observed += 1
        recorder.experiment
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")
def test_the_handler_of_a_signal_may_observe_and_end_the_experiment(shared):
    observed, ticks = map(int, run(SIGNALLED, shared).split())
    experiment = only(shared)
    assert (experiment.status, ticks) == ("interrupted", 500)
    assert experiment.observations["tick"] == [float(i) for i in range(500)]
    assert experiment.observations["loss"] == [float(i) for i in range(len(experiment.observations["loss"]))]
    assert len(experiment.observations["loss"]) in (observed, observed + 1)


# Other processes

IN_A_FORK = """
import os, sys, threading
import researcher as rs

def in_a_child(act):
    child = os.fork()
    if not child:
        act()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0

def observe(fold):
    for i in range(50):
        recorder.observe(loss=i / 2, fold=fold)
        recorder.observe({f"own {fold}": i / 2})

with rs.Recorder({"title": "folds"}, sys.argv[1]) as recorder:
    recorder.observe(loss=0.0, fold=0)
    stop = threading.Event()
    def look():  # a lock that another thread holds at the fork must not hold up the child
        while not stop.is_set():
            len(recorder.experiment.observations)
    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    in_a_child(lambda: observe(1))
    in_a_child(lambda: (observe(2), recorder.finish("failed")))
    in_a_child(lambda: (observe(3), recorder.__exit__(ValueError, ValueError(), None)))
    in_a_child(lambda: (observe(4), len(recorder.experiment.observations)))
    stop.set()
    for thread in threads:
        thread.join()
    if not os.fork():
        observe(5)
        sys.exit(0)  # with all that is done at an exit
    os.wait()
    assert recorder.status == recorder.experiment.status == "running"
    recorder.observe(loss=0.5, fold=0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_children_observe_into_the_same_experiment_and_never_end_it(shared):
    run(IN_A_FORK, shared)
    experiment = only(shared)
    expected = [i / 2 for i in range(50)]
    assert experiment.status == "finished"
    assert experiment.observations["loss"] == [[0.0, 0.5], *[expected] * 5]
    assert all(experiment.observations[f"own {fold}"] == expected for fold in range(1, 6))


def observe_a_fold(recorder, fold):
    """In another process."""
    for i in range(50):
        recorder.observe(loss=i / 2, fold=fold)
    recorder.note(f"fold {fold}")
    return recorder.status, len(recorder.experiment.observations["loss"][fold])


def test_a_recorder_goes_to_other_processes_with_pickle(shared):
    spawn = multiprocessing.get_context("spawn")
    with (
        rs.Recorder(PARAMS, shared, errors="warn") as recorder,
        concurrent.futures.ProcessPoolExecutor(2, mp_context=spawn) as pool,
    ):
        recorder.observe(loss=0.5, fold=0)
        found = list(pool.map(observe_a_fold, [recorder] * 3, range(1, 4)))
        recorder.observe(loss=0.25, fold=0)
    assert found == [("running", 50)] * 3
    experiment = only(shared)
    assert experiment.observations == {"loss": [[0.5, 0.25], *[[i / 2 for i in range(50)]] * 3]}
    assert sorted(experiment.notes) == ["fold 1", "fold 2", "fold 3"]
    times = experiment.data["researcher"]["times"]["loss"]
    assert times[0][0] <= times[1][0] <= times[0][1] + 0.1


def test_a_recorder_goes_to_the_processes_of_joblib(shared):
    joblib = pytest.importorskip("joblib")
    script = (
        "import sys, joblib, researcher as rs\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from test_recorder import observe_a_fold\n"
        "with rs.Recorder({'title': 'relu'}, sys.argv[1]) as recorder:\n"
        "    joblib.Parallel(2)(joblib.delayed(observe_a_fold)(recorder, fold) for fold in range(4))\n"
    )
    assert joblib.__version__
    run(script, shared, os.path.dirname(__file__), PYTHONPATH=os.path.dirname(__file__))  # noqa: PTH120
    assert only(shared).observations == {"loss": [[i / 2 for i in range(50)]] * 4}


def test_a_copy_of_a_recorder_knows_what_was_observed_and_when_it_ended(shared):
    recorder = rs.Recorder(PARAMS, shared)
    fresh = pickle.loads(pickle.dumps(recorder))
    assert (fresh.status, fresh.params) == ("new", PARAMS)
    recorder.start()
    recorder.observe(loss=0.5)
    joined = pickle.loads(pickle.dumps(recorder))
    with pytest.raises(ObservationConflict):
        joined.observe(loss=0.5, fold=1)
    joined.observe(loss=0.25)
    again, quiet = copy.copy(joined), copy.copy(joined)
    again.observe(loss=0.125)
    assert (joined.status, joined.path) == ("running", recorder.path)
    assert joined.experiment.observations == recorder.experiment.observations == {"loss": [0.5, 0.25, 0.125]}
    joined.finish()
    with pytest.raises(NotRecording, match="has ended"):
        joined.observe(loss=0.5)
    late = pickle.dumps(recorder)
    recorder.finish()
    ended = pickle.loads(pickle.dumps(recorder))
    assert (ended.status, ended.experiment.observations) == ("finished", {"loss": [0.5, 0.25, 0.125]})
    for copied in (ended, pickle.loads(late)):
        with pytest.raises(NotRecording, match="has ended"):
            copied.observe(loss=0.5)
        with pytest.raises(NotRecording, match="has ended"):
            copied.finish()
    quiet.finish()  # warnings are errors here: there is nothing to say
    with pytest.warns(RecordingWarning, match="what this process observed last is not recorded: its journal is gone"):
        _observe_after_the_end(again)
    assert only(shared).observations == {"loss": [0.5, 0.25, 0.125]}


def _observe_after_the_end(joined):
    with pytest.warns(RecordingWarning, match="cannot write to .* its journal is gone"):
        joined.observe(loss=7.0)
    joined.finish()


# Notebooks


@pytest.fixture(scope="module")
def kernel():
    """A function that runs a cell in a kernel; ``cell`` is what a front end calls it."""
    manager = pytest.importorskip("jupyter_client.manager")
    found, client = manager.start_new_kernel()

    def execute(code, cell=None):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        metadata = {} if cell is None else {"cellId": cell}
        message = client.session.msg("execute_request", content, metadata=metadata)
        client.shell_channel.send(message)
        out = []
        while True:
            reply = client.get_iopub_msg(timeout=60)
            if reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if reply["msg_type"] in ("stream", "error"):
                out.append(reply["content"].get("text") or "\n".join(reply["content"]["traceback"]))
            if reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
                return "".join(out)

    yield execute
    client.stop_channels()
    found.shutdown_kernel(now=True)


CELL = """
import researcher as rs
recorder = rs.Recorder({{"title": "cell"}}, {directory!r}).start()
recorder.observe(loss={loss})
"""


def test_a_cell_that_is_run_again_begins_an_experiment_of_its_own(kernel, tmp_path):
    def train(loss, cell):
        return kernel(CELL.format(directory=str(tmp_path), loss=loss), cell)

    assert train(0.5, "a") == ""
    said = train(0.25, "a")
    assert "RecordingWarning: the recording that the earlier run of this cell began was ended as interrupted" in said
    assert train(0.125, "b") == ""  # another cell ends nothing, but takes the name from it
    assert kernel("import gc; gc.collect(); recorder.finish()", "c") == ""
    found = [(e.status, e.observations["loss"], e.path.suffix) for e in rs.all_experiments(tmp_path)]
    expected = [("interrupted", [0.5], ".json"), ("interrupted", [0.25], ".journal"), ("finished", [0.125], ".json")]
    assert found == expected


def test_two_recorders_of_one_run_of_a_cell_are_two_experiments(kernel, tmp_path):
    code = (
        CELL.format(directory=str(tmp_path), loss=0.5)
        + "first = recorder"
        + CELL.format(directory=str(tmp_path), loss=1)
    )
    assert kernel(code, "two") == ""
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["running"] * 2
    assert kernel(code, "two").count("RecordingWarning") == 2
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["interrupted"] * 2 + ["running"] * 2


def test_a_front_end_that_does_not_name_its_cells_is_no_trouble(kernel, tmp_path):
    for loss in (0.5, 0.25):
        assert kernel(CELL.format(directory=str(tmp_path), loss=loss)) == ""
    assert kernel("import gc; gc.collect()") == ""
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["interrupted", "running"]


# Progress


def test_a_progress_bar_shows_the_latest_values(tmp_path, capsys):
    with rs.Recorder({"title": "relu", "epochs": 3}, tmp_path, progress=True) as recorder:
        for i in range(3):
            recorder.observe(loss=1 / (i + 1), accuracy=np.float32(i / 4))
    shown = capsys.readouterr().err
    assert "relu: 100%" in shown
    assert "3/3" in shown
    assert "loss=0.3333, accuracy=0.5" in shown.split("\r")[-1]


def test_a_progress_bar_of_so_many_steps(tmp_path, capsys):
    with rs.Recorder(PARAMS, tmp_path, progress=5) as recorder:
        recorder.observe(loss=0.5)
    assert "1/5" in capsys.readouterr().err


def test_a_progress_bar_without_its_package_is_told_and_nothing_begins(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    recorder = rs.Recorder(PARAMS, tmp_path / "records", progress=True)
    with pytest.raises(MissingExtra, match=r"researcher-notebook\[progress\]"):
        recorder.start()
    assert not (tmp_path / "records").exists()


def test_a_progress_bar_that_cannot_be_shown_costs_nothing(tmp_path):
    script = (
        "import sys, os, researcher as rs\n"
        "sys.stderr = open(os.devnull, 'w')\n"
        "with rs.Recorder({}, sys.argv[1], progress=True) as recorder:\n"
        "    sys.stderr.close()\n"
        "    [recorder.observe(loss=0.5) for i in range(100)]\n"
    )
    run(script, tmp_path, TQDM_MININTERVAL="0")
    assert only(tmp_path).observations == {"loss": [0.5] * 100}


# Asked to stop


def test_whoever_sees_it_can_ask_it_to_stop(records):
    with rs.Recorder(PARAMS, records) as recorder:
        recorder.observe(loss=1.0)
        assert not recorder.should_stop()
        seen = only(records)
        seen.request_stop()
        assert recorder.should_stop()
    assert recorder.experiment.status == only(records).status == "pruned"
    for ended in (seen, only(records), rs.Experiment(PARAMS)):
        with pytest.raises(NotRecording, match="does not run, so there is nothing to stop"):
            ended.request_stop()
    with rs.Recorder.resume(seen, records) as again:
        assert not again.should_stop()


def test_what_was_asked_of_a_dead_process_is_forgotten(tmp_path):
    run(
        """
import os, sys
import researcher as rs
recorder = rs.Recorder({"title": "relu"}, sys.argv[1]).start()
recorder.observe(loss=1.0)
rs.all_experiments(sys.argv[1])[0].request_stop()
assert recorder.should_stop()
os._exit(0)
""",
        tmp_path,
    )
    assert len(list(tmp_path.glob("*.stop"))) == 1
    with rs.Recorder.resume("relu", tmp_path) as recorder:
        assert not recorder.should_stop()
    assert only(tmp_path).status == "finished"


def test_a_directory_that_is_renamed_meanwhile_is_told_of_and_keeps_all(tmp_path):
    recorder = rs.Recorder(PARAMS, tmp_path / "records").start()
    recorder.observe(loss=1.0)
    (tmp_path / "records").rename(tmp_path / "moved")
    recorder.observe(loss=0.5)
    with pytest.warns(RecordingWarning, match=r"was moved or renamed meanwhile: the record is in .*relu_.*\.json"):
        recorder.finish()
    (again,) = rs.recover(tmp_path / "moved")
    for experiment in (recorder.experiment, only(tmp_path / "records"), again):
        assert (experiment.status, experiment.observations) == ("finished", {"loss": [1.0, 0.5]})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (f"{0.25:.4f}", "is the text '0.2500'; .* observe float"),
        ("-1.5e-3", "is the text '-1.5e-3'; it is kept as such, and not drawn"),
        (np.array([0.25]), r"is of the type ndarray and has one element; .* observe \.item\(\) of it"),
    ],
)
def test_a_number_in_disguise_is_kept_and_told_of_once(tmp_path, value, said):
    with rs.Recorder(PARAMS, tmp_path) as recorder:
        with pytest.warns(RecordingWarning, match=rf'observations\["loss"\] {said}'):
            recorder.observe(loss=value, acc=0.5)
        recorder.observe(loss=value, acc=0.75, version="3.11rc1", sizes=[3], none=np.array([1, 2]))
    assert only(tmp_path).observations["loss"] == (value if isinstance(value, str) else [0.25])
    assert only(tmp_path).observations["acc"] == [0.5, 0.75]
