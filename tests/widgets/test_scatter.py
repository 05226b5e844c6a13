"""The scatter plot: its columns, its axes as the page gets them, and what the page's messages do."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from parts import say

import researcher as rs
from researcher.params import value_key
from researcher.tables.columns import Columns
from researcher.widgets.axis import LANES, axis_of, values_at
from researcher.widgets.palette import COLOURS
from researcher.widgets.pointing import Pointing
from researcher.widgets.ramp import RAMP
from researcher.widgets.scatter import ScatterFace, ScatterView
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import offered, usual_scatter

NASTY = '<img src=x onerror="alert(1)">'


def made(**params: Any) -> rs.Experiment:
    """An experiment in memory; ``loss`` and ``timestamp`` are no params."""
    loss = params.pop("loss", None)
    return rs.Experiment({**params, "observations": {} if loss is None else {"loss": [1.0, loss]}})


@pytest.fixture
def state() -> ExplorerState:
    """Twelve experiments: two activations, three learning rates, two depths; one diverged, one without dropout."""
    found = ExplorerState(source="records/", tab="scatter")
    settings = itertools.product(["relu", "tanh"], [1e-4, 1e-3, 0.1], [64, 128])
    experiments = [
        made(title=f"{act} {i}", activation=act, lr=lr, depth=depth, dropout=0.1 * (i % 3), loss=lr + i + 1)
        for i, (act, lr, depth) in enumerate(settings)
    ]
    experiments[3] = made(title="hot", activation="relu", lr=1e-3, depth=128, loss=math.nan)
    found.load(experiments)
    return found


@pytest.fixture
def plot(state: ExplorerState) -> Iterator[ScatterFace]:
    """The face of a scatter plot of the state."""
    view = ScatterView(state, Pointing())
    assert view.tab == "scatter"
    yield view.plot
    assert view.trouble == ""
    view.close()


def int32(sent: bytes) -> list[int]:
    return list(np.frombuffer(sent, dtype="<i4"))


def float64(sent: bytes) -> list[float]:
    return list(np.frombuffer(sent, dtype="<f8"))


def test_unless_chosen_the_most_telling_number_against_the_objective(state: ExplorerState, plot: ScatterFace) -> None:
    assert plot.shown == ["lr", "final.loss", "activation"]
    assert plot.logs == {"lr": True, "final.loss": False, "activation": False}
    assert plot.choices == [
        ["params", ["activation", "lr", "depth", "dropout", "title"]],
        ["observations", ["final.loss", "best.loss", "min.loss", "max.loss", "best_step.loss"]],
        ["experiments", ["timestamp", "duration", "status"]],
    ]
    state.objective = "max.loss"
    assert plot.shown == ["lr", "max.loss", "activation"]
    state.scatter = ("", "depth", "")
    assert plot.shown == ["lr", "depth", "activation"]


def test_the_page_gets_numbers_lanes_and_labels(state: ExplorerState, plot: ScatterFace) -> None:
    lr, loss, activation = (plot.columns[name] for name in plot.shown)
    assert (lr["kind"], loss["kind"], activation["kind"]) == ("number", "number", "category")
    assert float64(lr["values"])[:5] == [1e-4, 1e-4, 1e-3, 1e-3, 0.1]
    assert [LANES[lane] for lane in loss["lanes"]] == [*[""] * 3, "NaN", *[""] * 8]
    assert (activation["labels"], float64(activation["values"])) == (["relu", "tanh"], [0.0] * 6 + [1.0] * 6)
    assert (plot.palette, plot.ramp) == (list(COLOURS), list(RAMP))
    assert int32(plot.numbers) == int32(plot.rows) == list(range(12))
    state.scatter = ("dropout", "", "")
    assert [LANES[lane] for lane in plot.columns["dropout"]["lanes"]] == [*[""] * 3, "absent", *[""] * 8]


def test_the_visible_and_the_selected(state: ExplorerState, plot: ScatterFace) -> None:
    heard: list[str] = []
    plot.observe(lambda change: heard.append(change.name), ["columns", "numbers", "titles", "choices"])
    state.filters = {"activation": ("tanh",)}
    state.sort = (("depth", True),)
    assert int32(plot.rows) == [6, 7, 8, 9, 10, 11]
    say(plot, verb="select", numbers=[8, 6, 12345])
    assert [state.number(e) for e in state.selected] == plot.selected == [8, 6]
    say(plot, verb="select", numbers=[])
    assert (state.selected, plot.selected) == ((), [])
    assert heard == []  # nothing of the values is sent again


def test_choosing_one_column_leaves_the_others_as_they_are(state: ExplorerState, plot: ScatterFace) -> None:
    say(plot, verb="choose", place=0, column="activation")
    assert state.scatter == ("activation", "final.loss", "activation")
    say(plot, verb="choose", place=1, column="best.loss")
    assert plot.shown == ["activation", "best.loss", "activation"]
    assert set(plot.columns) == {"activation", "best.loss"}


def test_an_axis_is_logarithmic_where_it_is_wide_or_chosen(state: ExplorerState, plot: ScatterFace) -> None:
    say(plot, verb="log", column="lr", on=False)
    say(plot, verb="log", column="final.loss", on=True)
    say(plot, verb="log", column="activation", on=True)
    assert state.logarithmic == {"lr": False, "final.loss": True, "activation": True}
    assert plot.logs == {"lr": False, "final.loss": True, "activation": False}


def test_experiments_that_come_later(state: ExplorerState, plot: ScatterFace) -> None:
    state.select(state.experiments[:1])
    state.load([*state.experiments, made(title="new", activation="gelu", lr=1.0, depth=64, loss=0.5)])
    assert (len(plot.titles), len(int32(plot.rows)), plot.selected) == (13, 13, [0])
    assert plot.columns["activation"]["labels"] == ["gelu", "relu", "tanh"]
    assert float64(plot.columns["lr"]["values"])[-1] == 1.0


@pytest.mark.parametrize(
    ("experiments", "shown"),
    [
        ([], ["timestamp", "duration", ""]),
        ([made(title="one")], ["timestamp", "duration", ""]),
        ([made(a="x", loss=1.0), made(a="y", loss=2.0)], ["a", "final.loss", ""]),
        ([made(a=1, b=NASTY), made(a=2, b="y")], ["a", "b", ""]),
        ([made(loss=1.0), made(loss=2.0)], ["timestamp", "final.loss", ""]),
    ],
)
def test_whatever_is_there_is_drawn(experiments: list[rs.Experiment], shown: list[str]) -> None:
    state = ExplorerState(tab="scatter")
    state.load(experiments)
    view = ScatterView(state, Pointing())
    assert view.plot.shown == shown
    assert view.trouble == ""
    assert set(view.plot.columns) == set(shown) - {""}
    view.close()


def test_a_column_that_nobody_has_is_absent_and_still_offered(state: ExplorerState, plot: ScatterFace) -> None:
    state.scatter = ("nonsense", "", "")
    assert plot.choices[-1] == ["chosen", ["nonsense"]]
    assert {LANES[lane] for lane in plot.columns["nonsense"]["lanes"]} == {"absent"}


def test_filters_on_summaries_do_not_turn_them_into_params(state: ExplorerState) -> None:
    state.filters = {"final.loss": {"max": 3}, "status": ("finished",)}
    assert dict(offered(state))["params"] == ["activation", "lr", "depth", "dropout", "title"]
    assert usual_scatter(state) == ("lr", "final.loss", "activation")


MIXED = [1, True, "1", None, [1, 2], {}, math.nan, math.inf]


def test_values_of_any_type_have_a_place() -> None:
    column = Columns([*(made(x=value) for value in MIXED), made(y=1)]).column("x")
    axis = axis_of(column)
    assert axis["kind"] == "category"
    assert axis["labels"] == ["True", "1", "∞", "NaN", "1", "[1, 2]", "{}", "None"]
    assert [LANES[lane] for lane in axis["lanes"]] == [*[""] * len(axis["labels"]), "absent"]


def test_infinite_numbers_and_times() -> None:
    column = Columns([made(x=value) for value in [1, math.inf, -math.inf, math.nan, 10**400]]).column("x")
    assert [LANES[lane] for lane in axis_of(column)["lanes"]] == ["", "∞", "−∞", "NaN", "∞"]
    times = ["2026-01-31_10:00:00", "2026-01-02_10:00:00", None]
    axis = axis_of(Columns([made(timestamp=time) if time else made() for time in times]).column("timestamp"))
    assert (axis["kind"], axis["labels"]) == ("time", [])
    assert float64(axis["values"])[0] - float64(axis["values"])[1] == 29 * 86400
    assert [LANES[lane] for lane in axis["lanes"]] == ["", "", "absent"]


def test_the_values_at_places_and_in_lanes() -> None:
    column = Columns([made(x=value) for value in [1, 2, 2.0, math.nan]] + [made(y=1)]).column("x")
    assert values_at(column, [2], []) == (2,)
    found = values_at(column, [1], [LANES.index("NaN"), LANES.index("absent")])
    assert [value_key(value) for value in found] == ["1", "NaN", "absent"]


# Colour vision after Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "all": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lightness(hex_colour: str, vision: Any) -> float:
    """CIE L* of a colour as somebody with that vision sees it."""
    rgb = np.array([int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = float(np.clip(np.asarray(vision) @ linear, 0, 1) @ [0.2126, 0.7152, 0.0722])
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


@pytest.mark.parametrize("vision", VISIONS)
def test_the_ramp_grows_lighter_for_every_kind_of_colour_vision(vision: str) -> None:
    steps = np.diff([lightness(colour, VISIONS[vision]) for colour in RAMP])
    assert steps.min() > 1
    assert steps.sum() > 65


def test_closed_it_no_longer_follows(state: ExplorerState) -> None:
    view = ScatterView(state, Pointing())
    plot: ScatterFace = view.plot
    view.close()
    state.query = "depth == 64"
    assert len(int32(plot.rows)) == 12
