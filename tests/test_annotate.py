"""Remarks and tags on experiments that are recorded, or being recorded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import stores
from processes import run
from stores import only

import researcher as rs
from researcher.errors import CannotWrite

OLD = Path(__file__).parent / "data" / "records-2020"
PARAMS = {"title": "relu", "lr": 0.1, "名": [1.50, "NaN", float("nan")]}


def record(directory, **more):
    observations = {"loss": [0.5, float("nan"), 1e5], "folds": [[1], [2, 3]], "text": "NaN", "a/b": {"c": [1]}}
    return rs.record_experiment(PARAMS, directory, {**observations, **more}, duration=1.5)


def test_a_record_gets_notes_and_tags(records):
    experiment = record(records)
    before = repr((experiment.params, experiment.hash, experiment.timestamp, experiment.observations))
    experiment.annotate("a first\nremark", tags=["baseline", "long"])
    experiment.annotate(tags=["baseline", "名"], untag=["long", "never"])
    experiment.annotate("a second")
    for found in (experiment, only(records)):
        assert (found.notes, found.tags) == (["a first\nremark", "a second"], ["baseline", "名"])
        assert repr((found.params, found.hash, found.timestamp, found.observations)) == before
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", note["at"]) for note in found.ours["notes"])
    experiment.annotate()
    assert len(stores.names(records)) == 1


def test_nothing_changes_in_the_file_but_the_line_that_is_ours(tmp_path):
    path = record(tmp_path).path
    path.chmod(0o640)
    before = path.read_bytes().splitlines(keepends=True)
    only(tmp_path).annotate("a remark", tags=["a"])
    after = path.read_bytes().splitlines(keepends=True)
    (changed,) = [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    assert after[changed].startswith(b'  "researcher": {"format": 1, "status": "finished", "recorded_at": ')
    ours, ours_before = (json.loads(lines[changed].partition(b":")[2].rstrip(b",\n")) for lines in (after, before))
    assert {key: value for key, value in ours.items() if key not in ("notes", "tags")} == ours_before
    assert path.stat().st_mode & 0o777 == 0o640


def parted(content):
    """The text of a record around all that is ``researcher``, and the texts of that."""
    text, rest, ours, at = content.decode(), [], [], 0
    for found in re.finditer(r'"researcher"\s*:\s*', text):
        rest.append(text[at : found.end()])
        _, at = json.JSONDecoder().raw_decode(text, found.end())
        ours.append(text[found.end() : at])
    return [*rest, text[at:]], ours


LAYOUTS = {
    "by another tool": lambda text: json.dumps(json.loads(text), indent=1).replace('"lr": 0.1,', '"lr":\t0.10e0 ,'),
    "in one line": lambda text: json.dumps(json.loads(text), separators=(",", ":")),
    "ours first": lambda text: json.dumps({"researcher": json.loads(text)["researcher"], **json.loads(text)}, indent=4),
    "the same twice": lambda text: text.replace(
        '"lr": 0.1,', f'"lr": 0.1, "base": {{"researcher": {json.dumps(json.loads(text)["researcher"])}}},'
    ),
    "Windows": lambda text: text.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_record_that_was_laid_out_anew_stays_so(tmp_path, layout):
    path = record(tmp_path).path
    path.write_bytes(LAYOUTS[layout](path.read_text()).encode())
    before = path.read_bytes()
    observations = repr(only(tmp_path).observations)
    only(tmp_path).annotate("a remark")
    after = path.read_bytes()
    assert (only(tmp_path).notes, repr(only(tmp_path).observations)) == (["a remark"], observations)
    (rest, ours), (rest_before, ours_before) = parted(after), parted(before)
    assert rest == rest_before
    (changed,) = [new for old, new in zip(ours_before, ours, strict=True) if old != new]
    assert '"a remark"' in changed


def test_what_only_the_slow_reader_reads_is_annotated_too(tmp_path):
    path = record(tmp_path, lone="\ud800").path
    before = path.read_bytes().splitlines()
    only(tmp_path).annotate("a \ud801 remark", tags=["a"])
    assert only(tmp_path).notes == ["a \ud801 remark"]
    assert only(tmp_path).observations["lone"] == "\ud800"
    changed = [old for old, new in zip(before, path.read_bytes().splitlines(), strict=True) if old != new]
    assert len(changed) == 1


def test_a_record_of_2020_is_never_changed(tmp_path):
    for path in OLD.glob("*.json"):
        shutil.copy(path, tmp_path)
        with pytest.raises(CannotWrite, match="a record of the 2020 package, and those are never changed"):
            rs.load_experiment(tmp_path, path.name).annotate("a remark")
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_what_cannot_be_annotated_says_so(tmp_path):
    with pytest.raises(CannotWrite, match="has no record"):
        rs.Experiment({"lr": 1}).annotate("a remark")
    experiment = record(tmp_path)
    for tags in ("word", [5], [["a"]]):
        for wrong in ({"tags": tags}, {"untag": tags}):
            with pytest.raises(TypeError, match="tags are words in a list"):
                experiment.annotate(**wrong)
    experiment.path.unlink()
    with pytest.raises(CannotWrite, match=r"cannot annotate .*: No such file"):
        experiment.annotate("a remark")
    experiment.path.write_text("{")
    with pytest.raises(CannotWrite, match=r"cannot annotate .*: it ends too early"):
        experiment.annotate("a remark")
    shutil.rmtree(tmp_path)
    with pytest.raises(CannotWrite, match=r"cannot annotate .*: No such file"):
        experiment.annotate("a remark")


def test_odd_notes_and_tags_that_others_wrote_are_no_trouble(records):
    for notes, tags in ((5, "word"), ([None, {"b": 1}], [["a"], {}, 3, "kept"]), ({}, None)):
        ours = {"format": 1, "notes": notes, "tags": tags}
        stores.write(records, "a.json", json.dumps({"lr": 0.1, "researcher": ours, "observations": {}}))
        only(records).annotate("a remark", tags=["b"], untag=["c"])
        assert only(records).notes == ["a remark"]
        assert only(records).tags == (["kept", "b"] if isinstance(tags, list) else ["b"])


ANNOTATE = """
import sys, researcher as rs
(experiment,) = rs.all_experiments(sys.argv[1])
for i in range(int(sys.argv[3])):
    experiment.annotate(f"{sys.argv[2]} {i}", tags=[f"{sys.argv[2]}-{i}"], untag=["first"])
"""


def test_a_running_experiment_is_annotated_by_another_process(shared):
    with rs.Recorder(PARAMS, shared) as recorder:
        recorder.tag("first")
        recorder.observe(loss=0.5)
        mine = only(shared)
        run(ANNOTATE, shared, "other", 3)
        mine.annotate("mine")
        assert (mine.notes, mine.status) == ([*(f"other {i}" for i in range(3)), "mine"], "running")
        recorder.observe(loss=0.25)
        assert recorder.experiment.tags == [f"other-{i}" for i in range(3)]
    assert only(shared).notes == mine.notes
    assert only(shared).observations == {"loss": [0.5, 0.25]}
    mine.annotate("after the end")  # which it was not told of
    assert (only(shared).notes, mine.status) == (mine.notes, "finished")
    with rs.Recorder.resume(mine.hash, shared) as recorder:
        stale = rs.load_experiment(shared, mine.path.name)
        stale.annotate("while it is resumed")
        assert stale.path.stem == recorder.path.stem
        recorder.observe(loss=0.125)
    assert only(shared).notes == [*mine.notes, "while it is resumed"]
    assert len(stores.names(shared)) == 1


@pytest.mark.parametrize("what", ["record", "journal"])
def test_many_who_annotate_at_once_lose_nothing(shared, what):
    if what == "record":
        record(shared)
    else:
        recorder = rs.Recorder(PARAMS, shared).start()
        recorder.observe(loss=0.5)
    command = [sys.executable, "-c", ANNOTATE, shared]
    annotators = [subprocess.Popen([*command, f"process-{i}", "10"]) for i in range(4)]
    assert [process.wait() for process in annotators] == [0] * 4
    if what == "journal":
        recorder.finish()
    experiment = only(shared)
    assert sorted(experiment.notes) == sorted(f"process-{i} {j}" for i in range(4) for j in range(10))
    assert len(experiment.tags) == 40
    assert len(stores.names(shared)) == 1


ANNOTATED_AT_THE_END = """
import os, sys
import researcher as rs
for i in range(40):
    directory = f"{sys.argv[1]}/{i}"
    recorder = rs.Recorder({"i": i}, directory).start()
    recorder.observe(loss=0.5)
    (experiment,) = rs.all_experiments(directory)
    start, go = os.pipe()
    child = os.fork()
    if not child:
        os.close(go)
        os.read(start, 1)
        try:
            for j in range(5):
                experiment.annotate(f"note {j}")
        finally:
            os._exit(sys.exc_info()[0] is not None)
    os.close(start)
    os.close(go)
    recorder.finish()
    assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_notes_that_come_while_the_experiment_ends_are_not_lost(tmp_path):
    run(ANNOTATED_AT_THE_END, tmp_path)
    for directory in tmp_path.iterdir():
        experiment = only(directory)
        assert (experiment.notes, experiment.status) == ([f"note {j}" for j in range(5)], "finished")
        assert [path.suffix for path in directory.iterdir()] == [".json"]
