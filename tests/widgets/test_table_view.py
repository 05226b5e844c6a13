"""The table's state and its face: columns, order, pins, the baseline, repeats, and what is hidden."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from parts import say

import researcher as rs
from researcher.experiment import Experiment
from researcher.widgets.pointing import Pointing
from researcher.widgets.sheet import columns_of, usual_columns
from researcher.widgets.shown import frame_of
from researcher.widgets.state import ExplorerState
from researcher.widgets.table import TableFace, TableView

USUAL = ["activation", "seed", "loss", "accuracy"]


@pytest.fixture
def state(tmp_path: Path) -> ExplorerState:
    """Two settings with two repeats each, one of them diverged, and one that was not repeated."""
    losses: list[Any] = [0.4, 0.1, 0.2, 0.2, math.nan]
    settings = [*itertools.product(["relu", "tanh"], [0, 1]), ("gelu", 0)]
    for (activation, seed), loss in zip(settings, losses, strict=True):
        params = {"title": activation, "activation": activation, "seed": seed}
        rs.record_experiment(params, tmp_path, {"loss": [1.0, loss], **({"accuracy": seed} if seed else {})})
    found = ExplorerState()
    found.load(rs.all_experiments(tmp_path))
    return found


@pytest.fixture
def table(state: ExplorerState) -> Iterator[TableFace]:
    view = TableView(state, Pointing())
    yield view.table
    view.close()


def painted(table: TableFace) -> list[bool]:
    """Which rows have the colour of a curve."""
    return [place >= 0 for place in np.frombuffer(table.swatches, dtype="<i2").tolist()]


def looks(table: TableFace) -> list[list[str]]:
    """Colour and dashes of each row."""
    return [table.looks[place] for place in np.frombuffer(table.swatches, dtype="<i2").tolist()]


def order(state: ExplorerState) -> str:
    return " ".join(f"{e.title}{e.params['seed']}" for e in state.visible)


def test_final_values_are_in_sight_however_many_params_vary() -> None:
    state = ExplorerState()
    state.load([Experiment({**{f"p{k}": i for k in range(6)}, "observations": {"loss": i}}) for i in range(2)])
    shown = usual_columns(state)
    assert shown.index("loss") == 2
    assert sorted(shown) == ["loss", *(f"p{k}" for k in range(6))]


def test_columns_are_chosen_and_moved(state: ExplorerState, table: TableFace) -> None:
    assert table.shown == USUAL == list(usual_columns(state))
    say(table, verb="arrange", columns=["loss", "best.loss", "status", "seed"])
    assert state.columns == ("loss", "best.loss", "status", "seed")
    assert table.shown == ["loss", "best.loss", "status", "seed"]
    cells = {column["name"]: column for column in table.columns}
    assert [cells[name]["kind"] for name in table.shown] == ["number", "number", "text", "number"]
    assert [cells[name]["better"] for name in table.shown] == [-1, -1, 0, 0]
    np.testing.assert_equal(np.frombuffer(cells["best.loss"]["values"]), [0.4, 0.1, 0.2, 0.2, 1.0])
    say(table, verb="arrange", columns=["at.0.loss", "at.1.accuracy", "best_step.loss", "n.accuracy", "nan.accuracy"])
    cells = {column["name"]: column for column in table.columns}
    assert [cells[name]["better"] for name in table.shown] == [-1, 1, 0, 0, -1]
    np.testing.assert_equal(np.frombuffer(cells["at.0.loss"]["values"]), [1.0] * 5)
    np.testing.assert_equal(np.frombuffer(cells["best_step.loss"]["values"]), [1.0, 1.0, 1.0, 1.0, 0.0])
    assert all(cells["at.1.accuracy"]["missing"])  # a single number has no steps
    assert dict(table.menu)["chosen"] == ["at.0.loss", "at.1.accuracy", "n.accuracy", "nan.accuracy"]
    say(table, verb="arrange", columns=[])
    assert (columns_of(state), table.shown) == (("title",), [])
    say(table, verb="arrange", columns=USUAL)
    assert state.columns == ()  # as usual, so that new params turn up
    say(table, verb="arrange", columns=["seed"])
    say(table, verb="arrange", columns=None)
    assert state.columns == ()


def test_the_menu_knows_all_columns(state: ExplorerState, table: TableFace) -> None:
    state.columns = ("epochs",)
    state.filters = {"final.loss": {"max": 0.3}}
    groups = dict(table.menu)
    assert groups["params"] == ["activation", "seed"]
    assert groups["observations"][:4] == ["loss", "best.loss", "min.loss", "max.loss"]
    assert groups["about the record"] == ["status", "timestamp", "duration", "tags", "hash"]
    assert groups["chosen"] == ["epochs"]
    assert table.shown == ["epochs"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("loss", "relu1 tanh0 tanh1 relu0 gelu0"),
        ("max.loss", "relu0 relu1 tanh0 tanh1 gelu0"),
        ("accuracy", "relu1 tanh1 relu0 tanh0 gelu0"),
        ("status", "relu0 relu1 tanh0 tanh1 gelu0"),
        ("timestamp", "relu0 relu1 tanh0 tanh1 gelu0"),
        ("nothing of that name", "relu0 relu1 tanh0 tanh1 gelu0"),
    ],
)
def test_sorts_by_any_column_what_has_no_value_last(state: ExplorerState, column: str, expected: str) -> None:
    state.sort = ((column, False),)
    assert order(state) == expected


def test_repeats_stand_side_by_side_sorted_by_their_means(state: ExplorerState, table: TableFace) -> None:
    assert table.groups == b""
    say(table, verb="sort_by", sort=[["loss", False]])
    say(table, verb="fold", on=True)
    assert np.frombuffer(table.groups, dtype="<i4").tolist() == [0, 0, 1, 1, 2]
    assert order(state) == "tanh0 tanh1 relu1 relu0 gelu0"  # means 0.2, 0.25, NaN
    state.sort = (("loss", True),)
    assert order(state) == "relu0 relu1 tanh0 tanh1 gelu0"
    state.sort = (("accuracy", True), ("loss", False))
    assert order(state).endswith("gelu0")  # it has none
    state.query = "seed == 1"
    assert order(state) == "relu1 tanh1"
    state.folded = False
    assert table.groups == b""


def test_pins_baseline_and_eye(state: ExplorerState, table: TableFace) -> None:
    numbers = [state.number(e) for e in state.experiments]
    say(table, verb="pin", numbers=numbers[3:], on=True)
    say(table, verb="pin", numbers=numbers[3:4], on=False)
    say(table, verb="compare_to", numbers=numbers[:2])
    say(table, verb="see", numbers=numbers[1:3], on=False)
    assert (table.pinned, table.baseline, table.unseen) == (numbers[4:], numbers[:1], numbers[1:3])
    assert [state.number(e) for e in state.drawn] == [numbers[0], *numbers[3:]]
    assert painted(table) == [True, False, False, True, True]
    state.load([Experiment(e.data, e.path) for e in state.experiments[:4]])
    assert (state.pinned, state.baseline) == ((), state.experiments[:1])
    assert state.unseen == state.experiments[1:3]
    say(table, verb="see", numbers=numbers[1:3], on=True)
    say(table, verb="compare_to", numbers=[])
    assert (state.unseen, state.baseline, len(state.drawn)) == ((), (), 4)


def test_swatches_are_the_colours_of_the_curves(state: ExplorerState, table: TableFace) -> None:
    assert len({tuple(look) for look in looks(table)}) == 5
    state.colour = "activation"
    relu, again, tanh, more, gelu = looks(table)
    assert relu == again != tanh == more != gelu
    state.colour, state.group = "", "repeats"
    first, _, second, _, third = looks(table)
    assert len({tuple(look) for look in (first, second, third)}) == 3
    state.query = "activation != 'relu'"
    assert painted(table) == [False, False, True, True, True]
    recorded = state.experiments
    state.load([Experiment({"title": "new", "activation": "elu", "seed": 0, "observations": {"loss": [1]}})])
    state.load([*state.experiments, *recorded])
    state.query = ""
    assert looks(table)[1:] == [first, first, second, second, third]  # a group keeps its colour, whatever came and went


def test_only_so_many_selected_curves_are_drawn() -> None:
    state = ExplorerState(experiments=tuple(Experiment({"lr": i, "observations": {"loss": [1]}}) for i in range(400)))
    state.select(state.experiments)
    assert (len(state.selected), len(state.drawn)) == (400, 300)


def test_what_grew_is_patched_in_every_column_that_may_change() -> None:
    experiments = [Experiment({"title": str(i), "lr": i, "observations": {"loss": [1.0]}}) for i in range(3)]
    state = ExplorerState(experiments=tuple(experiments), columns=("lr", "loss", "max.loss", "status"))
    view = TableView(state, Pointing())
    grown = {"researcher": {"format": 1, "status": "failed"}, "observations": {"loss": [1.0, 3.0, 2.0]}}
    experiments[1]._contents = Experiment({"title": "1", "lr": 1, **grown})._contents
    state.grow([experiments[1]])
    rows, columns = view.table.cells["rows"], view.table.cells["columns"]
    assert np.frombuffer(rows, dtype="<i4").tolist() == [1]
    assert set(columns) == {"loss", "max.loss", "status"}
    assert [np.frombuffer(columns[name]["values"]).tolist() for name in ("loss", "max.loss")] == [[2.0], [3.0]]
    assert columns["status"] == {"texts": ["failed"]}
    view.close()


def test_a_frame_of_the_table_as_shown(state: ExplorerState) -> None:
    state.columns = ("loss", "activation", "accuracy")
    state.sort = (("loss", True),)
    state.query = "activation != 'gelu'"
    frame = frame_of(state)
    assert list(frame.columns) == ["title", "loss", "activation", "accuracy"]
    assert list(frame.index) == [e.name for e in state.visible]
    assert frame["loss"].tolist() == [0.4, 0.2, 0.2, 0.1]
    np.testing.assert_equal(frame["accuracy"].tolist(), [math.nan, math.nan, 1.0, 1.0])
