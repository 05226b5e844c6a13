"""Parallel coordinates in a real notebook, used with the mouse and the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator

from .conftest import OpenNotebook
from .harness import Notebook
from .plotting import canvas, drawn, opened, pointed, record, selected_rows, told


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("recorded") / "records")


def parallel(open_notebook: OpenNotebook, records: Path, **how: object) -> Notebook:
    return opened(open_notebook, records, "parallel", **how)


def title(notebook: Notebook, axis: str) -> Locator:
    """The button over an axis."""
    return notebook.page.get_by_role("group", name=f"axis {axis},").locator(".rs-head-name")


def titles(notebook: Notebook, *names: str) -> None:
    """Wait until these are the axes, in this order."""
    notebook.page.wait_for_function(
        """names => [...document.querySelectorAll('.rs-head')]
            .map(head => head.getAttribute('aria-label').split(/ |,/)[1]).join() === names""",
        arg=",".join(names),
    )


def place(notebook: Notebook, axis: str, part: float) -> tuple[float, float]:
    """Where a part of the way up an axis is in the page; below 0 are the lanes."""
    head, box = title(notebook, axis).bounding_box(), canvas(notebook).bounding_box()
    assert head is not None
    assert box is not None
    top, bottom = box["y"] + 54, box["y"] + box["height"] - 58  # with two lanes below
    return head["x"] + head["width"] / 2, bottom + part * (top - bottom)


def drag(notebook: Notebook, axis: str, from_: float, to: float) -> None:
    mouse = notebook.page.mouse
    mouse.move(*place(notebook, axis, from_))
    mouse.down()
    mouse.move(*place(notebook, axis, (from_ + to) / 2))
    mouse.move(*place(notebook, axis, to))
    mouse.up()


USUAL = ("activation", "depth", "dropout", "optimizer.lr", "final.loss")


def test_brushes_filter_and_combine(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = parallel(open_notebook, records)
    page = notebook.page
    titles(notebook, *USUAL)
    drag(notebook, "optimizer.lr", 1.02, 0.5)
    drawn(notebook, 12)
    assert "{'optimizer.lr': {'min': 0.0038" in notebook.add_and_run("print(state.filters)")
    drag(notebook, "activation", 0.6, 0.95)
    drawn(notebook, 6)
    filters = "print(state.filters['activation'], len(state.visible), {e.params['activation'] for e in state.visible})"
    assert notebook.add_and_run(filters) == "('tanh',) 6 {'tanh'}"
    notebook.screenshot("parallel-brushes")

    page.get_by_role("button", name="activation tanh: take this filter away").click()
    drawn(notebook, 12)
    drag(notebook, "optimizer.lr", 0.8, 0.5)  # moves what is there
    page.locator("[data-param='optimizer.lr']", has_text="–").wait_for()
    page.mouse.dblclick(*place(notebook, "optimizer.lr", 0.4))
    drawn(notebook, 24)
    told(notebook, "state.filters", "{}")

    page.mouse.click(*place(notebook, "final.loss", -0.05))
    drawn(notebook, 2)
    told(notebook, "state.filters", "{'final.loss': (nan,)}")
    notebook.screenshot("parallel-lane")
    notebook.add_and_run("state.filters = {'depth': (64, 256), 'optimizer.lr': {'max': 0.01}}")
    drawn(notebook, 8)
    page.get_by_role("button", name="depth 64, 256: take this filter away").wait_for()
    page.get_by_role("button", name="optimizer.lr ≤ 0.01: take this filter away").wait_for()
    notebook.screenshot("parallel-from-python")


def test_point_and_click(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = parallel(open_notebook, records)
    page = notebook.page
    page.locator(".rs-tr", has_text="tanh-18").hover()
    x, y = pointed(notebook)
    page.mouse.move(x - 2, y)
    tip = page.locator(".rs-parallel .rs-tip")
    tip.wait_for()
    name = tip.locator("b").inner_text()
    assert page.locator(".rs-tr.rs-pointed [role=rowheader]").inner_text() == name
    assert tip.locator("div").count() == len(USUAL)
    notebook.screenshot("parallel-hover")
    x, y = place(notebook, "final.loss", 0.2)
    page.mouse.move(x - 30, y)
    tip.wait_for()
    name = tip.locator("b").inner_text()
    page.mouse.click(x - 30, y)
    selected_rows(notebook, 1)
    told(notebook, "[e.title for e in state.selected]", f"['{name}']")
    notebook.screenshot("parallel-selected")


def test_keyboard(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = parallel(open_notebook, records)
    page = notebook.page
    page.get_by_role("application", name="parallel coordinates of 24 experiments: activation, depth").focus()
    page.keyboard.press("Home")
    page.locator(".rs-parallel [aria-live]", has_text="relu-0, activation relu, depth 64").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    selected_rows(notebook, 1)
    told(notebook, "state.selected[0].title", "relu-1")

    title(notebook, "depth").focus()
    page.keyboard.press("Control+ArrowRight")
    titles(notebook, "activation", "dropout", "depth", "optimizer.lr", "final.loss")
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Alt+ArrowLeft")
    titles(notebook, "depth", "activation", "dropout", "optimizer.lr", "final.loss")
    assert page.evaluate("document.activeElement.dataset.held") == "axis depth"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    titles(notebook, "depth", "activation", "optimizer.lr", "final.loss")
    told(notebook, "state.axes", "('depth', 'activation', 'optimizer.lr', 'final.loss')")

    title(notebook, "activation").focus()
    page.keyboard.press("ArrowDown")
    drawn(notebook, 12)
    told(notebook, "state.filters", "{'activation': ('relu',)}")
    title(notebook, "activation").focus()
    page.keyboard.press("Escape")
    drawn(notebook, 24)
    title(notebook, "depth").focus()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowUp")
    drawn(notebook, 16)
    told(notebook, "state.filters", "{'depth': {'min': 83.2}}")


def test_axes_are_dragged_added_and_removed(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = parallel(open_notebook, records)
    page = notebook.page
    box = title(notebook, "activation").bounding_box()
    to = title(notebook, "dropout").bounding_box()
    assert box is not None
    assert to is not None
    page.mouse.move(box["x"] + 10, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 8)
    page.mouse.move(to["x"] + 10, to["y"] + 8)
    titles(notebook, "depth", "dropout", "activation", "optimizer.lr", "final.loss")
    page.mouse.up()
    told(notebook, "state.axes", "('depth', 'dropout', 'activation', 'optimizer.lr', 'final.loss')")

    page.get_by_role("combobox", name="add an axis").select_option("best.accuracy")
    titles(notebook, "depth", "dropout", "activation", "optimizer.lr", "final.loss", "best.accuracy")
    title(notebook, "dropout").hover()
    page.get_by_role("button", name="remove the axis dropout").click()
    titles(notebook, "depth", "activation", "optimizer.lr", "final.loss", "best.accuracy")
    page.get_by_role("combobox", name="objective").select_option("best.loss")
    titles(notebook, "depth", "activation", "optimizer.lr", "best.loss", "best.accuracy")
    page.get_by_role("button", name="log optimizer.lr", pressed=True).click()
    page.get_by_role("button", name="log optimizer.lr", pressed=False).wait_for()
    told(notebook, "(state.objective, state.logarithmic)", "('best.loss', {'optimizer.lr': False})")


def test_what_it_says(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = parallel(open_notebook, records)
    snapshot = notebook.page.locator(".rs-parallel").aria_snapshot()
    for said in (
        'combobox "objective"',
        'combobox "add an axis"',
        'application "parallel coordinates of 24 experiments: activation, depth, dropout, optimizer.lr, final.loss"',
        'group "axis optimizer.lr, 4 of 5"',
        'button "log optimizer.lr" [pressed]',
        'button "remove the axis depth"',
    ):
        assert said in snapshot, snapshot


def test_looks(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = parallel(open_notebook, records, app="lab", theme="dark", width=700)
    notebook.add_and_run("state.filters = {'optimizer.lr': {'max': 0.05}}; state.select(state.visible[4:6])")
    drawn(notebook, 18)
    selected_rows(notebook, 2)
    notebook.screenshot("parallel-lab-dark-700")
    assert notebook.page.locator(".rs-explorer").evaluate("el => el.scrollWidth <= el.clientWidth + 1")


def test_ten_thousand_lines_in_a_blink(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = parallel(open_notebook, records)
    notebook.add_and_run(
        "import random\nchance = random.Random(1).gauss\n"
        "params = [{f'p{k}': chance() for k in range(7)} for _ in range(10_000)]\n"
        "state.load([rs.Experiment({**given, 'observations': {'loss': sum(given.values())}}) for given in params])"
    )
    drawn(notebook, 10_000)
    seconds = notebook.page.evaluate(
        """async () => {
            const canvas = document.querySelector('.rs-parallel canvas'), taken = [];
            for (let i = 0; i < 5; i += 1) {
                const before = performance.now();
                dispatchEvent(new Event('resize'));
                await new Promise(requestAnimationFrame);
                await new Promise(requestAnimationFrame);
                canvas.getContext('2d').getImageData(0, 0, 1, 1);  // waits until it is drawn
                taken.push((performance.now() - before) / 1000);
            }
            return Math.min(...taken); }"""
    )
    notebook.screenshot("parallel-ten-thousand")
    assert seconds < 0.5  # on a machine with other work to do; 0.1 on one that is free


def test_whatever_is_there(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = parallel(open_notebook, records)
    notebook.add_and_run(
        "nasty = '<img src=x onerror=alert(1)>'\nvalues = [nasty, [1], None, True]\n"
        "state.load([rs.Experiment({'title': nasty, nasty: value}) for value in values])"
    )
    drawn(notebook, 4)
    notebook.page.get_by_role("button", name="remove the axis <img src=x onerror=alert(1)>").wait_for()
    assert notebook.page.locator(".rs-parallel img").count() == 0
    notebook.add_and_run("state.load([rs.Experiment({'a': i}) for i in (0, float('inf'), -1, float('nan'))])")
    drawn(notebook, 4)
    notebook.add_and_run("state.logarithmic = {'a': True}")
    notebook.page.get_by_role("button", name="log a", pressed=True).wait_for(state="attached")
    notebook.screenshot("parallel-odd")
    notebook.add_and_run("state.load([rs.Experiment({'a': i, 'observations': {'loss': 0.5}}) for i in range(3)])")
    drawn(notebook, 3)
    assert notebook.page.locator(".rs-parallel .rs-legend").inner_text().split() == ["final.loss", "0.5"]
    notebook.add_and_run(
        "state.load([rs.Experiment({'a': i, 'observations': {'loss': 1e6 if i == 30 else i}}) for i in range(31)])"
    )
    drawn(notebook, 31)  # what is far out takes no colours from the others
    assert notebook.page.locator(".rs-parallel .rs-legend").inner_text().split()[:4] == ["final.loss", "0", "≥", "29"]
    notebook.add_and_run("state.load([])")
    drawn(notebook, 0)
    assert notebook.page.locator(".rs-error:visible").count() == 0
