"""The command line, as a program of its own and on real records."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from processes import until
from typer.testing import CliRunner

import researcher as rs
from researcher.cli import app
from researcher.curves.sparkline import sparkline

PROJECT = Path(__file__).parents[1]
OLD = PROJECT / "tests" / "data" / "records-2020"
ODD = "[bold red]x[/] \x1b[2J\x9b31m\n\u202e模型 :smile: \ud800"
SHOWN = r"[bold red]x[/] \x1b[2J\x9b31m\n\u202e模型 :smile: \ud800"
KILLED = """
import os, signal, sys
import researcher as rs
recorder = rs.Recorder({"title": "killed", "lr": 0.2}, sys.argv[1]).start()
for i in range(20):
    recorder.observe(loss=1 / (i + 1))
os.kill(os.getpid(), signal.SIGKILL)
"""


def researcher(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "researcher", *map(str, arguments)],
        cwd=PROJECT,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def run(*arguments):
    """The same within this process."""
    return CliRunner().invoke(app, [*map(str, arguments)])


def killed(records):
    done = subprocess.run([sys.executable, "-c", KILLED, str(records)], cwd=PROJECT, check=False)
    assert done.returncode == -signal.SIGKILL


def failing(records):
    with rs.Recorder({"title": "failed", "lr": 0.3}, records) as recorder:
        recorder.observe(loss=1.0, step=10)
        recorder.observe(loss=0.5, step=20)
        _ = 1 / 0


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Finished, repeated, failed, interrupted and running experiments, one with an odd title, and none damaged."""
    path = tmp_path_factory.mktemp("cli") / "records"
    for lr in (0.1, 0.01, 0.001):
        rs.record_experiment({"title": "relu", "lr": lr}, path, {"loss": [3.0, 2.0, lr], "acc": 1 - lr}, duration=12.5)
    folds = [[0.5, 0.25, 0.125], [0.5, 0.75]]
    repeat = rs.record_experiment({"title": "relu", "lr": 0.1}, path, {"val_loss": folds, "words": "[red]no[/] curve"})
    repeat.annotate("a [b]note[/b]\nof two lines", tags=["baseline", "to\x07tell"])
    rs.record_experiment({"title": ODD, "lr": 0.5}, path, {"loss": [math.nan, math.inf, 1.0]})
    with pytest.raises(ZeroDivisionError):
        failing(path)
    killed(path)
    with rs.Recorder({"title": "live", "lr": 0.4, "nested": {"layers": [1, 2]}}, path) as recorder:
        recorder.observe(loss=0.75)
        yield path


@pytest.fixture
def damaged(tmp_path):
    path = tmp_path / "records"
    path.mkdir()
    for name in ("one", "two"):
        rs.record_experiment({"title": name}, path, {"loss": [1.0]})
    (path / "broken.json").write_text('{"lr": 0.')
    return path


# ls


def test_ls_lists_all_with_their_status(records):
    done = researcher("ls", records)
    assert done.returncode == 0, done.stderr
    heading, *rows = done.stdout.splitlines()
    assert heading.split() == ["hash", "title", "status", "when", "lr", "nested.layers", "loss", "acc", "val_loss"]
    assert [row.split()[0] for row in rows] == [hash_of(e) for e in rs.all_experiments(records)]
    assert SHOWN in done.stdout
    for title in ("failed", "interrupted", "running"):
        assert sum(f"  {title}  " in row for row in rows) >= 1
    assert done.stderr == f"8 experiments, 1 failed, 1 interrupted, 1 running in {records}\n"
    assert not set(done.stdout) & {"\x1b", "\x9b", "\u202e"}


def hash_of(experiment):
    return f"{experiment.hash[:8]}-2" if experiment.path.stem.endswith("-2") else experiment.hash[:8]


def test_a_query_a_sort_and_a_limit(records):
    assert json_of(run("ls", records, "lr <= 0.1 and title == 'relu'", "--json"), "lr") == [0.1, 0.01, 0.001, 0.1]
    assert json_of(run("ls", records, "status == 'running'", "--json"), "title") == ["live"]
    assert json_of(run("ls", records, "title == 'relu'", "--sort", "lr", "--json"), "lr") == [0.001, 0.01, 0.1, 0.1]
    assert json_of(run("ls", records, "-s", "lr", "-r", "-n", 2, "--json"), "lr") == [0.5, 0.4]
    assert json_of(run("ls", records, "-n", 1, "--json"), "title") == ["live"]
    assert json_of(run("ls", records, "-r", "-n", 1, "--json"), "title") == ["live"]
    assert run("ls", records, "lr > 7").stderr == f"0 of 8 experiments in {records}\n"


def json_of(result, name):
    assert result.exit_code == 0, result.stderr
    return [e["params"][name] for e in json.loads(result.stdout)]


@pytest.mark.parametrize("name", ["loss", "final.loss"])
@pytest.mark.parametrize("reverse", [[], ["--reverse"]])
def test_what_has_no_such_value_or_nan_comes_last(records, name, reverse):
    titles = json_of(run("ls", records, "--sort", name, "--json", *reverse), "title")
    known = ["relu", "relu", "killed", "relu", "failed", "live", ODD]
    assert titles == [*(known[::-1] if reverse else known), "relu"]


def test_json_is_one_strict_array_that_says_what_is_known(records):
    done = researcher("ls", records, "--json")
    found = json.loads(done.stdout, parse_constant=pytest.fail)
    assert [e["title"] for e in found] == [e.title for e in rs.all_experiments(records)]
    assert found[0]["observations"]["loss"] == {"final": 0.1, "min": 0.1, "max": 3.0}
    odd = next(e for e in found if e["title"] == ODD)
    assert odd["observations"]["loss"] == {"final": 1.0, "min": 1.0, "max": "Infinity"}
    assert found[-1]["status"] == "running"
    assert found[-1]["params"]["nested"] == {"layers": [1, 2]}
    assert rs.load_experiment(records, Path(found[0]["file"]).name).hash == found[0]["hash"]
    assert done.stdout.count("\n") == len(found) + 2


def test_damaged_files_are_named_and_the_others_listed(damaged):
    done = researcher("ls", damaged)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 3
    assert "1 file is damaged:\n" in done.stderr
    assert f"  {damaged / 'broken.json'}: it ends too early" in done.stderr
    as_json = researcher("ls", damaged, "--json")
    assert as_json.returncode == 1
    assert len(json.loads(as_json.stdout)) == 2


def test_records_of_2020():
    done = researcher("ls", OLD)
    assert done.returncode == 0, done.stderr
    assert "6576g326" in done.stdout
    assert "0.836" in done.stdout
    assert "3 experiments" in done.stderr


def test_the_directory_is_records_unless_another_is_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    missing = run("ls")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "there is no directory records" in missing.stderr
    rs.record_experiment({"lr": 0.1}, "records")
    assert run("ls").stderr == "1 experiment in records/\n"
    misplaced = run("ls", "lr < 1")
    assert misplaced.exit_code == 2
    assert "researcher ls records/ 'lr < 1'" in misplaced.stderr


def test_an_empty_directory_is_fine(tmp_path):
    assert run("ls", tmp_path).exit_code == 0
    assert json.loads(run("ls", tmp_path, "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lr <"], "a value is missing before the end\n  lr <\n      ^"),
        (["--sort", "lrr"], "did you mean lr?"),
        (["--limit", "0"], "--limit"),
        (["--colour"], "--colour"),
    ],
)
def test_wrong_usage_has_an_exit_code_of_its_own(records, arguments, said):
    done = run("ls", records, *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_name_in_a_query_that_nothing_has_is_told(records):
    done = run("ls", records, "lrr < 1")
    assert done.exit_code == 0
    assert "researcher: no experiment has lrr, so nothing is known of it; did you mean lr?" in done.stderr


def test_in_a_terminal_no_line_is_too_long_and_no_title_is_obeyed(records):
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, (80).to_bytes(2, sys.byteorder).rjust(4, b"\0").ljust(8, b"\0"))
    environment = {**os.environ, "TERM": "xterm-256color"}
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "researcher", "ls", str(records)],
        cwd=PROJECT,
        env=environment,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    screen = read_all(ours).decode()
    _, told = process.communicate(timeout=60)
    assert "\x1b[31mfailed" in screen
    assert not {"\x9b", "\u202e"} & set(screen)
    assert "\x1b[2J" not in screen
    lines = [line for line in uncoloured(screen).splitlines() if line]
    assert [line.split()[0] for line in lines[1:]] == [hash_of(e) for e in rs.all_experiments(records)]
    assert max(map(len, lines)) <= 80
    assert "not shown, as the line is too short: " in told


def read_all(terminal):
    found = b""
    with os.fdopen(terminal, "rb", buffering=0) as file, contextlib.suppress(OSError):  # how a terminal ends
        while part := file.read(4096):
            found += part
    return found


def uncoloured(screen):
    return re.sub(r"\x1b\[[0-9;]*m", "", screen)


def test_whoever_reads_may_stop(records):
    for arguments in (["ls", records], ["ls", records, "--json"]):
        process = subprocess.Popen(
            [sys.executable, "-m", "researcher", *map(str, arguments)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process.stdout.close()
        told = process.stderr.read()
        process.stderr.close()
        assert process.wait(timeout=60) == 0
        assert "Broken" not in told


# show


def test_show_says_all_about_one(records):
    repeat = next(e for e in rs.all_experiments(records) if e.path.stem.endswith("-2"))
    done = researcher("show", repeat.hash[:8], records)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"relu  {repeat.hash}\nfinished · ")
    assert r"tags: baseline, to\x07tell" in done.stdout
    assert "[red]no[/] curve" in done.stdout
    assert "a [b]note[/b]" in done.stdout
    assert "of two lines" in done.stdout
    (folds,) = [line.split() for line in done.stdout.splitlines() if "val_loss" in line]
    assert folds == ["val_loss", "2", "×", "2–3", "0.4375", "0.3125", "0.625", "██▁"]
    assert f"repeats: {repeat.path.stem.removesuffix('-2')}" in done.stdout


@pytest.mark.parametrize("given", ["{hash}", "{hash8}-1", "{file}", "{name}", "{stem}"])
def test_show_finds_by_hash_number_and_file(records, given):
    first = rs.all_experiments(records)[1]
    given = given.format(
        hash=first.hash, hash8=first.hash[:8], file=first.path, name=first.path.name, stem=first.path.stem
    )
    done = run("show", given, records)
    assert done.exit_code == 0, done.stderr
    assert first.path.name in done.stdout
    assert "12.5 s" in done.stdout
    (loss,) = [line.split() for line in done.stdout.splitlines() if "loss" in line]
    assert loss == ["loss", "3", "0.01", "0.01", "at", "2", "3", "at", "0", "█▆▁"]


@pytest.fixture
def alike(tmp_path):
    """Three experiments, two of which have one title, and one of these a repeat."""
    for params in ({"lr": 0.1}, {"lr": 0.2}, {"lr": 0.2}):
        rs.record_experiment({"title": "relu 1/2", **params}, tmp_path)
    rs.record_experiment({"title": "tanh"}, tmp_path)
    return tmp_path


@pytest.mark.parametrize("given", ["tanh", "ta", "tanh_", "{hash8}", "{hash4}", "tanh_{hash8}", "tanh_{hash8}-1"])
def test_show_finds_by_title_and_beginning(alike, given):
    digest = rs.get_hash({"title": "tanh"})
    done = run("show", given.format(hash8=digest[:8], hash4=digest[:4]), alike)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(f"tanh  {digest}")


def test_show_lists_those_that_are_called_alike(alike):
    done = run("show", "relu 1/2", alike)
    first, *listed = done.stderr.splitlines()
    assert (done.exit_code, first) == (2, "researcher: 2 different experiments are called 'relu 1/2':")
    assert [line.partition("finished: ")[2] for line in listed] == ["lr=0.2", "lr=0.1"]
    newest = run("show", listed[0].partition(" finished")[0].strip(), alike)  # as it is listed
    assert "-2.json" in newest.stdout
    assert "did you mean tanh?" in run("show", "tahn", alike).stderr


def test_of_repeats_each_can_be_shown(records):
    repeat = next(e for e in rs.all_experiments(records) if e.path.stem.endswith("-2"))
    assert repeat.path.name not in run("show", f"{repeat.hash[:8]}-1", records).stdout
    assert repeat.path.name in run("show", f"{repeat.hash[:8]}-2", records).stdout
    assert run("show", f"{repeat.hash[:8]}-3", records).exit_code == 2


def test_show_what_failed_runs_or_was_interrupted(records):
    by_title = {e.title: e for e in rs.all_experiments(records)}
    failed = run("show", by_title["failed"].hash, records).stdout
    assert "ZeroDivisionError: division by zero" in failed
    assert "0.5 at 20" in failed
    assert "running · " in run("show", by_title["live"].hash, records).stdout
    assert "interrupted · " in run("show", by_title["killed"].hash, records).stdout
    odd = run("show", by_title[ODD].hash, records).stdout
    assert SHOWN in odd
    assert "×█▄" in odd
    assert not set(odd) & {"\x1b", "\x9b", "\u202e"}


def test_show_as_json_is_the_record(records, tmp_path):
    for experiment in rs.all_experiments(records):
        done = run("show", experiment.path, records, "--json")
        json.loads(done.stdout, parse_constant=pytest.fail)
        copy = tmp_path / experiment.path.with_suffix(".json").name
        copy.write_text(done.stdout)
        assert repr(rs.load_experiment(tmp_path, copy.name).data) == repr(experiment.data)
    for path in OLD.iterdir():
        assert json.loads(run("show", path, "--json").stdout) == json.loads(path.read_text())


@pytest.mark.parametrize("given", ["ffffffff", "abc", "nothing.json", "a/b", ""])
def test_show_what_is_not_there(records, given):
    done = run("show", given, records)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("researcher: ")


def test_show_a_damaged_file(damaged):
    done = run("show", damaged / "broken.json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "it ends too early" in done.stderr


def test_an_encoding_without_the_characters(records):
    odd = next(e for e in rs.all_experiments(records) if e.title == ODD)
    for command in (["show", odd.hash, records], ["ls", records]):
        done = researcher(*command, PYTHONIOENCODING="ascii")
        assert done.returncode == 0, done.stderr
        assert r"\u6a21\u578b :smile:" in done.stdout
    assert json.loads(researcher("show", odd.hash, records, "--json", PYTHONIOENCODING="ascii").stdout)["title"] == ODD


# recover


def test_recover_says_what_was_recovered(tmp_path):
    records = tmp_path / "records"
    killed(records)
    done = researcher("recover", records)
    assert done.returncode == 0, done.stderr
    (experiment,) = rs.all_experiments(records)
    assert done.stdout == f"recovered {experiment.path} (interrupted)\n"
    assert experiment.path.suffix == ".json"
    again = researcher("recover", records)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", f"nothing to recover in {records}\n")


def test_recover_leaves_what_runs_and_names_what_is_damaged(tmp_path):
    killed(tmp_path)
    (journal,) = tmp_path.glob("*.journal")
    broken = tmp_path / "broken.journal"
    broken.write_text("{}\n")
    with rs.Recorder({"title": "live"}, tmp_path) as recorder:
        done = run("recover", tmp_path, "--json")
        assert recorder.path.exists()
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [(e["title"], e["status"]) for e in found["recovered"]] == [("killed", "interrupted")]
    assert [e["file"] for e in found["damaged"]] == [str(broken)]
    assert str(broken) in done.stderr
    assert not journal.exists()


def test_recover_what_is_not_there(tmp_path):
    assert run("recover", tmp_path / "nothing").exit_code == 2


# A curve in a line


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([], ""),
        ([7.0], "▄"),
        ([math.nan, math.nan], "××"),
        ([-math.inf, 0.0, 1.0, math.inf, math.nan], "▁▁██×"),
        ([-1.7e308, 1.7e308], "▁█"),
        ([1.7e308] * 48, "▄" * 24),
        ([0.0, 5e-324], "▄▄"),
        ([0.0, math.nan] * 24, "▄" * 24),
    ],
)
def test_a_sparkline(values, shown):
    assert sparkline(values) == shown


@pytest.mark.parametrize("name", ["cli.printing", "curves.sparkline"])
def test_the_examples_are_true(name):
    failed, tried = doctest.testmod(importlib.import_module(f"researcher.{name}"))
    assert (failed, tried > 0) == (0, True)


# stop


TRAINING = """
import sys, time
import researcher as rs
with rs.Recorder({"title": "relu", "lr": 0.5}, sys.argv[1]) as recorder:
    while not recorder.should_stop():
        recorder.observe(loss=1.0)
        time.sleep(0.01)
"""


def test_stop_asks_what_runs(tmp_path):
    rs.record_experiment({"title": "relu", "lr": 0.1}, tmp_path)
    training = subprocess.Popen([sys.executable, "-c", TRAINING, tmp_path], cwd=PROJECT)
    until(lambda: [e.status for e in rs.all_experiments(tmp_path)] == ["finished", "running"])
    done = run("stop", "relu", tmp_path)
    assert (done.exit_code, done.stdout[:11]) == (0, "asked relu_"), done.stderr
    assert training.wait(60) == 0
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["finished", "pruned"]
    assert not list(tmp_path.glob("*.stop"))
    for given in ("relu", rs.get_hash({"title": "relu", "lr": 0.5}), *tmp_path.glob("*.json")):
        done = run("stop", given, tmp_path)
        assert (done.exit_code, done.stdout) == (2, ""), given
        assert re.search("no running experiment in|does not run", done.stderr)


# The program


# diff


@pytest.fixture
def pair(tmp_path):
    """Two experiments that differ in a param, in a package and in their function."""
    found = []
    for lr, source in ((0.1, "def train(params):\n    return 1\n"), (0.2, "def train(params):\n    return 2\n")):
        experiment = rs.record_experiment({"title": ODD, "lr": lr, "act": "relu"}, tmp_path, {"loss": [1.0, lr]})
        text = json.loads(experiment.path.read_text())
        entry = {"module": "train", "function": "train", "source": source}
        text["researcher"]["environment"] |= {"packages": {"numpy": str(lr)}, "entry": entry}
        experiment.path.write_text(json.dumps(text))
        found.append(experiment)
    return tmp_path, found


def test_diff_shows_what_differs(pair):
    records, (a, b) = pair
    done = run("diff", a.hash[:8], b.hash[:8], records)
    assert done.exit_code == 0
    lines = [line.split() for line in done.stdout.splitlines()]
    assert {("lr", "0.1", "0.2"), ("packages.numpy", "0.1", "0.2"), ("loss", "0.1", "0.2")} <= {*map(tuple, lines)}
    assert "-    return 1\n+    return 2\n" in done.stdout
    assert "\x1b" not in done.stdout
    assert ["act"] not in [line[:1] for line in lines]
    assert run("diff", a.hash[:8], a.hash[:8], records).stdout == "no differences\n"
    assert run("diff", a.hash[:8], "0" * 8, records).exit_code == 2


def test_diff_as_json(pair):
    records, (a, b) = pair
    found = json.loads(run("diff", a.hash[:8], b.hash[:8], records, "--json").stdout)
    assert found["experiments"] == [a.name, b.name]
    assert found["params"] == {"lr": [0.1, 0.2]}
    assert found["environment"] == {"packages.numpy": ["0.1", "0.2"]}
    assert found["observations"] == {"loss": [0.1, 0.2]}
    assert "-    return 1" in found["source"]


# export


def test_export_writes_what_a_query_chooses(pair, tmp_path):
    records, _ = pair
    done = run("export", tmp_path / "out.csv", records, "lr < 0.15")
    assert (done.exit_code, done.stdout) == (0, f"1 experiment in {tmp_path / 'out.csv'}\n")
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == "experiment,title,lr,act,loss"
    done = run("export", tmp_path / "out.parquet", records, "--json")
    assert json.loads(done.stdout) == {"file": str(tmp_path / "out.parquet"), "experiments": 2}
    assert len(rs.all_experiments(records)) == 2
    assert (tmp_path / "out.parquet").read_bytes()[:4] == b"PAR1"
    for wrong in (["out.xls"], ["out.csv", "nothing"], ["out.csv", records, "lr <"]):
        done = run("export", tmp_path / wrong[0], *wrong[1:])
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr


# reproduce

TRAIN = """
import random
import researcher as rs

def train(params):
    print("training")
    if params.get("fails"):
        raise ZeroDivisionError("on purpose")
    return {"loss": [1.0, random.random()]}

if __name__ == "__main__":
    rs.run(train, {"title": "seeded", "seed": 1}, "records")
    rs.run(train, {"title": "free"}, "records")
    try:
        rs.run(train, {"title": "failing", "fails": True}, "records")
    except ZeroDivisionError:
        pass
"""


def in_folder(folder, *command, **variables):
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(PROJECT), **variables}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a script, and its experiments by title."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "train.py").write_text(TRAIN)
    done = in_folder(folder, "train.py")
    assert (done.returncode, done.stderr) == (0, "")
    return folder, {e.title: e for e in rs.all_experiments(folder / "records")}


def reproduce(trained, title, *options):
    folder, experiments = trained
    return in_folder(folder, "-m", "researcher", "reproduce", experiments[title].path.name, *options)


def test_reproduce_says_by_its_exit_code_whether_the_result_held(trained):
    done = reproduce(trained, "seeded")
    assert (done.returncode, done.stderr) == (0, "")
    first, *_, answer, recorded = done.stdout.splitlines()
    assert first == "nothing that is recorded differs now"
    assert "is reproduced: 1 identical (tolerance 1e-06)" in answer
    assert recorded.startswith("recorded as seeded_")
    done = reproduce(trained, "free")
    assert done.returncode == 3
    assert "is not reproduced: 1 different" in done.stdout
    assert "no seed" in done.stdout
    assert reproduce(trained, "free", "--tolerance", "1").returncode == 0


def test_reproduce_as_json(trained):
    done = reproduce(trained, "seeded", "--json", "--observation", "loss", "--function", "train:train")
    assert done.returncode == 0
    assert "training" in done.stderr
    found = json.loads(done.stdout)
    assert found["held"] is True
    assert found["observations"]["loss"]["outcome"] == "identical"
    assert found["original"] == trained[1]["seeded"].name
    assert found["changes"] == {}


def test_reproduce_tells_what_it_cannot_do(trained, pair):
    done = reproduce(trained, "failing")
    assert done.returncode == 1
    assert "ZeroDivisionError: on purpose" in done.stderr
    for wrong in (["--function", "no_such:thing"], ["--function", "train:nothing"], ["--observation", "los"]):
        done = reproduce(trained, "seeded", *wrong)
        assert done.returncode == 2, done.stderr
        assert wrong[1] in done.stderr
    records, (a, _) = pair
    done = in_folder(records, "-m", "researcher", "reproduce", a.hash[:8], records)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the module train cannot be imported" in done.stderr


# explore


def answered(address):
    """The status of a page, as soon as its server listens."""
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as page:
                return page.status
        except urllib.error.URLError as error:
            if time.monotonic() > until or not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.05)


@pytest.mark.parametrize("app", ["voila", "notebook"])
def test_explore_serves_an_explorer(records, app):
    command = [sys.executable, "-m", "researcher", "explore", str(records), "--in", app, "--no-browser"]
    said = []
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True, start_new_session=True) as server:
        try:
            for line in server.stderr:
                said.append(line)
                if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+\S*", line):
                    break
            assert answered(found[0]) == 200
        finally:
            os.killpg(server.pid, signal.SIGINT)
            said.extend(server.stderr)
    assert said[0] == f"exploring {records} in {app}; interrupt to end\n"
    assert server.returncode == 0, "".join(said)


def test_explore_needs_a_directory(tmp_path):
    done = run("explore", tmp_path / "nothing")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no directory" in done.stderr


def test_the_entry_point():
    scripts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, function = scripts["researcher"].partition(":")
    assert getattr(importlib.import_module(module), function) is importlib.import_module("researcher.cli").main


def test_help_and_version():
    assert researcher("--version").stdout == f"researcher {rs.__version__}\n"
    for command in ([], ["ls"], ["show"], ["diff"], ["export"], ["explore"], ["recover"], ["reproduce"]):
        done = researcher(*command, "--help")
        assert done.returncode == 0
        assert "Exit codes: 0 all is well; 1 something is wrong" in done.stdout


def test_the_shell_completes():
    done = researcher(_RESEARCHER_COMPLETE="complete_bash", COMP_WORDS="researcher re", COMP_CWORD="1")
    assert done.stdout.split() == ["recover", "reproduce"]


def test_the_shell_completes_hashes(tmp_path):
    for _ in range(2):
        found = rs.record_experiment({"title": "relu", "lr": 0.1}, tmp_path / "records").hash[:8]
    asked = {"_RESEARCHER_COMPLETE": "complete_bash", "COMP_WORDS": f"researcher show {found[:3]}", "COMP_CWORD": "2"}
    done = in_folder(tmp_path, "-m", "researcher", **asked)
    assert done.stdout.split() == [found, f"{found}-2"], done.stderr


def test_the_program_starts_light(records):
    code = "import sys; from researcher.cli import app; app(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "ls", str(records)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"numpy", "pandas", "matplotlib", "ipywidgets", "bqplot", "traitlets", "IPython"}


AS_NOBODY = """
import os, sys
from typer.testing import CliRunner
from researcher.cli import app
CliRunner().invoke(app, ["ls", "nothing"])  # nobody may not be allowed to import
if os.getuid() == 0:
    os.setuid(65534)
app(sys.argv[1:])
"""


def test_a_directory_that_cannot_be_read(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    command = [sys.executable, "-c", AS_NOBODY, "ls", str(closed)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    closed.chmod(0o700)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"researcher: cannot read the directory {closed}: Permission denied\n"
