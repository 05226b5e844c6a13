"""Each view shows the state, and the page's messages reach it; an error stays in the view where it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets as w
import numpy as np
import pytest
from parts import say

import researcher as rs
from researcher.widgets.filters import FiltersView
from researcher.widgets.header import HeaderView
from researcher.widgets.panels import PanelsView
from researcher.widgets.pointing import Pointing
from researcher.widgets.query import QueryView
from researcher.widgets.state import ExplorerState
from researcher.widgets.table import TableView
from researcher.widgets.toolbar import ToolbarView
from researcher.widgets.view import View

NASTY = '<img src=x onerror="alert(1)">'


@pytest.fixture
def state(records: Path) -> ExplorerState:
    found = ExplorerState(source="records/")
    found.load(rs.all_experiments(records), damaged=[(records / "bad.json", "it is empty")])
    return found


@pytest.fixture
def view(state: ExplorerState) -> Iterator[Callable[..., Any]]:
    """Makes views of the state, and closes them after the test."""
    made: list[View] = []

    def view(kind: Callable[..., View], *more: object) -> View:
        made.append(kind(state, *more))
        return made[-1]

    yield view
    for each in made:
        each.close()


def error(view: View) -> str:
    shown: str = view.trouble
    return shown


def inside(box: w.Widget) -> Iterator[w.Widget]:
    """A widget and all widgets within it."""
    yield box
    for child in getattr(box, "children", ()):
        yield from inside(child)


def int32(sent: bytes) -> list[int]:
    numbers: list[int] = np.frombuffer(sent, dtype="<i4").tolist()
    return numbers


def test_header(state: ExplorerState, view: Callable[..., HeaderView], records: Path) -> None:
    header = view(HeaderView).header
    assert (header.source, header.notice, header.total, header.visible) == ("records/", "", 6, 6)
    assert header.damaged == [[str(records / "bad.json"), "it is empty"]]
    state.query = "depth == 64"
    state.select(state.experiments[:3])
    assert (header.total, header.visible, header.selected, header.by_hand) == (6, 2, 3, False)
    state.look_at(state.experiments[:1])
    assert (header.visible, header.by_hand) == (1, True)
    say(header, verb="look_at_all")
    say(header, verb="unselect")
    assert (header.visible, header.selected, header.by_hand) == (6, 0, False)


def test_query_line(state: ExplorerState, view: Callable[..., QueryView]) -> None:
    line = view(QueryView).line
    say(line, verb="ask", text="depth == 64")
    assert (state.query, line.text, len(state.visible)) == ("depth == 64", "depth == 64", 2)
    say(line, verb="ask", text="depth ==")
    assert (line.text, line.mistake[0], len(state.visible)) == ("depth ==", 8, 2)
    say(line, verb="ask", text="dept == 1")
    assert line.mistake == []
    assert "did you mean depth" in line.hint


def test_values_of_a_param_of_very_many_come_when_it_is_opened(view: Callable[..., FiltersView]) -> None:
    filters = view(FiltersView)
    filters.state.load([rs.Experiment({"lr": i, "n": i % 2}) for i in range(500)])
    filters.state.choose("lr", [7])
    face, (n, lr) = filters.filters, filters.filters.facets
    assert (n["n"], len(n["keys"])) == (2, 2)
    assert (lr["n"], lr["keys"], lr["labels"]) == (500, ["7"], ["7"])
    assert face.counts == [[0, 1], []]
    say(face, verb="open", param="lr")
    assert face.facets[1]["numbers"] == list(range(500))
    assert face.counts == [[0, 1], [1] * 500]


def test_filters(state: ExplorerState, view: Callable[..., FiltersView]) -> None:
    filters = view(FiltersView).filters
    assert [f["name"] for f in filters.facets] == ["activation", "depth", "title"]
    assert filters.facets[0] == {
        "name": "activation",
        "n": 2,
        "keys": ['"relu"', '"tanh"'],
        "labels": ["relu", "tanh"],
        "numbers": None,
    }
    assert filters.facets[1]["numbers"] == [64.0, 128.0, 256.0]
    say(filters, verb="choose", param="activation", keys=['"relu"'])
    assert state.filters == {"activation": ("relu",)}
    assert filters.chosen == {"activation": ['"relu"']}
    assert filters.counts[:2] == [[3, 3], [1, 1, 1]]
    say(filters, verb="choose", param="activation", keys=[])
    assert state.filters == {}
    say(filters, verb="choose", param="depth", keys=["64", "128"])
    assert len(state.visible) == 4
    say(filters, verb="clear")
    assert (filters.chosen, len(state.visible)) == ({}, 6)


def test_a_filter_keeps_a_range_or_what_contains_a_text(state: ExplorerState, view: Callable[..., FiltersView]) -> None:
    filters = view(FiltersView).filters
    say(filters, verb="keep", param="depth", kept={"min": 100})
    assert (filters.chosen, len(state.visible)) == ({"depth": {"min": 100.0}}, 4)
    say(filters, verb="keep", param="depth", kept={"min": 100, "max": 128})
    assert len(state.visible) == 2
    assert filters.counts[1] == [2, 2, 2]  # under the other filters
    say(filters, verb="keep", param="depth", kept={})
    say(filters, verb="keep", param="title", kept={"contains": "TANH"})
    assert {e.params["activation"] for e in state.visible} == {"tanh"}
    say(filters, verb="keep", param="title", kept={"contains": ""})
    assert (state.filters, len(state.visible)) == ({}, 6)


def test_a_filter_from_python_can_be_taken_back_in_the_page(
    state: ExplorerState, view: Callable[..., FiltersView]
) -> None:
    filters = view(FiltersView).filters
    state.filters = {"activation": ("gelu",)}
    assert filters.facets[0]["labels"] == ["gelu", "relu", "tanh"]
    assert (filters.counts[0], filters.chosen) == ([0, 3, 3], {"activation": ['"gelu"']})
    say(filters, verb="choose", param="activation", keys=['"gelu"', '"relu"'])
    assert len(state.visible) == 3
    say(filters, verb="choose", param="gone meanwhile", keys=["1"])
    assert "gone meanwhile" not in state.filters


def test_table(state: ExplorerState, view: Callable[..., TableView]) -> None:
    table = view(TableView, Pointing()).table
    columns = {column["name"]: column for column in table.columns}
    assert list(columns)[:2] == ["activation", "depth"]
    assert set(columns) == {"activation", "depth", "loss", "accuracy", "score"}
    assert (columns["activation"]["kind"], columns["depth"]["kind"]) == ("text", "number")
    assert np.frombuffer(columns["score"]["values"]).tolist() == [64, 128, 256, 64, 128, 256]
    assert table.titles[0] == "relu 64"
    assert int32(table.order) == [0, 1, 2, 3, 4, 5]
    say(table, verb="sort_by", sort=[["depth", True], ["activation", True]])
    assert [table.titles[row] for row in int32(table.order)][:3] == ["tanh 256", "relu 256", "tanh 128"]
    assert table.sort == [["depth", True], ["activation", True]]
    numbers = int32(table.numbers)
    say(table, verb="select", numbers=[numbers[4], numbers[1], 12345])
    assert [e.title for e in state.selected] == ["tanh 128", "relu 128"]
    assert table.selected == [numbers[4], numbers[1]]
    state.query = "depth == 64"
    assert len(int32(table.order)) == 2
    drawn = np.flatnonzero(np.frombuffer(table.swatches, dtype="<i2") >= 0)
    assert {state.experiments[row] for row in drawn} == {*state.drawn}


def test_columns_follow_what_is_loaded(state: ExplorerState, view: Callable[..., TableView]) -> None:
    table = view(TableView, Pointing()).table
    state.filters = {"epochs": (3,)}
    state.load([e for e in state.experiments if e.params["activation"] == "relu"])
    assert [c["name"] for c in table.columns] == ["depth", "loss", "accuracy", "score"]
    assert len(int32(table.order)) == len(table.titles) == 3


def test_toolbar_and_panels(state: ExplorerState, view: Callable[..., Any]) -> None:
    toolbar, panels = view(ToolbarView).toolbar, view(PanelsView, Pointing())
    assert list(toolbar.observed) == ["loss", "accuracy", "score"]
    assert toolbar.chosen == ["loss", "accuracy"]
    say(toolbar, verb="draw", observations=["loss", "nonsense"])
    assert (state.observations, toolbar.chosen) == (("loss",), ["loss"])
    assert (len(panels.overlay.figures), len(panels.grid.children)) == (1, 1)
    assert [p["numbers"] for p in panels.overlay.panels] == [[state.number(e) for e in state.drawn]]
    state.query = "depth == 64"
    assert len(panels.overlay.panels[0]["numbers"]) == 2
    clicked = state.number(state.visible[0])
    say(panels.overlay, verb="select", number=clicked)
    assert panels.overlay.selected == [clicked]
    say(panels.overlay, verb="select", number=clicked)
    assert panels.overlay.selected == []
    say(panels.overlay, verb="zoom", x=[0.5, 1.5])
    assert toolbar.zoom == [0.5, 1.5]
    say(panels.overlay, verb="zoom", x=None)
    assert toolbar.zoom == []
    assert error(panels) == ""


def test_the_page_is_told_all_points_of_a_panel_one_line_after_the_other(
    state: ExplorerState, view: Callable[..., PanelsView]
) -> None:
    panels = view(PanelsView, Pointing())
    state.smoothing = 0.5
    state.group = "activation"
    for name, told in zip(state.observations, panels.overlay.panels, strict=True):
        lines = panels.supply.take([name])[0]
        assert [*map(len, (told["colours"], told["counts"], told["numbers"]))] == [len(lines)] * 3
        assert np.frombuffer(told["sizes"], "<i4").tolist() == [len(line.x) for line in lines]
        for part, of in {"x": "x", "y": "y", "raw": "raw"}.items():
            expected = np.concatenate([getattr(line, of) for line in lines])
            np.testing.assert_array_equal(np.frombuffer(told[part]), expected)
        edges = [line.edges or (np.full(len(line.x), np.nan),) * 2 for line in lines]
        np.testing.assert_array_equal(np.frombuffer(told["low"]), np.concatenate([low for low, _ in edges]))
        np.testing.assert_array_equal(np.frombuffer(told["high"]), np.concatenate([high for _, high in edges]))
    state.query = "depth == 0"
    assert [told["x"] for told in panels.overlay.panels] == [b"", b""]
    assert error(panels) == ""


def test_an_error_is_shown_escaped_in_its_view_and_the_others_go_on(
    state: ExplorerState, view: Callable[..., Any]
) -> None:
    query, filters = view(QueryView), view(FiltersView)
    say(query.line, verb=NASTY)
    assert "KeyError" in error(query)
    assert "<img" not in error(query)
    assert "&lt;img" in error(query)
    assert error(filters) == ""
    say(query.line, verb="ask", text="depth == 64", nonsense=1)
    assert "nonsense" in error(query)
    say(filters.filters, verb="choose", param="activation", keys=['"relu"'])
    assert len(state.visible) == 3
    say(query.line, verb="ask", text="depth == 64")
    assert error(query) == ""
    assert len(state.visible) == 1


def test_a_view_that_cannot_render_says_so_until_it_can(state: ExplorerState) -> None:
    class Broken(View):
        watches = ("query",)

        def __init__(self) -> None:
            self.button = w.Button()
            self.hear(self.button, {"ask": self._ask})
            super().__init__(state, self.button)

        def render(self) -> None:
            if state.query:
                raise ValueError(state.query)

        def _ask(self, text: str) -> None:
            state.query = text

    broken = Broken()
    query = QueryView(state)
    say(broken.button, verb="ask", text="depth == 64")
    assert "ValueError: depth == 64" in error(broken)
    assert query.line.text == "depth == 64"
    assert len(state.visible) == 2
    state.query = ""
    assert error(broken) == ""
    broken.close()
    query.close()


def test_a_closed_view_no_longer_follows(state: ExplorerState) -> None:
    query, filters = QueryView(state), FiltersView(state)
    query.close()
    state.query = "depth == 64"
    assert query.line.text == ""
    assert filters.filters.counts[1] == [2, 0, 0]
    filters.close()


def test_titles_and_values_that_are_html_are_text(view: Callable[..., Any], state: ExplorerState) -> None:
    experiments = [
        rs.Experiment({"title": f"{NASTY}{i}", NASTY: f"<b>{i}</b>", "observations": {NASTY: [1.0, 2.0]}})
        for i in range(2)
    ]
    views = [view(kind) for kind in (HeaderView, QueryView, FiltersView, ToolbarView)]
    views += [view(kind, Pointing()) for kind in (TableView, PanelsView)]
    state.load(experiments)
    state.query = "`<b>x</b>` == 1"
    state.query = ""
    state.select(experiments)
    html = [widget.value for each in views for widget in inside(each.face) if isinstance(widget, w.HTML)]
    assert len(html) == 2
    assert not any("<img" in text or "<b>" in text for text in html)
    assert all(error(each) == "" for each in views)


def test_a_group_whose_eyes_are_all_shut_is_not_drawn(state: ExplorerState, view: Callable[..., PanelsView]) -> None:
    panels = view(PanelsView, Pointing())
    state.group = "activation"
    assert len(panels.overlay.panels[0]["numbers"]) == 2
    relu = [e for e in state.experiments if e.params["activation"] == "relu"]
    state.see(relu[:1], False)
    assert len(panels.overlay.panels[0]["numbers"]) == 2  # its mean is over all members
    state.see(relu, False)
    assert panels.overlay.titles == {str(state.number(state.experiments[3])): "tanh"}
    assert error(panels) == ""


def test_clipping_nothing_changes_nothing(state: ExplorerState, view: Callable[..., PanelsView]) -> None:
    panels = view(PanelsView, Pointing())
    before = dict(panels.limits)
    state.clip = True
    assert panels.limits == before


def test_clipped_axes_follow_what_is_drawn(state: ExplorerState, view: Callable[..., PanelsView]) -> None:
    state.clip = True
    panels = view(PanelsView, Pointing())
    for name, value in (("zoom", (0.0, 1.0)), ("smoothing", 0.9), ("share_y", True), ("query", "activation == 'tanh'")):
        setattr(state, name, value)
        assert panels.limits == view(PanelsView, Pointing()).limits
