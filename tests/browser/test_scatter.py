"""The scatter plot in a real notebook, used with the mouse and the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from researcher.params import number_label
from researcher.widgets.view import module

from .conftest import OpenNotebook
from .harness import Notebook
from .plotting import canvas, drawn, opened, pointed, record, selected_rows, told


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("recorded") / "records")


def scatter(open_notebook: OpenNotebook, records: Path, **how: object) -> Notebook:
    return opened(open_notebook, records, "scatter", **how)


def choose(page: Page, label: str, column: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).select_option(column)


def test_point_click_and_brush(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = scatter(open_notebook, records)
    page = notebook.page
    choose(page, "x", "optimizer.lr")
    page.get_by_role("button", name="log x", pressed=True).wait_for()

    page.locator(".rs-tr", has_text="relu-4").hover()
    at = pointed(notebook)
    assert not page.locator(".rs-scatter .rs-tip").is_visible()
    page.mouse.move(*at)
    tip = page.locator(".rs-scatter .rs-tip")
    tip.locator("b", has_text="relu-4").wait_for()
    assert tip.locator("div").all_inner_texts()[0] == "optimizer.lr 0.00108"
    assert page.locator(".rs-tr.rs-pointed [role=rowheader]").inner_text() == "relu-4"
    notebook.screenshot("scatter-hover")
    page.mouse.move(*at)
    page.mouse.click(*at)
    selected_rows(notebook, 1)
    told(notebook, "[e.title for e in state.selected]", "['relu-4']")

    page.locator(".rs-tr", has_text="tanh-14").hover()
    at = pointed(notebook)
    page.keyboard.down("Control")
    page.mouse.click(*at)
    selected_rows(notebook, 2)
    page.mouse.click(*at)
    page.keyboard.up("Control")
    selected_rows(notebook, 1)

    box = canvas(notebook).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.55, box["y"] + box["height"] - 60, steps=4)
    page.locator(".rs-scatter .rs-brush").wait_for()
    notebook.screenshot("scatter-brush")
    page.mouse.up()
    selected_rows(notebook, 12)
    page.locator(".rs-scatter .rs-brush").wait_for(state="hidden")
    found = notebook.add_and_run("print(max(e.params['optimizer']['lr'] for e in state.selected), len(state.selected))")
    assert found.startswith("0.0013")
    assert found.endswith(" 12")

    notebook.add_and_run("state.filters = {'activation': ('tanh',)}")
    drawn(notebook, 12)
    selected_rows(notebook, 6)
    notebook.screenshot("scatter-filtered")


def test_what_has_no_number_lies_in_the_margin_and_can_be_selected(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = scatter(open_notebook, records)
    page = notebook.page
    choose(page, "x", "dropout")
    page.locator(".rs-scatter .rs-foot", has_text="in the margin: 6 absent in dropout, 2 NaN in final.loss").wait_for()
    choose(page, "colour", "final.loss")
    page.locator(".rs-legend", has_text="NaN").wait_for()
    notebook.screenshot("scatter-margin")
    box = canvas(notebook).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] - 70)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 36, steps=3)
    page.mouse.up()
    selected_rows(notebook, 2)
    told(notebook, "[e.summary('final', 'loss') for e in state.selected]", "[nan, nan]")


def test_keyboard(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = scatter(open_notebook, records)
    page = notebook.page
    choose(page, "x", "optimizer.lr")
    page.get_by_role("application", name="scatter plot of 24 experiments: x optimizer.lr, y final.loss").wait_for()
    canvas(notebook).focus()
    page.keyboard.press("Home")
    page.locator(".rs-scatter [aria-live]", has_text="relu-0, optimizer.lr 0.0001, final.loss").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator(".rs-scatter [aria-live]", has_text="relu-1,").wait_for()
    page.locator(".rs-tr.rs-pointed", has_text="relu-1").wait_for()
    page.keyboard.press("Enter")
    selected_rows(notebook, 1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    selected_rows(notebook, 2)
    page.keyboard.press("End")
    page.keyboard.press("Control+Enter")
    selected_rows(notebook, 3)
    told(notebook, "(state.selected[0].title, len(state.selected))", "('relu-1', 3)")
    canvas(notebook).focus()
    page.keyboard.press("Escape")
    selected_rows(notebook, 0)
    told(notebook, "len(state.selected)", "0")


def test_columns_and_axes(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = scatter(open_notebook, records)
    page = notebook.page
    tools = page.get_by_role("group", name="scatter plot", exact=True)
    snapshot = tools.aria_snapshot()
    for said in ('combobox "x"', 'combobox "y"', 'combobox "colour"', 'button "log x"', 'button "log y"'):
        assert said in snapshot
    choose(page, "y", "best.loss")
    choose(page, "colour", "duration")
    choose(page, "x", "activation")
    page.get_by_role("application", name="x activation, y best.loss, colour duration").wait_for()
    assert page.get_by_role("button", name="log x").count() == 0
    told(notebook, "state.scatter", "('activation', 'best.loss', 'duration')")
    page.get_by_role("button", name="log y").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="log y", pressed=True).wait_for()
    assert page.evaluate("document.activeElement.textContent") == "log y"
    told(notebook, "state.logarithmic", "{'best.loss': True}")
    notebook.add_and_run("state.scatter = ('timestamp', 'title', 'title')")
    page.get_by_role("application", name="x timestamp, y title, colour title").wait_for()
    page.locator(".rs-key", has_text="16 others").wait_for()
    notebook.screenshot("scatter-titles")


def test_looks(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = scatter(open_notebook, records, app="lab", theme="dark", width=700)
    notebook.add_and_run("state.scatter = ('optimizer.lr', 'final.loss', 'depth'); state.select(state.visible[4:7])")
    selected_rows(notebook, 3)
    notebook.page.get_by_role("application", name="colour depth").wait_for()
    notebook.screenshot("scatter-lab-dark-700")
    assert notebook.page.locator(".rs-explorer").evaluate("el => el.scrollWidth <= el.clientWidth + 1")


def test_whatever_is_there(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = scatter(open_notebook, records)
    notebook.add_and_run(
        "nasty = '<img src=x onerror=alert(1)>'\nvalues = [None, 'b', 2, [nasty]]\n"
        "state.load([rs.Experiment({'title': f'{nasty}{i}', nasty: value}) for i, value in enumerate(values)])"
    )
    drawn(notebook, 4)
    assert notebook.page.locator(".rs-scatter img").count() == 0
    choose(notebook.page, "y", "title")
    notebook.page.get_by_role("application", name="y title").wait_for()
    notebook.add_and_run("state.load([])")
    drawn(notebook, 0)
    notebook.page.get_by_role("application", name="scatter plot of 0 experiments").wait_for()
    notebook.screenshot("scatter-empty")
    assert notebook.page.locator(".rs-error:visible").count() == 0


NUMBERS = [0.1 + 0.2, 1e-9, 3.0, 2.5e17, 0.0001234567, 0.00001, 123456.7, -0.5, 1e6, 0.0, -12345678.9, 1e-300, 0.99999]


@pytest.fixture
def scales(browser: Browser) -> Iterator[Page]:
    """An empty page that knows the scales."""
    page = browser.new_page()
    page.add_script_tag(content=module("numbers.js", "scales.js"))
    yield page
    page.close()


def test_numbers_are_written_as_in_python(scales: Page) -> None:
    written = scales.evaluate("numbers => [...numbers, NaN, Infinity].map(x => numberLabel(x))", NUMBERS)
    assert written[:-2] == [str(int(x)) if x.is_integer() and abs(x) < 1e6 else number_label(x) for x in NUMBERS]
    assert written[-2:] == ["NaN", "∞"]
    aligned = scales.evaluate("numbers => numbers.map(x => numberLabel(x, true))", [0.5, 1e-12, 123456.789, 2.5e17, 3])
    assert aligned == ["0.5000", "1.000e-12", "123500", "2.500e+17", "3"]


@pytest.mark.parametrize(
    ("values", "kind", "log", "ticks"),
    [
        ([0, 1, 0.5], "number", False, "0 0.2 0.4 0.6 0.8 1"),
        ([0, 1], "number", False, "0 1"),  # whole numbers have no halves
        ([2, 3, 4], "number", False, "2 3 4"),
        ([3, 4], "number", True, "3 4"),
        ([0.083, 0.71], "number", False, "0.1 0.2 0.3 0.4 0.5 0.6 0.7"),
        ([-30, 45], "number", False, "-20 0 20 40"),
        ([5], "number", False, "5"),
        ([0.5], "number", False, "0.46 0.48 0.5 0.52 0.54"),
        ([1e-4, 0.1], "number", True, "0.0001 0.001 0.01 0.1"),
        ([3, 45], "number", True, "3 10 30"),
        ([2.1, 2.9], "number", True, "2.2 2.4 2.6 2.8"),
        ([1e-12, 1e12], "number", True, "1e-10 1e-05 1 100000 1e+10"),
        ([], "number", True, "1 2 5 10"),
        ([1e9, 1e9 + 3600], "time", False, "09-09 02:00 09-09 02:15 09-09 02:30 09-09 02:45"),
        ([1.6e9, 1.62e9], "time", False, "2020-11 2021-01 2021-03 2021-05"),
        ([1e9, 2e9], "time", False, "2010 2020 2030"),
    ],
)
def test_ticks_are_round(scales: Page, values: list[float], kind: str, log: bool, ticks: str) -> None:
    found = scales.evaluate(
        """([values, kind, log]) => {
            const axis = { kind, log, values, labels: [], lanes: values.map(() => 0) };
            return scaleOf(axis, values.keys()).ticks(5).map(([, text]) => text).join(" "); }""",
        [values, kind, log],
    )
    assert found == ticks
