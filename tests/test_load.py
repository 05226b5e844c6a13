"""Loading: order, hashes, records of 2020, and files that are no records."""

from __future__ import annotations

import json
import math
import os
import pickle
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import stores
from stores import write

import researcher as rs
from researcher.errors import (
    CannotRead,
    DamagedRecord,
    DamagedRecordWarning,
    NewerFormatWarning,
    NoSuchExperiment,
    RecordsNotFound,
    UnknownNameWarning,
)
from researcher.storage import layout
from researcher.storage.directory import RecordsDirectory, records_directory

OLD = Path(__file__).parent / "data" / "records-2020"
OURS = '"researcher": {"format": 1, "status": "finished"}'


# Records of the 2020 package


@pytest.mark.parametrize("path", sorted(OLD.glob("*.json")), ids=lambda path: path.stem[:12])
def test_a_record_of_2020_loads(path):
    content = path.read_bytes()
    expected = json.loads(content)
    experiment = rs.load_experiment(OLD, path.name)
    assert experiment.data == expected
    assert experiment.hash == expected["hash"]
    assert experiment.status == "finished"
    assert experiment.observations == (expected["observations"] or {})
    assert repr(experiment)
    assert experiment._repr_html_()
    assert path.read_bytes() == content


def test_records_of_2020_load_together_oldest_first():
    experiments = rs.all_experiments(OLD)
    assert not experiments.damaged
    assert [str(e.timestamp) for e in experiments] == [
        "2020-07-11 12:48:55",
        "2020-07-11 12:48:55",
        "2021-01-13 15:46:13",
    ]
    assert [e.name for e in experiments[:2]] == sorted(e.name for e in experiments[:2])
    assert len(experiments.frame()) == 3


def test_an_old_record_may_lack_all_but_its_params(records):
    write(records, "bare.json", '{"lr": 0.1, "researcher": "Ada"}')
    (experiment,) = rs.all_experiments(records)
    assert experiment.data == experiment.params == {"lr": 0.1, "researcher": "Ada"}
    assert experiment.hash == rs.get_hash({"lr": 0.1, "researcher": "Ada"})
    assert (experiment.timestamp, experiment.duration, experiment.title) == (None, None, "")
    assert (experiment.observations, experiment.n_folds()) == ({}, 0)


def test_bare_nan_and_texts_of_old_records_stay_what_they_are(records):
    write(records, "a.json", '{"a": NaN, "b": "NaN", "observations": {"c": [-Infinity, "Infinity", 1e999]}}')
    (experiment,) = rs.all_experiments(records)
    found = (*experiment.params.values(), experiment.observations["c"])
    assert repr(found) == "(nan, 'NaN', [-inf, 'Infinity', inf])"


# What was recorded, and how it is found


def test_data_is_ordered_as_a_reader_expects(records):
    write(records, "a.json", f'{{{OURS}, "observations": {{}}, "z": 1, "timestamp": "x", "hash": "y", "a": 2}}')
    (experiment,) = rs.all_experiments(records)
    assert list(experiment.params) == ["z", "a"]
    assert list(experiment.data) == ["z", "a", "hash", "timestamp", "observations", "researcher"]


def test_experiments_come_oldest_first_then_by_name(records):
    def at(name, second):
        ours = {"format": 1, "recorded_at": f"2026-11-23T01:00:{second}+00:00"}
        write(records, name, json.dumps({"researcher": ours}))

    at("c.json", "01.000002")
    at("b.json", "01.000001")
    at("a.json", "01.000002")
    write(records, "old.json", '{"timestamp": "2020-01-01_00:00:00"}')
    write(records, "odd.json", '{"timestamp": "0001-01-01_00:00:00"}')
    assert [e.name for e in rs.all_experiments(records)][-4:] == ["old", "b", "a", "c"]


@pytest.mark.parametrize("name", ["run", "run.json"])
def test_an_experiment_is_loaded_by_name(records, name):
    rs.save_experiment(records, "run", {"lr": 0.1}, None)
    assert rs.load_experiment(records, name).params == {"lr": 0.1}


def test_an_experiment_is_found_by_a_piece_of_its_hash(records):
    rs.record_experiment({"lr": 0.2}, records)
    recorded = [rs.record_experiment({"lr": 0.1}, records, {"run": run}) for run in range(3)]
    digest = recorded[0].hash
    for segment in (digest, digest[:8], digest[10:20]):
        assert rs.past_experiment_from_hash(records, segment).observations == {"run": 2}
    both = rs.past_experiments_from_hashes(records, [digest, rs.get_hash({"lr": 0.2})])
    assert [e.params["lr"] for e in both] == [0.1, 0.2]


def test_a_hash_of_2020_is_found_with_its_leading_zeros_and_without(records):
    write(records, "a.json", '{"hash": "123456789abcdef0123456789abcdef"}')
    for segment in ("0123456789abcdef0123456789abcdef", "123456789abc", "01234567"):
        assert rs.past_experiment_from_hash(records, segment).name == "a"


@pytest.mark.parametrize(
    ("segment", "said"),
    [
        ("abcdef0", "too short"),
        ("ffffffff", "no experiment in .* has a hash with 'ffffffff'"),
        ("abcdef01", "2 different experiments .*\n  2abcdef0 finished\n  1abcdef0 finished"),
    ],
)
def test_a_hash_of_none_or_several_is_refused(records, segment, said):
    write(records, "a.json", '{"hash": "1abcdef01"}')
    write(records, "b.json", '{"hash": "2abcdef01"}')
    with pytest.raises(NoSuchExperiment, match=said) as caught:
        rs.past_experiment_from_hash(records, segment)
    assert isinstance(caught.value, ValueError)


def test_a_record_of_a_later_format_is_read_as_far_as_possible(tmp_path):
    for name in ("a.json", "b.json"):
        write(tmp_path, name, '{"lr": 0.1, "researcher": {"format": 907, "keys": 5, "texts": {"new": 1}}}')
    with pytest.warns(NewerFormatWarning, match="format 907") as warned:
        experiments = rs.all_experiments(tmp_path)
    assert len(warned) == 1
    assert [e.params for e in experiments] == [{"lr": 0.1}] * 2
    rs.all_experiments(tmp_path)  # warnings are errors here: it says so once


# What cannot be read


def test_a_missing_directory_is_an_error_and_an_empty_one_is_none(tmp_path):
    with pytest.raises(RecordsNotFound, match="there is no directory") as caught:
        rs.all_experiments(tmp_path / "nowhere")
    assert isinstance(caught.value, FileNotFoundError)
    with pytest.raises(RecordsNotFound, match="is not a directory"):
        rs.all_experiments(write(tmp_path, "file", "x"))
    (tmp_path / "empty").mkdir()
    assert rs.all_experiments(tmp_path / "empty") == []


def link_to_itself(path):
    path.symlink_to(path.name)


NO_RECORDS = {
    "empty": ("", "it is empty"),
    "blank": (" \n", "it is empty"),
    "truncated": ('{"lr": 0.1, "observations": {"loss": [0.', "it ends too early"),
    "in a text": ('{"lr": "0.', "it ends too early"),
    "not JSON": ("lr = 0.1", "it is not JSON"),
    "two objects": ("{} {}", "it is not JSON"),
    "a list": ("[1, 2]", "it holds a list, not an object"),
    "a number": ("NaN", "it holds a float, not an object"),
    "Latin-1": ('{"title": "é"}'.encode("latin-1"), "it is not UTF-8"),
    "Latin-1 among observations": (
        layout.encode({"lr": 1, "researcher": {"format": 1}}, {"précision": [0.5]}).replace("é".encode(), b"\xe9"),
        r"it is not UTF-8 \(byte 71\)",
    ),
    "UTF-16": ('{"title": "a"}'.encode("utf-16"), "it is not UTF-8"),
    "binary": (bytes(range(256)), "it is not UTF-8"),
    "deep": ('{"a": ' + "[" * 300 + "]" * 300 + "}", "it is nested too deeply"),
    "very deep": ("[" * 200_000, "it is nested too deeply|it ends too early"),
    "huge integer": ('{"a": ' + "1" * 5000 + "}", "4300"),
    "a directory": (Path.mkdir, "it is not a regular file"),
    "a pipe": (os.mkfifo, "it is not a regular file"),
    "a dead link": (lambda path: path.symlink_to("nowhere"), "it cannot be opened"),
    "a link to itself": (link_to_itself, "it cannot be opened"),
}


@pytest.mark.parametrize("what", NO_RECORDS)
def test_a_file_that_is_no_record_never_stops_the_others(tmp_path, what):
    content, said = NO_RECORDS[what]
    path = tmp_path / "bad.json"
    content(path) if callable(content) else write(tmp_path, "bad.json", content)
    good = rs.record_experiment({"lr": 0.1}, tmp_path, {"loss": [1]})

    with pytest.warns(DamagedRecordWarning, match="1 file is damaged") as warned:
        experiments = rs.all_experiments(tmp_path)
    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert [e.hash for e in experiments] == [good.hash]
    ((found, reason),) = experiments.damaged
    assert found == path
    assert re.search(said, reason)
    rs.all_experiments(tmp_path)  # warnings are errors here: it says so once

    with pytest.raises((DamagedRecord, RecordsNotFound)):
        rs.load_experiment(tmp_path, "bad")
    directory = RecordsDirectory(tmp_path)
    assert directory.refresh()
    assert not directory.refresh()


def test_a_damaged_file_is_warned_of_again_when_it_changed(tmp_path):
    path = write(tmp_path, "a.json", "[]")
    with pytest.warns(DamagedRecordWarning):
        rs.all_experiments(tmp_path)
    os.utime(path, ns=(1, 1))
    with pytest.warns(DamagedRecordWarning):
        rs.all_experiments(tmp_path)


def test_thousands_of_unrelated_files_make_one_warning(tmp_path):
    for i in range(5000):
        write(tmp_path, f"{i}.json", "[1, 2, 3]")
    rs.record_experiment({}, tmp_path)
    with pytest.warns(
        DamagedRecordWarning, match=r"(?s)5000 files are .* and 4990 more, listed in \.damaged"
    ) as warned:
        experiments = rs.all_experiments(tmp_path)
    assert (len(warned), len(experiments), len(experiments.damaged)) == (1, 1, 5000)


def test_a_byte_order_mark_does_no_harm(records):
    write(records, "a.json", b"\xef\xbb\xbf" + '{"title": "é"}'.encode())
    assert rs.all_experiments(records)[0].title == "é"


def test_of_duplicate_keys_the_last_wins(records):
    text = '{"lr": 1, "observations": {"a": 1, "a": 2}, "lr": 2, "observations": {"b": 3, "b": 4}}'
    write(records, "a.json", text)
    (experiment,) = rs.all_experiments(records)
    assert (experiment.params, experiment.observations) == ({"lr": 2}, {"b": 4})


def test_hidden_and_other_files_are_passed_over(records):
    for name in (".hidden.json", "notes.txt", "a.json.bak", "json"):
        write(records, name, "no record")
    assert rs.all_experiments(records) == []


ODD_OBSERVATIONS = [
    "[1, 2]",
    "5",
    '"text"',
    "null",
    "true",
    '{"a": "text", "b": {"c": 1}, "d": [[[1]]], "e": [], "f": [1, "x"]}',
]


@pytest.mark.parametrize("observations", ODD_OBSERVATIONS)
def test_observations_of_the_wrong_type_break_nothing(records, observations):
    write(records, "a.json", f'{{"lr": 0.1, {OURS}, "observations": {observations}}}')
    rs.record_experiment({"lr": 0.2}, records, {"loss": [1, 2]})
    experiments = rs.all_experiments(records)
    odd = experiments.where("lr == 0.1")[0]
    assert odd.data["observations"] == json.loads(observations)
    assert odd.observed() == []
    assert odd.n_folds() == 0
    assert experiments.observed() == ["loss"]
    assert experiments.best("loss").params == {"lr": 0.2}
    assert experiments.frame()["loss"].tolist()[1:] == [2]
    for shown in (repr(odd), odd._repr_html_(), repr(experiments), experiments._repr_html_()):
        assert "0.1" in shown


def test_odd_values_of_our_own_keys_break_nothing(records):
    own = {"hash": 5, "timestamp": [1], "duration": "long", "title": {"a": 1}}
    ours = {"format": 1, "status": None, "recorded_at": {}, "texts": 5, "keys": {"/lr": [], "/x": 3}}
    write(records, "a.json", json.dumps({"lr": "NaN", **own, "researcher": ours}))
    (experiment,) = rs.all_experiments(records)
    assert (experiment.timestamp, experiment.duration) == (None, None)
    assert len(experiment.hash) == 32
    assert experiment._repr_html_()


def test_observations_nested_too_deeply_stop_no_table(records):
    write(records, "a.json", '{"observations": {"a": ' + "[" * 500 + "]" * 500 + "}}")
    experiments = rs.all_experiments(records)
    assert experiments.observed() == []
    with pytest.raises(DamagedRecord, match="nested too deeply"):
        _ = experiments[0].observations


def test_a_record_that_was_deleted_after_loading_still_shows_its_params(tmp_path):
    path = rs.record_experiment({"lr": 0.1}, tmp_path, {"loss": [1]}).path
    (experiment,) = experiments = rs.all_experiments(tmp_path)
    path.unlink()
    assert experiment.params == {"lr": 0.1}
    for shown in (repr(experiment), experiment._repr_html_(), repr(experiments)):
        assert "0.1" in shown
    assert "1 experiment" in experiments._repr_html_()
    assert experiments.frame().columns.tolist() == ["lr"]
    with pytest.raises(RecordsNotFound, match="there is no record"):
        _ = experiment.observations


def test_a_record_that_was_damaged_after_loading_stops_no_table(tmp_path):
    path = rs.record_experiment({"lr": 0.1}, tmp_path, {"loss": [0.1] * 20_000}).path
    rs.record_experiment({"lr": 0.2}, tmp_path, {"loss": [0.2]})
    experiments = rs.all_experiments(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"loss", b"lo\xffs"))
    assert experiments.frame()["loss"].tolist() == [pytest.approx(math.nan, nan_ok=True), 0.2]
    with pytest.raises(DamagedRecord, match="not UTF-8"):
        _ = experiments[0].observations


def test_a_missing_record_is_an_error(tmp_path):
    with pytest.raises(RecordsNotFound, match="there is no record"):
        rs.load_experiment(tmp_path, "nothing")
    with pytest.raises(RecordsNotFound, match="there is no record"):
        rs.load_experiment(write(tmp_path, "file", "x"), "nothing")


LOOK_ALIKES = [
    b'{,\n  "observations": {"loss": [1.5]}\n}\n',
    b'{\n  "a": 1,,\n  "observations": {"loss": [1.5]}\n}\n',
    b'{"a": {"b": 1,\n  "observations": {"loss": [1.5]}\n}\n',
    b'{"a": {"b": 1,\n  "observations": {"loss": [1.5]}\n}\n}\n',
    b'{"a": [1,\n  "observations": {"loss": [1.5]}\n}\n',
    b'{"a": 1,\n  "observations": {"loss": [1.5]}, "lr": 2\n}\n',
    b'{"a": 1,\n  "observations": {"loss": [1.5]},\n  "observations": {"loss": [2.5]}\n}\n',
    b'{"observations": {"loss": [1.5]}, "a": 1,\n  "observations": {"loss": [2.5]}\n}\n',
    b'{"a": 1,\n  "observations": [{"loss": [1.5]}]\n}\n',
]


def test_a_file_is_read_with_others_as_it_is_alone_however_it_was_changed(tmp_path):
    drawn = random.Random(0)
    ours = {"format": 1, "status": "finished"}
    curves = {"loss": [0.5, 2.0, 1.25], "n": 3, "é": [1, 0.5]}
    whole = layout.encode({"title": "a", "lr": {"x": [1, 0.1]}, "researcher": ours}, curves)
    for i, content in enumerate(LOOK_ALIKES):
        (tmp_path / f"alike-{i}.json").write_bytes(content)
    for i in range(600):
        at, length = drawn.randrange(len(whole)), drawn.randrange(3)
        between = bytes(drawn.choices(b'0,[]{}":\\n \n\xc3', k=drawn.randrange(3)))
        (tmp_path / f"{i}.json").write_bytes(whole[:at] + between + whole[at + length :])
    with pytest.warns(DamagedRecordWarning):
        experiments = rs.all_experiments(tmp_path)
    together = {e.path.name: told(e) for e in experiments} | {path.name: reason for path, reason in experiments.damaged}
    assert 100 < len(experiments) < len(together) - 100
    assert {path.name: told_alone(path) for path in tmp_path.iterdir()} == together


def told_alone(path):
    try:
        return told(rs.load_experiment(path.parent, path.name))
    except DamagedRecord as error:
        return error.reason


def told(experiment):
    finals = {name: experiment.summary("final", name) for name in experiment.observed()}
    return repr((experiment.params, sorted(experiment.data.items()), finals))


def test_a_damaged_record_says_what_is_wrong_between_processes_too(records):
    path = write(records, "a.json", "[]")
    with pytest.raises(DamagedRecord, match="it holds a list") as caught:
        rs.load_experiment(records, "a")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.path, copy.reason, str(copy)) == (path, caught.value.reason, str(caught.value))


AS_NOBODY = """
import os, sys
import msgspec, pytest
import researcher as rs
from researcher.errors import CannotRead, CannotWrite, DamagedRecordWarning
closed, opened = sys.argv[1:]
record, load = rs.record_experiment, rs.all_experiments
os.chdir(opened)
if os.getuid() == 0:
    os.setuid(65534)
with pytest.raises(CannotWrite, match="Permission denied") as caught:
    record({"lr": 0.1}, closed, {"loss": 1})
assert '"loss": 1' in caught.value.rescue.read_text()
caught.value.rescue.unlink()
with pytest.raises(CannotRead, match="Permission denied"):
    load(closed)
with pytest.warns(DamagedRecordWarning, match="Permission denied"):
    assert load(".") == []
"""


def test_without_permission_nothing_is_lost_and_the_error_is_clear(tmp_path):
    closed, opened = tmp_path / "closed", tmp_path / "opened"
    rs.record_experiment({}, closed)
    rs.record_experiment({}, opened).path.chmod(0)
    closed.chmod(0)
    try:
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, closed, opened], capture_output=True, text=True)
    finally:
        closed.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert len(rs.all_experiments(closed)) == 1
    assert issubclass(CannotRead, OSError)


# A directory that is looked at again and again


def test_a_refresh_reads_only_what_changed(records):
    first = rs.record_experiment({"lr": 1}, records).path
    directory = records_directory(records)
    assert directory.refresh()
    (kept,) = directory.experiments
    second = rs.record_experiment({"lr": 2}, records).path
    assert directory.refresh()
    assert [e.params["lr"] for e in directory.experiments] == [1, 2]
    assert directory.experiments[0] is kept
    stores.remove(first)
    assert directory.refresh()
    assert [e.params["lr"] for e in directory.experiments] == [2]
    assert not directory.refresh()
    stores.remove(second)
    stores.gone(records)
    with pytest.raises(RecordsNotFound):
        directory.refresh()


def test_a_damaged_file_that_was_mended_is_read(records):
    write(records, "a.json", "{")
    directory = records_directory(records)
    directory.refresh()
    assert [path.name for path, _ in directory.damaged] == ["a.json"]
    write(records, "a.json", "{}")
    assert directory.refresh()
    assert (len(directory.experiments), directory.damaged) == (1, [])


def test_a_token_may_be_escaped_by_whoever_wrote_it(records):
    """Strict JSON lets any letter be escaped, and means the same by it."""
    text = r"""{"lr": "\u004eaN", "n": ["Infinit\u0079"], "t": "\u004eaN", "researcher": {"format": 1, "texts": ["/t"]},
                 "observations": {"loss": [1, "\u002dInfinity"]}}"""
    write(records, "a.json", text)
    for experiment in (rs.load_experiment(records, "a"), *rs.all_experiments(records)):
        assert repr(experiment.params) == "{'lr': nan, 'n': [inf], 't': 'NaN'}"
        assert experiment.observations == {"loss": [1, -math.inf]}
    assert len(rs.all_experiments(records).where("isnan(lr) and min.loss < 0")) == 1


def test_one_experiment_is_loaded_by_its_file_too(records):
    recorded = rs.record_experiment({"title": "relu"}, records)
    assert rs.load_experiment(recorded.path).data == recorded.data
    with pytest.raises(RecordsNotFound, match="there is no record"):
        rs.load_experiment(records, "tanh")


def test_a_title_in_the_place_of_a_file_name_is_answered_with_the_names(tmp_path):
    recorded = rs.record_experiment({"title": "relu"}, tmp_path)
    with pytest.raises(RecordsNotFound, match=f"; there is {recorded.name}$"):
        rs.load_experiment(tmp_path, "relu")


def test_records_that_lie_deeper_are_told_of(tmp_path):
    for who in ("alice", "bob"):
        rs.record_experiment({"title": "relu"}, tmp_path / who)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "config.json").write_text("{}")
    with pytest.warns(UnknownNameWarning, match=r"itself, but in [^,]*alice, [^,]*bob;"):
        assert not rs.all_experiments(tmp_path)
    assert len(rs.all_experiments(tmp_path / "alice")) == 1


def test_the_home_directory_has_its_short_name(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    rs.record_experiment({"title": "relu"}, "~/records")
    with rs.Recorder({"title": "tanh"}, "~/records"):
        assert len(rs.all_experiments("~/records")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["records"]
