"""The archive: whatever is damaged, lost or interrupted in it, the next call makes it whole."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import tempfile
import warnings
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import researcher as rs
from researcher.errors import CannotWrite, DamagedRecordWarning

MANIFEST = "_manifest.json"


@pytest.fixture
def records(tmp_path):
    """A records directory of nine records, one of them deleted when it was archived."""
    for i in range(9):
        rs.record_experiment({"title": f"run-{i}", "lr": i / 7}, tmp_path / "records", {"loss": [1.0, i / 3]})
    return tmp_path / "records"


@pytest.fixture
def target(records, tmp_path):
    """Their archive, of which one record is gone since."""
    rs.archive(records, tmp_path / "archive", part_size=4)
    min(records.glob("*.json")).unlink()
    return tmp_path / "archive"


def archived(target):
    """The title of each row that a reader of Parquet finds in the directory."""
    return sorted(pq.read_table(target, columns=["title"])["title"].to_pylist())


RUNS = [f"run-{i}" for i in range(9)]
DAMAGE = {
    "empty": lambda _: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "no utf-8": lambda content: b"\xff" + content,
    "a list": lambda _: b"[]",
    "an object of nothing": lambda _: b"{}",
    "deep": lambda _: b"[" * 200_000,
    "text for a list": lambda content: json.dumps({**json.loads(content), "parts": {"part-00000.parquet": "ab"}}),
    "a number for an object": lambda content: json.dumps({**json.loads(content), "parts": 3}),
    "a pair of three": lambda content: json.dumps({**json.loads(content), "damaged": [["a", "b", "c"]]}),
    "text for a number": lambda content: json.dumps({**json.loads(content), "format": "new"}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_manifest_is_told_and_made_anew(records, target, damage):
    manifest = target / MANIFEST
    content = DAMAGE[damage](manifest.read_bytes())
    manifest.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.warns(
        DamagedRecordWarning, match=r"_manifest\.json: it is not the manifest.*rs\.archive makes it anew"
    ):
        found = rs.read_parquet(target)
    assert (sorted(e.title for e in found), [path for path, _ in found.damaged]) == (RUNS, [manifest])
    with pytest.warns(DamagedRecordWarning, match=r"_manifest\.json: it is not the manifest.*made anew from the parts"):
        again = rs.archive(records, target, part_size=4)
    assert (again.experiments, again.damaged, archived(target)) == (9, [], RUNS)
    assert rs.read_parquet(target).damaged == []


def test_a_bit_of_the_manifest_that_fell_over_loses_nothing(records, target):
    manifest, drawn, refused = target / MANIFEST, random.Random(0), []
    whole = manifest.read_bytes()
    for _ in range(60):
        at = drawn.randrange(len(whole))
        manifest.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << drawn.randrange(8)]) + whole[at + 1 :])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DamagedRecordWarning)
            try:
                rs.archive(records, target, part_size=4)
            except CannotWrite as error:
                refused.append(str(error))
                manifest.unlink()
                rs.archive(records, target, part_size=4)
        assert archived(target) == RUNS
    assert all('let "records" be' in error or "delete its" in error for error in refused)
    assert len(refused) < 40


@pytest.mark.parametrize("lost", ["deleted", "an older one"])
def test_a_manifest_that_is_not_of_these_parts_loses_and_doubles_nothing(records, target, lost):
    before = (target / MANIFEST).read_bytes()
    for i in range(9, 15):
        rs.record_experiment({"title": f"run-{i}"}, records)
    rs.archive(records, target, part_size=4)
    for path in records.glob("run-[13]*.json"):
        path.unlink()
    (target / MANIFEST).unlink()
    if lost == "an older one":
        (target / MANIFEST).write_bytes(before)
    rs.record_experiment({"title": "run-15"}, records)
    assert rs.archive(records, target, part_size=4).experiments == 16
    assert archived(target) == sorted(f"run-{i}" for i in range(16))


def test_a_part_that_was_copied_doubles_nothing_after_the_next_call(records, target):
    shutil.copy(target / "part-00001.parquet", target / "part-00007.parquet")
    assert rs.archive(records, target, part_size=4).experiments == 9
    assert archived(target) == RUNS


def test_an_archive_of_others_without_its_manifest_is_left_alone(records, target, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(records, moved)
    (target / MANIFEST).unlink()
    with pytest.raises(CannotWrite, match='If both are the same records, let "records" be'):
        rs.archive(moved, target)
    (target / MANIFEST).write_text(json.dumps({"records": str(moved)}))
    assert rs.archive(moved, target).experiments == 9
    assert archived(target) == RUNS


def test_an_archive_of_a_later_version_is_left_alone(records, target):
    manifest = target / MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_bytes()), "format": 2, "new": 1}))
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    with pytest.raises(CannotWrite, match="by a later version of researcher; update this one"):
        rs.archive(records, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert len(rs.read_parquet(target)) == 9


def test_parquet_of_others_under_the_name_of_a_part_is_left_alone(records, tmp_path):
    import pandas as pd

    (tmp_path / "mine").mkdir()
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "mine" / "part-00000.parquet")
    with pytest.raises(CannotWrite, match=r"holds part-00000\.parquet, which is no part"):
        rs.archive(records, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["part-00000.parquet"]
    assert pd.read_parquet(tmp_path / "mine")["a"].to_list() == [1]


@pytest.mark.parametrize("change", ["in its place", "by another file"])
def test_a_record_of_the_same_size_and_time_is_seen_to_be_another(records, target, change):
    path = max(records.glob("*.json"))
    content, status = path.read_bytes(), path.stat()
    if change == "by another file":
        path.unlink()
    path.write_bytes(content.replace(b"[1.0,", b"[2.0,"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    rs.archive(records, target, part_size=4)
    assert {e.title: e.observations["loss"][0] for e in rs.read_parquet(target)}["run-8"] == 2.0


class Life:
    """An archive and its records, and what may happen to them."""

    def __init__(self, directory):
        self.records, self.target = Path(directory) / "records", Path(directory) / "archive"
        self.number = 0
        self.safe: dict[str, str] = {}  # what must be in the archive, whether or not it is among the records
        self.manifests = [b""]

    def record(self):
        self.number += 1
        rs.record_experiment({"title": f"run-{self.number:03}", "lr": self.number}, self.records, {"loss": [0.5]})

    def another_column(self):
        rs.record_experiment({"title": f"other-{self.number}", f"p{self.number}": 1}, self.records)

    def annotate(self):
        rs.load_experiment(self.records, self._oldest().name).annotate("seen")

    def rewrite(self):
        path = self._oldest()
        path.write_bytes(path.read_bytes().replace(b"0.5", b"0.7"))

    def delete(self):
        self._oldest().unlink()

    def damage(self):
        path = self._oldest()
        path.write_bytes(path.read_bytes()[:-20])

    def lose_manifest(self):
        (self.target / MANIFEST).unlink()

    def damage_manifest(self):
        (self.target / MANIFEST).write_bytes(self.manifests[-1][:-9])

    def older_manifest(self):
        (self.target / MANIFEST).write_bytes(self.manifests[len(self.manifests) // 2])

    def damage_part(self):
        path = min(self.target.glob("*.parquet"))
        self._lost(path)
        path.write_bytes(path.read_bytes()[:-9])

    def lose_part(self):
        path = max(self.target.glob("*.parquet"))
        self._lost(path)
        path.unlink()

    def archive(self):
        """Every record is there once as it is now, and what was archived before as it was."""
        rs.archive(self.records, self.target, part_size=3)
        self.manifests.append((self.target / MANIFEST).read_bytes())
        now = {e.name: repr(e.data) for e in rs.all_experiments(self.records)}
        found = rs.read_parquet(self.target)
        self.safe |= now
        archived = {e.name: repr(e.data) for e in found}
        assert (len(found), found.damaged) == (len(archived), [])
        assert {name: archived.get(name) for name in self.safe} == self.safe
        self.safe = archived

    def _oldest(self):
        return min(self.records.glob("*.json"), key=lambda path: path.stem[::-1])

    def _lost(self, part):
        for name in pq.read_table(part, columns=["experiment"])["experiment"].to_pylist():
            self.safe.pop(name, None)


HAPPENS = [name for name in vars(Life) if name[0] != "_" and name != "archive"]


@given(st.lists(st.sampled_from([*HAPPENS, "archive"]), max_size=12))
@settings(max_examples=40)
@pytest.mark.filterwarnings("ignore::researcher.errors.DamagedRecordWarning")
def test_whatever_happens_every_record_is_there_once(happens):
    with tempfile.TemporaryDirectory() as directory:
        life = Life(directory)
        for _ in range(7):
            life.record()
        life.archive()
        for name in happens:
            if name == "archive":
                life.archive()
                continue
            with contextlib.suppress(ValueError, FileNotFoundError):  # there is no such thing, or it is damaged already
                getattr(life, name)()
        life.archive()
