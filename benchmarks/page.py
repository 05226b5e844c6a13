"""Notebooks in a real Chromium, in which things are timed as a user sees them."""

from __future__ import annotations

import compileall
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Error

import researcher
from benchmarks.processes import Failed
from tests.browser.harness import Notebook, chromium, notebook_of
from tests.browser.servers import Server, serve

_WATCH = Path(__file__).with_name("watch.js").read_text(encoding="utf-8")
_MEMORY = """import gc
gc.collect()
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS")))"""
_number = itertools.count()


class Pages:
    """A Jupyter server and a browser; gives notebooks in pages, each with a kernel of its own."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self._server, self._browser = server, browser

    @contextmanager
    def notebook(self, cells: Sequence[str]) -> Iterator[Page]:
        """A notebook of these cells, none of which has run."""
        folder = self._server.root / f"benchmark-{next(_number)}"
        folder.mkdir()
        path = folder / "notebook.ipynb"
        nbformat.write(notebook_of(cells), path)
        page = self._browser.new_page(viewport={"width": 1400, "height": 1000})
        try:
            page.add_init_script(_WATCH)
            yield Page(Notebook(self._server, page, path, len(cells)))
        finally:
            page.close()
            self._server.shut_down_kernel(path)


class Page:
    """A notebook that is watched.

    Attributes:
        before: what `memory` was at some time.
    """

    before = 0.0

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        notebook.page.set_default_timeout(180_000)  # ms

    def timed(self, what: str, *arguments: Any) -> Any:
        """Milliseconds that something takes; see ``watch.js`` for what there is and how it is told that it is over."""
        self.notebook.page.bring_to_front()  # one that is behind another draws nothing
        return self.notebook.page.evaluate(f"some => watched.{what}(...some)", list(arguments))

    def click(self, selector: str) -> None:
        """Click on something, and wait until the page is at rest."""
        self.notebook.page.bring_to_front()
        self.notebook.page.locator(selector).first.click()
        self.notebook.at_rest()

    def said(self, source: str) -> str:
        """What a cell with this source prints, run below the others."""
        self.notebook.page.bring_to_front()
        return self.notebook.add_and_run(source)

    def memory(self) -> float:
        """What the kernel's process takes of the memory, in megabytes."""
        return float(self.said(_MEMORY)) / 1024


@contextmanager
def browsing() -> Iterator[Pages]:
    """A server and a browser, as long as they are needed; the package is compiled, as it is where it is installed.

    Raises:
        Failed: there is no browser.
    """
    compileall.compile_dir(Path(researcher.__file__).parent, quiet=1)
    with ExitStack() as stack:
        try:
            browser = stack.enter_context(chromium())
        except (Error, FileNotFoundError) as error:
            raise Failed(f"there is no Chromium that runs: {str(error).splitlines()[0]}") from error
        home = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(serve("notebook", Path(home)))
        server.use_theme("light")
        yield Pages(server, browser)
