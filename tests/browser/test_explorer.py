"""The Explorer in a real notebook, used with the mouse and the keyboard."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook

SETUP = "import researcher as rs\nexplorer = rs.Explorer('records/')\nexplorer"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve experiments: curves, folds, one that diverges, one number."""
    path = tmp_path_factory.mktemp("recorded") / "records"
    for i, (activation, depth, seed) in enumerate(itertools.product(["relu", "tanh"], [128, 256, 512], [0, 1])):
        loss = [math.exp(-(0.02 + 0.006 * i) * step) + 0.05 for step in range(80)]
        if i == 5:
            loss[50:] = [math.nan] * 30
        folds = [[value * (1 + 0.1 * fold) for value in loss] for fold in range(3)]
        params = {"title": f"{activation}-{depth}", "activation": activation, "depth": depth, "seed": seed}
        observations = {"loss": loss, "val_loss": folds, "accuracy": [1 - v / 2 for v in loss], "score": 1 - loss[0]}
        rs.record_experiment(params, path, observations)
    return path


# The curves: a band's outline has no stroke, and a panel without bands has an empty one.
CURVES = """([panel]) => [...document.querySelectorAll('.rs-panels .bqplot')[panel].querySelectorAll('path.line')]
    .filter(path => path.getAttribute('d')?.length > 100 && path.style.strokeWidth !== '0')"""


def drawn(notebook: Notebook, panel: int, n: int) -> None:
    """Wait until a panel has so many curves."""
    notebook.page.wait_for_function(f"([panel, n]) => ({CURVES})([panel]).length === n", arg=[panel, n])


def ticks(notebook: Notebook, panel: int) -> str:
    """The labels of the axes of a panel."""
    labels = notebook.page.locator(".rs-panels .bqplot").nth(panel).locator(".axis .tick text")
    return ",".join(labels.all_text_contents())


def opened(open_notebook: OpenNotebook, records: Path, **how: object) -> Notebook:
    notebook = open_notebook([SETUP], files=[records], **how)  # type: ignore[arg-type]
    notebook.run_all()
    notebook.page.wait_for_function("document.querySelectorAll('.rs-panels .bqplot path.line').length >= 36")
    notebook.at_rest()
    return notebook


def count(notebook: Notebook, text: str) -> None:
    notebook.page.locator("[data-count=visible]", has_text=text).wait_for()


def selected(notebook: Notebook, n: int) -> None:
    """Wait until the kernel knows of so many selected experiments: a page's messages may overtake a cell's run."""
    notebook.page.locator(".rs-header", has_text=f"{n} selected").wait_for()


# What the first panel says that its curves begin with, by the ticks of the y axis; and how many crosses it has.
BEGINNINGS = r"""() => {
    const figure = document.querySelector('.rs-panels .bqplot');
    const y = text => Number(text.match(/,\s*([-.\d]+)/)[1]);
    const ticks = [...[...figure.querySelectorAll('.axis')].at(-1).querySelectorAll('.tick')];
    const [[low, bottom], [high, top]] = [ticks.at(0), ticks.at(-1)]
        .map(tick => [Number(tick.textContent), y(tick.getAttribute('transform'))]);
    const crosses = [...figure.querySelectorAll('[data-layer=cross] path')].filter(path => path.getAttribute('d'));
    return [[...figure.querySelectorAll('path.line')].map(path => path.getAttribute('d'))
        .map(d => low + (y(d) - bottom) * (high - low) / (top - bottom)), crosses.length]; }"""


TOP = "el => el.getBoundingClientRect().top - el.closest('.rs-explorer').getBoundingClientRect().top"


def on_curve(notebook: Notebook) -> tuple[float, float]:
    """A place on a curve of the first panel, as it stands on the screen now."""
    path = notebook.page.locator(".rs-panels .bqplot").nth(0).locator("path.line").nth(3)
    x, y = path.evaluate(
        """path => { const p = path.getPointAtLength(path.getTotalLength() * 0.5), m = path.getScreenCTM();
            return [p.x * m.a + m.e, p.y * m.d + m.f]; }"""
    )
    return x, y


def test_filter_zoom_hover_and_select(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    notebook.screenshot("explorer")
    drawn(notebook, 0, 12)
    count(notebook, "12 experiments")
    begins, crosses = page.evaluate(BEGINNINGS)
    assert begins == pytest.approx([1.05] * 12, abs=0.01)
    assert crosses == 1

    page.locator("[data-param=activation]").click()
    page.locator("input[data-key='\"tanh\"']").check()
    count(notebook, "6 of 12 experiments")
    drawn(notebook, 0, 6)
    notebook.screenshot("explorer-filtered")
    assert notebook.add_and_run("print(explorer.filters, {e.params['activation'] for e in explorer.visible})") == (
        "{'activation': ('tanh',)} {'tanh'}"
    )
    page.keyboard.press("Escape")

    panels = page.locator(".rs-panels .bqplot")
    area = panels.nth(0).locator(".plotarea_events").bounding_box()
    assert area is not None
    before, other = ticks(notebook, 0), ticks(notebook, 1)
    assert before
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    page.mouse.wheel(0, -300)
    page.locator("[data-held=unzoom]").wait_for()
    assert ticks(notebook, 0) != before
    assert ticks(notebook, 1) != other
    page.mouse.dblclick(area["x"] + area["width"] / 2, area["y"] + 4)
    page.locator("[data-held=unzoom]").wait_for(state="detached")
    assert ticks(notebook, 1) == other

    page.mouse.move(*on_curve(notebook))
    row = page.locator(".rs-tr.rs-pointed")
    row.wait_for()
    assert page.locator(".rs-tip:visible b").count() == 3
    told = page.locator(".rs-tip:visible").first.inner_text()
    page.locator("[data-held=smoothing]").evaluate("el => { el.value = 0.9; el.dispatchEvent(new Event('change')); }")
    page.wait_for_function(  # though the mouse rests
        "told => [...document.querySelectorAll('.rs-tip')].find(tip => tip.offsetWidth)?.innerText !== told", arg=told
    )
    smoothed = page.locator(".rs-tip:visible").first.inner_text()
    assert re.search(r"smoothed at step \d+\n[\d.e-]+ observed$", smoothed), smoothed
    page.locator("[data-held=smoothing]").evaluate("el => { el.value = 0; el.dispatchEvent(new Event('change')); }")
    page.wait_for_function(
        "told => [...document.querySelectorAll('.rs-tip')].find(tip => tip.offsetWidth)?.innerText === told", arg=told
    )
    notebook.screenshot("explorer-hover")
    top = page.locator(".rs-main").evaluate(TOP)
    x, y = on_curve(notebook)  # a picture may scroll the page
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    selected(notebook, 1)
    assert page.locator(".rs-main").evaluate(TOP) == top  # what is selected moves nothing
    title = page.locator(".rs-tr[aria-selected=true] [role=rowheader]").inner_text()
    assert notebook.add_and_run("print([e.title for e in explorer.selected])") == f"['{title}']"

    rows = page.locator(".rs-tr")
    rows.nth(0).click()
    rows.nth(3).click(modifiers=["Shift"])
    selected(notebook, 4)
    assert page.locator(".rs-tr[aria-selected=true]").count() == 4
    assert notebook.add_and_run("print(len(explorer.selected), type(explorer.selected).__name__)") == "4 Experiments"
    notebook.add_and_run("explorer.query = 'depth == 512'; explorer.filters = {}")
    count(notebook, "4 of 12 experiments")
    notebook.screenshot("explorer-selected")


def test_rows_query_and_keyboard(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    rows = page.locator(".rs-tr")
    rows.nth(0).click()
    rows.nth(4).click(modifiers=["ControlOrMeta"])
    selected(notebook, 2)
    rows.nth(4).click(modifiers=["ControlOrMeta"])
    selected(notebook, 1)
    rows.nth(0).click()
    page.locator(".rs-header", has_text="none selected").wait_for()

    line = page.get_by_label("query", exact=True)
    line.fill("depth > 200 and final.loss < 0.2")
    count(notebook, "of 12 experiments")
    before = page.locator("[data-count=visible]").inner_text()
    line.fill("depth > ")
    page.locator(".rs-said.rs-warn").wait_for()
    assert page.locator("[data-count=visible]").inner_text() == before
    line.fill("dept > 3")
    page.locator(".rs-said", has_text="did you mean depth").wait_for()
    notebook.screenshot("explorer-query")
    line.press("Escape")
    count(notebook, "12 experiments")

    page.locator("[data-column=depth]").focus()
    page.keyboard.press("Enter")
    page.locator("[aria-sort=ascending]").wait_for()
    page.keyboard.press("Enter")
    page.locator(".rs-tr[data-place='0'] [role=rowheader]", has_text="512").wait_for()
    assert notebook.add_and_run("print(explorer.visible[0].params['depth'], len(explorer.frame))") == "512 12"
    page.get_by_role("grid").focus()
    for key in ("Home", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    selected(notebook, 1)
    assert notebook.add_and_run("print(explorer.selected[0] is explorer.visible[1])") == "True"


@pytest.mark.parametrize("app", ["notebook", "lab"])
def test_answers_while_a_cell_runs(open_notebook: OpenNotebook, records: Path, app: str) -> None:
    busy = "import pathlib, time\nwhile not pathlib.Path('enough').exists():\n    time.sleep(0.02)"
    notebook = open_notebook([SETUP, busy], files=[records], app=app)
    notebook.run_cell(0)
    drawn(notebook, 0, 12)
    notebook.screenshot(f"explorer-{app}")
    assert notebook.page.locator(".rs-explorer").evaluate("el => el.scrollWidth <= el.clientWidth + 1")
    notebook.start_cell(1)
    notebook.page.locator(".jp-InputPrompt", has_text="[*]").wait_for()
    notebook.page.locator("[data-param=depth]").click()
    notebook.page.locator("input[data-key='512']").check()
    count(notebook, "4 of 12 experiments")
    drawn(notebook, 0, 4)
    assert notebook.page.locator(".jp-InputPrompt", has_text="[*]").count() == 1
    (notebook.folder / "enough").touch()
    notebook.finish()
    assert notebook.add_and_run("print(len(explorer.visible), explorer.filters)") == "4 {'depth': (512,)}"


def test_missing_directory_wakes_when_the_first_record_appears(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SETUP])
    notebook.run_all()
    notebook.page.locator(".rs-notice", has_text="wakes up").wait_for()
    notebook.add_and_run("_ = rs.record_experiment({'title': '<b>x</b>', 'lr': 1}, 'records', {'loss': [1, 0.5]})")
    count(notebook, "1 experiment")
    notebook.page.locator(".rs-tr [role=rowheader]", has_text="<b>x</b>").wait_for()
    assert notebook.page.locator(".rs-notice:visible").count() == 0
