"""Experiments that grow while an Explorer is open: only what follows from them changes, and nothing jumps."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import comm.base_comm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts import errors, say, view

import researcher as rs
from researcher.tables.finals import finals_of
from researcher.widgets.filters import FiltersView
from researcher.widgets.header import HeaderView
from researcher.widgets.panels import PanelsView
from researcher.widgets.pointing import Pointing
from researcher.widgets.query import QueryView
from researcher.widgets.room import rounded_up, x_room, y_room
from researcher.widgets.state import ExplorerState
from researcher.widgets.table import TableView

Explore = Callable[..., rs.Explorer]
SOON = 30.0  # seconds


def running(title: str = "live", observations: dict[str, Any] | None = None, **params: Any) -> rs.Experiment:
    return rs.Experiment(contents(title, observations, "running", **params))


def contents(title: str, observations: dict[str, Any] | None, status: str, **params: Any) -> dict[str, Any]:
    return {
        "title": title,
        **params,
        "researcher": {"format": 1, "status": status},
        "observations": observations or {},
    }


def grow(
    state: ExplorerState, experiment: rs.Experiment, observations: dict[str, Any], status: str = "running"
) -> None:
    """What the watch does when an experiment holds more."""
    experiment.become(rs.Experiment(contents(experiment.title, observations, status, **_params(experiment))))
    state.grow([experiment])


def _params(experiment: rs.Experiment) -> dict[str, Any]:
    return {name: value for name, value in experiment.params.items() if name != "title"}


def when(explorer: rs.Explorer, condition: Callable[[], bool]) -> threading.Event:
    """An event that is set as soon as a change makes the condition true."""
    event = threading.Event()

    def look(_change: object = None) -> None:
        if condition():
            event.set()

    explorer.state.observe(look, ["experiments", "growth"])
    look()
    return event


def titles(experiments: Sequence[rs.Experiment]) -> list[str]:
    return [e.title for e in experiments]


# The state


def test_what_follows_from_an_experiment_that_grows(records: Path) -> None:
    live = running(activation="relu", depth=32)
    state = ExplorerState()
    state.load([*rs.all_experiments(records), live])
    facets, slot = state.facets, state.slot(live)
    assert state.statuses == {"finished": 6, "running": 1}
    state.query = "final.loss < 0.5"
    assert live not in state.visible
    grow(state, live, {"loss": [1.0, 0.3], "extra": 3})
    assert live in state.visible
    assert state.finals("loss")[-1] == 0.3
    assert "extra" in state.observed
    grow(state, live, {"loss": [1.0, 0.3, 0.7], "extra": 3})
    assert live not in state.visible
    grow(state, live, {"loss": [1.0, 0.3, 0.7, 0.001]}, "finished")
    assert state.statuses == {"finished": 7}
    assert state.growth == 3
    assert (state.facets, state.slot(live)) == (facets, slot)
    assert state.facets is facets


def test_the_order_follows_what_it_is_sorted_by(records: Path) -> None:
    live = running()
    state = ExplorerState(sort=(("loss", True),))
    state.load([*rs.all_experiments(records), live])
    assert state.visible[-1] is live  # it has none yet
    grow(state, live, {"loss": [9.0]})
    assert state.visible[0] is live
    assert state.sort == (("loss", True),)
    grow(state, live, {"loss": [9.0, 0.0]})
    assert state.visible[-1] is live


def test_a_filter_on_the_status_or_a_summary_lets_it_go_when_it_ends(records: Path) -> None:
    live = running(observations={"loss": [3.0]})
    state = ExplorerState()
    state.load([*rs.all_experiments(records), live])
    state.filters = {"status": ("running",)}
    assert state.visible == (live,)
    grow(state, live, {"loss": [3.0, 2.0]})
    assert state.visible == (live,)
    grow(state, live, {"loss": [3.0, 2.0]}, "finished")
    assert state.visible == ()
    state.filters = {"final.loss": {"min": 1.5}}
    assert state.visible == (live,)
    grow(state, live, {"loss": [3.0, 2.0, 1.0]}, "finished")
    assert state.visible == ()


def test_panels_appear_with_the_first_curve() -> None:
    live = running()
    state = ExplorerState()
    state.load([live])
    assert state.observations == ()
    grow(state, live, {"loss": [1.0]})
    assert state.observations == ("loss",)
    grow(state, live, {"loss": [1.0], "accuracy": [0.5]})
    assert state.observations == ("loss",)  # nothing more jumps in


def test_a_hint_goes_when_what_the_query_speaks_of_is_there() -> None:
    live = running()
    state = ExplorerState()
    state.load([live])
    state.query = "final.loss < 2"
    assert "final.loss" in state.hint
    grow(state, live, {"loss": [1.0]})
    assert state.hint == ""
    assert state.visible == (live,)


def test_who_grew_since_when() -> None:
    a, b = running("a"), running("b")
    state = ExplorerState()
    state.load([a, b])
    grow(state, a, {"loss": [1.0]})
    grow(state, b, {"loss": [1.0]})
    seen = state.growth
    grow(state, a, {"loss": [1.0, 2.0]})
    assert state.grown_since(seen) == [a]
    assert set(state.grown_since(0)) == {a, b}
    assert state.version(b) < state.version(a) == state.growth
    state.grow([running("unknown")])
    assert state.growth == seen + 1
    state.load([b])
    assert state.grown_since(0) == [b]


def test_number_and_colour_stay_when_the_journal_becomes_a_record(tmp_path: Path) -> None:
    recorder = rs.Recorder({"title": "live"}, tmp_path).start()
    recorder.observe(loss=1.0)
    live = rs.all_experiments(tmp_path)[0]
    state = ExplorerState()
    state.load([live])
    number, slot = state.number(live), state.slot(live)
    journal = live.path
    live.become(recorder.finish())
    assert live.path != journal
    state.grow([live])
    assert (state.number(live), state.slot(live)) == (number, slot)
    again = rs.all_experiments(tmp_path)[0]  # read elsewhere, from the record
    assert again is not live
    assert state.number(again) == number
    state.select([again])
    assert state.selected == (live,)
    other = rs.Experiment({"title": "other"}, journal)  # a journal of the old name is another experiment
    assert state.number(other) != number
    state.load([live, other])
    assert state.experiments == (live, other)


OBSERVATIONS = st.one_of(
    st.floats(-2, 2),
    st.lists(st.sampled_from([0.0, 1.0, -1.5, math.nan, math.inf, 3]), max_size=4),
    st.lists(st.lists(st.floats(-2, 2), max_size=3), max_size=3),
    st.sampled_from(["text", None, True, [], ["a"], {"a": 1}, [None, 1.0]]),
)
CONTENTS = st.dictionaries(st.sampled_from(["loss", "accuracy", "score"]), OBSERVATIONS, max_size=3)
CHOICES = st.tuples(
    st.sampled_from(["", "final.loss < 1", "n > 1 and has(final.score)", "best.accuracy > 0 or status == 'failed'"]),
    st.sampled_from([{}, {"status": ("running",)}, {"n": (0, 1)}, {"final.loss": {"min": 0}}, {"final.score": (1.0,)}]),
    st.sampled_from([(), (("loss", True),), (("n", False), ("score", True)), (("status", False),)]),
)


@given(
    st.lists(CONTENTS, min_size=1, max_size=5),
    CHOICES,
    st.lists(st.tuples(st.integers(0, 4), CONTENTS, st.sampled_from(["running", "failed", "finished"])), max_size=6),
)
def test_growing_comes_to_the_same_as_loading_anew(
    begin: list[dict[str, Any]], choice: tuple[Any, Any, Any], steps: list[tuple[int, dict[str, Any], str]]
) -> None:
    query, filters, sort = choice
    experiments = [running(f"e{i}", observations, n=i) for i, observations in enumerate(begin)]
    state = ExplorerState(query=query, filters=filters, sort=sort, observations=("loss",))
    state.load(experiments)
    for i, observations, status in steps:
        grow(state, experiments[i % len(experiments)], observations, status)
    fresh = ExplorerState(query=query, filters=filters, sort=sort, observations=("loss",))
    fresh.load(experiments)
    assert state.visible == fresh.visible
    assert state.statuses == fresh.statuses
    assert set(fresh.observed) <= set(state.observed)
    assert [state.counts[f.name] for f in state.facets] == [fresh.counts[f.name] for f in fresh.facets]
    assert [(f.name, f.keys) for f in state.facets] == [(f.name, f.keys) for f in fresh.facets]
    for name in fresh.observed:
        np.testing.assert_array_equal(state.finals(name), fresh.finals(name))


@given(CONTENTS)
def test_finals_are_those_of_the_summary(observations: dict[str, Any]) -> None:
    experiment = running(observations=observations)
    found = finals_of(experiment)
    for name in observations:
        value = experiment.summary("final", name)
        assert found.get(name, rs.ABSENT) == value or value != value
    assert {name for name, value in found.items() if value is not rs.ABSENT} == set(experiment.observed())


def test_a_record_that_is_deleted_as_soon_as_it_is_there_stops_nothing(tmp_path: Path) -> None:
    recorder = rs.Recorder({"title": "live"}, tmp_path).start()
    recorder.observe(loss=1.0)
    live = rs.all_experiments(tmp_path)[0]
    state = ExplorerState(query="final.loss > 0")
    state.load([live])
    recorder.finish()
    live.become(rs.all_experiments(tmp_path)[0])
    assert live.path is not None
    live.path.unlink()
    state.grow([live])
    assert state.statuses == {"finished": 1}
    assert state.visible == ()


# Room


RANGES = st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(RANGES, min_size=1, max_size=20), st.booleans())
def test_axes_hold_the_data_and_only_widen(ranges: list[tuple[float, float]], growing: bool) -> None:
    x: tuple[float, float] | None = None
    y: tuple[float, float] | None = None
    for data in ranges:
        for before, now in ((x, x_room(data, growing, x)), (y, y_room(data, y))):
            assert now[0] <= data[0]
            assert data[1] <= now[1] + 1e-6 * abs(now[1])
            assert now[0] < now[1]
            if before is not None:
                assert now[0] <= before[0]
                assert before[1] <= now[1]
        x, y = x_room(data, growing, x), y_room(data, y)


def test_axes_jump_seldom_while_a_curve_grows() -> None:
    values = [2.3 * math.exp(-step / 300) + 0.05 for step in range(10_000)]
    lowest = itertools.accumulate(values, min)
    x: set[Any] = set()
    y: set[Any] = set()
    xs, ys = x_room((0.0, 0.0), True), y_room((2.3, 2.3))
    for step, low in enumerate(lowest):
        xs, ys = x_room((0.0, float(step)), True, xs), y_room((low, values[0]), ys)
        x.add(xs)
        y.add(ys)
    assert len(x) <= 42  # ten a decade
    assert len(y) <= 15
    assert xs == (0.0, 10_000.0)
    assert -0.2 < ys[0] < 0.05  # no loss is negative: not much room below zero


@given(st.floats(1e-9, 1e9))
def test_round_numbers(length: float) -> None:
    assert length * (1 - 1e-6) <= rounded_up(length) <= 1.4 * length


def test_an_axis_is_fitted_to_what_is_finished() -> None:
    assert x_room((0.0, 399.0), False) == (0.0, 399.0)
    assert x_room((5.0, 5.0), False) == (5.0, 6.0)
    assert y_room((0.0, 1.0)) == (-0.04, 1.04)
    assert y_room((-3.0, -1.0), (-2.0, -1.0))[1] == -1.0


# Views


@pytest.fixture
def live() -> rs.Experiment:
    return running(observations={"loss": [1.0, 0.9, 0.8]}, activation="relu", depth=8)


@pytest.fixture
def state(records: Path, live: rs.Experiment) -> ExplorerState:
    found = ExplorerState()
    found.load([*rs.all_experiments(records), live])
    return found


def cells(view: TableView, name: str) -> dict[int, float | None]:
    """What stands in a column in the rows that grew; None where nothing does."""
    sent = view.table.cells
    rows = np.frombuffer(sent["rows"], "<i4").tolist()
    if not rows:
        return {}
    values = np.frombuffer(sent["columns"][name]["values"], "<f8").tolist()
    missing = np.frombuffer(sent["columns"][name]["missing"], np.uint8).tolist()
    return {row: None if gone else value for row, value, gone in zip(rows, values, missing, strict=True)}


def test_the_table_sends_the_cells_that_changed(state: ExplorerState, live: rs.Experiment) -> None:
    view = TableView(state, Pointing())
    columns, order = view.table.columns, view.table.order
    assert view.table.statuses == {"6": "running"}
    assert cells(view, "loss") == {}
    grow(state, live, {"loss": [1.0, 0.25]})
    assert view.table.columns is columns
    assert view.table.order is order
    assert cells(view, "loss") == {6: 0.25}
    assert cells(view, "score") == {6: None}
    grow(state, live, {"loss": [1.0, math.nan], "score": 1}, "finished")
    assert view.table.statuses == {}
    assert view.table.columns is columns
    assert str(cells(view, "loss")) == "{6: nan}"
    assert cells(view, "score") == {6: 1}
    grow(state, live, {"loss": [1.0], "new": [0.5]})
    assert "new" in [column["name"] for column in view.table.columns]  # a new column: all anew
    assert cells(view, "loss") == {}
    view.close()


def test_the_header_counts_what_runs(state: ExplorerState, live: rs.Experiment) -> None:
    view = HeaderView(state)
    assert view.header.statuses == {"running": 1}
    grow(state, live, {}, "failed")
    assert view.header.statuses == {"failed": 1}
    grow(state, live, {}, "finished")
    assert view.header.statuses == {}
    view.close()


def test_panels_draw_the_curve_that_grew_and_keep_the_others(state: ExplorerState, live: rs.Experiment) -> None:
    view = PanelsView(state, Pointing())

    def told() -> Any:
        """What the page draws in the panel."""
        return view.overlay.panels[state.observations.index("loss")]

    before = view.supply.take(("loss",))[0]
    longest = [0.8] * 40
    grow(state, live, {"loss": longest})
    after = view.supply.take(("loss",))[0]
    assert [a is b for a, b in zip(after, before, strict=True)] == [True] * 6 + [False]
    assert np.frombuffer(told()["x"])[-1] == 39
    assert view.overlay.full == [0.0, 40.0]
    x, y = view.overlay.full, told()["limits"]
    grow(state, live, {"loss": [*longest, 0.79]})
    assert (view.overlay.full, told()["limits"]) == (x, y)  # there was room
    state.zoom = (10.0, 20.0)
    grow(state, live, {"loss": longest * 3})
    assert view.overlay.zoom == [10.0, 20.0]
    state.zoom = ()
    assert (view.overlay.full, view.overlay.zoom) == ([0.0, 120.0], [])
    grow(state, live, {"loss": longest * 3}, "finished")
    assert view.overlay.full == [0.0, 120.0]  # the end of a run moves nothing
    state.query = "depth == 8"
    assert view.overlay.full[1] == 119.0  # a new choice is fitted
    assert view.trouble == ""
    view.close()


class Remembering(comm.base_comm.BaseComm):
    """A comm that keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        super().__init__()

    def publish_msg(self, _kind: str, data: Any = None, **_more: Any) -> None:
        self.sent.append(data)


def test_each_message_of_a_control_is_answered(state: ExplorerState) -> None:
    view = QueryView(state)
    view.line.comm = Remembering()
    say(view.line, verb="ask", text="depth == 8", asked="a")
    say(view.line, verb="nonsense", asked="b")
    say(view.line, verb="ask", text="")
    sent = view.line.comm.sent
    assert [m["content"] for m in sent if m.get("method") == "custom"] == [{"heard": "a"}, {"heard": "b"}]
    view.close()


# The Explorer


def test_a_recorder_in_this_process_appears_grows_and_ends(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    state = explorer.state
    recorder = rs.Recorder({"title": "here", "depth": 1}, records)
    assert when(explorer, lambda: True).is_set()
    appeared = when(explorer, lambda: "here" in titles(state.experiments))
    recorder.start()
    assert appeared.wait(SOON)
    (live,) = [e for e in state.experiments if e.title == "here"]
    with state.lock:
        number, slot = state.number(live), state.slot(live)
    for n in range(1, 4):
        grown = when(explorer, lambda n=n: len(live.observations.get("loss", ())) >= n)  # type: ignore[misc]
        recorder.observe(loss=1 / n)
        assert grown.wait(SOON)
    ended = when(explorer, lambda: live.status == "finished")
    recorder.finish()
    assert ended.wait(SOON)
    with state.lock:
        assert live in state.experiments
        assert (state.number(live), state.slot(live)) == (number, slot)
        assert state.statuses == {"finished": 7}
        assert live.path is not None
        assert live.path.suffix == ".json"
        assert errors(explorer) == []


def test_who_observes_the_frame_is_told_of_growth_once(explore: Explore, live: rs.Experiment) -> None:
    explorer = explore([live], query="final.loss < 0.5")
    frames: list[Any] = []
    explorer.observe(lambda change: frames.append([*change.new.get("loss", ())]), "frame")
    grow(explorer.state, live, {"loss": [0.4]})
    grow(explorer.state, live, {"loss": [0.3]})
    grow(explorer.state, live, {"loss": [0.3, 0.9]})
    assert frames == [[0.4], [0.3], []]


def test_it_watches_as_long_as_it_is_shown(explore: Explore, records: Path) -> None:
    def watching() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name == "researcher-watch"}

    others = watching()  # those of closed Explorers may still be ending
    explorer = explore(records)
    header = view(explorer, HeaderView).header
    source = explorer._source
    assert source is not None
    watch = source._watch
    assert watch is not None
    (thread,) = watching() - others
    for page in ("a", "b"):
        say(header, verb="shown", page=page)
    say(header, verb="hidden", page="a")
    assert source._watch is watch
    say(header, verb="hidden", page="b")
    watch.join(SOON)
    assert not thread.is_alive()
    assert watching() <= others
    rs.record_experiment({"title": "unseen"}, records)
    appeared = when(explorer, lambda: "unseen" in titles(explorer.state.experiments))
    assert not appeared.is_set()
    say(header, verb="shown", page="c")
    assert appeared.wait(SOON)
    explorer.close()
    say(header, verb="shown", page="d")
    assert source._watch is None


def test_threads_may_do_everything_at_once(explore: Explore, records: Path) -> None:
    """The page clicks, the cell trains and chooses, the watch tells, and observers choose in their turn."""
    explorer = explore(records)
    state = explorer.state
    line, filters = view(explorer, QueryView).line, view(explorer, FiltersView).filters
    table, overlay = view(explorer, TableView).table, view(explorer, PanelsView).overlay
    raised: list[BaseException] = []

    def follow(_change: object) -> None:  # an observer that chooses
        explorer.filters = {"depth": [64, 128]} if explorer.query else {}

    def click(i: int) -> None:
        say(line, verb="ask", text="final.loss < 0.02" if i % 2 else "")
        say(filters, verb="choose", param="activation", keys=['"relu"'] if i % 3 else [])
        say(table, verb="select", numbers=[state.number(e) for e in state.visible[:2]])
        say(table, verb="sort_by", sort=[["loss", bool(i % 2)]])
        say(overlay, verb="zoom", x=[0.5, 1.5] if i % 2 else None)

    def choose(i: int) -> None:
        explorer.query = "depth > 64" if i % 2 else ""
        explorer.selected = explorer.visible[:1]
        explorer.observations = ["loss"] if i % 2 else ["loss", "accuracy"]

    def train(i: int) -> None:
        with rs.Recorder({"title": f"run {i}", "depth": 64, "activation": "relu"}, records) as recorder:
            for step in range(20):
                recorder.observe(loss=1 / (step + 1))
        state.grow(state.experiments)

    def often(act: Callable[[int], None], times: int) -> None:
        try:
            for i in range(times):
                act(i)
        except BaseException as error:  # noqa: BLE001 - told by the test
            raised.append(error)

    explorer.observe(follow, "visible")
    threads = [
        threading.Thread(target=often, args=arguments, daemon=True)
        for arguments in ((click, 40), (click, 40), (choose, 40), (train, 12))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
        assert not thread.is_alive(), "they wait for each other"
    assert raised == []
    explorer.unobserve(follow, "visible")
    ended = when(explorer, lambda: state.statuses == {"finished": 18})
    assert ended.wait(SOON)
    with state.lock:
        explorer.query, explorer.filters = "", {}
        assert len(explorer.visible) == len(state.visible) == 18
        assert errors(explorer) == []
