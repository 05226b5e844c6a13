"""The benchmarks run; how fast anything is, no test says."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import s3fs

import benchmarks.__main__
from benchmarks import read, readme, remote, store, tables
from benchmarks.__main__ import WORKLOADS
from benchmarks.environment import WAYS
from benchmarks.peers import PEERS
from benchmarks.peers.json2020 import Json2020
from benchmarks.peers.researcher import Researcher
from benchmarks.workload import SIZES, Workload

PROJECT = Path(__file__).parents[1]
WITHOUT_OTHERS = "bare write,bare file,2020 way,researcher,researcher unsynced"


def smallest(workload, tmp_path):
    """The rows of the tables that the smallest form writes, without other trackers; by their first cells."""
    target = tmp_path / "README.md"
    target.write_text((PROJECT / "benchmarks" / "README.md").read_text())
    command = ["-m", "benchmarks", workload, "--size", "smallest", "--peers", WITHOUT_OTHERS]
    done = subprocess.run(
        [sys.executable, *command, "--machine", "a computer", "--write", str(target)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert ", a computer, 1 round." in done.stdout
    assert done.stdout.removeprefix(f"## {workload}").strip() in target.read_text()
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    return {(row[1] if workload == "import" else row[0].split(" 1.0")[0]): row for row in rows}


def test_the_smallest_form_of_observe(tmp_path):
    rows = smallest("observe", tmp_path)
    bare, ours = rows["bare write"], rows["researcher"]
    assert (bare[2], bare[-2:], ours[-2:]) == ("1.0", ["10", "10"], ["10", "10"])
    assert rows["acknowledged calls lost at SIGKILL"][1:] == ["0", "0", "met"]


def test_the_smallest_form_of_record(tmp_path):
    rows = smallest("record", tmp_path)
    assert rows["2020 way"][2] == "1.0"
    assert rows["researcher"][-1] == rows["bare file"][-1] == "1.0"
    assert float(rows["bytes of an experiment, × 2020 way"][2]) > 0


def test_the_smallest_form_of_read(tmp_path):
    rows = smallest("read", tmp_path)
    assert rows["2020 way"][2:5] == ["1.0"] * 3
    assert all(float(cell.replace(",", "")) > 0 for cell in rows["researcher"][2:])


def test_the_smallest_form_of_folds(tmp_path):
    rows = smallest("folds", tmp_path)
    assert rows["`json.load` of every file, NumPy"][1:3] == ["1.0", "1.0"]
    assert all(float(cell.replace(",", "")) > 0 for cell in rows["the second time"][1:])


def test_the_smallest_form_of_archive(tmp_path):
    rows = smallest("archive", tmp_path)
    assert rows["`json.load` of every file, pandas"][2:5] == ["1.0"] * 3
    assert all(float(cell.replace(",", "")) > 0 for cell in rows["DuckDB"][2:])


def test_the_smallest_form_of_sweep(tmp_path):
    rows = smallest("sweep", tmp_path)
    assert rows["bare `joblib.Parallel`, nothing recorded"][1] == "1.0"
    assert float(rows["`rs.sweep`, × bare joblib"][2]) > 0


def test_the_smallest_form_of_import(tmp_path):
    rows = smallest("import", tmp_path)
    assert rows["`import researcher`"][2] == "none"
    assert "ipywidgets" in rows["`from researcher import Explorer`"][2]


def test_the_smallest_form_of_environment(tmp_path):
    rows = smallest("environment", tmp_path)
    assert all(float(cell.replace(",", "")) > 0 for name in WAYS for cell in rows[name][3:])
    assert "a later record, × one without the environment" in rows


def test_what_cannot_be_read_as_it_was_written_is_noticed(tmp_path):
    peer = Json2020()
    read.written(peer, tmp_path, 3)
    read.opened(peer, tmp_path, True, 3)
    path = sorted(tmp_path.iterdir())[0]
    record = json.loads(path.read_text())
    record["observations"]["accuracy"][-1] += 0.01
    path.write_text(json.dumps(record))
    with pytest.raises(ValueError, match="other final values of accuracy than were written"):
        read.opened(peer, tmp_path, True, 3)
    path.unlink()
    with pytest.raises(ValueError, match="in 2 rows, not 3 in 3"):
        read.opened(peer, tmp_path, True, 3)


def test_a_table_takes_the_place_of_the_one_before(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("before\n<!-- x: written by python -m benchmarks -->\nold\n<!-- end of x -->\nafter\n")
    readme.write(path, "x", "new")
    assert path.read_text() == (
        "before\n<!-- x: written by python -m benchmarks -->\n\nnew\n\n<!-- end of x -->\nafter\n"
    )
    with pytest.raises(ValueError, match="has no place for y"):
        readme.write(path, "y", "new")


def test_peers_have_names_of_their_own_and_are_not_imported_before_they_start():
    assert len({peer.name for peer in PEERS}) == len(PEERS)
    code = "import sys, benchmarks.peers as peers; [peer.version() for peer in peers.PEERS]; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {peer.module for peer in PEERS if not isinstance(peer, Researcher)}


def test_every_workload_has_all_sizes_and_a_place_in_the_readme(tmp_path):
    target = tmp_path / "README.md"
    target.write_text((PROJECT / "benchmarks" / "README.md").read_text())
    for name, workload in WORKLOADS.items():
        assert set(workload.sizes) == set(SIZES)
        assert all(size.rounds > 0 for size in workload.sizes.values())
        readme.write(target, name, "here")


def test_a_workload_that_lacks_something_is_left_out_and_named(monkeypatch, capsys):
    left_out = Workload(lambda *_: "measured", {"quick": SimpleNamespace(rounds=1)}, needs=["no_such_module"])
    measured = replace(left_out, needs=[])
    monkeypatch.setattr(benchmarks.__main__, "WORKLOADS", {"first": left_out, "second": measured})
    with pytest.raises(SystemExit, match="0"):
        benchmarks.__main__.main(["all", "--quick"])
    said = capsys.readouterr()
    assert "first is left out, as it needs no_such_module" in said.err
    assert "## second\n\nmeasured\n" in said.out
    with pytest.raises(SystemExit, match="1"):
        benchmarks.__main__.main(["first", "--quick"])


def test_aims_are_judged():
    assert tables.aims([("speed", 0.5, 0.2), ("size", 3, 3.2), ("other", 1, None)]).splitlines()[2:] == [
        "| speed | 0.5 | 0.200 | met |",
        "| size | 3 | 3.20 | **missed** |",
        "| other | 1 | not measured |  |",
    ]


def test_an_unknown_peer_is_refused():
    command = [sys.executable, "-m", "benchmarks", "observe", "--peers", "nobody"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no such peer: nobody" in done.stderr


def test_the_smallest_form_of_catalogue(tmp_path):
    rows = smallest("catalogue", tmp_path)
    assert all(float(cell.replace(",", "")) > 0 for name in ("opened again", "`where`") for cell in rows[name][2:])


def test_the_smallest_form_of_remote(tmp_path):
    rows = smallest("remote", tmp_path)
    assert rows["s3fs"][2] == "1.0"
    assert all(float(cell.replace(",", "")) > 0 for cell in rows["s3fs"][2:])


def test_the_benchmark_s_server_answers_as_moto_s(s3):
    with remote._served(20) as server:
        ours = s3fs.S3FileSystem(endpoint_url=f"http://127.0.0.1:{server.port}", use_listings_cache=False)
        theirs = s3fs.S3FileSystem(endpoint_url=s3.url, use_listings_cache=False)
        theirs.mkdir(store.BUCKET)
        for path in ours.ls(f"{store.BUCKET}/records", detail=False):
            theirs.pipe_file(path, ours.cat_file(path, start=0))
        assert told(ours) == told(theirs)


def told(server):
    """What a server says of the records of the benchmark: of names, sizes and contents, and what it refuses."""
    listed = server.ls(f"{store.BUCKET}/records", detail=True)
    paths = [*(file["name"] for file in listed), f"{store.BUCKET}/records/none.json"]
    read = [server.cat_ranges(paths, [start] * 21, [None] * 21) for start in (0, 10, 10**6)]
    with pytest.raises(FileNotFoundError) as caught:
        server.ls("no-bucket-of-this-name/records")
    told = [[file[key] for key in ("name", "size", "type", "ETag", "StorageClass")] for file in listed]
    contents = [[c if isinstance(c, bytes) else (type(c), c.errno) for c in contents] for contents in read]
    return told, contents, caught.value.__cause__.response["Error"]["Code"]
