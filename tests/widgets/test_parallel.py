"""Parallel coordinates: the axes, the filters as brushes and back, and what the page's messages do."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from parts import say

import researcher as rs
from researcher.params import ABSENT, value_key
from researcher.widgets.axis import LANES
from researcher.widgets.parallel import ParallelFace, ParallelView
from researcher.widgets.pointing import Pointing
from researcher.widgets.state import ExplorerState


def made(loss: float | None = None, **params: Any) -> rs.Experiment:
    """An experiment in memory."""
    return rs.Experiment({**params, "observations": {} if loss is None else {"loss": [1.0, loss]}})


@pytest.fixture
def state() -> ExplorerState:
    """Twelve experiments: two activations, three learning rates, two depths; one diverged, one without dropout."""
    found = ExplorerState(source="records/", tab="parallel")
    settings = itertools.product(["relu", "tanh"], [1e-4, 1e-3, 0.1], [64, 128])
    experiments = [
        made(i + 1, title=f"{act} {i}", activation=act, lr=lr, depth=depth, dropout=0.1 * (i % 3))
        for i, (act, lr, depth) in enumerate(settings)
    ]
    experiments[3] = made(math.nan, title="hot", activation="relu", lr=1e-3, depth=128)
    found.load(experiments)
    return found


@pytest.fixture
def plot(state: ExplorerState) -> Iterator[ParallelFace]:
    """The face of parallel coordinates of the state."""
    view = ParallelView(state, Pointing())
    assert view.tab == "parallel"
    yield view.plot
    assert view.trouble == ""
    view.close()


def rows(plot: ParallelFace) -> list[int]:
    """The rows that the page draws in colour."""
    return list(np.frombuffer(plot.rows, dtype="<i4"))


def test_unless_chosen_the_params_that_vary_and_the_objective(state: ExplorerState, plot: ParallelFace) -> None:
    assert plot.axes == ["activation", "lr", "depth", "dropout", "final.loss"]
    assert plot.objective == "final.loss"
    assert set(plot.columns) == set(plot.axes)
    assert [name for name, log in plot.logs.items() if log] == ["lr"]
    state.load([made(1, **{f"p{i}": k for i in range(10)}) for k in range(2)])
    assert plot.axes == [*(f"p{i}" for i in range(7)), "final.loss"]


def test_axes_are_arranged(state: ExplorerState, plot: ParallelFace) -> None:
    say(plot, verb="arrange", axes=["depth", "max.loss", "depth"])
    assert state.axes == ("depth", "max.loss", "depth")
    assert plot.axes == ["depth", "max.loss"]
    assert set(plot.columns) == {"depth", "max.loss", "final.loss"}  # the last one gives the colour
    say(plot, verb="arrange", axes=[])
    assert len(plot.axes) == 5


def test_another_objective_takes_the_axis_of_the_one_before(state: ExplorerState, plot: ParallelFace) -> None:
    say(plot, verb="aim", objective="best.loss")
    assert (state.objective, state.axes, plot.axes[-1], plot.objective) == ("best.loss", (), "best.loss", "best.loss")
    say(plot, verb="arrange", axes=["lr", "best.loss", "depth"])
    say(plot, verb="aim", objective="min.loss")
    assert plot.axes == ["lr", "min.loss", "depth"]
    say(plot, verb="aim", objective="lr")
    assert (plot.axes, plot.objective) == (["lr", "min.loss", "depth"], "lr")


def test_brushes_on_numbers_are_ranges_and_combine(state: ExplorerState, plot: ParallelFace) -> None:
    say(plot, verb="keep", column="lr", low=5e-4, high=None)
    assert state.filters == {"lr": {"min": 5e-4}}
    assert plot.kept == {"lr": {"min": 5e-4, "max": None}}
    assert rows(plot) == [2, 3, 4, 5, 8, 9, 10, 11]
    say(plot, verb="keep", column="final.loss", low=3, high=9)
    assert state.filters == {"lr": {"min": 5e-4}, "final.loss": {"min": 3, "max": 9}}
    assert rows(plot) == [2, 4, 5, 8]
    say(plot, verb="keep", column="lr", low=None, high=None)
    assert set(plot.kept) == set(state.filters) == {"final.loss"}


def test_brushes_on_categories_and_in_lanes_are_values(state: ExplorerState, plot: ParallelFace) -> None:
    say(plot, verb="keep_values", column="activation", places=[1], lanes=[])
    assert state.filters == {"activation": ("tanh",)}
    assert plot.kept == {"activation": {"places": [1.0], "lanes": []}}
    say(plot, verb="keep_values", column="activation", places=[], lanes=[])
    assert state.filters == {}
    say(plot, verb="keep_values", column="final.loss", places=[], lanes=[LANES.index("NaN")])
    assert [e.title for e in state.visible] == ["hot"]
    assert plot.kept == {"final.loss": {"places": [], "lanes": [LANES.index("NaN")]}}
    state.filters = {}
    say(plot, verb="keep_values", column="dropout", places=[], lanes=[LANES.index("absent")])
    assert state.filters == {"dropout": (ABSENT,)}
    assert rows(plot) == [3]


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ({"depth": (64,)}, {"places": [64.0], "lanes": []}),
        ({"depth": (64, 128, 512)}, {"places": [64.0, 128.0], "lanes": []}),
        ({"depth": {"max": 64.5}}, {"min": None, "max": 64.5}),
        ({"depth": {"min": -math.inf, "max": 100}}, {"min": None, "max": 100.0}),
        ({"dropout": (ABSENT, 0.0)}, {"places": [0.0], "lanes": [LANES.index("absent")]}),
        ({"activation": {"contains": "EL"}}, {"places": [0.0], "lanes": []}),
        ({"activation": {"min": 3}}, {"places": [], "lanes": []}),
        ({"depth": {"contains": "6"}}, {"places": [64.0], "lanes": []}),
        ({"title": ("hot",)}, None),
    ],
)
def test_filters_set_elsewhere_are_shown_as_brushes(
    state: ExplorerState, plot: ParallelFace, kept: dict[str, Any], shown: object
) -> None:
    state.filters = kept
    assert plot.kept == ({next(iter(kept)): shown} if shown else {})
    assert len(rows(plot)) == len(state.visible)


def test_selection_and_filters_send_no_values_again(state: ExplorerState, plot: ParallelFace) -> None:
    heard: list[str] = []
    plot.observe(lambda change: heard.append(change.name), ["columns", "numbers", "titles", "axes", "choices"])
    say(plot, verb="select", numbers=[4, 2])
    assert [e.params["lr"] for e in state.selected] == [0.1, 1e-3]
    say(plot, verb="keep", column="depth", low=100, high=None)
    say(plot, verb="log", column="depth", on=True)
    assert plot.logs["depth"]
    assert heard == []


@pytest.mark.parametrize("experiments", [[], [made(title="one")], [made(a="x"), made(a=None), made()]])
def test_whatever_is_there_is_drawn(experiments: list[rs.Experiment]) -> None:
    state = ExplorerState(tab="parallel")
    state.load(experiments)
    view = ParallelView(state, Pointing())
    assert view.plot.axes == (["a"] if len(experiments) > 1 else [])
    say(view.plot, verb="keep_values", column="a", places=[1], lanes=[])
    assert view.trouble == ""
    view.close()


def test_keeping_what_nobody_has_is_keeping_any(state: ExplorerState, plot: ParallelFace) -> None:
    say(plot, verb="keep_values", column="nonsense", places=[1], lanes=[])
    assert state.filters == {}


def test_kept_values_of_mixed_types_stay_apart(state: ExplorerState, plot: ParallelFace) -> None:
    state.load([made(x=value) for value in (1, True, "1", None)])
    places = {
        value_key(value): float(place)
        for value, place in zip((1, True, "1", None), np.frombuffer(plot.columns["x"]["values"], "<f8"), strict=True)
    }
    assert len(set(places.values())) == 4
    say(plot, verb="keep_values", column="x", places=[places["true"]], lanes=[])
    assert [e.params["x"] for e in state.visible] == [True]
