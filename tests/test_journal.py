"""The journal: nothing that was acknowledged is lost, whatever happens to the process or to the disk."""

from __future__ import annotations

import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from processes import at_once, run, until
from stores import only

import researcher as rs
from researcher.errors import CannotWrite, DamagedRecordWarning
from researcher.storage import keeper, liveness
from researcher.storage.directory import RecordsDirectory

PARAMS = {"title": "relu", "lr": 0.1}

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


# Sudden death

# A child records one experiment after the other, and notes in shared memory what `observe` and `finish` returned from:
# the number of the experiment, of its observations, and whether it ended.
KILLED_AT_RANDOM = """
import json, mmap, os, random, signal, sys, time
import researcher as rs
with rs.Recorder({}, sys.argv[1] + "/warm") as recorder:  # all is loaded, and what is around is known
    recorder.observe(loss=0.5)

def length(child, run):
    return random.Random(child * 1000 + run).randrange(60)

shared = mmap.mmap(-1, 8)
noted = memoryview(shared).cast("Q")
chance = random.Random(int(sys.argv[3]))
said = []
for child in range(int(sys.argv[2])):
    noted[0] = 0
    process = os.fork()
    if not process:
        run = 0
        while True:
            recorder = rs.Recorder({"child": child, "run": run}, sys.argv[1]).start()
            for i in range(length(child, run)):
                recorder.observe(loss=float(i), text=f"{i}")
                noted[0] = run << 32 | (i + 1) << 1
            recorder.finish()
            noted[0] = run << 32 | length(child, run) << 1 | 1
            run += 1
            noted[0] = run << 32
    time.sleep(chance.random() ** 2 * 0.06)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    run, rest = noted[0] >> 32, noted[0] & 0xFFFFFFFF
    said += [(child, i, length(child, i), True) for i in range(run)]
    said.append((child, run, rest >> 1, bool(rest & 1)))
json.dump(said, sys.stdout)
"""


@needs_fork
def test_a_process_that_is_killed_a_hundred_times_loses_nothing(tmp_path):
    said = json.loads(run(KILLED_AT_RANDOM, tmp_path, 100, 5))
    check_all_there(rs.all_experiments(tmp_path), said)
    left = {path.stem for path in tmp_path.glob("*.journal")}
    assert left

    recovered = rs.recover(tmp_path)
    assert not recovered.damaged
    assert {e.name for e in recovered} == left
    assert {e.status for e in recovered} == {"finished", "interrupted"}
    assert rs.recover(tmp_path) == []
    experiments = rs.all_experiments(tmp_path)
    check_all_there(experiments, said)
    assert all(e.path.suffix == ".json" for e in experiments)
    assert not list(tmp_path.glob("*.journal"))


def check_all_there(experiments, said):
    """Each experiment once, whole if it ended, and else with all that was acknowledged."""
    assert not experiments.damaged
    found = collections.defaultdict(list)
    for experiment in experiments:
        found[experiment.params["child"], experiment.params["run"]].append(experiment)
    assert all(len(same) == 1 for same in found.values())
    for child, run_, acknowledged, ended in said:
        if not (acknowledged or ended or (child, run_) in found):
            continue
        ((experiment,)) = found[child, run_]
        losses = experiment.observations.get("loss", [])
        assert losses == [float(i) for i in range(len(losses))]
        assert len(losses) in ((acknowledged,) if ended else (acknowledged, acknowledged + 1))
        assert experiment.observations.get("text") == (str(len(losses) - 1) if losses else None)
        assert experiment.status in (("finished",) if ended else ("interrupted", "finished"))


# Kills itself at the n-th file that is opened, linked, renamed or removed while an experiment is recorded and ends.
KILLED_AT_EACH_STEP = """
import os, signal, sys
import researcher as rs
with rs.Recorder({}, sys.argv[1] + "/warm") as recorder:  # all is loaded
    recorder.observe(loss=0.5)
resume = rs.Recorder.resume

def act(directory):
    if sys.argv[2] == "resume":
        recorder = resume(directory + "/run.json", directory).start()
    else:
        recorder = rs.Recorder({"title": "relu"}, directory).start()
    for i in range(3):
        recorder.observe(loss=float(i), step=10 + i)
    recorder.finish()

for step in range(1000):
    directory = f"{sys.argv[1]}/{step}"
    if sys.argv[2] == "resume":
        rs.save_experiment(directory, "run", {"title": "relu"}, {"loss": [0.5]})
    child = os.fork()
    if not child:
        steps = iter(range(step + 1))
        def die(event, _):
            if event in {"open", "os.link", "os.rename", "os.remove", "os.mkdir"}:
                if next(steps) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(die)
        act(directory)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
print(step)
"""


@needs_fork
@pytest.mark.parametrize("how", ["record", "resume"])
def test_wherever_a_process_is_killed_there_is_one_experiment_or_none_yet(tmp_path, how):
    steps = int(run(KILLED_AT_EACH_STEP, tmp_path, how))
    assert steps > 8
    journals = 0
    for step in range(steps + 1):
        directory = tmp_path / str(step)
        experiments = rs.all_experiments(directory) if directory.exists() else []
        assert len(experiments) <= 1
        found = [(e.status, e.observations) for e in experiments]
        journals += len(list(directory.glob("*.journal")))
        assert len(rs.recover(directory) if directory.exists() else []) <= 1
        after = rs.all_experiments(directory) if directory.exists() else []
        assert [(e.status, e.observations) for e in after] == found
        assert all(e.path.suffix == ".json" for e in after)
        assert not list(directory.glob("*.journal"))
        if found and found[0][0] == "finished" and how == "record":
            assert found[0][1] == {"loss": [0.0, 1.0, 2.0]}
        if how == "resume":
            assert found[0][1]["loss"][:1] == [0.5]
    assert journals > 2


# Many at once

MANY = at_once(
    """
import random, time
import researcher as rs
chance = random.Random(5)
rs.Recorder.resume
""",
    """
    recorder = rs.Recorder({"process": i}, sys.argv[1]).start()
    for j in range(60):
        recorder.observe(loss=float(j), shared=i)
        if j % 10 == i % 10:
            time.sleep(0.05)
    if i % 3:
        recorder.finish()
    if i % 3 == 2:
        with rs.Recorder.resume(recorder.path, sys.argv[1]) as recorder:
            for j in range(60, 90):
                recorder.observe(loss=float(j), shared=i)
    """,
)


@needs_fork
def test_64_processes_at_once_lose_nothing_and_a_reader_sees_them_only_grow(tmp_path):
    processes = 64
    seen, objects = {}, {}
    directory = RecordsDirectory(tmp_path)
    with subprocess.Popen([sys.executable, "-c", MANY, tmp_path, str(processes)]) as writers:
        turns = 0
        while writers.poll() is None or turns < 2:
            turns += 1
            for look in (rs.all_experiments, refreshed):
                experiments = look(tmp_path) if look is rs.all_experiments else look(directory, objects)
                now = {e.params["process"]: len(e.observations.get("loss", ())) for e in experiments}
                assert len(now) == len(experiments)
                for process, values in now.items():
                    assert values >= seen.get(process, 0)
                assert set(seen) <= set(now)
                seen = now
    assert writers.returncode == 0
    assert turns > 5
    experiments = rs.all_experiments(tmp_path)
    assert not experiments.damaged
    for experiment in experiments:
        process = experiment.params["process"]
        expected = 90 if process % 3 == 2 else 60
        assert experiment.observations == {"loss": [float(j) for j in range(expected)], "shared": [process] * expected}
        assert experiment.status == ("finished" if process % 3 else "interrupted")
    assert len(experiments) == processes == len(refreshed(directory, objects))
    assert len(rs.recover(tmp_path)) == len(range(0, processes, 3))
    assert len(list(tmp_path.iterdir())) == processes


def refreshed(directory, objects):
    """What is in the directory; each experiment in the object that it was in before."""
    directory.refresh()
    for experiment in directory.experiments:
        assert objects.setdefault(experiment.params["process"], experiment) is experiment
    return directory.experiments


WITHOUT_LINKS = """
import errno, os, sys
import researcher as rs
rs.Recorder, rs.recover

def refuse(*_, **__):
    raise OSError(errno.EPERM, "no links here")

os.link = refuse
children = []
for i in range(30):
    child = os.fork()
    if not child:
        try:
            recorder = rs.Recorder({"title": "same"}, sys.argv[1]).start()
            recorder.observe(process=i)
            if i % 2:
                recorder.finish()
        finally:
            os._exit(sys.exc_info()[0] is not None)
    children.append(child)
assert not any(os.waitpid(child, 0)[1] for child in children)
assert len(rs.recover(sys.argv[1])) == 15
"""


@needs_fork
def test_where_files_cannot_be_linked_each_process_has_its_own_journal_too(tmp_path):
    run(WITHOUT_LINKS, tmp_path)
    assert sorted(e.observations["process"] for e in rs.all_experiments(tmp_path)) == [[i] for i in range(30)]
    assert {path.suffix for path in tmp_path.iterdir()} == {".json"}
    assert len(list(tmp_path.iterdir())) == 30


# A disk that takes nothing, for a while or for good

# What all scripts below begin with: what waits is written soon, and warnings are collected.
FAULTY = """
import os, pathlib, resource, shutil, sys, time, warnings
import researcher as rs
from researcher.storage import keeper
keeper.SYNC = 0.02
records = sys.argv[1]

def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)

def lines():
    return sum(path.read_bytes().count(b"\\n") for path in pathlib.Path(records).glob("*.journal"))

def told():
    return [str(warning.message) for warning in caught if warning.category is not DeprecationWarning]

def observe(begin, end):
    for i in range(begin, end):
        recorder.observe(loss=float(i))
        recorder.observe({"text": f"number {i}"})

caught = warnings.catch_warnings(record=True).__enter__()
warnings.simplefilter("always")
recorder = rs.Recorder({"title": "relu"}, records, errors=sys.argv[2] if len(sys.argv) > 2 else "raise")
"""


def faulty(script, *args, **environment):
    """Run a script that makes trouble; what it warned of."""
    code = FAULTY + script + "\nimport json\njson.dump(told(), sys.stdout)"
    return json.loads(run(code, *args, **environment))


def losses(n):
    return {"loss": [float(i) for i in range(n)], "text": f"number {n - 1}"}


FULL_FOR_A_WHILE = """
recorder.start()
observe(0, 10)
free = resource.getrlimit(resource.RLIMIT_FSIZE)
for cut in range(100):  # lines are cut off at any byte
    size = os.stat(recorder.path).st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + cut, free[1]))
    observe(10 + 2 * cut, 12 + 2 * cut)
    assert recorder.experiment.observations["loss"] == [float(i) for i in range(12 + 2 * cut)]
    resource.setrlimit(resource.RLIMIT_FSIZE, free)
    until(lambda: lines() == 1 + 2 * (12 + 2 * cut))
recorder.finish()
"""


def test_a_disk_that_is_full_for_a_while_costs_nothing_and_is_told_once(tmp_path):
    (told,) = faulty(FULL_FOR_A_WHILE, tmp_path)
    assert told.startswith(f"cannot write to {tmp_path}: File too large. The experiment goes on")
    assert (only(tmp_path).observations, only(tmp_path).status) == (losses(210), "finished")


FULL_FOR_GOOD = """
recorder.start()
observe(0, 10)
limit = os.stat(recorder.path).st_size + 7
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
observe(10, 100)
assert len(told()) == 1
recorder.finish()
assert recorder.experiment.observations["loss"] == [float(i) for i in range(100)]
"""


def test_a_disk_that_is_full_for_good_keeps_what_fitted_and_the_memory_all(tmp_path):
    rescues = tmp_path / "rescues"
    rescues.mkdir()
    _, told = faulty(FULL_FOR_GOOD, tmp_path / "records", TMPDIR=str(rescues), PYTHONDONTWRITEBYTECODE="1")
    assert "the record cannot be written to" in told
    assert "it is in recorder.experiment.data" in told
    with pytest.warns(DamagedRecordWarning, match="its last line was cut off and left out"):
        assert only(tmp_path / "records").observations == losses(10)
    assert [path.suffix for path in (tmp_path / "records").iterdir()] == [".journal"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 KB."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "researcher", path]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the permission to mount a disk")
    yield path
    subprocess.run(["umount", path], check=True)


FILLED = """
recorder.start()
observe(0, 10)
other = os.open(records + "/other", os.O_CREAT | os.O_WRONLY)
try:
    while True:
        os.write(other, bytes(100))
except OSError:
    pass
observe(10, 200)
THEN
recorder.finish()
"""


@pytest.mark.parametrize("freed", [True, False])
def test_a_small_disk_that_others_fill(small_disk, tmp_path, freed):
    then = "os.truncate(records + '/other', 0); until(lambda: lines() == 401)" if freed else ""
    told = faulty(FILLED.replace("THEN", then), small_disk, TMPDIR=str(tmp_path))
    assert told[0].startswith(f"cannot write to {small_disk}: No space left on device")
    assert len(told) == (1 if freed else 2)
    if freed:
        assert only(small_disk).observations == losses(200)
    else:
        (rescue,) = tmp_path.glob("researcher-rescue-*/*.json")
        assert f"Everything is kept in {rescue}" in told[1]
        assert only(rescue.parent).observations == losses(200)
        with pytest.warns(DamagedRecordWarning):
            assert only(small_disk).observations["loss"] == [float(i) for i in range(len(journal_losses(small_disk)))]


def journal_losses(directory):
    return only(directory).observations["loss"]


REMOVED = """
recorder.start()
observe(0, 10)
shutil.rmtree(records)
observe(10, 20)
until(lambda: lines() == 41)
observe(20, 30)
shutil.rmtree(records)
recorder.observe(loss=30.0, text="number 30")
recorder.finish()
"""


def test_a_directory_that_is_removed_is_made_anew(tmp_path):
    assert faulty(REMOVED, tmp_path / "records") == []
    experiment = only(tmp_path / "records")
    assert (experiment.observations, experiment.status) == (losses(31), "finished")
    assert len(list((tmp_path / "records").iterdir())) == 1


IN_THE_WAY = """
recorder.start()
observe(0, 10)
shutil.rmtree(records)
open(records, "w").close()
until(lambda: recorder._recording.journal.trouble)
observe(10, 20)
assert len(told()) == 1
THEN
recorder.finish()
"""


@pytest.mark.parametrize("freed", [True, False])
def test_a_file_in_the_place_of_the_directory(tmp_path, freed):
    records, rescues = tmp_path / "records", tmp_path / "rescues"
    rescues.mkdir()
    then = "os.remove(records); until(lambda: lines() == 41)" if freed else ""
    told = faulty(IN_THE_WAY.replace("THEN", then), records, TMPDIR=str(rescues))
    assert told[0].startswith(f"cannot write to {records}: ")
    if freed:
        assert (len(told), only(records).observations) == (1, losses(20))
        assert not list(rescues.iterdir())
    else:
        (rescue,) = rescues.glob("*/*.json")
        assert f"Everything is kept in {rescue}" in told[1]
        assert (len(told), only(rescue.parent).observations) == (2, losses(20))
        assert only(rescue.parent).status == "finished"
        assert records.read_text() == ""


@pytest.fixture
def open_to_all():
    """A directory that everybody may look into; those that tests have else are closed to others."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o755)
        yield Path(path)


WITHOUT_PERMISSION = """
if os.getuid() == 0:
    os.setuid(65534)
recorder.start()
observe(0, 10)
os.chmod(records, 0o500)
observe(10, 20)
recorder.finish()
os.chmod(records, 0o700)
"""


def test_a_record_that_may_not_be_written_stays_a_journal(open_to_all):
    records = open_to_all / "records"
    records.mkdir()
    if os.getuid() == 0:
        os.chown(records, 65534, 65534)
    (told,) = faulty(WITHOUT_PERMISSION, records)
    (journal,) = records.iterdir()
    assert "Permission denied. Everything is kept in" in told
    assert f"{journal}; `researcher recover {records}` makes its record" in told
    assert (only(records).status, only(records).observations) == ("finished", losses(20))
    assert [e.status for e in rs.recover(records)] == ["finished"]
    assert (only(records).path.suffix, only(records).observations) == (".json", losses(20))


NOT_AT_THE_START = """
open(records, "w").close()
recorder.start()
second = rs.Recorder({"title": "relu"}, records, errors="warn").start()
second.observe(other=0.5)
observe(0, 10)
assert recorder.experiment.observations["loss"] == [float(i) for i in range(10)]
assert recorder.status == recorder.experiment.status == "running"
assert len(told()) == 2, told()
THEN
observe(10, 20)
recorder.finish()
second.finish()
"""


@pytest.mark.parametrize("freed", [True, False])
def test_a_directory_that_cannot_be_written_to_at_the_start(tmp_path, freed):
    records, rescues = tmp_path / "records", tmp_path / "rescues"
    rescues.mkdir()
    then = "os.remove(records); until(lambda: lines() == 23)" if freed else ""
    told = faulty(NOT_AT_THE_START.replace("THEN", then), records, "warn", TMPDIR=str(rescues))
    assert told[0].startswith(f"cannot record into {records}: ")
    assert "What is observed is kept in memory" in told[0]
    if freed:
        assert sorted(map(repr, (e.observations for e in rs.all_experiments(records)))) == sorted(
            map(repr, (losses(20), {"other": [0.5]}))
        )
        assert len(told) == 2
    else:
        assert len(told) == 4
        assert sorted(len(only(path).observations) for path in rescues.iterdir()) == [1, 2]


FORGOTTEN = """
open(records, "w").close()
recorder.start()
observe(0, 10)
del recorder
import gc
gc.collect()
THEN
"""


@pytest.mark.parametrize("freed", [True, False])
def test_a_recorder_that_is_forgotten_with_observations_in_memory_alone(tmp_path, freed):
    records, rescues = tmp_path / "records", tmp_path / "rescues"
    rescues.mkdir()
    then = "os.remove(records); until(lambda: lines() == 21)" if freed else ""
    code = FAULTY + FORGOTTEN.replace("THEN", then)
    assert run(code, records, "warn", TMPDIR=str(rescues)) == ""
    where = records if freed else next(rescues.iterdir())
    assert (only(where).status, only(where).observations) == ("interrupted", losses(10))


def test_with_errors_raised_nothing_begins_where_nothing_can_be_written(tmp_path):
    (tmp_path / "records").touch()
    recorder = rs.Recorder(PARAMS, tmp_path / "records")
    with pytest.raises(CannotWrite, match=r"cannot record into .*records"):
        recorder.start()
    assert recorder.status == "new"


IN_A_CHILD = """
recorder.start()
observe(0, 10)
read, write = os.pipe()
child = os.fork()
if not child:
    os.close(write)
    os.read(read, 1)
    for i in range(100):
        recorder.observe(childs=float(i))
    until(lambda: lines() == 141)
    recorder.finish()
    os._exit(len(told()) > 1)
shutil.rmtree(records)
os.close(write)
observe(10, 20)
assert os.waitpid(child, 0)[1] == 0
recorder.finish()
"""


@needs_fork
def test_a_child_finds_a_journal_that_was_made_anew(tmp_path):
    told = faulty(IN_A_CHILD, tmp_path / "records")
    assert told == []
    assert only(tmp_path / "records").observations == {**losses(20), "childs": [float(i) for i in range(100)]}


# Journals as they should not be

LEFT_BEHIND = """
import os, signal, sys, researcher as rs
recorder = rs.Recorder({"title": "relu", "lr": 0.1}, sys.argv[1]).start()
for i in range(5):
    recorder.observe(loss=float(i))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory):
    """A journal of a process that was killed."""
    directory = tmp_path_factory.mktemp("left")
    assert subprocess.run([sys.executable, "-c", LEFT_BEHIND, directory]).returncode == -9
    (path,) = directory.iterdir()
    return path


@pytest.fixture
def left(left_behind, tmp_path):
    """The same in a directory of its own."""
    return Path(shutil.copy(left_behind, tmp_path))


def damage(directory):
    """What the experiments say is damaged, and what is loaded all the same."""
    with pytest.warns(DamagedRecordWarning):
        experiments = rs.all_experiments(directory)
    return [reason for _, reason in experiments.damaged], [e.observations for e in experiments]


@pytest.mark.parametrize("cut", [2, 10, 30])
def test_a_torn_last_line_is_dropped_and_said(left, tmp_path, cut):
    content = left.read_bytes()
    left.write_bytes(content[:-cut])
    last = len(content.splitlines()[-1]) + 1
    said = [f"its last line was cut off and left out ({last - cut} bytes)"]
    assert damage(tmp_path) == (said, [{"loss": [0.0, 1.0, 2.0, 3.0]}])
    recovered = rs.recover(tmp_path)
    assert [reason for _, reason in recovered.damaged] == said
    assert [e.observations for e in recovered] == [{"loss": [0.0, 1.0, 2.0, 3.0]}]
    assert not rs.all_experiments(tmp_path).damaged


def test_a_last_line_that_lacks_its_end_alone_is_recovered(left, tmp_path):
    left.write_bytes(left.read_bytes()[:-1])
    assert damage(tmp_path)[1] == [{"loss": [0.0, 1.0, 2.0, 3.0]}]
    recovered = rs.recover(tmp_path)
    assert (recovered.damaged, recovered[0].observations["loss"][-1]) == ([], 4.0)


def test_a_torn_last_line_takes_nothing_with_it_that_comes_later(left, tmp_path):
    left.write_bytes(left.read_bytes()[:-5])
    with pytest.warns(DamagedRecordWarning):
        rs.all_experiments(tmp_path)[0].annotate("a note")
    with rs.Recorder.resume(left.name, tmp_path) as recorder:
        recorder.observe(loss=9.0)
        with pytest.warns(DamagedRecordWarning):
            (experiment,) = rs.all_experiments(tmp_path)
        assert experiment.observations == {"loss": [0.0, 1.0, 2.0, 3.0, 9.0]}
    assert (recorder.experiment.notes, recorder.experiment.observations["loss"][3:]) == (["a note"], [3.0, 9.0])


GARBAGE = {
    "no JSON": b"garbage",
    "binary": bytes(range(11, 256)),
    "no line of ours": b'{"loss": 0.5}',
    "a list": b"[1, 2, 3]",
    "half a line": b'{"time":1.5,"observed":{"lo',
    "no number": b'{"time":1.5,"observed":{"loss":true}}',
    "no number either": b'{"time":1.5,"observed":{"loss":"three"}}',
    "no step": b'{"time":1.5,"observed":{"loss":0.5},"step":NaN}',
    "an infinite step": b'{"time":1.5,"observed":{"loss":0.5},"step":1e999}',
    "an infinite time": b'{"time":Infinity,"observed":{"loss":0.5}}',
    "no fold": b'{"time":1.5,"observed":{"other":0.5},"fold":-1}',
    "a fold far away": b'{"time":1.5,"observed":{"other":0.5},"fold":1000000000}',
    "another kind": b'{"time":1.5,"observed":{"loss":0.5},"fold":1}',
    "deep": b'{"time":1.5,"kept":{"other":' + b"[" * 150 + b"]" * 150 + b"}}",
    "very deep": b'{"time":1.5,"more":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "endless": b"[" * 100_000,
    "no steps": b'{"time":0.0,"series":[{"name":"loss","steps":[0,1e999],"values":[1,2],"times":[]}]}',
    "no values": b'{"time":0.0,"series":[{"name":"loss","steps":[0,1],"values":[1,"two"],"times":[]}]}',
    "steps that do not fit": b'{"time":0.0,"series":[{"name":"loss","steps":[0],"values":[1,2],"times":[]}]}',
    "times that do not fit": b'{"time":0.0,"series":[{"name":"loss","steps":[0],"values":[1],"times":[1,2]}]}',
    "no file": b'{"time":1.5,"file":{"bytes":NaN}}',
}


@pytest.mark.parametrize("what", GARBAGE)
def test_a_line_that_makes_no_sense_is_passed_over_and_said(left, tmp_path, what):
    lines = left.read_bytes().splitlines(keepends=True)
    left.write_bytes(b"".join([*lines[:3], GARBAGE[what] + b"\n", b"\n", *lines[3:]]))
    said, observations = damage(tmp_path)
    assert said == ["1 of its lines make no sense and were left out"]
    assert observations == [{"loss": [float(i) for i in range(5)]}]
    recovered = rs.recover(tmp_path)
    assert [reason for _, reason in recovered.damaged] == said
    assert [e.observations for e in recovered] == observations


@pytest.mark.parametrize("half", [b'{"time":1.5,"observed":{"lo', b'{"time":1.5,"kept":{"a":{"time":1', b'{"ti', b"{"])
def test_half_a_line_of_a_writer_that_died_takes_no_line_with_it(left, tmp_path, half):
    lines = left.read_bytes().splitlines(keepends=True)
    left.write_bytes(b"".join([*lines[:3], half, *lines[3:]]))
    said, observations = damage(tmp_path)
    assert said == ["1 of its lines make no sense and were left out"]
    assert observations == [{"loss": [float(i) for i in range(5)]}]


def link_to_itself(path):
    path.unlink()
    path.symlink_to(path.name)


def directory(path):
    path.unlink()
    path.mkdir()


def pipe(path):
    path.unlink()
    os.mkfifo(path)


NO_JOURNALS = {
    "empty": (lambda path: path.write_bytes(b""), "it is a journal without its first line"),
    "half a first line": (lambda path: path.write_bytes(path.read_bytes()[:20]), "without its first line"),
    "blank": (lambda path: path.write_bytes(b"\n\n"), "it is empty"),
    "headless": (
        lambda path: path.write_bytes(path.read_bytes().partition(b"\n")[2]),
        "its first line is not that of a journal",
    ),
    "a list": (lambda path: path.write_bytes(b"[1]\n"), "it holds a list"),
    "binary": (lambda path: path.write_bytes(bytes(range(256))), "is not|it ends too early"),
    "a directory": (directory, "it is not a regular file"),
    "a pipe": (pipe, "it is not a regular file"),
    "a link to itself": (link_to_itself, "it cannot be opened"),
}


@pytest.mark.parametrize("what", NO_JOURNALS)
def test_what_is_no_journal_is_damaged_and_left_where_it_is(left, tmp_path, what):
    spoil, said = NO_JOURNALS[what]
    spoil(left)
    good = rs.record_experiment(PARAMS, tmp_path)
    (reason,), observations = damage(tmp_path)
    assert re.search(said, reason)
    assert observations == [{}]
    if what != "a directory":
        recovered = rs.recover(tmp_path)
        assert (recovered, [path for path, _ in recovered.damaged]) == ([], [left])
    assert left.exists() or left.is_symlink()
    with rs.Recorder(PARAMS, tmp_path) as recorder:
        recorder.observe(loss=0.5)
    assert good.path.exists()


def test_a_journal_that_was_damaged_and_mended_is_read(left, tmp_path):
    content = left.read_bytes()
    left.write_bytes(b"")
    records = RecordsDirectory(tmp_path)
    assert records.refresh().listed
    assert [path.name for path, _ in records.damaged] == [left.name]
    left.write_bytes(content)
    assert records.refresh().listed
    assert (records.damaged, records.experiments[0].observations["loss"][-1]) == ([], 4.0)
    left.write_bytes(content.replace(b"4.0", b"7.0"))
    os.utime(left, ns=(1, 1))
    records.refresh()
    left.write_bytes(b"".join(content.splitlines(keepends=True)[:3]))
    records.refresh()
    assert records.experiments[0].observations == {"loss": [0.0, 1.0]}


def as_of_another_machine(path, **changed):
    head, _, rest = path.read_text().partition("\n")
    data = json.loads(head)
    data["researcher"]["writer"] |= {"host": "elsewhere", **changed}
    path.write_text(json.dumps(data) + "\n" + rest)


@pytest.mark.parametrize("locks", [True, False])
def test_the_age_of_a_journal_of_another_machine_says_whether_it_runs(left, tmp_path, locks):
    as_of_another_machine(left, locks=locks)
    assert only(tmp_path).status == "running"
    records = RecordsDirectory(tmp_path)
    records.refresh()
    assert records.running
    assert rs.recover(tmp_path) == []
    with pytest.raises(CannotWrite, match="still being recorded"):
        rs.Recorder.resume(left, tmp_path)
    long_ago = time.time() - liveness.STALE - 1
    os.utime(left, (long_ago, long_ago))
    (known,) = records.experiments
    assert records.refresh().grown == (known,)
    assert (only(tmp_path).status, known.status, records.running) == ("interrupted", "interrupted", False)
    assert [e.observations["loss"] for e in rs.recover(tmp_path)] == [[0.0, 1.0, 2.0, 3.0, 4.0]]


def test_a_journal_says_that_it_is_alive_where_locks_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "SYNC", 0.02)
    monkeypatch.setattr(liveness, "HEARTBEAT", 0.05)
    with rs.Recorder(PARAMS, tmp_path) as recorder:
        recorder.observe(loss=0.5)
        os.utime(recorder.path, (1, 1))
        until(lambda: recorder.path.stat().st_mtime > time.time() - 10)


# A directory that is looked at again and again


def test_an_experiment_stays_one_object_from_its_begin_to_its_end_and_beyond(tmp_path):
    records = RecordsDirectory(tmp_path)
    records.refresh()
    recorder = rs.Recorder(PARAMS, tmp_path).start()
    assert records.refresh().listed
    (experiment,) = records.experiments
    assert (experiment.status, records.running) == ("running", True)
    assert not records.refresh()
    recorder.observe(loss=0.5)
    assert records.refresh() == (False, (experiment,))
    assert experiment.observations == {"loss": [0.5]}
    recorder.observe(loss=0.25)
    assert records.follow() == (False, (experiment,))
    assert experiment.observations == {"loss": [0.5, 0.25]}
    assert not records.follow()
    recorder.finish()
    assert records.follow().listed
    assert records.refresh() == (False, (experiment,))
    assert (experiment.status, experiment.path.suffix, records.running) == ("finished", ".json", False)
    assert not records.refresh()
    assert not records.follow()

    for i in range(2):  # resumed, seen and unseen
        with rs.Recorder.resume(experiment.hash, tmp_path) as recorder:
            recorder.observe(loss=1.0)
            if not i:
                assert records.refresh() == (False, (experiment,))
                assert experiment.status == "running"
                assert not records.refresh()
                recorder.observe(loss=2.0)
                assert records.follow() == (False, (experiment,))
        assert records.refresh() == (False, (experiment,))
        assert (experiment.status, experiment.observations["loss"][-1]) == ("finished", 1.0 + (not i))
        assert not records.refresh()
    experiment.annotate("a note")
    rs.all_experiments(tmp_path)[0].annotate("another")
    assert records.refresh() == (False, (experiment,))
    assert experiment.notes == ["a note", "another"]
    assert records.experiments == [experiment]
    experiment.path.unlink()
    assert records.refresh() == (True, ())
    assert records.experiments == []


@pytest.mark.usefixtures("left")
def test_an_experiment_stays_one_object_when_it_is_recovered_and_resumed(tmp_path):
    records = RecordsDirectory(tmp_path)
    records.refresh()
    (experiment,) = records.experiments
    assert experiment.status == "interrupted"
    rs.recover(tmp_path)
    assert records.refresh() == (False, (experiment,))
    assert experiment.path.suffix == ".json"
    recorder = rs.Recorder.resume(experiment.path, tmp_path).start()
    assert records.refresh() == (False, (experiment,))
    recorder.path.unlink()  # by hand, and nobody notices for a while
    assert records.refresh().grown == (experiment,)
    assert experiment.status == "interrupted"
    recorder.finish()


def test_what_runs_and_what_does_not_is_told_apart_from_the_first_look(left, tmp_path):
    with rs.Recorder({"title": "other"}, tmp_path) as recorder:
        records = RecordsDirectory(tmp_path)
        records.refresh()
        assert [e.status for e in records.experiments] == ["interrupted", "running"]
        recorder.observe(loss=0.5)
        before = left.stat().st_atime_ns
        assert records.follow().grown == (records.experiments[1],)
        assert left.stat().st_atime_ns == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_long_journal_is_read_once(tmp_path):
    def read(look):
        """How many bytes are read from files meanwhile."""
        before = _bytes_read()
        look()
        return _bytes_read() - before

    recorder = rs.Recorder(PARAMS, tmp_path).start()
    text = "x" * 500_000
    for i in range(100):
        recorder.observe({"text": text, "loss": float(i)})
    size = recorder.path.stat().st_size
    assert size > 50_000_000
    records = RecordsDirectory(tmp_path)
    assert size <= read(records.refresh) < 2 * size
    for look in (lambda: recorder.experiment, records.refresh, records.follow):
        recorder.observe(loss=0.5)
        look()
        recorder.observe(loss=0.25)
        assert read(look) < 100_000
        assert read(look) < 100_000
    assert records.experiments[0].observations["loss"][100:] == [0.5, 0.25] * 3
    recorder.finish()


def _bytes_read():
    with open("/proc/self/io") as file:  # noqa: PTH123
        return int(file.readline().split()[1])
