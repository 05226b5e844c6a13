"""What differs between selected experiments, and whether a difference between two settings is real."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from parts import say

from researcher import Experiment
from researcher.widgets.aim import aim_of
from researcher.widgets.contrast import aligned, contrast, names_of
from researcher.widgets.differences import DifferencesFace, DifferencesView
from researcher.widgets.settings import Setting, Settings
from researcher.widgets.state import ExplorerState

SECONDS = 60  # for each wait
NASTY = '<img src=x onerror="alert(1)">'
LOSSES = {"relu": [0.21, 0.19, 0.23, 0.2], "tanh": [0.31, 0.29, 0.34, 0.32], "gelu": [0.41, 0.4, 0.43, 0.42]}


def made(act: str, seed: int, loss: Any, **more: Any) -> Experiment:
    environment = {"environment": {"packages": {"numpy": "2.0" if act == "relu" else "2.1"}, "machine": "here"}}
    observations = {"loss": [1.0, loss, loss + 0.01], "accuracy": 1 - loss}
    ours = {"format": 2, **environment}
    return Experiment(
        {"title": act, "act": act, "seed": seed, **more, "observations": observations, "researcher": ours}
    )


@pytest.fixture
def state() -> ExplorerState:
    """Three settings of four repeats."""
    found = ExplorerState(source="records/", tab="differences")
    found.load([made(act, seed, loss) for act, losses in LOSSES.items() for seed, loss in enumerate(losses)])
    return found


@pytest.fixture
def view(state: ExplorerState) -> Iterator[DifferencesView]:
    found = DifferencesView(state)
    yield found
    found.close()
    found._answers.join(SECONDS)


def told(face: DifferencesFace, state: ExplorerState) -> dict[str, Any]:
    """The comparison, as soon as it is there."""
    done = threading.Event()

    def look(_change: object = None) -> None:
        if face.versus and not face.busy:
            done.set()

    face.observe(look, ["versus", "busy"])
    with state.lock:
        look()
    assert done.wait(SECONDS), face.get_state()
    return dict(face.versus)


def select(state: ExplorerState, *places: int) -> None:
    state.select(state.experiments[place] for place in places)


def rows(face: DifferencesFace, section: str) -> dict[str, list[str]]:
    found = dict(face.sections)[section]
    return {row["name"]: [cell["text"] for cell in row["cells"]] for row in found}


def test_it_says_what_to_do(state: ExplorerState, view: DifferencesView) -> None:
    assert view.table.notice.startswith("Select two or more experiments")
    select(state, 3)
    assert "one is selected" in view.table.notice
    assert (view.table.heads, view.table.sections, view.table.versus, view.table.busy) == ([], [], {}, False)
    select(state, 3, 4)
    assert view.table.notice == ""


def test_only_what_differs(state: ExplorerState, view: DifferencesView) -> None:
    select(state, 0, 4)
    assert rows(view.table, "params") == {"act": ["relu", "tanh"]}
    assert rows(view.table, "environment") == {"packages.numpy": ["2.0", "2.1"]}
    assert rows(view.table, "observations") == {
        "final.loss": ["0.2200", "0.3200"],
        "best.loss": ["0.2100", "0.3100"],
        "accuracy": ["0.7900", "0.6900"],
    }
    assert [head["title"] for head in view.table.heads] == ["relu", "tanh"]
    assert all(head["swatch"][0] for head in view.table.heads)
    best = {row["name"]: [cell.get("best", False) for cell in row["cells"]] for row in view.table.sections[2][1]}
    assert [*best.values()] == [[True, False]] * 3
    select(state, 0, 1)
    assert rows(view.table, "params") == {"seed": ["0", "1"]}
    assert rows(view.table, "environment") == {}
    assert "repeats of one setting" in view.table.question


def test_many_are_shown_as_settings(state: ExplorerState, view: DifferencesView) -> None:
    select(state, 0, 1, 2, 4, 5, 8, 9)
    assert [(head["title"], head["n"]) for head in view.table.heads] == [("relu", 4), ("tanh", 4), ("gelu", 4)]
    assert rows(view.table, "params") == {"act": ["relu", "tanh", "gelu"]}
    assert "3 settings" in view.table.question
    say(view.table, verb="take_all_repeats", on=False)
    assert (state.all_repeats, [head["n"] for head in view.table.heads]) == (False, [3, 2, 2])
    cell = view.table.sections[2][1][0]["cells"][0]
    assert (cell["text"], cell["spread"]) == ("0.2200", "± 0.02")
    assert cell["full"] == "0.22, the mean of 3 ± 0.02"


def test_too_many_settings() -> None:
    state = ExplorerState(tab="differences")
    state.load([made(str(i), 0, 0.1) for i in range(40)])
    view = DifferencesView(state)
    state.select(state.experiments)
    assert len(view.table.heads) == 24
    assert view.table.said.endswith("the first 24 are shown")
    view.close()


def test_the_difference_is_real(state: ExplorerState, view: DifferencesView) -> None:
    select(state, 0, 4)
    versus = told(view.table, state)
    assert [(group["title"], group["n"], len(group["dots"])) for group in versus["groups"]] == [
        ("relu", 4, 4),
        ("tanh", 4, 4),
    ]
    assert [group["mean"] for group in versus["groups"]] == ["0.2175", "0.3250"]
    assert versus["apart"] is True
    assert versus["verdict"].startswith("The second mean is 0.1075 higher than the first (95 % interval ")
    places = versus["interval"]
    assert 0 < places["zero"] < places["low"] < places["at"] < places["high"] < 1
    assert places["labels"]["zero"] == "0"
    assert "Welch" in versus["how"]


def test_too_few_repeats(state: ExplorerState, view: DifferencesView) -> None:
    say(view.table, verb="take_all_repeats", on=False)
    select(state, 0, 1, 4, 5)
    versus = told(view.table, state)
    assert versus["apart"] is None
    assert versus["verdict"].startswith("Too few repeats to tell: there are 2 and 2")
    select(state, 0, 4)
    assert told(view.table, state)["interval"] == {}


def test_the_objective_decides(state: ExplorerState, view: DifferencesView) -> None:
    select(state, 0, 4)
    told(view.table, state)
    say(view.table, verb="aim", which="best", observation="accuracy")
    assert (state.objective, view.table.which, view.table.observation) == ("best.accuracy", "best", "accuracy")
    assert [group["mean"] for group in told(view.table, state)["groups"]] == ["0.7925", "0.6850"]
    say(view.table, verb="aim", which="worst", observation="accuracy")
    assert "there is no" in view.trouble
    assert state.objective == "best.accuracy"


@pytest.mark.parametrize(
    ("objective", "aim"),
    [
        ("", ("final", "loss")),
        ("accuracy", ("final", "accuracy")),
        ("min.accuracy", ("min", "accuracy")),
        ("best.unknown", ("final", "loss")),
        ("duration", ("final", "loss")),
    ],
)
def test_aim(state: ExplorerState, objective: str, aim: tuple[str, str]) -> None:
    state.objective = objective
    assert aim_of(state) == aim


def test_what_grows_is_compared_anew(state: ExplorerState, view: DifferencesView) -> None:
    select(state, 0, 4)
    before = told(view.table, state)
    grown = state.experiments[0]
    grown.become(made("relu", 0, 0.5))
    state.grow([grown])
    assert rows(view.table, "observations")["final.loss"] == ["0.5100", "0.3200"]
    assert (view.table.versus, view.table.busy) == (before, False)  # until it rested


def test_odd_values() -> None:
    odd = [
        Experiment({"title": NASTY, "deep": {"a": [1, 2]}, "x": math.nan, "observations": {"loss": [1.0, math.nan]}}),
        Experiment({"deep": {"a": None}, "x": True, "huge": 10**400, "observations": {"loss": math.inf}}),
        Experiment({"deep": 3, "x": -1.5, "observations": {"other": [[1.0], [2.0]]}}),
        Experiment({"x": "long " * 1000, "observations": {}}),
    ]
    state = ExplorerState(tab="differences")
    state.load(odd)
    view = DifferencesView(state)
    state.select(odd)
    assert view.trouble == ""
    found = rows(view.table, "params")
    assert found["deep.a"] == ["[1, 2]", "None", "–", "–"]
    assert found["x"][:3] == ["NaN", "True", "-1.5"]
    assert len(found["x"][3]) == 200
    assert rows(view.table, "observations")["final.loss"] == ["NaN", "∞", "–", "–"]
    assert view.table.heads[0]["title"] == NASTY
    view.close()


def test_nothing_observed() -> None:
    state = ExplorerState(tab="differences")
    state.load([Experiment({"x": 1}), Experiment({"x": 2})])
    view = DifferencesView(state)
    state.select(state.experiments)
    assert view.table.question == "Nothing was observed that could be compared."
    view.close()


def test_settings(state: ExplorerState) -> None:
    settings, experiments = Settings(state), state.experiments
    assert [len(s.members) for s in settings.of(experiments[3:5])] == [1, 1]
    assert [len(s.members) for s in settings.of(experiments[3:5], all_repeats=True)] == [4, 4]
    assert settings.of(experiments[3:5], all_repeats=True)[0].first is experiments[3]
    assert settings.seeds() == {"seed"}
    state.seed = "act"
    assert [len(s.members) for s in settings.of(experiments[:1], all_repeats=True)] == [3]


def test_settings_of_one_title_are_told_apart() -> None:
    settings = [
        Setting((e,), (e,)) for e in (Experiment({"title": "a", "lr": lr, "seed": i}) for i, lr in enumerate([1, 2]))
    ]
    assert names_of(settings, {"seed"}) == ["a: lr 1", "a: lr 2"]
    assert contrast(settings, {"seed"}, ())[0][1][0]["name"] == "lr"


def test_without_scipy() -> None:
    code = """
import sys
sys.modules["scipy"] = None
from researcher import Experiment
from researcher.widgets.differences import DifferencesView
from researcher.widgets.state import ExplorerState
state = ExplorerState(tab="differences")
state.load([Experiment({"act": act, "seed": i, "observations": {"loss": 1.0}}) for act in "ab" for i in range(3)])
view = DifferencesView(state)
state.select(state.experiments)
view._answers.join(60)
print(view.table.versus["message"], len(view.table.sections[0][1]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == (
        'comparing repeats needs scipy. Install it: pip install "researcher-notebook[stats]" 2'
    ), done.stderr


def test_closing_ends_it(state: ExplorerState) -> None:
    view = DifferencesView(state)
    view.close()
    select(state, 0, 4)
    assert view.table.notice


def test_numbers_align() -> None:
    assert [aligned(number) for number in (0.1, -0.25, 1e-9, 1234.56)] == ["0.1000", "-0.2500", "1e-09", "1235"]
