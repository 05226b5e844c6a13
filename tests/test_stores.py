"""What is special about records on stores: their URLs, errors, writers elsewhere, and what is lost with a machine."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest
import stores
from botocore.utils import parse_timestamp
from processes import run, until
from stores import only

import researcher as rs
from researcher.errors import BadAddress, CannotRead, CannotWrite, NotRecording, RecordingWarning, RecordsNotFound
from researcher.places import place
from researcher.storage.directory import records_directory
from researcher.storage.remote.systems import time_of

PARAMS = {"title": "relu", "lr": 0.1}
NAME = f"relu_{rs.get_hash(PARAMS)}"


# URLs


@pytest.mark.parametrize("act", [rs.all_experiments, lambda url: rs.Recorder({}, url), rs.recover])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://key:the-secret@bucket/records", "holds a password"),
        ("https://host/records?signature=the-secret", "with a query cannot name"),
        ("simplecache::s3://bucket/the-secret", "cannot name a records directory"),
        (Path("s3://bucket/records"), "pass the URL as text"),
        ("s4://bucket/records", "Protocol not known: s4"),
    ],
)
def test_a_url_that_names_no_place_is_refused_without_showing_what_is_secret(act, url, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((BadAddress, RecordsNotFound), match=said) as caught:
        act(url)
    assert "the-secret@" not in str(caught.value)
    assert "signature" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_what_was_to_be_recorded_at_a_url_that_names_no_place_is_kept():
    with pytest.raises(CannotWrite, match="holds a password") as caught:
        rs.record_experiment(PARAMS, "s3://key:the-secret@bucket/records", {"loss": [0.5]})
    assert json.loads(caught.value.rescue.read_text())["observations"] == {"loss": [0.5]}
    assert "the-secret" not in caught.value.rescue.read_text() + str(caught.value)
    caught.value.rescue.unlink()


def test_a_store_that_cannot_create_without_replacing_is_refused():
    with pytest.raises(CannotWrite, match="ftp:// is not known to create files without replacing others") as caught:
        rs.record_experiment(PARAMS, "ftp://127.0.0.1:1/records")
    caught.value.rescue.unlink()


def test_a_url_of_this_machine_is_a_directory(tmp_path):
    recorded = rs.record_experiment(PARAMS, f"file://{tmp_path}/records")
    assert recorded.path == tmp_path / "records" / f"{NAME}.json"
    assert only(f"local://{tmp_path}/records/").path == recorded.path


WITHOUT = """
import sys
for missing in sys.argv[2:]:
    sys.modules[missing] = None
import researcher as rs
try:
    {act}
except rs.errors.MissingExtra as error:
    print(error.extra, "|", error.rescue is not None and "loss" in error.rescue.read_text(), "|", error)
    error.rescue and error.rescue.unlink()
"""


@pytest.mark.parametrize(
    ("act", "url", "missing", "extra", "rescued"),
    [
        ("rs.record_experiment({}, sys.argv[1], {'loss': 1})", "s3://bucket/records", "fsspec", "s3", True),
        ("rs.record_experiment({}, sys.argv[1], {'loss': 1})", "s3://bucket/records", "s3fs", "s3", True),
        ("rs.record_experiment({}, sys.argv[1], {'loss': 1})", "gs://bucket/records", "gcsfs", "gcs", True),
        ("rs.Recorder({}, sys.argv[1])", "s3://bucket/records", "s3fs", "s3", False),
        ("rs.all_experiments(sys.argv[1])", "s3://bucket/records", "s3fs", "s3", False),
        ("rs.all_experiments(sys.argv[1])", "s3://bucket/records", "aiobotocore.config", "s3", False),  # half of it
    ],
)
def test_what_is_not_installed_is_said_and_nothing_lost(act, url, missing, extra, rescued):
    said = run(WITHOUT.format(act=act), url, missing)
    assert said.startswith(f"{extra} | {rescued} |")
    assert missing in said
    assert f'pip install "researcher-notebook[{extra}]"' in said


def test_records_on_this_machine_need_none_of_it(tmp_path):
    script = """
import sys, researcher as rs
rs.record_experiment({}, sys.argv[1], {"loss": 1})
with rs.Recorder({}, sys.argv[1]) as recorder:
    recorder.observe(loss=0.5)
rs.recover(sys.argv[1])
assert len(rs.all_experiments(sys.argv[1])) == 2
print({"fsspec", "s3fs", "platformdirs", "researcher.storage.remote"} & set(sys.modules))
"""
    assert run(script, tmp_path) == "set()\n"


# What the store answers


@pytest.fixture(params=["s3", "gs"])
def server(request):
    """A server that is no part of this process."""
    return request.getfixturevalue(request.param)


@pytest.mark.usefixtures("s3", "gs")
@pytest.mark.parametrize("scheme", ["s3", "gs"])
def test_a_bucket_that_is_missing_is_named(scheme, spool):
    records = f"{scheme}://no-bucket-of-this-name/records"
    with pytest.raises(RecordsNotFound, match="there is no bucket 'no-bucket-of-this-name'; make it first"):
        rs.all_experiments(records)
    with pytest.raises(CannotWrite, match=rf"cannot record into {scheme}://no-.*: there is no bucket") as caught:
        rs.record_experiment(PARAMS, records, {"loss": [0.5]})
    assert json.loads(caught.value.rescue.read_text())["observations"] == {"loss": [0.5]}
    caught.value.rescue.unlink()
    with pytest.raises(CannotWrite, match="there is no bucket"):
        rs.Recorder(PARAMS, records).start()
    assert not list(spool.rglob("*.journal"))


def test_an_empty_place_says_what_makes_it_one(server):
    with pytest.raises(RecordsNotFound, match=r"there is nothing at \w+://.*Recording an experiment there makes it"):
        rs.all_experiments(f"{server.new_bucket()}/records")
    assert rs.all_experiments(server.new_bucket()) == []


def test_what_is_forbidden_is_said_and_nothing_lost(s3, spool):
    records = f"{s3.new_bucket()}/records"
    recorded = rs.record_experiment(PARAMS, records, {"loss": [0.5]})
    with s3.forbidding():
        with pytest.raises(CannotRead, match=r"the store does not allow it \(.*\). See that the credentials"):
            rs.all_experiments(records)
        with pytest.raises(CannotWrite, match="does not allow it") as caught:
            rs.record_experiment(PARAMS, records, {"loss": [0.25]})
        with pytest.raises(CannotWrite, match="does not allow it"):
            rs.Recorder(PARAMS, records).start()
        with pytest.raises(CannotWrite, match=r"cannot annotate .*does not allow it"):
            recorded.annotate("a remark")
        with pytest.raises(CannotRead, match="does not allow it"):
            rs.recover(records)
    assert json.loads(caught.value.rescue.read_text())["observations"] == {"loss": [0.25]}
    caught.value.rescue.unlink()
    assert only(records).observations == {"loss": [0.5]}
    assert not list(spool.rglob("*.journal"))


def test_what_a_store_does_not_take_at_the_end_is_kept_and_recovered(s3, spool):
    records = f"{s3.new_bucket()}/records"
    recorder = rs.Recorder(PARAMS, records).start()
    recorder.observe(loss=0.5)
    with s3.forbidding(), pytest.warns(RecordingWarning) as warned:
        recorder.finish()
    (journal,) = spool.rglob("*.journal")
    said = str(warned[-1].message)
    assert f"Everything is kept in {journal}; `researcher recover {records}` makes its record" in said
    (recovered,) = rs.recover(records)
    assert (recovered.status, recovered.observations) == ("finished", {"loss": [0.5]})
    assert stores.names(records) == [f"{NAME}.json"]
    assert not list(spool.rglob("*.journal"))


def test_a_training_that_wants_warnings_begins_without_its_store(s3):
    records = f"{s3.new_bucket()}/records"
    recorder = rs.Recorder(PARAMS, records, errors="warn")
    with s3.forbidding(), pytest.warns(RecordingWarning, match=r"cannot send to s3://.*kept on this machine, and sent"):
        recorder.start()
    recorder.observe(loss=0.5)
    recorder.observe(loss=0.25)
    recorder.finish()
    assert only(records).observations == {"loss": [0.5, 0.25]}


# Writers elsewhere


MANY = """
import sys, threading, researcher as rs
def record(i):
    rs.record_experiment({"title": "relu", "lr": 0.1}, sys.argv[1], {"run": int(sys.argv[2]) * 100 + i})
threads = [threading.Thread(target=record, args=(i,)) for i in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_any_number_of_writers_of_one_name_leave_a_record_each(server):
    records = f"{server.new_bucket()}/records"
    writers = [subprocess.Popen([sys.executable, "-c", MANY, records, str(i)]) for i in range(3)]
    assert [writer.wait() for writer in writers] == [0] * 3
    experiments = rs.all_experiments(records)
    assert sorted(e.observations["run"] for e in experiments) == sorted(100 * i + j for i in range(3) for j in range(8))
    numbers = ["", *(f"-{i}" for i in range(2, 25))]
    assert sorted(e.name for e in experiments) == sorted(f"{NAME}{number}" for number in numbers)


def test_threads_that_write_one_name_into_memory_leave_a_record_each(tmp_path):
    records = f"memory://{tmp_path.name}"
    threads = [threading.Thread(target=rs.record_experiment, args=(PARAMS, records, {"run": i})) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(e.observations["run"] for e in rs.all_experiments(records)) == [*range(16)]


def test_two_who_record_live_under_one_name_are_two_experiments(records):
    with rs.Recorder(PARAMS, records) as first, rs.Recorder(PARAMS, records) as second:
        first.observe(loss=1.0)
        second.observe(loss=2.0)
        assert [e.observations for e in rs.all_experiments(records)] == [{"loss": [1.0]}, {"loss": [2.0]}]
    assert stores.names(records) == [f"{NAME}-2.json", f"{NAME}.json"]


@pytest.fixture
def elsewhere(spool, monkeypatch, tmp_path_factory):
    """Whatever is done within this block is done on another machine."""
    other = tmp_path_factory.mktemp("elsewhere")

    @contextlib.contextmanager
    def on_another_machine():
        monkeypatch.setenv("RESEARCHER_SPOOL", str(other))
        yield
        monkeypatch.setenv("RESEARCHER_SPOOL", str(spool))

    return on_another_machine


@pytest.fixture(params=["memory", "s3", "gs"])
def store(request, tmp_path):
    """A place for records that is no directory."""
    return stores.chosen(request, tmp_path)


def test_others_see_what_runs_here_grow_and_end(store, elsewhere):
    with rs.Recorder(PARAMS, store) as recorder:
        recorder.observe(loss=0.5)
        with elsewhere():
            look = records_directory(store)
            until(lambda: look.refresh() and look.experiments[0].observations == {"loss": [0.5]})
            (kept,) = look.experiments
            assert kept.status == "running"
            assert rs.recover(store) == []
            with pytest.raises(CannotWrite, match="is still being recorded"):
                rs.Recorder.resume(kept.hash, store)
            kept.annotate("from elsewhere", tags=["seen"])
        recorder.observe(loss=0.25)
        with elsewhere():
            until(lambda: look.follow() and kept.observations == {"loss": [0.5, 0.25]})
    with elsewhere():
        assert look.refresh()
        assert look.experiments == [kept]
        assert (kept.status, kept.notes, kept.tags) == ("finished", ["from elsewhere"], ["seen"])
        assert not look.refresh()
    assert only(store).notes == ["from elsewhere"]
    assert stores.names(store) == [f"{NAME}.json"]


def test_what_runs_here_can_be_asked_to_stop_from_elsewhere(store, elsewhere):
    with rs.Recorder(PARAMS, store) as recorder:
        recorder.observe(loss=0.5)
        with elsewhere():
            kept = only(store)
            kept.request_stop()
        recorder.observe(loss=0.25)
        until(recorder.should_stop)
    with elsewhere():
        assert only(store).status == "pruned"
        with pytest.raises(NotRecording, match="does not run"):
            kept.request_stop()
    assert stores.names(store) == [f"{NAME}.json"]
    with rs.Recorder.resume(only(store), store) as recorder:
        assert not recorder.should_stop()


def lost(tmp_path, torn=b""):
    """Another place, with what was on the store when the machine of a recorder was lost some time ago."""
    fs = fsspec.filesystem("memory")
    copy = f"memory://{tmp_path.name}-lost"
    journal = f"/{tmp_path.name}/{NAME}.journal"
    until(lambda: b'"loss":0.25' in b"".join(fs.cat(journal + "/*").values()))
    for path in fs.find(journal):
        there = path.replace(f"/{tmp_path.name}/", f"/{tmp_path.name}-lost/")
        fs.pipe_file(there, fs.cat_file(path) + torn)
        fs.store[there].created = datetime.now(UTC) - timedelta(hours=1)
    return copy


def test_what_was_sent_outlives_the_machine(tmp_path, elsewhere):
    records = f"memory://{tmp_path.name}"
    with rs.Recorder(PARAMS, records) as recorder:
        recorder.observe(loss=0.5)
        recorder.observe(loss=0.25)
        copy = lost(tmp_path, b'{"time":1.0,"obse')
    with elsewhere():
        with pytest.warns(rs.errors.DamagedRecordWarning, match="its last line was cut off"):
            found = only(copy)
        assert (found.status, found.observations) == ("interrupted", {"loss": [0.5, 0.25]})
        only(copy).annotate("a remark")
        recovered = rs.recover(copy)
        assert [(e.status, e.notes) for e in recovered] == [("interrupted", ["a remark"])]
        assert "cut off" in recovered.damaged[0][1]
        assert stores.names(copy) == [f"{NAME}.json"]
        assert rs.recover(copy) == []
        with rs.Recorder.resume(NAME + ".json", copy) as recorder:
            recorder.observe(loss=0.125)
        assert only(copy).observations == {"loss": [0.5, 0.25, 0.125]}


def test_what_another_machine_left_behind_goes_on_here(tmp_path, elsewhere):
    records = f"memory://{tmp_path.name}"
    with rs.Recorder(PARAMS, records) as recorder:
        recorder.observe(loss=0.5)
        recorder.observe(loss=0.25)
        copy = lost(tmp_path)
    with elsewhere():
        with rs.Recorder.resume(recorder.experiment.hash[:8], copy) as recorder:
            recorder.observe(loss=0.125)
        assert only(copy).observations == {"loss": [0.5, 0.25, 0.125]}
        assert stores.names(copy) == [f"{NAME}.json"]


def test_a_writer_that_was_taken_for_dead_takes_its_record_back(tmp_path, elsewhere):
    records = f"memory://{tmp_path.name}"
    fs = fsspec.filesystem("memory")
    with rs.Recorder(PARAMS, records) as recorder:
        recorder.observe(loss=0.5)
        until(lambda: b'"loss":0.5' in b"".join(fs.cat(f"/{tmp_path.name}/{NAME}.journal/*").values()))
        for path in fs.find(f"/{tmp_path.name}"):
            fs.store[path].created = datetime.now(UTC) - timedelta(hours=1)
        with elsewhere():
            assert [e.status for e in rs.recover(records)] == ["interrupted"]
            assert only(records).observations == {"loss": [0.5]}
        recorder.observe(loss=0.25)
    assert (only(records).status, only(records).observations) == ("finished", {"loss": [0.5, 0.25]})
    assert stores.names(records) == [f"{NAME}.json"]


def test_a_long_journal_is_few_parts_and_read_on_from_where_it_was_read(tmp_path, elsewhere):
    records = f"memory://{tmp_path.name}"
    with rs.Recorder(PARAMS, records) as recorder:
        for step in range(20_000):
            recorder.observe(loss=step / 7, accuracy=1 / (step + 1))
        journal = place(records) / f"{NAME}.journal"
        with elsewhere():
            look = records_directory(records)
            until(lambda: look.refresh() and len(look.experiments[0].observations.get("loss", [])) == 20_000)
            assert len(stores.names(journal)) <= 3
            recorder.observe(loss=0.5)
            until(lambda: look.follow() and look.experiments[0].observations["loss"][-1] == 0.5)
    assert len(only(records).observations["loss"]) == 20_001


# Reading


def test_a_second_look_is_one_request(s3):
    records = f"{s3.new_bucket()}/records"
    for i in range(20):
        rs.record_experiment({"i": i}, records, {"loss": [float(i)]})
    look = records_directory(records)
    with s3.requests() as first:
        assert look.refresh()
        assert [e.observations["loss"] for e in look.experiments] == [[float(i)] for i in range(20)]
    with s3.requests() as second:
        assert not look.refresh()
    rs.record_experiment({"i": 20}, records)
    with s3.requests() as third:
        assert look.refresh()
    assert [len(requests) for requests in (first, second, third)] == [21, 1, 2]


OPENED = """
import sys, researcher as rs
print([e.params["i"] for e in rs.all_experiments(sys.argv[1])])
"""


def test_another_process_opens_it_with_one_request(s3, tmp_path, monkeypatch):
    monkeypatch.setenv("RESEARCHER_CACHE", str(tmp_path / "cache"))
    records = f"{s3.new_bucket()}/records"
    for i in range(4):
        rs.record_experiment({"i": i}, records, {"loss": [float(10 - i)] * 20_000})
    assert run(OPENED, records) == "[0, 1, 2, 3]\n"
    with s3.requests() as again:
        assert run(OPENED, records) == "[0, 1, 2, 3]\n"
    assert len(again) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T15:26:30.000Z",
        "2026-11-24T15:26:30.123456Z",
        "2026-11-24T15:26:30+02:00",
        "20261124T152630Z",
        "Tue, 24 Nov 2026 15:26:30 GMT",
        "Tue, 24 Nov 2026 15:26:30 +0200",
        "1795533990",
        1795533990,
        1795533990.5,
    ],
)
def test_times_are_read_as_botocore_reads_them(text):
    assert time_of(text) == parse_timestamp(text)


def test_names_that_mean_something_to_shells_and_urls_are_names(records):
    titles = ["relu [1]*", "100 % #1", "a+b=c & d", "模型 é", "{x}!"]
    for title in titles:
        rs.record_experiment({"title": title}, records, {"loss": [1.0]})
        rs.record_experiment({"title": title}, records, {"loss": [2.0]})
        with rs.Recorder({"title": title}, records) as recorder:
            recorder.observe(loss=3.0)
    experiments = rs.all_experiments(records)
    assert [e.title for e in experiments] == [title for title in titles for _ in range(3)]
    assert [e.observations["loss"] for e in experiments] == [[1.0], [2.0], [3.0]] * len(titles)
    assert rs.load_experiment(records, experiments[1].name).observations == {"loss": [2.0]}


def test_curves_of_large_records_are_read_when_they_are_looked_at(store):
    path = rs.record_experiment(PARAMS, store, {"loss": [i / 7 for i in range(10_000)]}).path
    experiment = only(store)
    assert experiment.observations["loss"][-1] == 9_999 / 7
    gone = only(store)
    stores.remove(path)
    assert gone.params == PARAMS
    with pytest.raises(RecordsNotFound, match="there is no record"):
        _ = gone.observations


@pytest.mark.parametrize("content", ["", '{"lr": 0.1, "obser', '{"title": "é"}'.encode("latin-1"), "[1]"])
def test_a_file_that_is_no_record_stops_no_others(store, content):
    bad = stores.write(store, "bad.json", content)
    rs.record_experiment(PARAMS, store)
    with pytest.warns(rs.errors.DamagedRecordWarning, match="1 file is damaged"):
        experiments = rs.all_experiments(store)
    assert (len(experiments), [path for path, _ in experiments.damaged]) == (1, [bad])


# The command line


def cli(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "researcher", *map(str, arguments)], capture_output=True, text=True, env=dict(os.environ)
    )


KILLED = """
import os, signal, sys, researcher as rs
recorder = rs.Recorder({"title": "relu", "lr": 0.1}, sys.argv[1]).start()
for i in range(1000):
    recorder.observe(loss=float(i))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_command_line_takes_urls(s3):
    records = f"{s3.new_bucket()}/records"
    assert subprocess.run([sys.executable, "-c", KILLED, records]).returncode == -9
    assert only(records).observations["loss"][-1] == 999.0  # the spool has it
    done = cli("recover", records)
    assert (done.returncode, done.stdout) == (0, f"recovered {records}/{NAME}.json (interrupted)\n")
    assert only(records).observations == {"loss": [float(i) for i in range(1000)]}
    assert "relu" in cli("ls", records).stdout
    assert "interrupted" in cli("show", NAME[-32:], records).stdout
    assert json.loads(cli("show", f"{records}/{NAME}.json", "--json").stdout)["lr"] == 0.1
    missing = cli("ls", "s3://no-bucket-of-this-name/records")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "there is no bucket" in missing.stderr
    refused = cli("ls", "s3://key:the-secret@bucket")
    assert refused.returncode in (1, 2)
    assert "holds a password" in refused.stderr
    assert "the-secret" not in refused.stderr
