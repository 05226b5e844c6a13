"""Jupyter servers for the tests, of which the user's own settings know nothing."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT = 90  # seconds, for each wait
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
