"""The harness itself: what the other tests of this folder rest on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import OpenNotebook

WIDGETS = """\
import bqplot.pyplot as plt
import ipywidgets
from IPython.display import display

choice = ipywidgets.Dropdown(options=["adam", "sgd"], description="optimizer")
figure = plt.figure()
line = plt.plot([1, 2, 3], [3, 1, 2])
display(choice, figure)"""


@pytest.mark.parametrize(("app", "theme"), [("notebook", "light"), ("notebook", "dark"), ("lab", "light")])
def test_widgets_render_and_talk_to_the_kernel(open_notebook: OpenNotebook, app: str, theme: str) -> None:
    notebook = open_notebook([WIDGETS, "print('second')"], app=app, theme=theme)
    notebook.run_all()

    expect(notebook.page.locator(".bqplot path.line").first).to_be_visible()
    assert notebook.page.locator("body").get_attribute("data-jp-theme-light") == str(theme == "light").lower()
    assert "optimizer" in notebook.output_text(0)
    assert notebook.output_text(1) == "second"

    notebook.page.get_by_label("optimizer").select_option("sgd")
    assert notebook.add_and_run("print(choice.value)") == "sgd"
    assert notebook.add_and_run("print(1+1)") == "2"
    assert notebook.add_and_run("import sys; sys.prefix") == repr(sys.prefix)
    assert notebook.screenshot(f"harness-{app}-{theme}").stat().st_size > 10_000


def test_cells_that_fail_are_told(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["x = 1", "x / 0", "print(x)"])

    notebook.run_cell(0)
    notebook.run_cell(2)
    assert notebook.output_text(2) == "1"
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        notebook.run_cell(1)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        notebook.run_all()
    with pytest.raises(AssertionError, match="KeyError"):
        notebook.add_and_run("{}['key']")


def test_console_errors_are_told(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["1"])
    assert notebook.errors() == []

    notebook.page.evaluate("console.error('it went wrong')")
    notebook.page.evaluate("setTimeout(() => { throw new TypeError('thrown') })")
    notebook.page.wait_for_function("true")
    assert [line.strip() for line in notebook.errors()] == ["it went wrong", "TypeError: thrown"]
    notebook.allow_errors()


def test_extra_files_lie_next_to_the_notebook(open_notebook: OpenNotebook, tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "one.json").write_text("{}")
    notebook = open_notebook(["1"], files=[tmp_path / "records"])
    assert notebook.add_and_run("print(open('records/one.json').read())") == "{}"
    assert (notebook.folder / "records" / "one.json").is_file()
