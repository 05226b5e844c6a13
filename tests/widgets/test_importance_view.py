"""The params that matter, worked out beside everything else."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from parts import say

from researcher import Experiment
from researcher.widgets import answers
from researcher.widgets.importance import ImportanceFace, ImportanceView
from researcher.widgets.state import ExplorerState

SECONDS = 60  # for each wait
NASTY = '<img src=x onerror="alert(1)">'


def made(number: int, dice: random.Random) -> Experiment:
    lr, depth = dice.choice([0.001, 0.01, 0.1]), dice.choice([1, 2, 4])
    params = {
        "title": str(number),
        "lr": lr,
        "depth": depth,
        "width": 64 * depth,
        NASTY: dice.choice("ab"),
        "epochs": 3,
    }
    return Experiment(
        {**params, "observations": {"loss": [1.0, 10 * lr + dice.gauss(0, 0.05)], "score": dice.random()}}
    )


@pytest.fixture
def state() -> ExplorerState:
    """Experiments whose loss hangs on the learning rate."""
    found, dice = ExplorerState(source="records/", tab="params that matter"), random.Random(0)
    found.load([made(number, dice) for number in range(40)])
    return found


@pytest.fixture
def view(state: ExplorerState) -> Iterator[ImportanceView]:
    found = ImportanceView(state)
    yield found
    found.close()
    found._answers.join(SECONDS)


def told(face: ImportanceFace, state: ExplorerState) -> ImportanceFace:
    """The view, as soon as nothing is worked out any more."""
    done = threading.Event()

    def look(_change: object = None) -> None:
        if not face.busy:
            done.set()

    face.observe(look, ["busy"])
    with state.lock:
        look()
    assert done.wait(SECONDS)
    return face


def test_ranking(state: ExplorerState, view: ImportanceView) -> None:
    face = view.ranking
    assert (face.busy, face.rows) == (True, [])
    told(face, state)
    names = [[param["name"] for param in row["params"]] for row in face.rows]
    assert names[0] == ["lr"]
    assert ["depth", "width"] in names
    first = face.rows[0]
    assert first["matters"]
    assert 0 <= first["low"] < first["share"] <= first["high"] <= 1
    assert first["params"][0]["correlation"]["way"] == "rises"
    assert first["params"][0]["correlation"]["full"].endswith("of 40 experiments")
    others = {param["name"]: param["correlation"] for row in face.rows[1:] for param in row["params"]}
    assert others[NASTY] is None
    assert "of the variance of final.loss in 40 experiments" in face.said
    assert any("go together" in warning for warning in face.warnings)
    assert any("epochs" in warning for warning in face.warnings)
    assert view.trouble == ""


def test_the_objective_and_the_filters_decide(state: ExplorerState, view: ImportanceView) -> None:
    face = told(view.ranking, state)
    before = face.rows
    say(face, verb="aim", which="best", observation="score")
    assert (face.busy, face.rows, face.observation) == (True, before, "score")  # the last one stays meanwhile
    assert "of best.score" in told(face, state).said
    say(face, verb="aim", which="final", observation="loss")
    assert (face.busy, face.rows) == (False, before)  # known already
    state.query = "depth == 1"
    assert face.busy
    n = len(state.visible)
    assert f"in {n} experiments" in told(face, state).said
    state.sort = (("lr", True),)
    assert not face.busy
    state.look_at(state.experiments[:3])
    assert "3 experiments are too few" in told(face, state).warnings[-1]
    assert (face.rows, face.said) == ([], "")


def test_what_grows_waits(state: ExplorerState, view: ImportanceView) -> None:
    face = told(view.ranking, state)
    said = face.said
    for _ in range(3):
        state.grow(state.experiments[:1])
        assert (face.busy, face.said) == (False, said)
    assert answers.REST >= 10


def test_what_grew_is_ranked_anew(state: ExplorerState, view: ImportanceView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "REST", 0.0)
    monkeypatch.setattr(answers, "SHARE", 1.0)
    face = told(view.ranking, state)
    say(face, verb="aim", which="final", observation="score")
    told(face, state)
    changed = threading.Event()
    face.observe(lambda _: changed.set(), ["rows"])
    dice = random.Random(5)
    for number, experiment in enumerate(state.experiments):
        experiment.become(made(number, dice))
    state.grow(state.experiments)
    assert changed.wait(SECONDS)


def test_a_click_opens_the_scatter_plot(state: ExplorerState, view: ImportanceView) -> None:
    state.objective = "best.loss"
    state.scatter = ("", "", "depth")
    say(view.ranking, verb="open", param="lr")
    assert (state.tab, state.scatter) == ("scatter", ("lr", "best.loss", "depth"))


def test_nothing_observed() -> None:
    state = ExplorerState(tab="params that matter")
    view = ImportanceView(state)
    assert (view.ranking.notice, view.ranking.busy) == ("Nothing was observed that params could matter for.", False)
    state.load([Experiment({"x": 1}), Experiment({"x": 2})])
    assert view.ranking.notice
    state.load([Experiment({"x": 1, "observations": {"loss": 1.0}})])
    assert told(view.ranking, state).notice == ""
    assert "too few" in view.ranking.warnings[-1]
    view.close()


def test_closing_ends_it(state: ExplorerState) -> None:
    view = ImportanceView(state)
    view.close()
    view._answers.join(SECONDS)
    assert view.ranking.rows == []


def test_without_sklearn() -> None:
    code = """
import sys
sys.modules["sklearn"] = None
from researcher import Experiment
from researcher.widgets.importance import ImportanceView
from researcher.widgets.state import ExplorerState
state = ExplorerState(tab="params that matter")
state.load([Experiment({"x": i, "observations": {"loss": i / 10}}) for i in range(20)])
view = ImportanceView(state)
view._answers.join(60)
print(view.ranking.notice, view.ranking.busy)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "researcher-notebook[importance]" False' in done.stdout, done.stderr
