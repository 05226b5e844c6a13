"""Where one experiment came from: what is shown of it, and the code to run it again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from parts import say

import researcher as rs
from researcher import Experiment
from researcher.storage import texts
from researcher.widgets.again import code_to_run_again, code_to_vary
from researcher.widgets.origin import OriginView
from researcher.widgets.state import ExplorerState

NASTY = '<img src=x onerror="alert(1)">'


def train(params: dict[str, Any]) -> dict[str, Any]:
    return {"loss": [params["lr"], 0.5]}


def recorded(directory: Path) -> ExplorerState:
    state = ExplorerState(source=str(directory), tab="code")
    state.load(rs.all_experiments(directory))
    return state


@pytest.fixture
def state(tmp_path: Path) -> ExplorerState:
    """An experiment, its reproduction, and one that was recorded without a function."""
    rs.reproduce(rs.run(train, {"title": "relu", "lr": 0.1}, tmp_path), train, tell=None)
    rs.record_experiment({"title": NASTY, "lr": 0.2}, tmp_path, {"loss": [1.0]})
    return recorded(tmp_path)


@pytest.fixture
def view(state: ExplorerState) -> Iterator[OriginView]:
    found = OriginView(state)
    yield found
    found.close()


def test_nothing_selected_is_said(view: OriginView, state: ExplorerState) -> None:
    assert view.page.notice
    state.select(state.experiments[:1])
    assert view.page.notice == ""
    state.selected = ()
    assert (view.page.facts, view.page.codes, view.page.texts, view.page.others) == ([], [], [], [])


def test_what_the_record_says_is_shown(view: OriginView, state: ExplorerState) -> None:
    state.select(state.experiments[:2])
    assert view.page.title == f"relu ({state.experiments[0].hash[:8]}), the first of 2 selected"
    facts = dict(view.page.facts)
    assert facts["entry.function"] == "train"
    assert facts["python"]
    assert not [name for name in facts if name.startswith("packages") or name == "entry.source"]
    shown = dict(view.page.texts)
    assert (
        shown["source"]
        == 'def train(params: dict[str, Any]) -> dict[str, Any]:\n    return {"loss": [params["lr"], 0.5]}\n'
    )
    assert f"researcher-notebook {rs.__version__}" in shown["packages"].splitlines()


def test_a_record_without_an_environment_and_a_patch_that_is_there(tmp_path: Path) -> None:
    patch = texts.keep(tmp_path, "+ new\n- old\n", ".patch")
    bare = Experiment({"lr": 1, "researcher": {"format": 1}}, tmp_path / "bare.json")
    odd = Experiment({"lr": 2, "researcher": {"format": 1, "environment": {"code": {"patch": patch}, "entry": 3}}})
    odd.path = tmp_path / "odd.json"
    state = ExplorerState(tab="code")
    state.load([bare, odd])
    view = OriginView(state)
    state.selected = (bare,)
    assert (view.page.facts, view.page.texts) == ([], [])
    state.selected = (odd,)
    assert view.page.texts == [["changes since the commit", "+ new\n- old\n"]]
    assert view.trouble == ""
    view.close()


def test_a_reproduction_is_shown_beside_its_original(view: OriginView, state: ExplorerState) -> None:
    original, repeat = (e for e in state.experiments if e.title == "relu")
    for experiment, said in ((original, f"is reproduced by {repeat.name}"), (repeat, f"reproduces {original.name}")):
        state.selected = (experiment,)
        (other,) = view.page.others
        assert other["said"] == said
        assert other["rows"] == [["loss", "identical", "0.5 then, 0.5 now", True]]
    say(view.page, verb="select_both", number=state.number(original))
    assert state.selected == (repeat, original)
    assert state.tab == "differences"
    state.tab = "code"
    state.selected = (next(e for e in state.experiments if e.title == NASTY),)
    assert view.page.others == []


def test_the_code_runs(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("def train(params):\n    return {'loss': [params['lr'], float('nan')]}\n")
    begin = (
        "import researcher as rs, model\nrs.run(model.train, {'title': \"it's\", 'lr': 0.1, 'of': [None]}, 'records')\n"
    )
    in_process(begin, tmp_path)
    (experiment,) = rs.all_experiments(tmp_path / "records")
    vary = code_to_vary(experiment)
    assert "from model import train" in vary
    in_process(vary.replace('"lr": 0.1', '"lr": 0.2'), tmp_path)
    in_process(code_to_run_again(experiment), tmp_path)
    found = rs.all_experiments(tmp_path / "records")
    assert [e.params["lr"] for e in found] == [0.1, 0.2, 0.1]
    assert found[2].ours["reproduces"] == experiment.path.name  # type: ignore[union-attr]


def in_process(code: str, directory: Path) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_code_of_what_has_no_function_says_so(state: ExplorerState) -> None:
    experiment = next(e for e in state.experiments if e.title == NASTY)
    for code in (code_to_run_again(experiment), code_to_vary(experiment)):
        compile(code, "code", "exec")
        assert "# " in code
        assert "train" in code
    entry = {"module": "x\nimport os", "function": "a b", "bound": False}
    odd = Experiment({"lr": 1, "researcher": {"format": 1, "environment": {"entry": entry}}}, Path("records/odd.json"))
    for code in (code_to_run_again(odd), code_to_vary(odd)):
        compile(code, "code", "exec")
        assert "import os" not in code.splitlines()
