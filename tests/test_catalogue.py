"""What is remembered of a records directory from one process to the next: never other than what the files say."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import researcher as rs
from researcher.errors import DamagedRecordWarning, NewerFormatWarning
from researcher.storage import catalogue, directory, layout, listing, record_files
from researcher.storage.directory import RecordsDirectory
from researcher.storage.reading import read

N = 40


def content(i, **ours):
    head = {"title": f"t{i}", "lr": i / 7, "odd": {0: float("nan"), "a": "NaN"}, "hash": f"{i:032x}"}
    ours = {"format": 1, "status": "finished", "recorded_at": f"2026-01-01T00:{i:02}:00+00:00", **ours}
    curve = [random.Random(i).random() for _ in range(50)]
    return layout.encode({**head, "researcher": ours}, {"loss": curve, "acc": [*curve[:-1], float("nan")], "n": i})


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of its own, and a directory that is worth remembering however small it is."""
    monkeypatch.setattr(record_files, "MUCH", 1)
    monkeypatch.setenv("RESEARCHER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def there(tmp_path):
    """A directory with records of the past, and its catalogue."""
    path = tmp_path / "records"
    path.mkdir()
    for i in range(N):
        (path / f"{i:02}.json").write_bytes(content(i))
    (path / "bad.json").write_bytes(b"[]")
    look(path)
    return path


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """The present is tomorrow: no file changed within the last tick."""
    now = listing.time.time_ns
    monkeypatch.setattr(listing.time, "time_ns", lambda: now() + 86_400 * 10**9)


@pytest.fixture
def read_files(monkeypatch):
    """The names of the files that are read."""
    names = []
    content_of = directory.content_of
    monkeypatch.setattr(directory, "content_of", lambda path: names.append(Path(path).name) or content_of(path))
    return names


def look(path):
    """All that is asked of a directory in a session, and its catalogue renewed; it must be what the files say."""
    found = RecordsDirectory(path)
    found.refresh()
    experiments = rs.Experiments(found.experiments, found.damaged)
    frame = experiments.frame()
    files = sorted(file for file in path.glob("*.json") if file.name != "bad.json")
    plain = [read(file) for file in files]
    assert [e.name for e in experiments] == [e.name for e in plain]
    assert frame["loss"].tolist() == [e.final_observations("loss") for e in plain]
    assert experiments.where("lr > 1 and max.loss > 0.9") == [
        e for e, p in zip(experiments, plain, strict=True) if p.params["lr"] > 1 and max(p.observations["loss"]) > 0.9
    ]
    for e, p in zip(experiments, plain, strict=True):
        assert repr((e.params, e.ours, e.summary("final", "acc"))) == repr(
            (p.params, p.ours, p.summary("final", "acc"))
        )
        assert repr(e.data) == repr(p.data)
    assert [file.name for file, _ in experiments.damaged] == ["bad.json"]
    return experiments


def kept(cache):
    (path,) = cache.glob("*.catalogue")
    return path


def test_the_second_look_reads_no_file_and_a_later_one_only_what_changed(there, cache, read_files):
    directory_ = RecordsDirectory(there)
    directory_.refresh()
    rs.Experiments(directory_.experiments).frame()
    assert read_files == []
    (there / "03.json").write_bytes(content(3, status="failed"))
    (there / "99.json").write_bytes(content(59))
    (there / "04.json").unlink()
    read_files.clear()
    look(there)
    assert {*read_files} == {"03.json", "99.json"}
    read_files.clear()
    look(there)
    assert read_files == []
    assert not [path for path in cache.iterdir() if path.suffix != ".catalogue"]


def test_names_that_one_experiment_has_cost_what_one_value_costs(tmp_path, cache, read_files):
    def write(i, **more):
        at = f"2026-01-01T{i // 60:02}:{i % 60:02}:00+00:00"
        head = {f"p{i}": i, "p0": "all", **more, "researcher": {"format": 1, "recorded_at": at}}
        (path / f"{i:03}.json").write_bytes(layout.encode(head, {"loss": [1.0, i]}))

    path = tmp_path / "wide"
    path.mkdir()
    for i in range(400):
        write(i)
    rs.all_experiments(path)
    assert kept(cache).stat().st_size < 400 * 1000  # a number for each name and record would be 640,000 bytes
    write(7, p0=3)
    (path / "008.json").unlink()
    for _ in range(2):
        read_files.clear()
        found, plain = rs.all_experiments(path), [read(file) for file in sorted(path.iterdir())]
        assert [e.params for e in found] == [e.params for e in plain]
        assert found.where("p5 == 5 or p0 == 3").names() == ["005", "007"]
        assert {*read_files} <= {"007.json"}


@pytest.mark.parametrize(
    "damage", ["deleted", "truncated", "empty", "flipped", "foreign", "another version", "a directory"]
)
def test_a_catalogue_that_cannot_be_used_is_made_anew_in_silence(there, cache, damage, read_files):
    path = kept(cache)
    whole = path.read_bytes()
    drawn = random.Random(0)
    for _ in range(8 if damage in ("truncated", "flipped") else 1):
        if damage in ("deleted", "a directory"):
            path.unlink()
            if damage == "a directory":
                path.mkdir()
        elif damage == "truncated":
            path.write_bytes(whole[: drawn.randrange(len(whole))])
        elif damage == "flipped":
            at = drawn.randrange(len(whole))
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << drawn.randrange(8)]) + whole[at + 1 :])
        else:
            others = {
                "empty": b"",
                "foreign": b"SQLite format 3\0" * 9,
                "another version": whole.replace(b"catalogue ", b"catalogue 9", 1),
            }
            path.write_bytes(others[damage])
        read_files.clear()
        look(there)
        assert len({*read_files}) == N + 1
    if damage != "a directory":
        assert path.read_bytes()[:24] == whole[:24]


def test_the_catalogue_of_another_directory_is_none_of_this(there, tmp_path, read_files):
    other = tmp_path / "other"
    shutil.copytree(there, other)
    shutil.copy(catalogue.path_of(os.path.realpath(there)), catalogue.path_of(os.path.realpath(other)))
    look(other)
    assert len(read_files) > N


def test_another_inode_of_the_same_size_and_time_is_read(there):
    first, second = there / "05.json", there / "06.json"
    before = first.stat()
    swapped = first.read_bytes().replace(b'"t5"', b'"T5"')
    beside = there / ".beside"
    beside.write_bytes(swapped)
    os.utime(beside, ns=(before.st_atime_ns, before.st_mtime_ns))
    beside.replace(first)
    assert (first.stat().st_size, first.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert look(there)[5].title == "T5"
    content_ = second.read_bytes()
    second.write_bytes(content_.replace(b'"t6"', b'"T6"'))  # in place; then the clock is set back
    os.utime(second, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert look(there)[6].title == "T6"


@pytest.mark.parametrize("jump", [-86_400, -1, 0, 86_400])
def test_a_change_within_a_tick_is_seen_however_the_clock_jumps(there, monkeypatch, jump):
    """An identity that says nothing of a second change within the tick of the first is not relied upon."""
    path = there / "07.json"
    path.write_bytes(content(7, status="failed"))
    same = path.stat()
    now = max(same.st_mtime_ns, same.st_ctime_ns)
    monkeypatch.setattr(listing.time, "time_ns", lambda: now + jump * 10**9)
    monkeypatch.setattr(listing, "_IDENTITY", Coarse())
    look(there)
    path.write_bytes(content(7, status="foiled"))
    if jump <= 0:
        assert look(there)[7].status == "foiled"


class Coarse:
    """Identities of a file system that tells no two changes apart."""

    def pack(self, mode, size, *_):
        return b"%d %d" % (mode, size)


def test_without_a_place_for_it_nothing_is_remembered_and_all_works(there, monkeypatch, tmp_path, read_files):
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "below", "relative"):
        monkeypatch.setenv("RESEARCHER_CACHE", str(place))
        read_files.clear()
        look(there)
        assert len({*read_files}) == N + 1
    assert not Path("relative").exists()


def test_a_newer_format_is_warned_of_from_the_catalogue_too(there):
    (there / "98.json").write_bytes(content(58, format=77))
    code = "import sys; import researcher as rs; print(len(rs.all_experiments(sys.argv[1])))"
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code, there], capture_output=True, text=True, check=True)
        assert done.stdout == f"{N + 1}\n"
        assert NewerFormatWarning.__name__ in done.stderr
        assert DamagedRecordWarning.__name__ in done.stderr


def test_a_directory_that_changes_again_and_again_keeps_a_small_catalogue(there, cache):
    size = kept(cache).stat().st_size
    for i in range(6):
        for j in range(N):
            (there / f"{j:02}.json").write_bytes(content(j, status="failed" if i % 2 else "finished", note=f"{i} {j}"))
        look(there)
    assert kept(cache).stat().st_size < 3 * size


def test_what_nobody_used_for_long_is_deleted(there, cache):
    old, tmp, other = cache / "old.catalogue", cache / ".dead.tmp", cache / "notes.txt"
    for path in (old, tmp, other):
        path.touch()
        os.utime(path, (1, 1))
    (there / "97.json").write_bytes(content(57))
    look(there)
    assert (old.exists(), tmp.exists(), other.exists()) == (False, False, True)


SHARING = """
import random, sys, warnings
from pathlib import Path
import researcher as rs
from researcher.storage import record_files
record_files.MUCH = 1
warnings.simplefilter("ignore")
records, me, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for i in range(rounds):
    rs.record_experiment({"process": me, "round": i}, records, {"loss": [float(i), me / 8]})
    found = rs.all_experiments(records)
    mine = [e.params["round"] for e in found.where(f"process == {me}")]
    assert mine == list(range(i + 1)), mine
    frame = found.where("has(process)").frame()
    assert (frame["loss"] == frame["process"] / 8).all()
"""


def test_eight_processes_share_it(there, cache):
    rounds = 6
    processes = [subprocess.Popen([sys.executable, "-c", SHARING, there, str(i), str(rounds)]) for i in range(8)]
    while any(process.poll() is None for process in processes):
        for path in cache.glob("*.catalogue"):  # and somebody deletes it now and then
            path.unlink(missing_ok=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            processes[0].wait(0.2)
    assert [process.wait() for process in processes] == [0] * 8
    with pytest.warns(DamagedRecordWarning):
        experiments = rs.all_experiments(there)
    assert len(experiments) == N + 8 * rounds
    for e in experiments:
        assert repr(e.data) == repr(read(e.path).data)
    assert {path.suffix for path in cache.iterdir()} <= {".catalogue"}


def test_nothing_is_ever_written_among_the_records(there, cache):
    before = there.stat().st_mtime_ns
    kept(cache).unlink()
    there.chmod(0o555)  # for all but root
    try:
        look(there)
        look(there)
    finally:
        there.chmod(0o755)
    assert kept(cache)
    assert there.stat().st_mtime_ns == before
