"""The view as data: what is chosen comes back as it was, through JSON and into another state."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import traitlets as t
from choosable import EXPERIMENTS, chosen, opened, same
from hypothesis import given

import researcher as rs
from researcher.plain import plain
from researcher.widgets.choosing import NAMED, at_first, choices, choose, named
from researcher.widgets.viewing import apply_view, view_of


def through_json(view: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(view, allow_nan=False))
    return found


@given(chosen)
def test_what_is_chosen_comes_back_through_json(chosen: dict[str, Any]) -> None:
    state = opened()
    assert choose(state, chosen) == ()
    view = through_json(view_of(state))
    other = opened()
    choose(other, {"query": "lr", "smoothing": 0.5, "selected": EXPERIMENTS[:1]})  # what a view replaces
    assert apply_view(other, view) == ()
    assert same(view_of(other), view)
    assert repr(other.filters) == repr(state.filters)  # NaN is not equal to itself
    for trait in ("selected", "among", "sort", "zoom", "observations", "smoothing", "scatter"):
        assert getattr(other, trait) == getattr(state, trait)
    assert state.mistake or other.visible == state.visible


def test_nothing_chosen_is_an_empty_view() -> None:
    state = opened()
    assert view_of(state) == {}
    choose(state, {"smoothing": 0.6, "observations": [], "selected": EXPERIMENTS, "tab": "scatter"})
    assert view_of(state) == {
        "observations": [],
        "smoothing": 0.6,
        "tab": "scatter",
        "selected": [*named(state)],
    }
    assert apply_view(state, {}) == ()
    assert view_of(state) == {}
    assert set(state.observations) == {"loss", "acc"}


def test_absence_nan_and_texts_spelled_like_nan() -> None:
    state = opened()
    state.filters = {"lr": (0.1, rs.ABSENT, math.nan, "NaN"), "a/b": (rs.ABSENT,), "x": {"min": -math.inf}}
    view = view_of(state)
    assert view == {
        "filters": {"lr": [0.1, None, "NaN", "NaN"], "a/b": [None], "x": {"min": "-Infinity"}},
        "notes": {"absent": ["/filters/lr/1", "/filters/a~1b/0"], "texts": ["/filters/lr/3"]},
    }
    other = opened()
    apply_view(other, through_json(view))
    assert repr(other.filters) == repr(state.filters)
    apply_view(other, {"filters": {"lr": [rs.ABSENT, math.nan, np.float64(0.1)]}, "zoom": np.array([0, 5])})
    assert repr(other.filters) == repr({"lr": (rs.ABSENT, math.nan, 0.1)})
    assert other.zoom == (0, 5)


def test_experiments_are_named_by_their_records(records: Path) -> None:
    experiments = rs.all_experiments(records)
    state = opened(experiments)
    state.look_at(experiments[1:4])
    state.select([experiments[2], experiments[1]])
    view = view_of(state)
    assert view == {
        "visible": [e.name for e in experiments[1:4]],
        "selected": [experiments[2].name, experiments[1].name],
    }

    experiments[2].path.unlink()  # type: ignore[union-attr]
    other = opened(rs.all_experiments(records))
    assert apply_view(other, view) == (experiments[2].name,)
    assert [e.name for e in other.visible] == [experiments[1].name, experiments[3].name]
    assert [e.name for e in other.selected] == [experiments[1].name]
    assert apply_view(other, {"visible": None, "selected": rs.all_experiments(records)[:1]}) == ()
    assert len(other.visible) == 5
    assert len(other.selected) == 1


def test_repeats_in_memory_that_are_called_alike_are_told_apart() -> None:
    state = opened()
    assert list(named(state)) == ["a_" + EXPERIMENTS[0].hash[:8]] + [
        f"{e.identifier()}{number}" for e, number in zip(EXPERIMENTS[1:], ["", " (2)", "", "", " (2)"], strict=True)
    ]
    state.select([EXPERIMENTS[2]])
    other = opened()
    apply_view(other, view_of(state))
    assert other.selected == (EXPERIMENTS[2],)
    thousands = opened([rs.Experiment({"title": "same"}) for _ in range(10_000)])
    assert len(named(thousands)) == 10_000


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({"smothing": 0.5}, "'smothing' to choose; did you mean smoothing"),
        ({"zzz": 0.5}, "known are visible, query"),
        ({"experiments": []}, "'experiments'"),
        ({"among": []}, "'among'"),
        ({"facets": []}, "'facets'"),
    ],
)
def test_an_unknown_key_names_the_near_misses(view: dict[str, Any], said: str) -> None:
    state = opened()
    with pytest.raises(TypeError, match=said):
        apply_view(state, {"query": "lr == 1", **view})
    assert view_of(state) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"smoothing": "much"},
        {"smoothing": 2.0},
        {"band": "wide"},
        {"filters": 5},
        {"filters": {"lr": 0.1}},
        {"filters": {"lr": {"least": 1}}},
        {"selected": [5]},
        {"query": ["lr"]},
    ],
)
def test_a_wrong_value_is_refused_and_nothing_changes(wrong: dict[str, Any]) -> None:
    state = opened()
    state.query = "lr > 0.1"
    with pytest.raises(t.TraitError):
        apply_view(state, {"query": "lr == 1", "log_x": True, **wrong})
    assert view_of(state) == {"query": "lr > 0.1"}
    assert len(state.visible) == 4


def test_what_json_cannot_hold_is_refused_and_nothing_changes() -> None:
    state = opened()
    with pytest.raises(rs.errors.NotRecordable, match="function"):
        choose(state, {"query": "lr == 1", "group": print, "smoothing": 0.5})
    assert view_of(state) == {}


def test_all_that_can_be_chosen_is_plain_data_or_names_experiments() -> None:
    """A new trait of the state that holds experiments has to be in `NAMED`; any other can be kept as it is."""
    state = opened()
    for name in choices(state):
        if name not in NAMED:
            plain(at_first(state, name), name)
    choose(state, {name: EXPERIMENTS[:1] for name in NAMED if name in choices(state)})
    assert view_of(state)
