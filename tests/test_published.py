"""Publishing: many processes at once, sudden death, a full disk, a file system without links."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys

import pytest
from processes import at_once

import researcher as rs

MANY = 200

FORKS = at_once(
    """
import errno
import msgspec
import researcher as rs
record = rs.record_experiment
if sys.argv[3] == "named" and hasattr(os, "O_TMPFILE"):
    del os.O_TMPFILE
if sys.argv[3] == "no links":
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "no links here")
    os.link = refuse
""",
    'record({"title": "same"}, sys.argv[1], {"process": i})',
)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("links", ["nameless", "named", "no links"])
def test_as_many_processes_leave_as_many_records(tmp_path, links):
    directory = tmp_path / "records"
    command = [sys.executable, "-c", FORKS, directory, str(MANY), links]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    experiments = rs.all_experiments(directory)
    assert not experiments.damaged
    assert sorted(e.observations["process"] for e in experiments) == list(range(MANY))
    assert len(list(directory.iterdir())) == MANY  # nothing else is left


RECORDS_WITHOUT_END = """
import sys
import researcher as rs
while True:
    rs.record_experiment({"title": "same"}, sys.argv[1], {"loss": [0.5] * 20_000})
    print(flush=True)
"""


def test_a_process_that_is_killed_leaves_whole_records(tmp_path):
    command = [sys.executable, "-c", RECORDS_WITHOUT_END, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        for _ in range(5):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    experiments = rs.all_experiments(tmp_path)
    assert len(experiments) >= 5
    assert not experiments.damaged
    assert all(len(e.observations["loss"]) == 20_000 for e in experiments)


FULL_DISK = """
import resource, sys
import msgspec
import researcher as rs
from researcher.errors import CannotWrite
record = rs.record_experiment
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    record({"lr": 0.1}, sys.argv[1], {"loss": [0.5] * 10_000})
except CannotWrite as error:
    print(error)
"""


def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    records, rescues = tmp_path / "records", tmp_path / "rescues"
    rescues.mkdir()
    command = [sys.executable, "-B", "-c", FULL_DISK, records]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TMPDIR": str(rescues)})
    assert done.returncode == 0, done.stderr
    assert "cannot record into" in done.stdout
    assert "could not be kept in a rescue file either" in done.stdout
    assert [*records.iterdir(), *rescues.iterdir()] == []


@pytest.fixture(params=["nameless", "named", "no links"])
def links(request, monkeypatch):
    """A file system as it should be, one on which each file has a name, and one that knows no hard links."""

    def refuse(*_args, **_options):
        raise OSError(errno.EPERM, "no links here")

    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    if request.param == "no links":
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("links")
def test_nothing_is_ever_replaced(tmp_path):
    (tmp_path / "run.json").write_text("mine")
    (tmp_path / "run-2.json").mkdir()
    assert rs.save_experiment(tmp_path, "run", {"lr": 0.1}, None).path.name == "run-3.json"
    assert (tmp_path / "run.json").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run-2.json", "run-3.json", "run.json"]


def test_a_name_that_another_process_claims_is_left_to_it(tmp_path, monkeypatch):
    def refuse(*_args, **_options):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / ".run.json.claim").touch()
    assert rs.save_experiment(tmp_path, "run", {"lr": 0.1}, None).path.name == "run-2.json"
    assert (tmp_path / ".run.json.claim").exists()


@pytest.mark.usefixtures("links")
def test_a_dead_link_is_not_written_through(tmp_path):
    outside = tmp_path / "outside.json"
    records = tmp_path / "records"
    records.mkdir()
    (records / "run.json").symlink_to(outside)
    path = rs.save_experiment(records, "run", {"lr": 0.1}, None).path
    assert json.loads(path.read_text())["lr"] == 0.1
    assert path.name == "run-2.json"
    assert not outside.exists()


@pytest.mark.usefixtures("links")
def test_an_error_while_publishing_leaves_nothing(tmp_path, monkeypatch):
    def broken(*_args):
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="broken disk") as caught:
        rs.record_experiment({"lr": 0.1}, tmp_path)
    caught.value.rescue.unlink()
    assert not list(tmp_path.iterdir())
