"""What the journeys over the scatter plot and the parallel coordinates have in common."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

from playwright.sync_api import Locator

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook

SETUP = "import researcher as rs\nexplorer = rs.Explorer('records/')\nstate = explorer.state\nexplorer"
CANVAS = "[...document.querySelectorAll('canvas[tabindex]')].find(canvas => canvas.clientWidth)"  # that is shown


def record(path: Path) -> Path:
    """Twenty-four experiments: learning rates over powers of ten, two activations, some diverged or without dropout."""
    settings = itertools.product(["relu", "tanh"], [1e-4, 1e-3, 1e-2, 1e-1], [64, 128, 256])
    for i, (activation, lr, depth) in enumerate(settings):
        loss = abs(math.log10(lr) + 2.4) / 3 + 8 / depth + (0.1 if activation == "tanh" else 0.0)
        params = {
            "title": f"{activation}-{i}",
            "activation": activation,
            "optimizer": {"lr": lr * (1 + i / 50)},
            "depth": depth,
        }
        if i % 4:
            params["dropout"] = i % 3 / 10
        diverged = lr == 1e-1 and depth == 256
        rs.record_experiment(params, path, {"loss": [1.0, math.nan if diverged else loss], "accuracy": 1 - loss / 3})
    return path


def opened(open_notebook: OpenNotebook, records: Path, tab: str, **how: object) -> Notebook:
    """A notebook with an Explorer in which this tab was opened."""
    notebook = open_notebook([SETUP], files=[records], **how)  # type: ignore[arg-type]
    notebook.run_all()
    notebook.at_rest()
    notebook.page.get_by_role("tab", name=tab, exact=True).click()
    drawn(notebook, 24)
    notebook.at_rest()
    return notebook


def canvas(notebook: Notebook) -> Locator:
    """The canvas of the plot that is shown."""
    return notebook.page.locator("canvas[tabindex]:visible")


def drawn(notebook: Notebook, n: int) -> None:
    """Wait until so many experiments are drawn in colour."""
    notebook.page.wait_for_function(f"n => {CANVAS}?.dataset.drawn === String(n)", arg=n)


def pointed(notebook: Notebook) -> tuple[float, float]:
    """Wait until something is pointed at in the plot; where it is in the page."""
    notebook.page.wait_for_function(f"{CANVAS}.dataset.pointed !== ''")
    x, y = canvas(notebook).evaluate(
        """canvas => {
            const box = canvas.getBoundingClientRect(), [x, y] = canvas.dataset.at.split(' ').map(Number);
            return [box.x + x, box.y + y]; }"""
    )
    return x, y


def selected_rows(notebook: Notebook, n: int) -> None:
    """Wait until the table has so many selected rows."""
    notebook.page.wait_for_function("n => document.querySelectorAll('.rs-tr[aria-selected=true]').length === n", arg=n)


def told(notebook: Notebook, expression: str, shown: str) -> None:
    """Wait until an expression in the kernel has this value as it is printed: a page's messages may come later."""
    wait = "import time\nuntil = time.monotonic() + 60\n"
    wait += f"while str({expression}) != {shown!r} and time.monotonic() < until:\n    time.sleep(0.01)"
    found = notebook.add_and_run(f"{wait}\nprint({expression})")
    assert found == shown, found
