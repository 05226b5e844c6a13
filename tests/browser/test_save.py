"""Saving from the page: the files arrive and are right, and the code is in the clipboard."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

import researcher as rs

from .conftest import OpenNotebook
from .harness import SCREENSHOTS, Notebook
from .servers import TIMEOUT

PATIENCE = TIMEOUT * 1000  # milliseconds, for each wait
SETUP = "import researcher as rs\nexplorer = rs.Explorer('records/', query='depth > 1')\nexplorer"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "records"
    for depth in range(4):
        params = {"title": f'depth {depth}, "é" <b>', "depth": depth}
        rs.record_experiment(params, path, {"loss": [1 / (depth + i + 1) for i in range(40)], "score": depth})
    return path


def opened(open_notebook: OpenNotebook, records: Path, **how: Any) -> Notebook:
    notebook = open_notebook([SETUP], files=[records], **how)
    notebook.run_all()
    notebook.page.locator("[data-count=visible]", has_text="2 of 4 experiments").wait_for()
    return notebook


def saved(notebook: Notebook, what: str) -> Path:
    """What the page downloads."""
    page = notebook.page
    page.locator("[data-save=menu]").click()
    with page.expect_download() as download:
        page.locator(f"[role=menuitem][data-save={what}]").click()
    path = notebook.folder / download.value.suggested_filename
    download.value.save_as(path)
    page.locator(".rs-save [role=status]", has_text=f"saved {path.name}").wait_for()
    return path


def test_files_arrive_and_are_right(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    path = saved(notebook, "csv")
    assert path.name == "records-table.csv"
    head, *body = csv.reader(io.StringIO(path.read_bytes().decode(), newline=""))
    assert head == ["experiment", "title", "depth", "loss", "score"]
    assert [row[1:3] for row in body] == [['depth 2, "é" <b>', "2"], ['depth 3, "é" <b>', "3"]]

    path = saved(notebook, "png")
    assert path.name == "records-curves.png"
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.size[0] == 1280
    assert ET.parse(saved(notebook, "svg")).getroot().tag.endswith("svg")

    path = saved(notebook, "html")
    context = notebook.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    report = context.new_page()
    problems: list[str] = []
    report.on("console", lambda message: problems.append(message.text))
    report.on("request", lambda asked: problems.append(asked.url) if asked.url.startswith("http") else None)
    report.goto(path.as_uri())
    expect(report.get_by_role("img", name="curves of loss")).to_be_visible(timeout=PATIENCE)
    expect(report.get_by_role("cell", name='depth 3, "é" <b>')).to_be_visible(timeout=PATIENCE)
    expect(report.get_by_text("2 of 4 experiments")).to_be_visible(timeout=PATIENCE)
    expect(report.get_by_text('query="depth > 1"')).to_be_visible(timeout=PATIENCE)
    for theme in ("light", "dark"):
        report.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        report.screenshot(path=SCREENSHOTS / f"report-{theme}.png", full_page=True)
    assert problems == []
    context.close()


@pytest.mark.parametrize(("app", "theme"), [("notebook", "light"), ("lab", "dark")])
def test_code_is_copied(open_notebook: OpenNotebook, records: Path, app: str, theme: str) -> None:
    notebook = opened(open_notebook, records, app=app, theme=theme)
    page = notebook.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-save=code]").click()
    page.locator(".rs-save [role=status]", has_text="copied").wait_for()
    code = page.evaluate("navigator.clipboard.readText()")
    assert code == 'import researcher as rs\n\nexplorer = rs.Explorer("records/", query="depth > 1")\nexplorer\n'
    page.locator("[data-save=menu]").click()
    notebook.screenshot(f"save-{app}-{theme}")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=menuitem][data-save=svg]")).to_be_focused(timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.locator("[data-save=menu]")).to_be_focused(timeout=PATIENCE)
    expect(page.locator(".rs-save [role=menuitem]")).to_have_count(0, timeout=PATIENCE)


def test_without_a_clipboard_the_code_is_shown(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as without https
    page.locator("[data-save=code]").click()
    dialog = page.get_by_role("dialog", name="the code of this view")
    area = dialog.get_by_label("code")
    expect(area).to_be_focused(timeout=PATIENCE)
    assert 'rs.Explorer("records/", query="depth > 1")' in area.input_value()
    assert area.evaluate("area => area.selectionEnd - area.selectionStart === area.value.length")
    notebook.screenshot("save-by-hand")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0, timeout=PATIENCE)


def test_what_cannot_be_saved_is_told(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    notebook.add_and_run("explorer.observations = []")
    notebook.page.locator("[data-save=menu]").click()
    notebook.page.locator("[role=menuitem][data-save=png]").click()
    notebook.page.locator(".rs-save [role=status]", has_text="no curve to draw").wait_for()
