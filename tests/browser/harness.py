"""A Jupyter server, and a notebook open in a real browser.

The page is driven through ``jupyterapp``, which the server exposes for this; what to wait for is always a
condition in the page, never a time.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
SCREENSHOTS = REPOSITORY / "screenshots"
TIMEOUT = 90  # seconds, for each wait
TALLEST = 6000  # px; the picture of a longer notebook is cut

# Jupyter's own: a plugin looks for the schema of settings that another plugin has not registered yet; and its
# style sheet names fonts that the server does not serve.
HARMLESS = re.compile(r"^TypeError: Cannot read properties of undefined \(reading 'schema'\)|403.*\.woff2")
SETTINGS: dict[str, dict[str, Any]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none", "scrollPastEnd": False},  # all cells in the page
}
FOLDERS = {  # nothing of the user's Jupyter and IPython configuration has a say
    "IPYTHONDIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
}

KERNEL = "python3"
OLD_KERNEL = "without-subshells"  # as ipykernel 6: the page's messages wait until the running cell ends
OLD_APP = """
from ipykernel.kernelapp import IPKernelApp

class App(IPKernelApp):
    def init_control(self, context):
        super().init_control(context)
        self.shell_channel_thread = None

App.launch_instance()"""

READY = """count => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.sessionContext?.isReady && panel.sessionContext.session?.kernel?.status === 'idle'
        && panel.content.widgets.length >= count; }"""
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


@dataclass(frozen=True)
class Server:
    """A running Jupyter server: ``app`` is "notebook" or "lab", ``root`` the folder that it shows."""

    app: str
    url: str
    token: str
    home: Path

    @property
    def root(self) -> Path:
        return self.home / "root"

    def request(self, path: str, method: str = "GET") -> Any:
        """Ask the REST API; returns the parsed answer, None if it has no body."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def use_theme(self, theme: str) -> None:
        """Write the user settings that the next page to load will read."""
        for name, values in (
            SETTINGS | {"apputils-extension/themes": {"theme": f"JupyterLab {theme.title()}"}}
        ).items():
            path = self.home / "JUPYTERLAB_SETTINGS_DIR" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))

    def add_kernel(self, name: str, source: str) -> None:
        """Offer a kernel that runs this Python source."""
        folder = self.home / "JUPYTER_DATA_DIR" / "kernels" / name
        folder.mkdir(parents=True)
        argv = [sys.executable, "-c", source, "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": name, "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))

    def address(self, notebook: Path) -> str:
        """Where to see a notebook under the root; in the lab every one has a workspace of its own."""
        path = notebook.relative_to(self.root)
        place = {"notebook": "notebooks", "lab": f"lab/workspaces/{path.parts[0]}/tree"}[self.app]
        return f"{self.url}/{place}/{urllib.parse.quote(path.as_posix())}?token={self.token}"

    def shut_down_kernel(self, notebook: Path) -> None:
        """End the notebook's session, and with it its kernel."""
        path = notebook.relative_to(self.root).as_posix()
        for session in self.request("/api/sessions"):
            if session["path"] == path:
                self.request(f"/api/sessions/{session['id']}", "DELETE")


@contextmanager
def serve(app: str, home: Path) -> Iterator[Server]:
    """A server with this Python's environment, on a free port of the loopback interface."""
    port = free_port()
    server = Server(app, f"http://127.0.0.1:{port}", secrets.token_hex(16), home)
    server.root.mkdir(parents=True)
    server.add_kernel(OLD_KERNEL, OLD_APP)
    env = os.environ | {name: str(home / name) for name in FOLDERS}
    env |= {"JUPYTER_TOKEN": server.token, "JUPYTER_PREFER_ENV_PATH": "1"}
    command = [sys.executable, "-m", {"notebook": "notebook", "lab": "jupyterlab"}[app], "--no-browser"]
    command += ["--allow-root", "--expose-app-in-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={server.root}"]
    with running(command, env, home, lambda: _answers(server)):
        yield server


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], env: Mapping[str, str], home: Path, ready: Callable[[], bool]) -> Iterator[None]:
    """Run a server in a folder, from when it is ready; its log lies there. RuntimeError with the log if it is not."""
    log = home / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, cwd=home)
    try:
        until = time.monotonic() + TIMEOUT
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[2]} did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(server: Server) -> bool:
    try:
        server.request("/api")
    except OSError:
        return False
    return True


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
        page.wait_for_function(READY, arg=cells)

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
        self.page.wait_for_function(READY, arg=0)

    def start_new_cell(self, source: str) -> None:
        """Append a code cell, run it, and do not wait for it."""
        self.page.evaluate(START.format(ADD_AND_RUN), source)

    def reload(self) -> None:
        """Save the notebook and load its page again; the kernel goes on."""
        self._run(SAVE)
        self.page.reload()
        self.page.wait_for_function(READY, arg=0)

    def finish(self) -> None:
        """Wait for all cells that run. AssertionError with the traceback if one of them failed."""
        self.page.wait_for_function(FINISHED)
        self._assert_no_error(self._outputs())

    def add_and_run(self, source: str) -> str:
        """Append a code cell, run it, and return its text output. AssertionError if it fails.

        The kernel comes to it after all messages that the page sent before, so what it prints is the state
        after every click until now.
        """
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
