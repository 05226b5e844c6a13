"""Fixtures of the tests that drive a real Chromium against a real Jupyter server.

The server and the browser live as long as the tests of this folder run, and no longer: while Playwright is
there, its event loop counts as running, which tests of other folders need not put up with.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Protocol

import nbformat
import pytest
from playwright.sync_api import Browser

from .harness import Notebook, chromium, notebook_of
from .servers import KERNEL, Server, serve

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if config.pluginmanager.hasplugin("xdist"):
                item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """The server of an app, "notebook" or "lab"; started when first asked for."""
    with ExitStack() as servers:
        yield cache(lambda app: servers.enter_context(serve(app, tmp_path_factory.mktemp(app))))


class OpenNotebook(Protocol):
    """Write the cells (or copy a notebook) to a new folder, ``files`` next to it, and open it."""

    def __call__(
        self,
        cells: list[str] | Path,
        app: str = "notebook",
        theme: str = "light",
        width: int = 1400,
        files: Iterable[Path] = (),
        kernel: str = KERNEL,
    ) -> Notebook: ...


number = itertools.count(1)


@pytest.fixture
def open_notebook(browser: Browser, jupyter: Callable[[str], Server]) -> Iterator[OpenNotebook]:
    """Opens a notebook in a page of its own: see OpenNotebook, and Notebook for what it returns."""
    with ExitStack() as opened:

        def open_notebook(
            cells: list[str] | Path,
            app: str = "notebook",
            theme: str = "light",
            width: int = 1400,
            files: Iterable[Path] = (),
            kernel: str = KERNEL,
        ) -> Notebook:
            server = jupyter(app)
            folder = server.root / f"{theme}-{next(number)}"
            folder.mkdir()
            for file in files:
                if file.is_dir():
                    shutil.copytree(file, folder / file.name)
                else:
                    shutil.copy(file, folder)
            document = nbformat.read(cells, as_version=4) if isinstance(cells, Path) else notebook_of(cells, kernel)
            path = folder / (cells.name if isinstance(cells, Path) else "notebook.ipynb")
            nbformat.write(document, path)
            server.use_theme(theme)
            page = browser.new_page(viewport={"width": width, "height": 900})
            opened.callback(server.shut_down_kernel, path)
            opened.callback(page.close)
            notebook = Notebook(server, page, path, len(document.cells))
            opened.callback(_check, notebook)
            return notebook

        yield open_notebook


def _check(notebook: Notebook) -> None:
    errors = [] if notebook.errors_allowed else notebook.errors()
    assert not errors, "errors in the page:\n" + "\n".join(errors)
