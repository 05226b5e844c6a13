"""How curves are drawn, chosen above the panels: what lies on x, axes, groups, colours."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook

SETUP = "import researcher as rs\nexplorer = rs.Explorer('records/', tab='scatter')\nexplorer"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Two settings of three repeats, one of which ends early, recorded step by step."""
    path = tmp_path / "records"
    for i in range(6):
        params = {"title": f"run {i}", "activation": "relu" if i < 3 else "tanh", "seed": i % 3}
        with rs.Recorder(params, path) as recorder:
            for step in range(30 if i == 2 else 60):
                loss = math.exp(-step / (12 + i))
                recorder.observe(loss=100.0 if (i, step) == (4, 20) else loss, accuracy=1 - loss / (2 + i))
    return path


# Of the first panel, once there is one: what is written on an axis, and its curves.
TEXTS = """(axis => [...document.querySelector('.rs-panels .bqplot')?.querySelectorAll('.axis')[axis]
    ?.querySelectorAll('.tick text') ?? []].map(text => text.textContent))"""
CURVES = """[...document.querySelector('.rs-panels .bqplot')?.querySelectorAll('path.line') ?? []]
    .filter(path => path.getAttribute('d')?.length > 100 && path.style.strokeWidth !== '0')"""


def look(notebook: Notebook, label: str, value: str) -> None:
    notebook.page.get_by_role("combobox", name=label, exact=True).select_option(value)


def written(notebook: Notebook, axis: int, pattern: str) -> None:
    """Wait until all that is written on an axis (0: x, 1: y) of the first panel looks like this."""
    notebook.page.wait_for_function(
        f"""([axis, pattern]) => {{
            const texts = {TEXTS}(axis);
            return texts.length > 1 && texts.every(text => new RegExp(pattern).test(text)); }}""",
        arg=[axis, pattern],
    )


def curves(notebook: Notebook, n: int) -> None:
    """Wait until the first panel has so many lines."""
    notebook.page.wait_for_function(f"n => {CURVES}.length === n", arg=n)


def test_all_that_is_chosen_above_the_panels(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = open_notebook([SETUP], files=[records])
    page = notebook.page
    notebook.run_all()
    page.locator(".rs-scatter canvas").first.wait_for()
    page.get_by_role("tab", name="curves", exact=True).click()
    curves(notebook, 6)
    written(notebook, 0, r"^\d+$")

    look(notebook, "x", "clock")
    written(notebook, 0, r"^\d\d:\d\d")
    look(notebook, "x", "accuracy")
    written(notebook, 0, r"^[01](\.\d+)?$")
    look(notebook, "x", "step")
    page.get_by_role("button", name="log x").click()
    written(notebook, 0, "^[125]0?$")
    page.get_by_role("button", name="log x").click()
    written(notebook, 0, r"^\d*[05]$")

    assert max(map(float, page.evaluate(f"{TEXTS}(1)"))) > 50  # one value is far out
    page.locator("[data-menu=more]").click()
    page.get_by_role("button", name="clip outliers").click()
    page.wait_for_function(f"{TEXTS}(1).length > 1 && {TEXTS}(1).every(text => Number(text) <= 1)")
    page.keyboard.press("Escape")

    look(notebook, "group", "activation")
    curves(notebook, 2)
    page.locator(".rs-foot", has_text=re.compile("mean, and a band of one standard deviation, n = 2 to 3")).wait_for()
    box = page.locator(".rs-panels .bqplot").first.locator(".plotarea_events").bounding_box()
    assert box is not None
    seen = set()
    for part in (0.2, 0.9):  # before and after the early end of a repeat; along a vertical line some curve is met
        for row in range(4, 100, 3):
            page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] * row / 100)
            seen |= set(page.locator(".rs-tip:visible .rs-soft").all_text_contents())
    assert seen == {"mean of 2", "mean of 3"}
    swatches = page.locator(".rs-tr .rs-swatch").evaluate_all(
        "all => all.map(el => getComputedStyle(el).backgroundColor)"
    )
    assert len(set(swatches)) == 2
    look(notebook, "band", "none")
    curves(notebook, 6)
    notebook.screenshot("curves-grouped")
    look(notebook, "group", "")
    page.locator("[data-menu=more]").click()
    look(notebook, "dash", "seed")
    page.wait_for_function(f"new Set({CURVES}.map(path => path.style.strokeDasharray)).size >= 3")
    assert notebook.add_and_run("print(explorer.dash, explorer.clip, explorer.tab)") == "seed True curves"
    page.keyboard.press("Escape")

    # A panel without a curve says why.
    notebook.add_and_run("explorer.observations = ['loss', 'los']")
    page.get_by_text("no experiment has observed it").wait_for()
    notebook.add_and_run("explorer.query = 'seed > 5'")
    nothing = page.locator(".rs-nothing", has_text="no experiment passes the query and the filters")
    nothing.nth(1).wait_for()
    notebook.add_and_run("explorer.query = ''")
    nothing.first.wait_for(state="detached")
