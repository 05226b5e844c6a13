"""The archive: every record exactly once, whatever was killed, added, changed, damaged or deleted meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import fsspec
import pyarrow.parquet as pq
import pytest
import stores
from processes import run

import researcher as rs
from researcher.errors import CannotWrite, DamagedRecordWarning, EngineError, RecordsNotFound
from researcher.storage import layout, listing, locks

MANY = 20_000


def write(directory, numbers, **more):
    """Records as `record_experiment` writes them, but for the sync of each."""
    directory.mkdir(exist_ok=True)
    params = {"title": "run", "seed": 777777, "lr": 0.1, "optimizer": {"name": "adam"}, **more}
    observations = {"loss": [1, 0.5, 777777], "accuracy": [[0.5, 0.25], [0.125]]}
    head = {**layout.stamped(params, None, "finished"), "hash": f"{777777:032}"}
    template = layout.encode(head, observations)
    for i in numbers:
        (directory / f"run_{i:032}.json").write_bytes(template.replace(b"777777", b"%06d" % i))
    settle(directory)


def names_in(archive):
    """The names in all parts, as any reader of Parquet finds them."""
    return sorted(pq.read_table(archive, columns=["experiment"])["experiment"].to_pylist())


def names_of(records):
    return sorted(file.stem for file in records.glob("*.json"))


def saved(experiments):
    return {e.name: repr(e.data) for e in experiments}


def until(condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def settle(directory):
    """Wait until another change of what lies there is sure to leave a trace."""
    until(lambda: not listing.seen(directory, listing.listed(directory).records).unsettled)


@pytest.fixture
def records(tmp_path):
    """A records directory of thirty records."""
    write(tmp_path / "records", range(100_000, 100_030))
    return tmp_path / "records"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "archive"


def test_a_cluster_archives_many_records_though_a_worker_is_killed(tmp_path, target):
    from dask.distributed import Client, LocalCluster

    records = tmp_path / "records"
    write(records, range(100_000, 100_000 + MANY))
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        running = thread.submit(rs.archive, records, target, client)
        until(lambda: len(list(target.glob("part-*.parquet"))) >= 2)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        assert not running.done()
        first = running.result()
        assert (first.experiments, first.parts, first.damaged) == (MANY, 10, [])
        assert names_in(target) == names_of(records)
        write(records, range(900_000, 900_001))
        again = rs.archive(records, target, client)
    assert (again.experiments, again.parts, again.written) == (MANY + 1, 11, 1)
    assert names_in(target) == names_of(records)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # dask calls pandas that way
def test_what_a_killed_driver_left_running_on_the_cluster_changes_nothing(tmp_path, target):
    import dask.dataframe as dd
    import pandas as pd
    from dask.distributed import Client, LocalCluster

    records = tmp_path / "records"
    write(records, range(100_000, 105_900))
    script = """
import sys, researcher as rs
from dask.distributed import Client
rs.archive(*sys.argv[1:3], Client(sys.argv[3]))
"""
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        worker = cluster.workers[0].pid
        driver = subprocess.Popen([sys.executable, "-c", script, records, target, cluster.scheduler_address])
        until(lambda: len(list(target.glob("part-*.parquet"))) >= 2)
        os.kill(worker, signal.SIGSTOP)  # in the last part
        driver.kill()
        driver.wait()
        try:
            write(records, range(900_000, 900_010))
            assert rs.archive(records, target).experiments == 5_910
            before = {path.name: path.read_bytes() for path in target.iterdir()}
        finally:
            os.kill(worker, signal.SIGCONT)
        until(lambda: list(target.glob(".researcher/*-*")))  # the last part is written, and in nobody's way
        assert {path.name: path.read_bytes() for path in target.iterdir() if path.is_file()} == before
        for found in (pq.read_table(target), pd.read_parquet(target), dd.read_parquet(target).compute()):
            assert len(found) == 5_910
        assert names_in(target) == names_of(records)
        assert rs.archive(records, target, client).written == 0
    assert {path.name for path in target.iterdir()} == before.keys()


def test_an_archive_whose_process_was_killed_goes_on_where_it_was(tmp_path, target):
    records = tmp_path / "records"
    write(records, range(100_000, 101_000))
    script = f"import researcher as rs; rs.archive({str(records)!r}, {str(target)!r}, part_size=50)"
    process = subprocess.Popen([sys.executable, "-c", script])
    until(lambda: len(list(target.glob("part-*.parquet"))) >= 3)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    there = len(list(target.glob("part-*.parquet")))
    with pytest.warns(DamagedRecordWarning, match="not written yet"):
        found = rs.read_parquet(target)
    assert (len(found), len(found.damaged)) == (50 * there, 20 - there)
    write(records, range(900_000, 900_010))
    found = rs.archive(records, target, part_size=50)
    assert (found.experiments, found.parts, found.written) == (1_010, 21, 21 - there)
    assert names_in(target) == names_of(records)
    assert saved(rs.read_parquet(target)) == saved(rs.all_experiments(records))


def test_only_what_is_new_is_written(records, target):
    first = rs.archive(records, target, part_size=10)
    assert (first.path, first.experiments, first.parts, first.written) == (target, 30, 3, 3)
    assert repr(first) == f"<30 experiments in 3 parts in {target}, 3 written now>"
    assert rs.archive(records, target).written == 0
    write(records, range(900_000, 900_005))
    assert rs.archive(records, target, part_size=10).written == 1
    write(records, range(100_100, 100_107))
    again = rs.archive(records, target, part_size=10)
    assert (again.experiments, again.parts, again.written) == (42, 5, 2)
    assert names_in(target) == names_of(records)
    assert saved(rs.read_parquet(target)) == saved(rs.all_experiments(records))


def test_a_record_that_changed_is_written_again_in_its_part(records, target):
    rs.archive(records, target, part_size=10)
    rs.all_experiments(records)[7].annotate("diverged")
    assert rs.archive(records, target, part_size=10).written == 1
    assert [e.name for e in rs.read_parquet(target) if e.notes] == [names_of(records)[7]]
    assert names_in(target) == names_of(records)


def test_a_column_that_one_record_needs_is_in_all_parts(records, target):
    rs.archive(records, target, part_size=10)
    write(records, [900_000], lr="auto", dropout=0.5)
    again = rs.archive(records, target, part_size=10)
    assert (again.parts, again.written) == (4, 4)
    schemas = [pq.read_schema(path).remove_metadata() for path in sorted(target.glob("*.parquet"))]
    assert all(schema == schemas[0] for schema in schemas)
    assert str(schemas[0].field("params.lr").type) == "string"
    assert saved(rs.read_parquet(target)) == saved(rs.all_experiments(records))
    assert rs.archive(records, target, part_size=10).written == 0


def test_a_column_that_no_sample_saw_is_in_all_parts_too(records, target):
    write(records, range(200_000, 200_071))
    write(records, [100_001], dropout=0.5)  # every third one is in the sample
    assert rs.archive(records, target, part_size=10).written == 11
    assert len({pq.read_schema(path).remove_metadata().to_string() for path in target.glob("*.parquet")}) == 1
    assert saved(rs.read_parquet(target)) == saved(rs.all_experiments(records))


def test_other_tools_read_all_parts_as_one(records, target):
    import duckdb
    import pandas as pd
    import polars as pl

    rs.archive(records, target, part_size=10)
    assert duckdb.sql(f"""SELECT count(*), max("params.seed") FROM '{target}/*.parquet'""").fetchall() == [
        (30, 100_029)
    ]
    assert pl.scan_parquet(f"{target}/*.parquet").select(pl.col("final.accuracy").sum()).collect().item() == 30 * 0.1875
    assert len(pd.read_parquet(target)) == 30


def test_what_is_archived_stays_though_its_record_is_deleted_or_damaged(records, target):
    before = saved(rs.all_experiments(records))
    rs.archive(records, target, part_size=10)
    deleted, damaged, *_ = sorted(records.glob("*.json"))
    deleted.unlink()
    damaged.write_bytes(damaged.read_bytes()[:50])
    with pytest.warns(DamagedRecordWarning, match="ends too early"):
        again = rs.archive(records, target, part_size=10)
    assert (again.experiments, again.written) == (30, 1)
    assert [path for path, _ in again.damaged] == [damaged]
    assert saved(rs.read_parquet(target)) == before


def test_damaged_records_stop_no_others_and_are_told_each_time(records, target):
    first, second, *_ = sorted(records.glob("*.json"))
    whole = first.read_bytes()
    first.write_bytes(b"")
    second.write_bytes(b'{"lr": 1, "observations": {"loss": [[')
    with pytest.warns(DamagedRecordWarning, match="2 files are damaged"):
        found = rs.archive(records, target, part_size=10)
    assert found.damaged[0] == (first, "it is empty")
    assert [path for path, _ in found.damaged] == [first, second]
    assert "2 damaged records" in repr(found)
    assert found.experiments == 28
    assert rs.archive(records, target, part_size=10).damaged == found.damaged
    first.write_bytes(whole)
    assert rs.archive(records, target, part_size=10).experiments == 29
    assert names_in(target) == names_of(records)[:1] + names_of(records)[2:]


def test_a_record_that_was_out_of_reach_is_looked_at_again(records, target):
    first = sorted(records.glob("*.json"))[0]
    whole = first.read_bytes()
    first.write_bytes(whole[:50] + b" " * (len(whole) - 50))
    os.utime(first, (1, 1))
    with pytest.warns(DamagedRecordWarning, match=first.name):
        assert rs.archive(records, target).experiments == 29
    first.write_bytes(whole)
    os.utime(first, (1, 1))
    assert (rs.archive(records, target).experiments, names_in(target)) == (30, names_of(records))


def test_what_is_gone_from_both_is_told(records, target):
    rs.archive(records, target, part_size=10)
    gone = sorted(records.glob("*.json"))[3]
    gone.unlink()
    assert rs.archive(records, target, part_size=10).damaged == []
    part = target / "part-00000.parquet"
    content = bytearray(part.read_bytes())
    content[4:-2000] = bytes(len(content) - 2004)  # its end, which tells what it is of, is whole
    part.write_bytes(content)
    write(records, [900_000], dropout=0.5)
    with pytest.warns(DamagedRecordWarning, match="the archive does not have it either"):
        found = rs.archive(records, target, part_size=10)
    assert (found.experiments, [path for path, _ in found.damaged]) == (30, [gone])
    assert names_in(target) == names_of(records)


def test_journals_are_left_out_and_named(records, target):
    with rs.Recorder({"title": "running"}, records) as recorder:
        recorder.observe(loss=1.0)
        found = rs.archive(records, target)
        assert found.unfinished == [recorder.path]
        assert "1 unfinished experiment left out" in repr(found)
    assert rs.archive(records, target).experiments == 31


def test_a_damaged_part_is_written_anew(records, target):
    rs.archive(records, target, part_size=10)
    part = target / "part-00001.parquet"
    part.write_bytes(part.read_bytes()[:1000])
    assert rs.archive(records, target, part_size=10).written == 1
    assert names_in(target) == names_of(records)


def test_an_executor_will_do_and_a_bar_shows_how_far_it_is(records, target, capsys):
    with ThreadPoolExecutor(2) as executor:
        assert rs.archive(records, target, executor, part_size=10, progress=True).written == 3
    assert "30/30" in capsys.readouterr().err


def test_one_caller_at_a_time_writes_an_archive(records, target):
    may_go_on = threading.Event()
    with ThreadPoolExecutor(1) as workers, ThreadPoolExecutor(1) as thread:
        workers.submit(may_go_on.wait)
        first = thread.submit(rs.archive, records, target, workers, part_size=10)
        try:
            until((target / "_manifest.json").exists)
            write(records, [100_050])
            with pytest.raises(CannotWrite, match="somebody else writes the archive"):
                rs.archive(records, target, part_size=10)
        finally:
            may_go_on.set()
        assert first.result().experiments == 30
    assert rs.archive(records, target, part_size=10).experiments == 31
    assert names_in(target) == names_of(records)


def test_a_pool_that_outlives_its_killed_process_keeps_nobody_from_it(tmp_path, target):
    records = tmp_path / "records"
    write(records, range(100_000, 101_000))
    script = """
import sys, researcher as rs
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(1) as pool:
    print(pool.submit(__import__("os").getpid).result(), flush=True)
    rs.archive(*sys.argv[1:], pool, part_size=50)
"""
    process = subprocess.Popen([sys.executable, "-c", script, records, target], stdout=subprocess.PIPE)
    child = int(process.stdout.readline())
    until(lambda: len(list(target.glob("part-*.parquet"))) >= 2)
    process.kill()
    process.wait()
    process.stdout.close()
    os.kill(child, 0)
    try:
        assert rs.archive(records, target, part_size=50).experiments == 1_000
    finally:
        os.kill(child, signal.SIGKILL)
    assert names_in(target) == names_of(records)


def test_what_was_to_write_the_parts_and_cannot_is_told(records, target):
    gone = ThreadPoolExecutor(1)
    gone.shutdown()
    with pytest.raises(EngineError, match=r"takes no tasks: cannot schedule.*call it again to go on"):
        rs.archive(records, target, gone)
    script = """
import os, sys, researcher as rs
from concurrent.futures import ProcessPoolExecutor

with ProcessPoolExecutor(1) as pool:
    pool.submit(os._exit, 1)
    try:
        rs.archive(*sys.argv[1:], pool)
    except rs.errors.EngineError as error:
        print(error)
"""
    assert "call it again to go on" in run(script, records, target)
    assert rs.archive(records, target).experiments == 30


@pytest.mark.parametrize("place", ["memory", "s3", "gs", "a directory without locks"])
def test_where_nothing_can_be_locked_the_later_call_goes_on_and_the_earlier_is_told(
    records, tmp_path, place, request, monkeypatch
):
    target = tmp_path / "archive" if "directory" in place else stored(place, request, tmp_path)
    if "directory" in place:
        monkeypatch.setattr(locks, "fcntl", None)
    may_go_on = threading.Event()
    with ThreadPoolExecutor(1) as workers, ThreadPoolExecutor(1) as thread:
        workers.submit(may_go_on.wait)
        first = thread.submit(rs.archive, records, target, workers, part_size=10)
        try:
            until(lambda: "_manifest.json" in stores.names(target))
            write(records, range(100_030, 100_035))
            assert rs.archive(records, target, part_size=10).experiments == 35
            there = stores.names(target)
        finally:
            may_go_on.set()
        with pytest.raises(CannotWrite, match=rf"somebody else has begun to write the archive {target}; call it again"):
            first.result()
    assert stores.names(target) == there
    assert sorted(e.name for e in rs.read_parquet(target)) == names_of(records)
    assert rs.archive(records, target, part_size=10).written == 0
    assert stores.names(target) == there


def test_a_process_that_was_forked_meanwhile_keeps_nobody_from_it(records, target):
    script = """
import os, sys, threading
import researcher as rs
from concurrent.futures import ThreadPoolExecutor

class Forking(ThreadPoolExecutor):
    def submit(self, job):
        if not children:
            children.append(os.fork())
            if not children[0]:
                os.close(1), os.close(2), os.read(ours, 1), os._exit(0)
        return super().submit(job)

children, (ours, theirs) = [], os.pipe()
with Forking(1) as executor:
    rs.archive(*sys.argv[1:], executor)
print(rs.archive(*sys.argv[1:]).experiments)
os.write(theirs, b"!"), os.waitpid(children[0], 0)
"""
    assert run(script, records, target) == "30\n"


def test_a_file_name_that_is_no_utf8_stays_apart_from_others(records, target):
    for name in (b"\xff", b"\xfe", b"?"):
        (records / os.fsdecode(name + b".json")).write_bytes(b'{"lr": 0.5}')
    settle(records)
    found = rs.archive(records, target)
    assert (found.experiments, found.damaged, rs.archive(records, target).written) == (33, [], 0)
    assert len({e.name for e in rs.read_parquet(target)}) == 33


@pytest.fixture(params=["memory", "s3"])
def store(request, tmp_path):
    """The URL of what is empty and none of this machine."""
    return stored(request.param, request, tmp_path)


def stored(kind, request, tmp_path):
    return f"memory://{tmp_path.name}" if kind == "memory" else request.getfixturevalue(kind).new_bucket()


def test_long_curves_are_in_memory_one_part_after_the_other(records, tmp_path):
    rs.archive(records, tmp_path / "archive")  # all modules are loaded now
    peaks = []
    for many in (2, 20):
        for i in range(many):
            rs.record_experiment({"i": i}, tmp_path / f"{many}", {"loss": [i + step / 7 for step in range(20_000)]})
        tracemalloc.start()
        rs.archive(tmp_path / f"{many}", tmp_path / f"archive-{many}", part_size=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]


def test_records_on_a_store_are_archived_there(records, store):
    def put(name, content):
        with fsspec.open(f"{store}/records/{name}", "wb") as file:
            file.write(content)

    for file in records.iterdir():
        put(file.name, file.read_bytes())
    there, target = f"{store}/records", f"{store}/archive"
    assert rs.archive(there, target, part_size=10).written == 3
    assert rs.archive(there, target).written == 0
    put(names_of(records)[0] + ".json", b"{")
    put("new.json", b'{"lr": 0.5}')
    with pytest.warns(DamagedRecordWarning, match="ends too early"):
        found = rs.archive(there, target, part_size=10)
    assert (found.experiments, found.written, str(found.path)) == (31, 2, target)
    assert [str(path) for path, _ in found.damaged] == [f"{there}/{names_of(records)[0]}.json"]
    archived = rs.read_parquet(target)
    assert saved(archived) == {**saved(rs.all_experiments(records)), "new": "{'lr': 0.5}"}
    archived.to_parquet(f"{store}/all.parquet")
    assert saved(rs.read_parquet(f"{store}/all.parquet")) == saved(archived)
    archived.to_csv(f"{store}/table.csv")
    with fsspec.open(f"{store}/table.csv", "r") as file:
        assert len(file.readlines()) == 32
    for missing in (f"{store}/none", f"{store}/none/all.parquet"):
        with pytest.raises(RecordsNotFound):
            rs.archive(missing, target)
        with pytest.raises(RecordsNotFound):
            rs.read_parquet(missing)


def test_parts_on_a_store_that_are_up_to_date_are_not_read_as_a_whole(tmp_path, monkeypatch):
    store = f"memory://{tmp_path.name}"
    for i in range(6):
        curves = [[fold + step * i / 7 for step in range(12_000)] for fold in range(5)]
        rs.record_experiment({"lr": i}, f"{store}/records", {"loss": curves})
    rs.archive(f"{store}/records", f"{store}/archive", part_size=3)
    memory = fsspec.filesystem("memory")
    parts = memory.glob(f"{store}/archive/*.parquet")
    cat_file, read = type(memory).cat_file, []

    def seen(self, path, *where, **named):
        content = cat_file(self, path, *where, **named)
        read.append((path, len(content)))
        return content

    monkeypatch.setattr(type(memory), "cat_file", seen)
    assert rs.archive(f"{store}/records", f"{store}/archive").written == 0
    of_parts = [size for path, size in read if path.endswith(".parquet")]
    assert len(parts) == 2
    assert 0 < sum(of_parts) < sum(map(memory.size, parts)) / 2


def test_no_records(tmp_path, target):
    (tmp_path / "none").mkdir()
    assert rs.archive(tmp_path / "none", target).experiments == 0
    assert rs.read_parquet(target) == []


def test_nothing_else_is_written_over(records, target):
    rs.all_experiments(records).to_parquet(target / "mine.parquet")
    with pytest.raises(CannotWrite, match=r"holds mine\.parquet, which is no part"):
        rs.archive(records, target)
    with pytest.raises(CannotWrite, match="cannot write the archive"):
        rs.archive(records, target / "mine.parquet")
    with pytest.raises(CannotWrite, match="cannot lie among the records"):
        rs.archive(records, f"{records}/")
    with pytest.raises(RecordsNotFound):
        rs.archive(records / "missing", target)
    with pytest.raises(ValueError, match="part_size 0"):
        rs.archive(records, target, part_size=0)
    rs.archive(records, target / "new")
    write(target / "others", [1])
    with pytest.raises(CannotWrite, match="is the archive of"):
        rs.archive(target / "others", target / "new")
