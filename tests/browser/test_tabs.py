"""The tabs in a real notebook: whichever is opened first, and whatever happens while another is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

import researcher as rs
from researcher.widgets.look import TABS

from .conftest import OpenNotebook


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "records"
    for i in range(12):
        params = {"title": f"run {i}", "lr": 0.1 / (i + 1), "depth": 2**i, "activation": "rt"[i % 2]}
        rs.record_experiment(params, path, {"loss": [1.0, 1 / (i + 2)], "accuracy": [0.0, i / 12]})
    return path


def test_whatever_tab_is_opened_first_the_console_has_no_errors(open_notebook: OpenNotebook, records: Path) -> None:
    """What fails it are errors in the console, such as of bqplot's about sizes of figures that are not in sight."""
    cells = [
        f"import researcher as rs\ne{i} = rs.Explorer('records/', tab={tab!r})\ne{i}" for i, tab in enumerate(TABS)
    ]
    notebook = open_notebook(cells, files=[records])
    page = notebook.page
    notebook.run_all()
    explorers = page.locator(".rs-explorer")
    for i in range(len(TABS)):
        explorers.nth(i).get_by_role("tab", name="curves", exact=True).click()
        explorers.nth(i).locator(".rs-panels .bqplot").nth(1).wait_for()
    notebook.at_rest()
    steps = explorers.first.locator(".rs-panels .bqplot").first.locator(".axis").first.locator(".tick text")
    assert steps.all_text_contents() == ["0", "1"]  # whole ones have no halves
    for i, tab in enumerate(TABS[1:], 1):
        explorers.nth(i).get_by_role("tab", name=tab, exact=True).click()
    notebook.add_and_run("for e in (e0, e1, e2, e3, e4, e5): e.query, e.log_y, e.band = 'depth < 100', True, 'none'")
    page.set_viewport_size({"width": 900, "height": 900})
    notebook.at_rest()
    for i in range(1, len(TABS)):
        explorers.nth(i).get_by_role("tab", name="curves", exact=True).click()
        explorers.nth(i).locator(".rs-panels .bqplot").nth(1).wait_for()
    notebook.at_rest()


def test_however_much_there_is_to_tell_no_tab_is_higher_than_notebook_shows_whole(open_notebook: OpenNotebook) -> None:
    """Notebook puts outputs of more than 1,400 px into a low box that scrolls, and leaves them there."""
    cell = """import researcher as rs
def experiment(i):
    params = {"title": f"run {i}", **{f"group.param_number_{k}": (i * k) % 5 for k in range(60)}}
    return rs.Experiment({**params, "observations": {f"loss {k}": [1.0, 1 / (i + k + 1)] for k in range(12)}})
explorer = rs.Explorer([experiment(i) for i in range(12)])
explorer.selected, explorer.observations = explorer.visible[:3], [f"loss {k}" for k in range(12)]
explorer"""
    notebook = open_notebook([cell])
    notebook.run_all()
    for width in (1400, 700):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        for tab in TABS:
            notebook.page.get_by_role("tab", name=tab, exact=True).click()
            notebook.at_rest()
            height = notebook.page.locator(".rs-explorer").bounding_box()
            assert height is not None
            assert height["height"] < 1400, (tab, width)
    assert notebook.page.locator(".jp-mod-outputsScrolled").count() == 0
    assert (
        notebook.page.evaluate("new Set([...document.querySelectorAll('.rs-head-name')].map(n => n.textContent)).size")
        > 6
    )
