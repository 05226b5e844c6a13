"""What was around when an experiment ran, as its record has it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from kernels import execute, kernel

import researcher as rs
from researcher.environment.environment import environment
from researcher.environment.redaction import redacted, redacted_arguments
from researcher.storage import texts

SCRIPT = """
import sys
import researcher as rs

def train(params):
    return {"loss": [params["lr"], 0.5]}

records = sys.argv[1]
rs.record_experiment({"lr": 1.0}, records, {"loss": [1.0]})
with rs.Recorder({"lr": 2.0}, records) as recorder:
    recorder.observe(loss=1.0)
rs.run(train, {"lr": 3.0}, records)
"""


def git(directory, *command, **more):
    named = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b.c",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b.c",
    }
    around = {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    done = subprocess.run(
        ["git", *command], cwd=directory, env={**around, **named}, capture_output=True, text=True, check=True, **more
    )
    return done.stdout.strip()


def run(script, *arguments, cwd=None, python=(), **variables):
    """Run a script as a user does, where git finds what there is."""
    around = {name: value for name, value in os.environ.items() if name != "GIT_DIR"}
    done = subprocess.run(
        [sys.executable, *python, script, *map(str, arguments)],
        cwd=cwd or Path(script).parent,
        env={**around, "PYTHONPATH": str(Path(rs.__file__).parents[1])} | variables,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def around(directory):
    return [e.ours["environment"] for e in rs.all_experiments(directory)]


@pytest.fixture
def repository(tmp_path):
    """A repository with one commit that holds a script."""
    directory = tmp_path / "repository"
    (directory / "sub").mkdir(parents=True)
    git(directory, "init", "--quiet", "--initial-branch", "main")
    (directory / "sub" / "train.py").write_text(SCRIPT)
    git(directory, "add", ".")
    git(directory, "commit", "--quiet", "--message", "first")
    return directory


def test_machine_packages_and_command_are_recorded(tmp_path):
    found = rs.record_experiment({"lr": 0.1}, tmp_path).ours["environment"]
    assert found["python"] == platform.python_version()
    assert found["platform"] == platform.platform()
    assert found["cpu"]["cores"] == os.cpu_count()
    assert found["packages"]["numpy"] == np.__version__
    assert found["packages"]["researcher-notebook"] == rs.__version__
    assert list(found["packages"]) == sorted(found["packages"], key=str.casefold)
    assert not {"os", "random"} & set(found["packages"])
    assert found["command"][0] == sys.orig_argv[0]
    assert found["directory"] == os.getcwd()  # noqa: PTH109
    assert "code" not in found
    assert [path.name for path in tmp_path.iterdir()] == [rs.all_experiments(tmp_path)[0].path.name]


def test_the_hash_is_that_of_the_params_alone(tmp_path):
    rs.record_environment(False)
    try:
        bare = rs.record_experiment({"lr": 0.1}, tmp_path)
    finally:
        rs.record_environment()
    assert "environment" not in bare.ours
    assert rs.record_experiment({"lr": 0.1}, tmp_path).hash == bare.hash == rs.get_hash({"lr": 0.1})


def test_commit_branch_remote_and_changes_are_recorded(repository, tmp_path):
    git(repository, "remote", "add", "origin", "https://me:hunter22@example.org/team/project.git")
    records = tmp_path / "records"
    script = repository / "sub" / "train.py"
    run(script, records)
    clean = {"commit": git(repository, "rev-parse", "HEAD"), "branch": "main"}
    clean |= {"remote": "https://example.org/team/project.git", "changed": False}
    assert [found["code"] for found in around(records)] == [clean] * 3
    changed = SCRIPT.replace("0.5]}", "0.25]}  # naïve")
    script.write_text(changed)
    run(script, records)
    (patch,) = {found["code"]["patch"] for found in around(records)[3:]}
    assert [found["code"] for found in around(records)[3:]] == [{**clean, "changed": True, "patch": patch}] * 3
    assert len(list((records / texts.FOLDER).glob("*.patch"))) == 1
    git(repository, "checkout", "--quiet", ".")
    git(repository, "apply", "-", input=texts.kept(records, patch))
    assert script.read_text() == changed


def test_where_it_began_is_recorded(repository, tmp_path):
    run(repository / "sub" / "train.py", tmp_path / "records")
    entries = [found["entry"] for found in around(tmp_path / "records")]
    assert {entry["script"] for entry in entries} == {"sub/train.py"}
    assert {texts.kept(tmp_path / "records", entry["text"]) for entry in entries} == {SCRIPT}
    assert [entry.get("function") for entry in entries] == [None, None, "train"]
    assert entries[2]["source"] == 'def train(params):\n    return {"loss": [params["lr"], 0.5]}\n'
    assert entries[2]["module"] == "__main__"


def test_a_function_of_a_module_names_its_module(repository, tmp_path):
    (repository / "model.py").write_text(
        "class Model:\n    def __call__(self, params):\n        return 1\n\nmodel = Model()\n"
    )
    (repository / "main.py").write_text(
        "import sys, functools, researcher as rs\nfrom model import model, Model\n"
        "rs.run(model, {'i': 0}, sys.argv[1])\n"
        "rs.run(functools.partial(Model.__call__, model), {'i': 1}, sys.argv[1])\n"
        "rs.run(lambda params: 1, {'i': 2}, sys.argv[1])\n"
        "rs.run(len, {'i': 3}, sys.argv[1])\n"
    )
    run(repository / "main.py", tmp_path / "records")
    entries = [found["entry"] for found in around(tmp_path / "records")]
    assert [(e["module"], e["function"], e.get("bound", False)) for e in entries] == [
        ("model", "Model", True),
        ("model", "Model.__call__", True),
        ("__main__", "<lambda>", True),
        ("builtins", "len", True),
    ]
    assert entries[0]["source"].startswith("class Model:")
    assert entries[0]["file"] == entries[1]["file"] == "model.py"
    assert ["source" in e for e in entries] == [True, True, True, False]


WITHOUT_GIT = ["no git", "no repository", "no commit", "bare", "a worktree of it", "detached", "its folder is gone"]


@pytest.mark.parametrize("case", WITHOUT_GIT)
def test_odd_repositories_stop_nothing(repository, tmp_path, case):
    script, variables, commit = repository / "sub" / "train.py", {}, git(repository, "rev-parse", "HEAD")
    code: object = {"commit": commit, "branch": "main", "changed": False}
    if case == "no git":
        code, variables = None, {"PATH": str(tmp_path)}
    elif case in ("no repository", "no commit"):
        code, script = None, tmp_path / "elsewhere" / "train.py"
        script.parent.mkdir()
        script.write_text(SCRIPT)
        if case == "no commit":
            git(script.parent, "init", "--quiet")
    elif case == "bare":
        git(tmp_path, "clone", "--quiet", "--bare", repository, "bare")
        script = tmp_path / "bare" / "train.py"
        script.write_text(SCRIPT)
        code = {"commit": commit, "branch": "main", "remote": str(repository)}
    elif case == "a worktree of it":
        git(repository, "worktree", "add", "--quiet", tmp_path / "other", "-b", "topic")
        script, code = tmp_path / "other" / "sub" / "train.py", {**code, "branch": "topic"}
    elif case == "detached":
        git(repository, "checkout", "--quiet", "--detach")
        code = {"commit": commit, "changed": False}
    else:
        script.write_text("import os, shutil\nos.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n" + SCRIPT)
        code = {**code, "changed": True}
    run(script, tmp_path / "records", **variables)
    found = around(tmp_path / "records")
    assert len(found) == 3
    for one in found:
        one.get("code", {}).pop("patch", None)
        assert one.get("code") == code
        assert "trouble" not in one


def test_a_patch_that_cannot_be_kept_stops_nothing(repository, tmp_path):
    (repository / "sub" / "train.py").write_text(SCRIPT + "\n# changed")
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / texts.FOLDER).write_text("in the way")
    run(repository / "sub" / "train.py", tmp_path / "records")
    assert [(found["code"]["changed"], found["code"]["patch"]) for found in around(tmp_path / "records")] == [
        (True, None)
    ] * 3


def test_a_patch_that_is_too_long_is_cut_at_the_end_of_a_line(repository, tmp_path):
    (repository / "sub" / "train.py").write_text(SCRIPT + "# one more line of many\n" * 50_000)
    run(repository / "sub" / "train.py", tmp_path / "records")
    code = around(tmp_path / "records")[0]["code"]
    assert code["patch_cut"] is True
    patch = texts.kept(tmp_path / "records", code["patch"])
    assert patch.endswith("\n+# one more line of many\n")
    assert 900_000 < len(patch) <= 1_000_000


def test_git_is_asked_once_a_process(repository, tmp_path):
    counting = tmp_path / "bin" / "git"
    counting.parent.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    counting.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nexec {real} "$@"\n')
    counting.chmod(0o755)
    run(repository / "sub" / "train.py", tmp_path / "records", PATH=f"{counting.parent}:{os.environ['PATH']}")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(around(tmp_path / "records")) == 3
    assert len(asked) == len(set(asked)) <= 6


PLANTED = {
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "MY_SERVICE_TOKEN": "tok-plain-and-long",
    "DATABASE_PASSWORD": "correct horse battery",
    "HARMLESS": "hidden-value-of-a-variable",
}
ARGUMENTS = [
    "--api-key",
    "argument-secret-1",
    "--db-password=argument-secret-2",
    "https://me:argument-secret-3@example.org",
]
IN_CODE = """
API_KEY = "assigned-in-source-9"
client("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "postgres://me:in-a-url-of-source@host/db")
"""


def test_no_secret_is_anywhere_in_the_records_directory(repository, tmp_path):
    git(repository, "remote", "add", "origin", "https://oauth2:remote-secret@example.org/x.git?token=query-secret")
    (repository / ".env").write_text("NAME=none\n")
    git(repository, "add", "--force", ".env")
    git(repository, "commit", "--quiet", "--message", "second")
    (repository / ".env").write_text("NAME=in-a-file-for-secrets\n")
    script = repository / "sub" / "train.py"
    leaky = SCRIPT.replace(
        "def train(params):",
        f"def client(*_): pass\n{IN_CODE}\ndef train(params):\n    {' '.join(IN_CODE.split(chr(10), 2)[1:2])}"
        f"\n    # {PLANTED['MY_SERVICE_TOKEN']}",
    )
    script.write_text(leaky)
    run(script, tmp_path / "records", *ARGUMENTS, **PLANTED)
    files = [path for path in (tmp_path / "records").rglob("*") if path.is_file()]
    everything = b"\n".join(path.read_bytes() for path in files)
    secrets = [*PLANTED.values(), "argument-secret", "remote-secret", "query-secret", "in-a-file-for-secrets"]
    secrets += ["assigned-in-source-9", "ghp_abcdef", "in-a-url-of-source"]
    assert all(secret.encode() in leaky.encode() for secret in secrets[-3:])
    assert [secret for secret in secrets if secret.encode() in everything] == []
    assert len(around(tmp_path / "records")) == 3
    assert {path.suffix for path in files} == {".json", ".patch", ".py"}
    assert b"HARMLESS" not in everything
    assert json.loads(json.dumps(around(tmp_path / "records")[2]))["entry"]["source_changed"]


@pytest.mark.parametrize(
    "harmless",
    [
        "token = tokens[0]; pad_token = '<pad>'; max_tokens=1000",
        "def keyword(key='lr'): return sorted(pairs, key=lambda p: p[0])",
        "git@github.com:team/project.git and user@example.org",
        "password = getpass.getpass()",
        "x @ y; url = 'https://example.org/a@b'",
    ],
)
def test_code_without_secrets_stays_as_it_is(harmless):
    assert redacted(harmless) == harmless


def test_an_option_that_names_no_secret_keeps_its_value():
    line = ["train.py", "--lr", "0.1", "--max-tokens", "100", "--keyboard", "us", "-m", "x"]
    assert redacted_arguments(line) == line
    assert redacted_arguments(["--auth-token", "--next", "x"]) == ["--auth-token", "--next", "x"]


def test_it_is_switched_off_in_one_line_for_child_processes_too(repository, tmp_path):
    script = repository / "sub" / "train.py"
    off = "import researcher\nresearcher.record_environment(False)\n"
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, {str(script)!r}, sys.argv[1]], check=True)\n"
    (repository / "off.py").write_text(off + child)
    run(repository / "off.py", tmp_path / "function")
    run(script, tmp_path / "variable", RESEARCHER_ENVIRONMENT="off")
    for name in ("function", "variable"):
        assert [e.ours.get("environment") for e in rs.all_experiments(tmp_path / name)] == [None] * 3
        assert not (tmp_path / name / texts.FOLDER).exists()


def test_packages_that_are_imported_while_it_runs_are_in_its_record(tmp_path):
    script = tmp_path / "late.py"
    script.write_text(
        "import sys, researcher as rs\n"
        "def train(params):\n    import sklearn\n    return 1\n"
        "rs.run(train, {'lr': 1}, sys.argv[1])\n"
    )
    run(script, tmp_path / "records")
    (found,) = around(tmp_path / "records")
    assert found["packages"]["scikit-learn"]
    assert found["entry"]["function"] == "train"


def test_nothing_odd_about_a_machine_costs_the_record(tmp_path):
    class Odd:
        def __call__(self, params):
            return 1

        def __getattr__(self, name):
            raise ZeroDivisionError(name)

    assert environment(tmp_path, Odd())["trouble"].startswith("ZeroDivisionError")


def test_a_package_without_its_name_costs_no_record(tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "oddly.py").write_text("")
    information = tmp_path / "broken" / "oddly-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Version: 1.0\n")
    (information / "RECORD").write_text("oddly.py,,\n")
    script = tmp_path / "late.py"
    script.write_text(
        "import sys, researcher as rs\n"
        "def train(params):\n    import oddly\n    return 1\n"
        "rs.run(train, {'lr': 1}, sys.argv[1])\nrs.record_experiment({'lr': 2}, sys.argv[1])\n"
    )
    root = Path(rs.__file__).parents[1]
    run(script, tmp_path / "records", PYTHONPATH=f"{root}{os.pathsep}{tmp_path / 'broken'}")
    assert [e.status for e in rs.all_experiments(tmp_path / "records")] == ["finished"] * 2


def test_texts_are_found_by_their_own_names_only(tmp_path):
    name = texts.keep(tmp_path / "records", "text\n", ".py")
    assert texts.keep(tmp_path / "records", "text\n", ".py") == name
    assert texts.kept(tmp_path / "records", name) == "text\n"
    (tmp_path / "secret.py").write_text("secret")
    for other in ("../secret.py", str(tmp_path / "secret.py"), f"{texts.FOLDER}/../../secret.py", None, 3, name[:-3]):
        assert texts.kept(tmp_path / "records", other) is None


def test_the_cell_of_a_notebook_is_recorded(tmp_path):
    code = textwrap.dedent(
        """
        import researcher as rs
        def train(params):
            return params["lr"]
        rs.run(train, {"lr": 1.0}, "records")
        rs.record_experiment({"lr": 2.0}, "records");
        """
    )
    with kernel(tmp_path, JPY_SESSION_NAME=str(tmp_path / "nb.ipynb")) as (_, client):
        execute(client, code)
    ran, recorded = (found["entry"] for found in around(tmp_path / "records"))
    assert ran["notebook"] == recorded["notebook"] == str(tmp_path / "nb.ipynb")
    assert (ran["module"], ran["function"]) == ("__main__", "train")
    assert ran["source"] == 'def train(params):\n    return params["lr"]\n'
    assert recorded["source"] == code
    assert recorded["execution"] == 1
    assert "script" not in recorded
