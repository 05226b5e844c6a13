"""Going on with an experiment, and the law of what a journal adds up to."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import stores
from hypothesis import given
from hypothesis import strategies as st
from processes import run
from stores import only

import researcher as rs
from researcher.errors import (
    CannotWrite,
    DamagedRecord,
    NoSuchExperiment,
    ObservationConflict,
    RecordingWarning,
    RecordsNotFound,
)
from researcher.places import place

OLD = Path(__file__).parent / "data" / "records-2020"
PARAMS = {"title": "relu", "lr": 0.1}
HASH = rs.get_hash(PARAMS)


def steps(experiment, name):
    return experiment.data["researcher"].get("steps", {}).get(name)


KILLED = """
import os, signal, sys, researcher as rs
recorder = rs.Recorder({"title": "relu", "lr": 0.1}, sys.argv[1]).start()
for i in range(5):
    recorder.observe(loss=float(i), text="kept")
    recorder.observe(fold=i % 2, folds=i)
recorder.note("before")
recorder.tag("long")
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(directory):
    assert subprocess.run([sys.executable, "-c", KILLED, directory]).returncode == -9


def died(directory):
    """A record of a process that was killed."""
    killed(directory)
    rs.recover(directory)


def ended(status):
    def end(directory):
        recorder = rs.Recorder(PARAMS, directory).start()
        for i in range(5):
            recorder.observe(loss=float(i), text="kept")
            recorder.observe(fold=i % 2, folds=i)
        recorder.note("before")
        recorder.tag("long")
        recorder.finish(status, ValueError("wrong") if status == "failed" else None)

    return end


BEGINNINGS = {"killed": killed, "died": died, **{s: ended(s) for s in ("failed", "interrupted", "finished")}}


@pytest.mark.parametrize("how", BEGINNINGS)
@pytest.mark.parametrize("named", ["hash", "file", "title", "itself"])
def test_an_experiment_goes_on_where_it_was(shared, how, named):
    BEGINNINGS[how](shared)
    before = only(shared)
    first = before.data["researcher"]
    which = {"hash": HASH[:8], "file": before.path, "title": "relu", "itself": before}[named]
    with rs.Recorder.resume(which, shared) as recorder:
        running = only(shared)
        assert (running.status, running.observations) == ("running", before.observations)
        assert recorder.experiment.observations == before.observations
        assert recorder.params == PARAMS
        assert "error" not in running.ours
        recorder.observe(loss=5.0, text="later")
        recorder.observe(loss=1.5, new=0.5, step=1)
        recorder.observe(folds=5, fold=1)
        recorder.note("after")
        recorder.tag("longer")
    after = only(shared)
    assert len(stores.names(shared)) == 1
    assert after.observations == {
        "loss": [0.0, 1.5, 2.0, 3.0, 4.0, 5.0],
        "text": "later",
        "folds": [[0, 2, 4], [1, 3, 5]],
        "new": [0.5],
    }
    assert (after.status, after.notes, after.tags) == ("finished", ["before", "after"], ["long", "longer"])
    assert (steps(after, "loss"), steps(after, "new")) == (None, [1])
    assert (after.hash, after.timestamp, after.recorded_at) == (before.hash, before.timestamp, before.recorded_at)
    assert (after.path.name, after.ours["id"]) == (f"relu_{HASH}.json", first["id"])
    assert not {"resumes", "writer", "error"} & set(after.ours)
    times = after.data["researcher"]["times"]["loss"]
    assert [times[0], *times[2:5]] == [first["times"]["loss"][0], *first["times"]["loss"][2:5]]
    assert times[1] > times[4]


def test_pauses_between_two_processes_do_not_count(tmp_path):
    ended("finished")(tmp_path)
    (path,) = tmp_path.iterdir()
    text = path.read_text()
    started = only(tmp_path).ours["recorded_at"]
    path.write_text(text.replace(started, "2020-01-01T00:00:00+00:00").replace('"duration": ', '"duration": 5'))
    before = only(tmp_path).duration
    with rs.Recorder.resume(HASH, tmp_path) as recorder:
        recorder.observe(loss=1.0)
    assert before >= 50
    assert before <= only(tmp_path).duration < before + 5
    assert only(tmp_path).data["researcher"]["times"]["loss"][-1] > 1e8


def test_the_step_may_be_chosen(records):
    ended("finished")(records)
    with rs.Recorder.resume(HASH, records, step=3) as recorder:
        recorder.observe(loss=33.0, new=0.5)
        recorder.observe(loss=34.0, new=0.25)
        recorder.observe(loss=35.0)
        recorder.observe(folds=33, fold=0)
        recorder.observe(folds=34, fold=2)
    experiment = only(records)
    assert experiment.observations["loss"] == [0.0, 1.0, 2.0, 33.0, 34.0, 35.0]
    assert experiment.observations["folds"] == [[0, 2, 4, 33], [1, 3], [34]]
    assert steps(experiment, "new") == [3, 4]
    assert steps(experiment, "folds") == [[0, 1, 2, 3], [0, 1], [3]]


def test_a_record_that_was_written_at_once_goes_on_too_and_again(records):
    observations = {
        "accuracy": 0.97,
        "loss": [0.5, None, math.nan, 10**400],
        "folds": [[0.5], [], [0.25, 0.125]],
        "other": {"a": ["NaN", {1: math.inf}]},
        "empty": [],
    }
    record = rs.record_experiment(PARAMS, records, observations, duration=3)
    for i in range(3):
        with rs.Recorder.resume(HASH, records) as recorder:
            assert [recorder.experiment.shape(name) for name in observations] == [
                "number",
                "curve",
                "folds",
                "other",
                "other",
            ]
            recorder.observe(loss=float(i))
            recorder.observe(folds=i, fold=1)
            with pytest.raises(ObservationConflict, match="'accuracy'"):
                recorder.observe(accuracy=0.5)
    experiment = only(records)
    observations["loss"] += [0.0, 1.0, 2.0]
    observations["folds"][1] = [0, 1, 2]
    assert repr(experiment.observations) == repr(observations)
    assert [experiment.shape(name) for name in observations] == ["number", "curve", "folds", "other", "other"]
    assert (experiment.path, experiment.recorded_at) == (record.path, record.recorded_at)
    times = experiment.data["researcher"]["times"]
    assert times["loss"][:4] == [None] * 4
    assert times["folds"][2] == [None, None]
    assert times["loss"][4] <= times["loss"][5] <= times["loss"][6]


def test_of_several_the_newest_that_did_not_finish_goes_on(records):
    for status in ("finished", "failed", "interrupted", "finished"):
        ended(status)(records)
    with rs.Recorder.resume(HASH, records) as recorder:
        recorder.observe(loss=9.0)
    assert [e.status for e in rs.all_experiments(records)] == ["finished", "failed", "finished", "finished"]
    assert rs.all_experiments(records)[2].observations["loss"][-1] == 9.0
    rs.Recorder.resume(HASH, records).start().finish()
    rs.Recorder.resume(HASH, records).start().finish()
    assert len(rs.all_experiments(records)) == 4


def test_what_runs_is_not_resumed(records):
    with rs.Recorder(PARAMS, records) as recorder:
        for which in (HASH, recorder.path, recorder.path.name):
            with pytest.raises(CannotWrite, match="is still being recorded"):
                rs.Recorder.resume(which, records)
    record = recorder.path
    with rs.Recorder.resume(HASH, records):
        for which in (HASH, record, record.name):
            with pytest.raises(CannotWrite, match="is still being recorded"):
                rs.Recorder.resume(which, records)


def test_what_another_began_to_resume_meanwhile_is_not_resumed(records):
    ended("finished")(records)
    first, second = (rs.Recorder.resume(HASH, records) for _ in range(2))
    with first, pytest.raises(CannotWrite, match="is still being recorded"):
        second.start()
    with second:
        second.observe(loss=1.0)
    assert len(only(records).observations["loss"]) == 6


def test_what_was_changed_before_the_start_is_not_lost(records):
    ended("finished")(records)
    recorder = rs.Recorder.resume(HASH, records)
    only(records).annotate("between")
    with rs.Recorder.resume(HASH, records) as other:
        other.observe(loss=7.0)
    with recorder:
        recorder.observe(loss=8.0)
    experiment = only(records)
    assert experiment.notes == ["before", "between"]
    assert experiment.observations["loss"][-2:] == [7.0, 8.0]


RESUMED_AND_KILLED = """
import os, signal, sys, researcher as rs
recorder = rs.Recorder.resume(sys.argv[2], sys.argv[1]).start()
recorder.observe(loss=5.0)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("named", ["hash", "record", "journal"])
def test_a_resumption_that_was_killed_goes_on(shared, named):
    ended("finished")(shared)
    record = only(shared).path
    assert subprocess.run([sys.executable, "-c", RESUMED_AND_KILLED, shared, HASH]).returncode == -9
    assert only(shared).status == "interrupted"
    journal = only(shared).path
    with rs.Recorder.resume({"hash": HASH, "record": record, "journal": journal}[named], shared) as recorder:
        recorder.observe(loss=6.0)
    assert only(shared).observations["loss"] == [float(i) for i in range(7)]
    assert stores.names(shared) == [record.name]


def test_a_resumption_that_was_killed_is_recovered_into_its_record(shared):
    ended("finished")(shared)
    record = only(shared).path
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", RESUMED_AND_KILLED, shared, HASH]).returncode == -9
    assert len(rs.recover(shared)) == 1
    assert stores.names(shared) == [record.name]
    assert only(shared).status == "interrupted"
    assert only(shared).observations["loss"] == [*map(float, range(5)), 5.0, 5.0]


def test_if_its_record_is_gone_or_another_one_a_resumed_experiment_gets_a_record_of_its_own(records):
    for replaced in (False, True):
        directory = place(records) / str(replaced)
        ended("finished")(directory)
        with rs.Recorder.resume(HASH, directory) as recorder:
            only_record = directory / f"relu_{HASH}.json"
            stores.remove(only_record)
            if replaced:
                rs.record_experiment(PARAMS, directory, {"another": 1})
            recorder.observe(loss=5.0)
        found = {e.name: e for e in rs.all_experiments(directory)}
        assert found[recorder.path.stem].observations["loss"][-1] == 5.0
        assert len(found) == 1 + replaced


def test_a_damaged_journal_is_not_resumed(tmp_path):
    (tmp_path / "bad.journal").write_text("")
    with pytest.raises(DamagedRecord):
        rs.Recorder.resume("bad.journal", tmp_path)


def test_a_recorder_that_resumes_is_started_before_it_goes_to_other_processes(tmp_path):
    ended("finished")(tmp_path)
    recorder = rs.Recorder.resume(HASH, tmp_path)
    with pytest.raises(Exception, match="start a recorder that resumes"):
        recorder.__getstate__()


def test_what_is_not_there_cannot_be_resumed(records):
    with pytest.raises(RecordsNotFound):
        rs.Recorder.resume(HASH, f"{records}-nowhere")
    ended("finished")(records)
    for which in ("ffffffff", "nothing.json", "nothing.journal", place(records) / "nothing", "short"):
        with pytest.raises(NoSuchExperiment):
            rs.Recorder.resume(which, records)
    recorder = rs.Recorder.resume(HASH, records)
    stores.remove(only(records).path)
    with pytest.raises(NoSuchExperiment, match="is gone"):
        recorder.start()
    assert recorder.status == "new"


def test_a_record_of_2020_is_never_changed(tmp_path):
    for path in sorted(OLD.glob("*.json")):
        shutil.copy(path, tmp_path)
        content = path.read_bytes()
        with pytest.raises(CannotWrite, match="a record of the 2020 package"):
            rs.Recorder.resume(path.name, tmp_path)
        assert (tmp_path / path.name).read_bytes() == content


AT_ONCE = """
import os, sys
import researcher as rs
from researcher.errors import CannotWrite
start, go = os.pipe()
recorders = [rs.Recorder.resume(sys.argv[2], sys.argv[1]) for _ in range(20)]
outcomes, out = os.pipe()
children = []
for i, recorder in enumerate(recorders):
    child = os.fork()
    if not child:
        os.close(go)
        os.read(start, 1)
        try:
            recorder.start().observe(loss=100.0 + i)
            recorder.finish()
            os.write(out, b"1")
        except CannotWrite:
            os.write(out, b"0")
        os._exit(0)
    children.append(child)
os.close(start), os.close(go), os.close(out)
assert not any(os.waitpid(child, 0)[1] for child in children)
print(os.read(outcomes, 100).count(b"1"))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("how", ["killed", "finished"])
def test_many_that_resume_one_experiment_at_once_take_turns_or_are_refused(tmp_path, how):
    BEGINNINGS[how](tmp_path)
    resumed = int(run(AT_ONCE, tmp_path, only(tmp_path).path))
    assert resumed >= 1
    assert len(only(tmp_path).observations["loss"]) == 5 + resumed
    assert len(list(tmp_path.iterdir())) == 1


# The law: whatever happens, an experiment is what a plain dict of steps says


class Oracle:
    """What was observed, kept the slow and clear way."""

    def __init__(self):
        self.curves = {}  # (name, fold) -> {step: value}
        self.next = {}
        self.kept = {}
        self.order = {}
        self.first = 0

    def observe(self, values, step, fold):
        numbers = {name: value for name, value in values.items() if type(value) in (int, float)}
        for name, value in {**numbers, **{n: v for n, v in values.items() if n not in numbers}}.items():
            number = name in numbers
            folds = {f for n, f in self.curves if n == name}
            if number and (name in self.kept or (folds and (None in folds) != (fold is None))):
                continue
            if not number and (fold is not None or folds):
                continue
            if not number:
                self.kept[name] = value
                self.order.setdefault(name)
                continue
            self.order.setdefault(name)
            at = self.next.get((name, fold), self.first) if step is None else step
            self.curves.setdefault((name, fold), {})[at] = value
            self.next[name, fold] = at + 1

    def resume(self, step):
        self.first = step or 0
        self.next = {key: max(curve) + 1 if step is None else step for key, curve in self.curves.items()}

    def observations(self):
        def values(key):
            return [value for _, value in sorted(self.curves.get(key, {}).items())]

        found = {}
        for name in self.order:
            folds = [f for n, f in self.curves if n == name]
            if name in self.kept:
                found[name] = self.kept[name]
            elif None in folds:
                found[name] = values((name, None))
            else:
                found[name] = [values((name, fold)) for fold in range(max(folds) + 1)]
        return found

    def steps(self):
        return {key: sorted(curve) for key, curve in self.curves.items()}


def steps_of(experiment):
    """The steps of each curve and fold, as `Oracle.steps` says it."""
    found = {}
    for name, value in experiment.observations.items():
        said = steps(experiment, name)
        if experiment.shape(name) == "curve":
            found[name, None] = said or [*range(len(value))]
        elif experiment.shape(name) == "folds":
            found |= {(name, i): said[i] if said else [*range(len(fold))] for i, fold in enumerate(value) if fold}
    return found


NAMES = st.sampled_from(["loss", "val loss", "a/b", "名"])
VALUES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(),
    st.sampled_from(["text", "NaN", [1, 2], [], {"a": [math.inf, "Infinity"]}, True, 0.5, 0.25]),
)
STEPS = st.one_of(st.none(), st.none(), st.integers(-3, 8), st.sampled_from([0.5, 2.0, 1e6]))
ACTIONS = st.one_of(
    st.tuples(
        st.just("observe"),
        st.dictionaries(NAMES, VALUES, min_size=1),
        STEPS,
        st.one_of(st.none(), st.none(), st.integers(0, 3)),
    ),
    st.tuples(st.just("observe"), st.dictionaries(NAMES, st.floats(0, 1), min_size=1), st.none(), st.none()),
    st.tuples(st.sampled_from(["abandon", "recover", "finish", "fail"]), STEPS),
)


@given(actions=st.lists(ACTIONS, max_size=25))
def test_an_experiment_is_what_a_plain_dict_says(tmp_path_factory, actions):
    directory = tmp_path_factory.mktemp("records")
    oracle = Oracle()
    recorder = rs.Recorder(PARAMS, directory, errors="warn").start()
    for act, *given_ in actions:
        if act == "observe":
            values, step, fold = given_
            oracle.observe(values, step, fold)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RecordingWarning)
                recorder.observe(values, step=step, fold=fold)
            continue
        if act in ("abandon", "recover"):
            recorder = None
            if act == "recover":
                assert len(rs.recover(directory)) == 1
        else:
            recorder.finish("finished" if act == "finish" else "failed")
        agrees(only(directory), oracle)
        recorder = rs.Recorder.resume(HASH, directory, step=given_[0], errors="warn").start()
        oracle.resume(given_[0])
    agrees(recorder.experiment, oracle)
    running = only(directory)
    agrees(running, oracle)
    recorder.finish()
    agrees(only(directory), oracle)
    agrees(recorder.experiment, oracle)
    before, after = (dict(e.data["researcher"]) for e in (running, only(directory)))
    assert before.pop("status") == "running"
    assert after.pop("status") == "finished"
    after.pop("texts", None)
    assert {key: value for key, value in before.items() if key != "resumes"} == after
    shutil.rmtree(directory)


def agrees(experiment, oracle):
    assert repr(experiment.observations) == repr(oracle.observations())
    assert steps_of(experiment) == oracle.steps()
