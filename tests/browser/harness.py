"""A notebook open in a real browser.

The page is driven through ``jupyterapp``, which the server exposes for this; what to wait for is always a
condition in the page, never a time.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from .servers import KERNEL, TIMEOUT, Server

REPOSITORY = Path(__file__).resolve().parents[2]
SCREENSHOTS = REPOSITORY / "screenshots"
TALLEST = 6000  # px; the picture of a longer notebook is cut

# Jupyter's own: a plugin looks for the schema of settings that another plugin has not registered yet; and its
# style sheet names fonts that the server does not serve.
HARMLESS = re.compile(r"^TypeError: Cannot read properties of undefined \(reading 'schema'\)|403.*\.woff2")
READY = """count => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.sessionContext?.isReady && panel.sessionContext.session?.kernel?.status === 'idle'
        && panel.content.widgets.length >= count; }"""
# Keeps in ``unheard`` what controls asked of the kernel and were not answered yet; they may show it as done already.
HEAR = """() => {
    window.unheard = new Set();
    jupyterapp.shell.currentWidget.sessionContext.session.kernel.anyMessage.connect((_, { direction, msg }) => {
        const said = msg.content?.data?.content;
        if (direction === 'send' && said?.asked) unheard.add(said.asked);
        if (direction === 'recv' && said?.heard) unheard.delete(said.heard); }); }"""
HEARD = "() => unheard.size === 0"
# Starts something that takes its time, and leaves a mark when it is over; evaluate() itself has no timeout.
START = "argument => {{ window.finished = false; ({0})(argument).finally(() => window.finished = true); }}"
FINISHED = """window.finished
    && ![...document.querySelectorAll('.jp-InputPrompt')].some(prompt => prompt.textContent.includes('[*]'))
    && jupyterapp.shell.currentWidget.content.widgets.every(cell =>
        !cell.outputArea || cell.outputArea.widgets.length >= cell.outputArea.model.length)"""
RUN_ALL = """async () => {
    jupyterapp.shell.collapseLeft?.();
    await jupyterapp.commands.execute('notebook:run-all-cells'); }"""
RUN_CELL = """async index => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    await jupyterapp.commands.execute('notebook:run-cell'); }"""
RESTART = "async () => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
SAVE = "async () => jupyterapp.commands.execute('docmanager:save')"
ADD_AND_RUN = """async source => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.deselectAll();
    notebook.activeCellIndex = notebook.widgets.length - 1;
    await jupyterapp.commands.execute('notebook:insert-cell-below');
    notebook.activeCell.model.sharedModel.setSource(source);
    await jupyterapp.commands.execute('notebook:run-cell'); }"""
OUTPUTS = "() => jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.outputs?.toJSON() ?? [])"
OUTPUT_TEXT = r"""index => {
    const cell = jupyterapp.shell.currentWidget.content.widgets.at(index).node;
    return [...cell.querySelectorAll('.jp-Cell-outputArea > .jp-OutputArea-child > .jp-OutputArea-output')]
        .map(output => output.innerText.trim()).join('\n'); }"""
BROKEN_WIDGETS = """() => [...document.querySelectorAll('.jp-OutputArea-output')]
    .map(output => output.innerText).filter(text => text.includes('Error displaying widget'))"""
AT_REST = """() => {  // no box in the notebook moved or grew for four looks
    const boxes = [...document.querySelectorAll('.jp-WindowedPanel-outer, .jp-OutputArea-output *')];
    const now = boxes.slice(0, 3000).map(b => Object.values(b.getBoundingClientRect().toJSON())).join();
    window.still = window.seen === now ? window.still + 1 : 0;
    window.seen = now;
    return window.still >= 4; }"""
HEIGHT = """() => Math.max(innerHeight, ...[...document.querySelectorAll('.jp-WindowedPanel-outer')]
    .map(panel => panel.scrollHeight + innerHeight - panel.clientHeight))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium: $CHROMIUM, else the first on PATH, else the one that Playwright has."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if named := os.environ.get("CHROMIUM"):
        path = shutil.which(named)
        if path is None:
            raise FileNotFoundError(f"$CHROMIUM is {named}, which is no program")
    flags = ["--disable-gpu", "--disable-background-networking"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


def notebook_of(sources: Iterable[str], kernel: str = KERNEL) -> nbformat.NotebookNode:
    """A notebook of code cells."""
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


class Notebook:
    """A notebook open in a page, with its kernel running."""

    def __init__(self, server: Server, page: Page, path: Path, cells: int) -> None:
        self.page = page
        self.path = path
        self.errors_allowed = False
        self._console: list[str] = []
        page.set_default_timeout(TIMEOUT * 1000)
        page.on("console", self._hear)
        page.on("pageerror", lambda e: self._console.append(f"{e.name}: {e.message}"))
        page.goto(server.address(path))
        self._begin(cells)

    @property
    def folder(self) -> Path:
        """The kernel's working directory."""
        return self.path.parent

    def run_all(self) -> None:
        """Run all cells and wait for them. AssertionError with the traceback if one of them fails."""
        self._run(RUN_ALL)
        self._assert_no_error(self._outputs())

    def run_cell(self, index: int) -> None:
        """Run one cell and wait for it. AssertionError with the traceback if it fails."""
        self.heard()
        self._run(RUN_CELL, index)
        self._assert_no_error([self._outputs()[index]])

    def start_cell(self, index: int) -> None:
        """Run one cell and do not wait for it: see finish()."""
        self.page.evaluate(START.format(RUN_CELL), index)

    def running(self) -> bool:
        """Whether a cell runs."""
        return self.page.locator(".jp-InputPrompt", has_text="[*]").count() > 0

    def restart_kernel(self) -> None:
        """Restart the kernel and wait until the new one is ready."""
        self._run(RESTART)
        self._begin()

    def start_new_cell(self, source: str) -> None:
        """Append a code cell, run it, and do not wait for it."""
        self.page.evaluate(START.format(ADD_AND_RUN), source)

    def reload(self) -> None:
        """Save the notebook and load its page again; the kernel goes on."""
        self._run(SAVE)
        self.page.reload()
        self._begin()

    def finish(self) -> None:
        """Wait for all cells that run. AssertionError with the traceback if one of them failed."""
        self.page.wait_for_function(FINISHED)
        self._assert_no_error(self._outputs())

    def add_and_run(self, source: str) -> str:
        """Append a code cell, run it, and return its text output. AssertionError if it fails.

        The kernel has answered all messages that the page sent before, so what it prints is the state after every
        click until now.
        """
        self.heard()
        self._run(ADD_AND_RUN, source)
        outputs = self._outputs()[-1]
        self._assert_no_error([outputs])
        texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
        return "".join(_joined(text) for text in texts).strip()

    def output_text(self, index: int) -> str:
        """The output of a cell as a reader sees it, widgets included."""
        return str(self.page.evaluate(OUTPUT_TEXT, index))

    def errors(self) -> list[str]:
        """Errors in the browser's console until now, and widgets that could not be shown."""
        console = [line for line in self._console if not HARMLESS.search(line)]
        return console + list(self.page.evaluate(BROKEN_WIDGETS))

    def allow_errors(self) -> None:
        """Let the test pass in spite of errors()."""
        self.errors_allowed = True

    def heard(self) -> None:
        """Wait until the kernel has answered all that was done in the page."""
        self.page.wait_for_function(HEARD)

    def at_rest(self) -> None:
        """Wait until nothing in the notebook moves any more."""
        self.page.wait_for_function(AT_REST, polling=150)

    def screenshot(self, name: str, *, moving: bool = False) -> Path:
        """A picture of the whole notebook, in screenshots/ at the root of the repository.

        Args:
            name: of the picture, without ending.
            moving: whether something moves all the time, so that nobody must wait for its rest.
        """
        at_rest = (lambda: None) if moving else self.at_rest
        path = SCREENSHOTS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        before = self.page.viewport_size
        assert before is not None
        at_rest()
        self.page.set_viewport_size(before | {"height": min(TALLEST, self.page.evaluate(HEIGHT))})
        at_rest()
        self.page.screenshot(path=path, animations="disabled")
        self.page.set_viewport_size(before)
        at_rest()
        return path

    def _begin(self, cells: int = 0) -> None:
        """Wait until so many cells and the kernel are there."""
        self.page.wait_for_function(READY, arg=cells)
        self.page.evaluate(HEAR)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._console.append(f"{message.text} {message.location['url']}")

    def _run(self, script: str, argument: Any = None) -> None:
        self.page.evaluate(START.format(script), argument)
        self.page.wait_for_function(FINISHED)

    def _outputs(self) -> list[list[dict[str, Any]]]:
        return list(self.page.evaluate(OUTPUTS))

    @staticmethod
    def _assert_no_error(cells: list[list[dict[str, Any]]]) -> None:
        for output in (output for outputs in cells for output in outputs if output["output_type"] == "error"):
            traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output["traceback"]))
            raise AssertionError(f"a cell failed with {output['ename']}: {output['evalue']}\n{traceback}")


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
