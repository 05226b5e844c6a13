"""Records of what dead processes left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import fsspec
import pytest
import stores
from processes import run, until

import researcher as rs
from researcher.errors import DamagedRecordWarning, RecordsNotFound
from researcher.storage.directory import RecordsDirectory

PARAMS = {"title": "relu", "lr": 0.1}
NAME = f"relu_{rs.get_hash(PARAMS)}"
MANY = 8  # experiments that are left behind

LEAVE = """
import os, signal, sys, researcher as rs
for i in range(int(sys.argv[2])):
    recorder = rs.Recorder({"title": "relu", "lr": 0.1}, sys.argv[1]).start()
    globals()[f"recorder {i}"] = recorder
    for j in range(20):
        recorder.observe(loss=float(j), run=i)
        recorder.observe(fold=j % 3, folds=float("nan"))
    recorder.observe({"a/b": {"c": ["NaN", float("inf")]}})
    recorder.note("a note")
    recorder.tag("a", "b")
os.kill(os.getpid(), signal.SIGKILL)
"""


def leave(records, number=1):
    """Let a process die that records so many experiments."""
    assert subprocess.run([sys.executable, "-c", LEAVE, records, str(number)]).returncode == -9


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory):
    directory = tmp_path_factory.mktemp("left")
    leave(directory, MANY)
    return directory


@pytest.fixture
def left_here(left_behind, tmp_path):
    """A directory with the journals of a process that was killed."""
    return shutil.copytree(left_behind, tmp_path / "left")


@pytest.fixture(params=["directory", "s3"])
def left(request, tmp_path):
    """The same, or a place on a store with what such a process sent there; the rest is in the spool."""
    if request.param == "directory":
        return request.getfixturevalue("left_here")
    records = stores.chosen(request, tmp_path)
    leave(records, MANY)
    return records


def files(records):
    fs, path = fsspec.core.url_to_fs(str(records))
    return {name.removeprefix(f"{path}/"): fs.cat_file(name, start=0) for name in fs.find(path)}


def contents(experiments):
    return sorted(repr({**e.data, "researcher": {**e.ours, "texts": 0}}) for e in experiments)


def test_journals_of_the_dead_become_records_that_say_the_same(left):
    before = rs.all_experiments(left)
    assert {e.status for e in before} == {"interrupted"}
    recovered = rs.recover(left)
    assert not recovered.damaged
    assert contents(recovered) == contents(rs.all_experiments(left)) == contents(before)
    numbers = ["", *(f"-{i}" for i in range(2, MANY + 1))]
    assert set(files(left)) == {f"{NAME}{number}.json" for number in numbers}
    for experiment in recovered:
        run_ = experiment.observations["run"][0]
        assert experiment.observations["loss"] == [float(j) for j in range(20)]
        assert repr(experiment.observations["a/b"]) == "{'c': ['NaN', inf]}"
        assert experiment.path.name == f"{NAME}{numbers[run_]}.json"
        assert (experiment.notes, experiment.tags) == (["a note"], ["a", "b"])


def test_a_second_time_there_is_nothing_to_recover(left):
    assert len(rs.recover(left)) == MANY
    before = files(left)
    assert rs.recover(left) == []
    assert files(left) == before


def test_what_runs_is_left_alone(left):
    with rs.Recorder(PARAMS, left) as recorder:
        recorder.observe(loss=0.5)
        assert len(rs.recover(left)) == MANY
        recorder.observe(loss=0.25)
        assert rs.recover(left) == []
    assert rs.all_experiments(left)[-1].observations == {"loss": [0.5, 0.25]}
    assert len(files(left)) == MANY + 1


AT_ONCE = """
import json, os, sys
import researcher as rs
rs.recover
start, go = os.pipe()
told, tell = os.pipe()
children = []
for i in range(8):
    child = os.fork()
    if not child:
        os.close(go)
        os.read(start, 1)
        try:
            recovered = rs.recover(sys.argv[1])
            assert not recovered.damaged
            os.write(tell, json.dumps([e.name for e in recovered]).encode() + b"\\n")
        finally:
            os._exit(sys.exc_info()[0] is not None)
    children.append(child)
os.close(start), os.close(go), os.close(tell)
assert not any(os.waitpid(child, 0)[1] for child in children)
print(os.read(told, 1 << 20).decode())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_many_who_recover_at_once_leave_each_experiment_once(left):
    before = contents(rs.all_experiments(left))
    told = [name for line in run(AT_ONCE, left).splitlines() for name in json.loads(line or "[]")]
    assert contents(rs.all_experiments(left)) == before
    assert len(files(left)) == MANY
    assert sorted(set(told)) == sorted(name.removesuffix(".json") for name in files(left))
    assert len(told) == MANY


def test_a_record_that_took_the_name_meanwhile_is_not_touched(left):
    other = rs.record_experiment(PARAMS, left, {"other": 1})
    assert other.path.name == f"{NAME}.json"
    assert len(rs.recover(left)) == MANY
    assert rs.load_experiment(left, NAME).observations == {"other": 1}
    assert len(rs.all_experiments(left)) == len(files(left)) == MANY + 1


def test_a_journal_whose_record_is_there_is_removed(tmp_path):
    leave(tmp_path)
    ((name, content),) = files(tmp_path).items()
    rs.recover(tmp_path)
    with rs.Recorder.resume(f"{NAME}.json", tmp_path) as recorder:
        recorder.observe(loss=20.0)
    expected = files(tmp_path)
    (tmp_path / name).write_bytes(content)  # the process that recovered it died before it could remove the journal
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["finished"]
    (tmp_path / f"{NAME}-2.json").write_text("{}")
    with rs.Recorder.resume(f"{NAME}.json", tmp_path) as recorder:  # and it is no hindrance to going on
        recorder.observe(loss=21.0)
    expected = {**files(tmp_path)}
    assert [e.status for e in rs.recover(tmp_path)] == ["finished"]
    del expected[name]
    assert files(tmp_path) == expected
    assert rs.load_experiment(tmp_path, NAME).observations["loss"] == [float(i) for i in range(22)]


def test_an_experiment_that_was_taken_for_dead_stays_one(tmp_path):
    records, elsewhere = tmp_path / "records", tmp_path / "elsewhere"
    other = rs.record_experiment(PARAMS, records, {"other": 1})
    recorder = rs.Recorder(PARAMS, records).start()
    recorder.observe(loss=0.5)
    elsewhere.mkdir()  # where its journal is recovered, as it would be in its place where files cannot be locked
    other.path.rename(elsewhere / other.path.name)
    shutil.copy(recorder.path, elsewhere)
    rs.recover(elsewhere)
    recorder.path.unlink()
    for path in elsewhere.iterdir():
        shutil.move(path, records)
    recorder.observe(loss=0.25)
    look = RecordsDirectory(records)
    look.refresh()
    assert look.experiments[0].observations == {"other": 1}
    until(recorder.path.exists)  # it is made anew
    recorder.observe(loss=0.125)
    look.refresh()
    found = [(e.status, e.observations) for e in rs.all_experiments(records)]
    assert found == [("finished", {"other": 1}), ("running", {"loss": [0.5, 0.25, 0.125]})]
    assert [(e.status, e.observations) for e in look.experiments] == found
    kept = look.experiments[1]
    recorder.finish()
    look.refresh()
    found = [(e.status, e.observations) for e in rs.all_experiments(records)]
    assert found == [("finished", {"other": 1}), ("finished", {"loss": [0.5, 0.25, 0.125]})]
    assert [(e.status, e.observations) for e in look.experiments] == found
    assert look.experiments[1] is kept
    assert len(files(records)) == 2


def begun(records, name, content):
    """Put a journal where it would be; on stores it is a directory of parts."""
    if isinstance(records, Path):
        return stores.write(records, name, content)
    return stores.write(f"{records}/{name}", "000000", content).parent


def test_a_damaged_journal_is_said_and_stays(left):
    bad = begun(left, "bad.journal", "")
    begun(left, ".hidden.journal", "no journal")
    recovered = rs.recover(left)
    assert (len(recovered), recovered.damaged) == (MANY, [(bad, "it is a journal without its first line")])
    assert {name for name in stores.names(left) if name.endswith(".journal")} == {"bad.journal", ".hidden.journal"}
    with pytest.warns(DamagedRecordWarning):
        assert len(rs.all_experiments(left)) == MANY


def test_what_is_missing_is_an_error(tmp_path, records):
    with pytest.raises(RecordsNotFound, match=r"there is (no directory|nothing at)"):
        rs.recover(records)
    (tmp_path / "file").touch()
    with pytest.raises(RecordsNotFound, match="is not a directory"):
        rs.recover(tmp_path / "file")
    assert rs.recover(tmp_path) == []


WITHOUT_ROOM = """
import resource, sys
import researcher as rs
from researcher.errors import CannotWrite
rs.recover
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    rs.recover(sys.argv[1])
except CannotWrite as error:
    print(error)
"""


def test_a_full_disk_leaves_the_journals_where_they_are(left_here):
    before = files(left_here)
    said = run(WITHOUT_ROOM, left_here, PYTHONDONTWRITEBYTECODE="1")
    assert said.startswith(f"cannot recover {left_here / NAME}")
    assert "File too large" in said
    assert files(left_here) == before
    assert len(rs.recover(left_here)) == MANY


AS_NOBODY = """
import os, sys
import researcher as rs
from researcher.errors import CannotRead, CannotWrite
rs.recover
if os.getuid() == 0:
    os.setuid(65534)
for directory, error in ((sys.argv[1], CannotWrite), (sys.argv[2], CannotRead)):
    try:
        rs.recover(directory)
    except error as said:
        print(said)
"""


def test_without_permission_nothing_is_changed_and_the_error_is_clear(left_behind):
    with tempfile.TemporaryDirectory() as path:  # those that tests have else are closed to others
        Path(path).chmod(0o755)
        left, closed = shutil.copytree(left_behind, Path(path) / "left"), Path(path) / "closed"
        closed.mkdir()
        before = files(left)
        for journal in left.iterdir():
            journal.chmod(0o444)
        left.chmod(0o555)
        closed.chmod(0)
        try:
            said = run(AS_NOBODY, left, closed).splitlines()
        finally:
            closed.chmod(0o755)
            left.chmod(0o755)
        assert files(left) == before
    assert "cannot recover" in said[0]
    assert "cannot read the directory" in said[1]
    assert [line.rpartition(": ")[2] for line in said] == ["Permission denied"] * 2
