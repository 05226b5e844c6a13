"""Recording: the file, its hash and name, what is refused, and that nothing is lost."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import pickle
import re
import tempfile
import typing

import pandas as pd
import pytest
import stores
from hypothesis import given
from strategies import OBSERVATIONS, PARAMS

import researcher as rs
from researcher.errors import CannotWrite, NotRecordable
from researcher.places import place
from researcher.reserved import RESERVED

OLD = {"title": "cool_experiment", "learning_rate": 0.003, "batch_size": 32, "alpha": 2e-9, "model": "rnn"}
OLD_HASH = "d45dee5991986a5b8215706f5e904b3e"


@pytest.fixture(autouse=True)
def rescues(tmp_path_factory, monkeypatch):
    """The temporary directory, where rescue files go."""
    directory = tmp_path_factory.mktemp("rescues")
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    return directory


def test_a_record_is_laid_out_for_people(records):
    params = {"title": "deep", "lr": 1e-3, "optimizer": {"name": "adam"}, "名": "模型"}
    observations = {"loss": [0.5, float("nan")], "folds": [[1, 2], [3]], "accuracy": 0.97}
    recorded = rs.record_experiment(params, records, observations, duration=12.5)
    ours = json.dumps(recorded.data["researcher"])
    assert stores.text(recorded.path) == (
        "{\n"
        '  "title": "deep",\n'
        '  "lr": 0.001,\n'
        '  "optimizer": {"name": "adam"},\n'
        '  "名": "模型",\n'
        f'  "hash": "{recorded.hash}",\n'
        f'  "timestamp": "{recorded.data["timestamp"]}",\n'
        '  "duration": 12.5,\n'
        f'  "researcher": {ours},\n'
        '  "observations": {\n'
        '    "loss": [0.5,"NaN"],\n'
        '    "folds": [[1,2],[3]],\n'
        '    "accuracy": 0.97\n'
        "  }\n"
        "}\n"
    )


def test_a_record_without_observations_is_json_too(records):
    recorded = rs.record_experiment({}, records)
    assert stores.record(recorded.path)["observations"] == {}
    assert recorded.path.name == f"{recorded.hash}.json"


def test_what_comes_back_is_the_recorded_experiment(records):
    before = dt.datetime.now().replace(microsecond=0)
    recorded = rs.record_experiment(OLD, records, {"loss": [2, 1]}, duration=3)
    assert recorded.params == OLD
    assert recorded.observations == {"loss": [2, 1]}
    assert recorded.hash == rs.get_hash(OLD) == OLD_HASH
    assert recorded.path == place(records) / f"cool_experiment_{OLD_HASH}.json"
    assert (recorded.status, recorded.duration) == ("finished", 3)
    assert before <= recorded.timestamp <= dt.datetime.now()
    (loaded,) = rs.all_experiments(records)
    assert repr(loaded.data) == repr(recorded.data)
    assert loaded.path == recorded.path


@pytest.mark.parametrize("form", ["{}", "{}/", "{}/a/b", "{}/a/b/"])
def test_the_directory_is_made_if_missing(records, form):
    recorded = rs.record_experiment({}, form.format(records))
    assert stores.names(recorded.path.parent) == [recorded.path.name]


def test_a_path_object_will_do(tmp_path):
    assert rs.record_experiment({}, tmp_path / "new").path.is_file()


def test_the_same_params_again_are_a_repeat(records):
    names = [rs.record_experiment({"title": "a"}, records, {"loss": i}).path.name for i in range(3)]
    stem = f"a_{rs.get_hash({'title': 'a'})}"
    assert names == [f"{stem}.json", f"{stem}-2.json", f"{stem}-3.json"]
    assert [e.observations["loss"] for e in rs.all_experiments(records)] == [0, 1, 2]


def test_a_collector_is_recorded(records):
    collector = rs.ObservationCollector()
    collector.add_fold_observation(0, "loss", 0.5)
    one = rs.record_experiment_with_collector({}, records, collector, 1.0)
    other = rs.record_experiment({}, records, collector)
    assert one.observations == other.observations == {"loss": [[0.5]]}
    assert rs.record_experiment_with_collector({}, records).observations == {}


def test_save_experiment_takes_a_name_and_the_records_own_keys(records):
    own = {"hash": "abc", "timestamp": "2020-07-11_12:48:55", "duration": 4}
    saved = rs.save_experiment(records, "my run.json", {**own, "lr": 0.1}, {"loss": 1})
    assert saved.path.name == "my run.json"
    assert (saved.params, saved.hash, saved.duration) == ({"lr": 0.1}, "abc", 4)
    assert rs.save_experiment(records, "my run", {"lr": 0.1}, None).path.name == "my run-2.json"


def test_reduced_params():
    assert rs.reduced_params({"lr": 0.1, "data": 1}, ["data", "else"]) == {"lr": 0.1}


def test_the_hash_depends_on_the_order_as_it_did_in_2020():
    assert rs.get_hash({"a": 1, "b": 2}) != rs.get_hash({"b": 2, "a": 1})


@given(PARAMS, OBSERVATIONS)
def test_what_was_recorded_is_what_is_loaded(params, observations):
    with tempfile.TemporaryDirectory() as directory:
        recorded = rs.record_experiment(params, directory, observations)
        json.loads(recorded.path.read_text("utf-8"), parse_constant=pytest.fail)
        (loaded,) = rs.all_experiments(directory)
        assert not rs.all_experiments(directory).damaged
        # The repr tells True from 1 from 1.0, -0.0 from 0.0, shows NaN, and the order of keys.
        for experiment in (recorded, loaded):
            assert repr(experiment.params) == repr(params)
            assert repr(experiment.observations) == repr(observations)
        assert loaded.hash == rs.get_hash(params)
        assert repr(loaded)
        assert loaded._repr_html_()


@pytest.mark.parametrize(
    ("params", "said"),
    [
        (None, "params is of the type NoneType; it must be a dict"),
        ([("lr", 1)], "params is of the type list"),
        ({1: 2}, "params has the key 1 of the type int; the name of a param is text"),
        *(({name: 1}, rf'params\["{name}"\].*Rename it, or pass experiment\.params') for name in RESERVED),
    ],
)
def test_params_that_cannot_be_recorded(records, params, said):
    with pytest.raises(NotRecordable, match=said) as caught:
        rs.record_experiment(params, records, {"loss": [1.5, 2.5]})
    assert json.loads(caught.value.rescue.read_text())["observations"] == {"loss": [1.5, 2.5]}
    assert str(caught.value.rescue) in str(caught.value)
    assert not stores.names(records)


@pytest.mark.parametrize(
    ("observations", "said"),
    [
        ([1, 2], "observations is of the type list"),
        ({0: [1]}, "observations has the key 0 of the type int; the name of an observation is text"),
        ({"loss": [1, {"a": open}]}, r'observations\["loss"\]\[1\]\["a"\] is a function'),
    ],
)
def test_observations_that_cannot_be_recorded(records, observations, said):
    with pytest.raises(NotRecordable, match=said) as caught:
        rs.record_experiment({"lr": 0.1}, records, observations)
    assert json.loads(caught.value.rescue.read_text())["params"] == {"lr": 0.1}
    assert not stores.names(records)


@pytest.mark.parametrize("duration", ["long", True, [1]])
def test_a_duration_is_a_number_of_seconds(records, duration):
    with pytest.raises(NotRecordable, match="it must be a number of seconds"):
        rs.record_experiment({}, records, duration=duration)


@pytest.mark.parametrize("parameters", [None, {"observations": 1}, {"x": print}, {"hash": print}])
def test_save_experiment_keeps_what_it_cannot_record(records, parameters):
    with pytest.raises(NotRecordable) as caught:
        rs.save_experiment(records, "name", parameters, {"loss": [0.5]})
    assert json.loads(caught.value.rescue.read_text())["observations"] == {"loss": [0.5]}


def test_the_rescue_file_holds_everything(tmp_path):
    around = {"a": 1}
    around["one"] = around["two"] = around
    params = {"ok": [1, float("nan")], "bad": {"f": {2}, "keys": {1: "a", "1": "b"}}, "around": around, "deep": []}
    for _ in range(2000):
        params["deep"] = [params["deep"]]
    with pytest.raises(NotRecordable) as caught:
        rs.record_experiment(params, tmp_path)
    kept = json.loads(caught.value.rescue.read_text(), parse_constant=pytest.fail)
    circle = "the dict or list that this is in"
    assert kept["params"]["ok"] == [1, "NaN"]
    assert kept["params"]["bad"] == {"f": [2], "keys": [["1", "a"], ["1", "b"]]}
    assert kept["params"]["around"] == {"a": 1, "one": circle, "two": circle}
    assert kept["not_recorded_because"] == str(caught.value).splitlines()[0]


def test_an_error_survives_pickling(tmp_path):
    with pytest.raises(NotRecordable) as caught:
        rs.record_experiment({"x": {1}}, tmp_path)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.value, copy.rescue) == (str(caught.value), {1}, caught.value.rescue)


def a_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("something else")
    return file


@pytest.mark.parametrize(
    "path",
    [a_file, lambda tmp: a_file(tmp) / "records", lambda _: "/proc/nowhere/records", lambda _: "a\0b", lambda _: None],
    ids=["a file", "below a file", "nowhere", "a NUL", "None"],
)
def test_a_path_that_cannot_be_written_to(tmp_path, path):
    with pytest.raises(CannotWrite, match="cannot record into") as caught:
        rs.record_experiment({"lr": 0.1}, path(tmp_path), {"loss": [0.5]})
    kept = json.loads(caught.value.rescue.read_text())
    assert (kept["params"], kept["observations"]) == ({"lr": 0.1}, {"loss": [0.5]})
    assert isinstance(caught.value, OSError)


def test_without_a_place_for_the_rescue_file_the_error_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(NotRecordable, match="could not be kept in a rescue file either") as caught:
        rs.record_experiment({"x": {1}}, tmp_path)
    assert caught.value.rescue is None


class History:
    """What a Keras history looks like."""

    history: typing.ClassVar = {"loss": [1.0]}


@dataclasses.dataclass
class Settings:
    lr: float = 0.1


@pytest.mark.parametrize(
    ("params", "observations", "said"),
    [
        (argparse.Namespace(lr=0.1), {}, r"params is of the type Namespace; it must be a dict by name: vars\(params\)"),
        (Settings(), {}, r"by name: dataclasses.asdict\(params\)"),
        ({}, pd.DataFrame({"loss": [1.0]}), r"by name: observations.to_dict\('list'\)"),
        ({}, History(), r"by name: observations.history"),
        ({}, [1, 2], r"observations is of the type list; it must be a dict by name$"),
    ],
)
def test_what_is_nearly_a_dict_is_told_how_to_become_one(tmp_path, params, observations, said):
    with pytest.raises(NotRecordable) as caught:
        rs.record_experiment(params, tmp_path, observations)
    assert re.search(said, str(caught.value).partition("\n")[0])
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_place_of_the_directory_is_said(tmp_path):
    (tmp_path / "file").touch()
    for directory in (tmp_path / "file", tmp_path / "file" / "records"):
        with pytest.raises(CannotWrite, match="there is a file in the place of the directory"):
            rs.record_experiment({}, directory)
        with pytest.raises(CannotWrite, match="there is a file in the place of the directory"):
            rs.Recorder({}, directory).start()
