"""The static twin: seen wherever there is no live Explorer, and nowhere else."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Locator, Page, expect

import researcher as rs

from .conftest import OpenNotebook
from .harness import SCREENSHOTS, Notebook
from .servers import TIMEOUT, Server

PATIENCE = TIMEOUT * 1000  # milliseconds, for each wait
SETUP = "import researcher as rs\nexplorer = rs.Explorer('records/')\nexplorer"
LIVE = ".rs-panels .bqplot path.line"
TWIN_HTML = """() => jupyterapp.shell.currentWidget.content.widgets[0].model.outputs.toJSON()
    .map(output => output.data?.['text/html'] ?? '').join('')"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "records"
    for i in range(30):
        loss = [math.exp(-0.02 * (i % 7 + 1) * step) + 0.05 for step in range(60)]
        params = {"title": f"run {i}", "lr": 10.0 ** -(i % 3 + 1), "depth": 2 ** (i % 4)}
        rs.record_experiment(params, path, {"loss": loss, "accuracy": [1 - value / 2 for value in loss]})
    return path


@pytest.fixture(scope="module")
def executed(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebook after it was run from a script and saved; nobody trusts it."""
    folder = tmp_path_factory.mktemp("executed")
    (folder / "records").symlink_to(records)
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SETUP)])
    document.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    NotebookClient(document, resources={"metadata": {"path": str(folder)}}, store_widget_state=False).execute()
    nbformat.write(document, folder / "notebook.ipynb")
    return folder / "notebook.ipynb"


def twin(page: Page) -> tuple[Locator, Locator]:
    """Its picture and the cells of its table."""
    return page.get_by_role("img", name="curves of loss, accuracy"), page.get_by_role("cell", name="run 0", exact=True)


def is_seen(page: Page) -> None:
    for part in twin(page):
        expect(part).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("30 experiments")).to_be_visible(timeout=PATIENCE)
    picture = twin(page)[0]
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000


def plain_page(browser: Browser, html: str, path: Path) -> Page:
    """A page without scripts."""
    path.write_text(html)
    page = browser.new_context(java_script_enabled=False, viewport={"width": 1100, "height": 900}).new_page()
    page.goto(path.as_uri())
    return page


def test_exported_html(browser: Browser, executed: Path, tmp_path: Path) -> None:
    html, _ = HTMLExporter().from_filename(str(executed))
    page = plain_page(browser, html, tmp_path / "exported.html")
    for part in twin(page):
        expect(part).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("30 experiments · the first 20 rows")).to_be_visible(timeout=PATIENCE)
    assert "VBox(" not in page.inner_text("body")
    page.screenshot(path=SCREENSHOTS / "twin-exported.png", full_page=True)
    page.context.close()


def test_what_a_strict_sanitiser_leaves_is_seen(browser: Browser, executed: Path, tmp_path: Path) -> None:
    outputs = nbformat.read(executed, as_version=4).cells[0].outputs
    html = "".join(output.data.get("text/html", "") for output in outputs)
    bare = re.sub(r"<(?!img)(\w+)[^>]*>", r"<\1>", html)  # as on GitHub: no attribute but of pictures
    assert "<script" not in bare
    assert "<style" not in bare
    page = plain_page(browser, bare, tmp_path / "bare.html")
    for part in twin(page):
        expect(part).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=SCREENSHOTS / "twin-bare.png", full_page=True)
    page.context.close()


@pytest.mark.parametrize("app", ["notebook", "lab"])
def test_untrusted_notebook_without_its_kernel(open_notebook: OpenNotebook, executed: Path, app: str) -> None:
    notebook = open_notebook(executed, app=app)
    is_seen(notebook.page)


def opened(open_notebook: OpenNotebook, records: Path, **how: Any) -> Notebook:
    notebook = open_notebook([SETUP], files=[records], **how)
    notebook.run_all()
    notebook.page.wait_for_function(f"document.querySelectorAll('{LIVE}').length >= 60")
    return notebook


def is_hidden(notebook: Notebook) -> None:
    expect(notebook.page.locator("[data-twin]")).to_have_count(1, timeout=PATIENCE)
    for part in (notebook.page.locator("[data-twin]"), notebook.page.locator("[data-twin] img")):
        expect(part).to_be_hidden(timeout=PATIENCE)


@pytest.mark.parametrize(("app", "theme"), [("notebook", "light"), ("lab", "dark")])
def test_hidden_while_live_and_seen_when_reopened(
    open_notebook: OpenNotebook, jupyter: Callable[[str], Server], records: Path, app: str, theme: str
) -> None:
    server = jupyter(app)
    notebook = opened(open_notebook, records, app=app, theme=theme)
    page = notebook.page
    is_hidden(notebook)
    live = page.locator(".rs-explorer").bounding_box()
    area = page.locator(".jp-Cell-outputArea").first.bounding_box()
    assert live is not None
    assert area is not None
    assert area["height"] < live["height"] + 40  # no empty place is left for it

    notebook.add_and_run("explorer.query = 'depth == 8'")
    page.wait_for_function(f"({TWIN_HTML})().includes('7 of 30 experiments')")
    is_hidden(notebook)
    notebook.reload()
    page.wait_for_function(f"document.querySelectorAll('{LIVE}').length >= 14")
    is_hidden(notebook)
    notebook.add_and_run("explorer.query = 'depth == 4'")
    page.wait_for_function(f"({TWIN_HTML})().includes('query: depth == 4')")
    is_hidden(notebook)
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")

    server.shut_down_kernel(notebook.path)
    page.goto("about:blank")
    page.goto(server.address(notebook.path))
    expect(twin(page)[0]).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("7 of 30 experiments · query: depth == 4")).to_be_visible(timeout=PATIENCE)
    page.locator("[data-twin]").scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / f"twin-reopened-{app}-{theme}.png")
    notebook.allow_errors()  # the application says that it has no such widget


def test_closing_the_explorer_leaves_the_twin(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    is_hidden(notebook)
    notebook.add_and_run("explorer.close()")
    is_seen(notebook.page)
