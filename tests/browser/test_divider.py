"""The divider in a real notebook: dragged, moved by the keyboard, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook

SETUP = "import researcher as rs\nexplorer = rs.Explorer('records/')\nexplorer"
SHARE = """() => document.querySelector('.rs-main > *').getBoundingClientRect().width
    / document.querySelector('.rs-main').getBoundingClientRect().width"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "records"
    for i in range(6):
        params = {"title": f"run {i}", "lr": 0.1 / (i + 1), "depth": 2**i, "activation": "rt"[i % 2], "width": i}
        rs.record_experiment(params, path, {"loss": [1.0, 1 / (i + 2)], "accuracy": [0.0, i / 6]})
    return path


def share(notebook: Notebook, part: float) -> None:
    """Wait until the table has this part of the width."""
    notebook.page.wait_for_function(f"part => Math.abs(({SHARE})() - part) < 0.01", arg=part)


def test_the_table_is_made_wider_by_mouse_and_keyboard(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = open_notebook([SETUP, "explorer.split = 0.7", "explorer.view"], files=[records], width=1104)
    page = notebook.page
    notebook.run_cell(0)
    page.locator(".rs-panels .bqplot").first.wait_for()
    divider = page.get_by_role("separator", name="width of the table")
    share(notebook, 0.46)
    notebook.at_rest()
    box, main = divider.bounding_box(), page.locator(".rs-main").bounding_box()
    assert box is not None
    assert main is not None
    side = page.locator(".rs-side").bounding_box()
    assert side is not None
    assert (box["y"], box["height"]) == (side["y"], side["height"])
    page.mouse.move(box["x"] + 4, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(main["x"] + 0.6 * main["width"], box["y"] + 120, steps=4)
    share(notebook, 0.6)
    page.mouse.up()
    assert notebook.add_and_run("print(round(explorer.split, 2))") == "0.6"
    notebook.screenshot("divider")

    divider.focus()
    page.keyboard.press("ArrowLeft")
    share(notebook, 0.58)
    assert divider.get_attribute("aria-valuenow") == "58"
    page.keyboard.press("End")
    share(notebook, 0.85)
    notebook.run_cell(1)
    share(notebook, 0.7)
    notebook.run_cell(2)
    assert notebook.output_text(2) == "{'split': 0.7}"
    divider.dblclick()
    share(notebook, 0.46)

    page.set_viewport_size({"width": 700, "height": 900})
    share(notebook, 1.0)  # one below the other
    assert not divider.is_visible()
