"""The Explorer in Voila, where there is no notebook around it and callbacks run on the kernel's main thread."""

from __future__ import annotations

import math
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, ConsoleMessage

import researcher as rs

from .harness import SCREENSHOTS
from .servers import FOLDERS, TIMEOUT, free_port, running

CELL = "import researcher as rs\nexplorer = rs.Explorer('records/')\nexplorer"
# Which thread a callback runs on, beside the Explorer.
THREAD = """import threading
import ipywidgets as w
said = w.Label("nothing heard")
def hear(_change): said.value = f"heard on {threading.current_thread().name}"
explorer.observe(hear, "filters")
said"""

# Voila's own: its page asks for fonts and the like elsewhere, and it loads an extension that needs Notebook.
HARMLESS = re.compile(r"ERR_NAME_NOT_RESOLVED https://|@jupyterlab/docregistry")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a Voila that shows a notebook with an Explorer, and the records directory."""
    home = tmp_path_factory.mktemp("voila")
    for i in range(8):
        loss = [math.exp(-(0.02 + 0.005 * i) * step) + 0.05 for step in range(80)]
        params = {"title": f"run {i}", "depth": 2 ** (i % 4), "activation": "relu" if i % 2 else "tanh"}
        rs.record_experiment(params, home / "records", {"loss": loss, "accuracy": [1 - v / 2 for v in loss]})
    cells = [nbformat.v4.new_code_cell(source) for source in (CELL, THREAD)]
    spec = {"name": "python3", "display_name": "python3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), home / "notebook.ipynb")
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    env = os.environ | {name: str(home / name) for name in FOLDERS} | {"JUPYTER_PREFER_ENV_PATH": "1"}
    command = [
        sys.executable,
        "-m",
        "voila",
        "notebook.ipynb",
        "--no-browser",
        f"--port={port}",
        "--Voila.ip=127.0.0.1",
    ]
    with running(command, env, home, lambda: _answers(f"{address}voila/static/missing")):
        yield address, home / "records"


def _answers(address: str) -> bool:
    """Whether a server answers, and be it that there is nothing."""
    try:
        urllib.request.urlopen(address, timeout=TIMEOUT)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def test_journey(browser: Browser, app: tuple[str, Path]) -> None:
    address, records = app
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(TIMEOUT * 1000)
    errors: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            errors.append(f"{said.text} {said.location['url']}")

    page.on("console", hear)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.locator("[data-count=visible]", has_text="8 experiments").wait_for()
    page.wait_for_function("document.querySelectorAll('.rs-panels .bqplot path.line').length >= 16")

    page.locator("[data-param=activation]").click()
    page.locator("input[data-key='\"relu\"']").check()
    page.locator("[data-count=visible]", has_text="4 of 8 experiments").wait_for()
    page.get_by_text("heard on MainThread").wait_for()
    page.keyboard.press("Escape")

    figure = page.locator(".rs-panels .bqplot").first
    area = figure.locator(".plotarea_events").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    page.mouse.wheel(0, -300)
    page.locator("[data-held=unzoom]").wait_for()
    page.mouse.dblclick(area["x"] + area["width"] / 2, area["y"] + 4)
    page.locator("[data-held=unzoom]").wait_for(state="detached")
    x, y = figure.evaluate(
        """figure => {
            const path = [...figure.querySelectorAll('path.line')].find(path => path.getAttribute('d')?.length > 100);
            const p = path.getPointAtLength(path.getTotalLength() / 2), m = path.getScreenCTM();
            return [p.x * m.a + m.e, p.y * m.d + m.f]; }"""
    )
    page.mouse.move(x, y)
    page.locator(".rs-tr.rs-pointed").wait_for()
    page.mouse.click(x, y)
    page.locator(".rs-header", has_text="1 selected").wait_for()

    rs.record_experiment({"title": "new", "depth": 4, "activation": "relu"}, records, {"loss": [1.0, 0.5]})
    page.locator("[data-count=visible]", has_text="5 of 9 experiments").wait_for()
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "voila.png", full_page=True, animations="disabled")
    parts = ["canvas:visible", "canvas:visible", ".rs-differences", ".rs-importance"]
    for tab, part in zip(["scatter", "parallel", "differences", "params that matter"], parts, strict=True):
        page.get_by_role("tab", name=tab, exact=True).click()
        page.locator(part).first.wait_for()
    ours = [error for error in errors if not HARMLESS.search(error)]
    assert ours == [], "\n".join(ours)
    page.close()
