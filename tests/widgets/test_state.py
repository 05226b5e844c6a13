"""The state of an Explorer: what is chosen, what follows from it, and that it always fits together."""

from __future__ import annotations

import gc
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import researcher as rs
from researcher.params import flattened, value_key
from researcher.storage.directory import RecordsDirectory
from researcher.widgets.palette import COLOURS, DASHES, colour, dash
from researcher.widgets.settings import Settings
from researcher.widgets.shown import frame_of
from researcher.widgets.state import ExplorerState
from researcher.widgets.viewing import view_of


def experiment(observations: dict[str, Any] | None = None, **params: Any) -> rs.Experiment:
    return rs.Experiment({**params, "observations": observations or {}})


@pytest.fixture
def state(records: Path) -> ExplorerState:
    found = ExplorerState()
    found.load(rs.all_experiments(records))
    return found


def titles(experiments: Sequence[rs.Experiment]) -> list[str]:
    return [e.title for e in experiments]


def counted(state: ExplorerState, param: str) -> dict[object, int]:
    facet = next(f for f in state.facets if f.name == param)
    return dict(zip(facet.values, state.counts[param], strict=True))


# Filters and query


def test_everything_is_visible_at_first(state: ExplorerState) -> None:
    assert state.visible == state.experiments
    assert len(state.visible) == 6
    assert [f.name for f in state.facets] == ["activation", "depth", "title"]
    assert set(state.observed) == {"loss", "accuracy", "score"}
    assert set(state.observations) == {"loss", "accuracy"}  # those that are curves


def test_filters_narrow_and_values_are_counted_under_the_other_filters(state: ExplorerState) -> None:
    state.choose("depth", [128, 256])
    assert counted(state, "depth") == {64: 2, 128: 2, 256: 2}
    assert counted(state, "activation") == {"relu": 2, "tanh": 2}
    state.choose("activation", ["relu"])
    assert titles(state.visible) == ["relu 128", "relu 256"]
    assert counted(state, "depth") == {64: 1, 128: 1, 256: 1}
    state.choose("depth", [])
    assert len(state.visible) == 3
    assert "depth" not in state.filters


def test_query_and_filters_narrow_together(state: ExplorerState) -> None:
    state.choose("activation", ["tanh"])
    state.query = "depth > 64 and final.loss < 1/128 + 1e-9"
    assert titles(state.visible) == ["tanh 128", "tanh 256"]
    assert counted(state, "activation") == {"relu": 2, "tanh": 2}
    state.clear()
    assert state.visible == state.experiments


def test_a_mistake_is_located_and_the_last_result_stays(state: ExplorerState) -> None:
    state.query = "depth == 64"
    good = state.visible
    state.query = "depth == "
    assert state.visible == good
    at, reason = state.mistake
    assert at == len("depth == ")
    assert reason
    state.choose("activation", ["relu"])
    assert titles(state.visible) == ["relu 64"]
    state.query = ""
    assert state.mistake == ()
    assert len(state.visible) == 3


def test_a_name_that_nobody_has_is_hinted_at(state: ExplorerState) -> None:
    state.query = "dept == 64"
    assert state.visible == ()
    assert "dept" in state.hint
    assert "did you mean depth" in state.hint
    state.query = "depth == 64"
    assert state.hint == ""


def test_a_filter_on_a_param_that_does_not_vary_still_filters_and_is_listed(state: ExplorerState) -> None:
    state.filters = {"epochs": (3,)}
    assert len(state.visible) == 6
    assert counted(state, "epochs") == {3: 6}
    state.filters = {"epochs": (4,)}
    assert state.visible == ()
    assert counted(state, "epochs") == {3: 6, 4: 0}
    state.clear()
    assert "epochs" not in [f.name for f in state.facets]


def test_a_filter_on_an_unknown_param_matches_only_absent(state: ExplorerState) -> None:
    state.filters = {"nonsense": (1,)}
    assert state.visible == ()
    assert counted(state, "nonsense") == {1: 0, rs.ABSENT: 6}
    state.filters = {"nonsense": (rs.ABSENT,)}
    assert len(state.visible) == 6


def test_a_filter_that_was_set_first_holds_for_what_is_loaded_later(records: Path) -> None:
    state = ExplorerState(query="depth > 64", filters={"activation": ("relu",)})
    state.load(rs.all_experiments(records))
    assert titles(state.visible) == ["relu 128", "relu 256"]
    assert titles(ExplorerState(query="depth > 64", experiments=state.experiments).visible)[0] == "relu 128"


# Sorting


@pytest.mark.parametrize("descending", [False, True])
def test_absent_and_nan_come_last_both_ways(descending: bool) -> None:
    state = ExplorerState()
    state.load(
        [
            experiment(title="none", a=1),
            experiment({"loss": math.nan}, title="nan", a=1, lr=0.1),
            experiment({"loss": 1.0}, title="one", a=1, lr=0.2),
            experiment({"loss": 2.0}, title="two", a=1, lr=0.3),
        ]
    )
    state.sort = (("lr", descending),)
    assert titles(state.visible) == (["two", "one", "nan", "none"] if descending else ["nan", "one", "two", "none"])
    state.sort = (("loss", descending),)
    assert titles(state.visible)[:2] == (["two", "one"] if descending else ["one", "two"])
    assert set(titles(state.visible)[2:]) == {"none", "nan"}


def test_sorting_by_several_columns_and_by_unknown_ones(state: ExplorerState) -> None:
    state.sort = (("depth", True), ("nonsense", False), ("activation", False))
    assert titles(state.visible) == [f"{a} {d}" for d in (256, 128, 64) for a in ("relu", "tanh")]
    state.sort = (("title", True),)
    assert titles(state.visible)[0] == "tanh 64"


# Selecting and looking at


def test_selection_keeps_its_order_and_ends_with_what_is_removed(state: ExplorerState) -> None:
    a, b, *rest = state.experiments
    state.select([b, a, b])
    assert state.selected == (b, a)
    state.choose("activation", ["tanh"])
    assert state.selected == (b, a)  # filtered out is not unselected
    state.load([b, *rest])
    assert state.selected == (b,)


def test_what_is_selected_or_hidden_leaves_what_is_visible_as_it_is(state: ExplorerState) -> None:
    state.sort = (("lr", True),)
    visible, counts = state.visible, state.counts
    state.select(state.visible[:1])
    state.see(state.visible[1:], on=False)
    assert (state.visible is visible, state.counts is counts) == (True, True)
    assert state.drawn == (visible[0],)
    state.folded = True
    assert state.visible is not visible


def test_experiments_that_were_read_elsewhere_are_known_by_their_record(state: ExplorerState, records: Path) -> None:
    again = rs.all_experiments(records).where("depth == 128")
    state.select(again)
    assert titles(state.selected) == ["relu 128", "tanh 128"]
    assert set(state.selected) <= set(state.experiments)
    state.look_at(again[::-1])
    assert titles(state.visible) == ["tanh 128", "relu 128"]
    state.select([experiment(title="never loaded")])
    assert state.selected == ()


def test_looking_at_some_keeps_their_order_until_sorted(state: ExplorerState) -> None:
    state.choose("activation", ["relu"])
    chosen = state.experiments[::-2]
    state.look_at(chosen)
    assert state.visible == chosen
    assert (state.query, state.filters) == ("", {})
    state.choose("activation", ["relu"])
    assert titles(state.visible) == ["relu 128"]
    state.clear()
    assert len(state.visible) == 6


# Loading again


def test_reloading_keeps_choice_identity_and_colours(state: ExplorerState, records: Path) -> None:
    state.choose("activation", ["relu"])
    state.select(state.visible[:1])
    before = {e.path: (state.number(e), state.slot(e)) for e in state.experiments}
    rs.record_experiment({"title": "late", "activation": "relu", "depth": 32}, records, {"loss": [1.0]})
    state.load(rs.all_experiments(records))
    assert titles(state.selected) == ["relu 64"]
    assert state.selected[0] in state.experiments
    assert titles(state.visible) == ["relu 64", "relu 128", "relu 256", "late"]
    after = {e.path: (state.number(e), state.slot(e)) for e in state.experiments}
    assert {path: after[path] for path in before} == before


def test_a_colour_never_changes_and_none_is_shared_while_there_are_enough(state: ExplorerState) -> None:
    slots = {e: state.slot(e) for e in state.experiments}
    assert set(slots.values()) == set(range(6))
    state.query = "depth == 256"
    state.sort = (("title", True),)
    state.clear()
    assert {e: state.slot(e) for e in state.experiments} == slots
    looks = [(colour(slot), dash(slot)) for slot in range(len(COLOURS) * len(DASHES))]
    assert len(set(looks)) == len(looks)


def test_panels_that_were_chosen_stay_chosen(state: ExplorerState, records: Path) -> None:
    state.observations = ()
    state.load(rs.all_experiments(records))
    assert state.observations == ()
    early = ExplorerState(observations=("score",))
    early.load([experiment({"loss": [1.0, 2.0]}, a=1)])
    assert early.observations == ("score",)


def test_many_experiments_are_not_all_drawn_but_the_selected_always() -> None:
    state = ExplorerState()
    state.load([experiment({"loss": [1.0, 0.5]}, title=str(i), i=i) for i in range(400)])
    assert len(state.visible) == 400
    assert len(state.drawn) < 400
    last = state.experiments[-1]
    assert last not in state.drawn
    state.select([last])
    assert last in state.drawn
    state.observations = tuple(map(str, range(1000)))
    assert state.drawn


def test_the_same_experiment_twice_is_one() -> None:
    one = experiment(title="one")
    state = ExplorerState()
    state.load([one, one])
    assert state.experiments == (one,)


def test_an_experiment_is_made_when_it_is_touched(tmp_path: Path) -> None:
    for i in range(300):
        curves = {name: [1.0, 1 / (1 + i)] for name in ("loss", "val_loss", "error", "val_error")}
        rs.record_experiment({"title": str(i), "a": i % 3}, tmp_path, {**curves, "n": i})

    def made() -> int:
        gc.collect()
        return sum(type(found) is rs.Experiment for found in gc.get_objects())  # some objects warn if isinstance() asks

    before = made()
    state = ExplorerState()
    state.load(rs.all_experiments(tmp_path))
    drawn = len(state.drawn)
    assert made() - before <= drawn + 20 < 200  # panels are chosen by the curves of the newest
    state.query, state.filters, state.sort = "final.loss < 0.5", {"a": (0, 1)}, (("final.n", True),)
    state.folded, state.columns = True, ("a", "loss", "n")
    state.look_at(state.visible)
    assert len(state.visible) > 190
    assert frame_of(state).index.to_list()[0] == state.data.names[state.rows[0]]
    assert view_of(state)["visible"]
    assert made() - before <= 2 * drawn + 20
    state.pin(state.visible)
    state.select(state.numbered(state.numbers.tolist()))
    assert (len(state.selected), len(state.pinned)) == (300, len(state.visible))
    assert len(state.drawn) == 2 * drawn
    assert [len(setting.members) for setting in Settings(state).of(state.selected)] == [1] * 300
    assert made() - before <= 3 * drawn + 20
    assert titles(state.visible[:2]) == [state.data.titles[row] for row in state.rows[:2]]


def test_an_experiment_that_is_resumed_stays_the_same_whether_or_not_it_was_touched(records: Path) -> None:
    directory, state = RecordsDirectory(records), ExplorerState()

    def look() -> None:
        change = directory.refresh()
        if change.listed:
            state.load(directory.experiments, directory.damaged)
        state.grow(change.grown)

    look()
    touched, untouched = (state.data.names[row] for row in (0, 3))
    number = dict(zip(state.data.names, state.numbers.tolist(), strict=True))
    (kept,) = state.at(np.array([0]))
    state.select([kept])
    state.look_at(state.at(np.array([0, 3])))
    for name in (touched, untouched):
        recorder = rs.Recorder.resume(f"{name}.json", records).start()
        look()
        assert len(state.visible) == 2
        assert sorted(state.statuses.items()) == [("finished", 5), ("running", 1)]
        running = next(e for e in state.visible if e.status == "running")
        assert state.number(running) == number[name]
        recorder.observe(loss=0.0)
        look()
        assert running.observations["loss"][-1] == 0.0
        recorder.finish()
        look()
        assert dict(zip(state.data.names, state.numbers.tolist(), strict=True)) == number
    assert state.selected == (kept,) == tuple(state.visible[:1])
    assert {e.status for e in state.visible} == {"finished"}


def test_a_file_that_became_another_experiment_does_not_take_the_number_of_the_one_that_was_there() -> None:
    directory = Path("records")
    moves, stays = rs.Experiment({"a": 1}, directory / "a.json"), rs.Experiment({"a": 2}, directory / "b.json")
    state = ExplorerState()
    state.load([moves, stays])
    numbers = state.numbers.tolist()
    moves.path = directory / "c.json"
    comes = rs.Experiment({"a": 3}, directory / "a.json")
    for loaded in ([comes, moves, stays], [moves, stays, comes]):
        state.load(loaded)
        assert [state.number(e) for e in (moves, stays)] == numbers
        assert sorted(state.numbers.tolist()) == sorted({*numbers, state.number(comes)})
        assert list(state.experiments) == loaded
    again = rs.Experiment({"a": 3}, directory / "a.json")
    state.load([again, comes])
    assert list(state.experiments) == [comes]  # as it was read last


def test_a_record_that_vanished_after_it_was_listed_is_shown_without_its_observations(records: Path) -> None:
    rs.record_experiment({"title": "long"}, records, {"loss": [1.0] * 50_000})  # a short one is summed up when read
    listed = rs.all_experiments(records)
    path = listed[-1].path
    assert path is not None
    path.unlink()
    state = ExplorerState()
    state.load(listed)
    assert len(state.visible) == 7
    state.query = "final.loss >= 0"
    assert len(state.visible) == 6


def test_the_state_needs_no_widget_library() -> None:
    code = "import sys, researcher.widgets.state; print(*{'ipywidgets', 'bqplot', 'anywidget'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


# Whatever happens

VALUES = [0, 1, 1.0, True, False, None, "1", "relu", math.nan, [1, 2], {"a": 1}, {"b": {"c": "x"}}]
POOL = [
    experiment(
        {"loss": [1.0 / (i + 1)] * (i % 3)}, title=f"e{i}", **{"xyz"[i % 3]: VALUES[i % len(VALUES)], "n": i % 4}
    )
    for i in range(24)
]
SUBSETS = st.lists(st.sampled_from(POOL), max_size=12)
STEPS = st.one_of(
    st.tuples(st.just("load"), SUBSETS),
    st.tuples(st.just("select"), SUBSETS),
    st.tuples(st.just("look_at"), SUBSETS),
    st.tuples(
        st.just("choose"),
        st.sampled_from(["x", "y.a", "n", "z", "title", "nonsense"]),
        st.lists(st.sampled_from([*VALUES, rs.ABSENT]), max_size=3),
    ),
    st.tuples(st.just("query"), st.sampled_from(["", "n > 1", "x == 1", "final.loss < 0.5", "n >", "not y.a == 1"])),
    st.tuples(
        st.just("sort"),
        st.lists(st.tuples(st.sampled_from(["x", "n", "loss", "title", "nonsense"]), st.booleans()), max_size=2),
    ),
    st.tuples(st.just("clear")),
)


@given(st.lists(STEPS, max_size=12))
def test_the_state_fits_together_after_any_sequence(steps: list[tuple[Any, ...]]) -> None:
    state = ExplorerState()
    slots: dict[rs.Experiment, int] = {}
    for what, *rest in steps:
        if what in ("query", "sort"):
            setattr(state, what, rest[0] if what == "query" else tuple(rest[0]))
        else:
            getattr(state, what)(*rest)
        _check(state)
        for e in state.drawn:
            slot = state.slot(e)
            assert slot is not None
            assert slots.setdefault(e, slot) == slot
    assert len(set(slots.values())) == len(slots)


def _check(state: ExplorerState) -> None:
    loaded, visible = set(state.experiments), set(state.visible)
    assert len(loaded) == len(state.experiments)
    assert len(visible) == len(state.visible)
    assert visible <= loaded
    assert set(state.drawn) <= visible
    assert len(set(state.drawn)) == len(state.drawn)
    assert set(state.selected) <= loaded
    assert set(state.among or ()) <= loaded
    assert set(state.filters) <= {f.name for f in state.facets}
    for facet in state.facets:
        kept = {value_key(value) for value in state.filters.get(facet.name, facet.values)}
        shown = sum(n for key, n in zip(facet.keys, state.counts[facet.name], strict=True) if key in kept)
        assert shown == len(visible)
    for e in visible:
        for name, values in state.filters.items():
            assert value_key(flattened(e.params).get(name, rs.ABSENT)) in set(map(value_key, values))
