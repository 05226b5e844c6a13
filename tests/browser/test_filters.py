"""Filters by a range and by a text, in the page."""

from __future__ import annotations

from pathlib import Path

import pytest

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook

SETUP = "import researcher as rs\nexplorer = rs.Explorer('records')\nexplorer"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records"
    for i in range(24):
        params = {"title": f"{'wide' if i % 2 else 'narrow'} {i}", "lr": 10 ** (-4 + i / 8), "batch": 2 ** (i % 3)}
        rs.record_experiment(params, path, {"loss": [1.0, 1 / (i + 2)]})
    return path


def count(notebook: Notebook, text: str) -> None:
    notebook.page.locator("[data-count=visible]", has_text=text).wait_for()


def test_a_range_and_a_text(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = open_notebook([SETUP], files=[records])
    notebook.run_all()
    page = notebook.page
    count(notebook, "24 experiments")
    page.locator("[data-param=lr]").click()
    page.get_by_label("lr at least").fill("0.001")
    page.get_by_label("lr at least").press("Enter")
    count(notebook, "16 of 24 experiments")
    page.get_by_label("lr to", exact=True).focus()
    page.keyboard.press("PageDown")
    page.locator("[data-param=lr] b", has_text="–").wait_for()
    notebook.screenshot("filter-range")
    kept = notebook.add_and_run("print(explorer.filters['lr'])")
    assert kept.startswith("{'min': 0.001, 'max': 0.0")
    page.get_by_role("button", name="any value").click()
    count(notebook, "24 experiments")
    page.locator("[data-param=title]").click()
    page.get_by_label("search title").fill("WIDE")
    notebook.screenshot("filter-text")
    page.get_by_role("button", name="keep all that contain").click()
    count(notebook, "12 of 24 experiments")
    assert notebook.add_and_run("print(explorer.filters)") == "{'title': {'contains': 'WIDE'}}"
    notebook.add_and_run("explorer.filters = {'final.loss': {'max': 0.1}}")
    count(notebook, "16 of 24 experiments")
    page.locator("[data-param='final.loss'] b", has_text="≤ 0.1").wait_for()
