"""What differs between selected experiments, in a real notebook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import researcher as rs

from .alone import alone
from .conftest import OpenNotebook
from .harness import Notebook

SETUP = alone("differences", "DifferencesView", "differences")
LOSSES = {"relu": [0.211, 0.198, 0.232, 0.205], "tanh": [0.314, 0.298, 0.346, 0.322], "gelu": [0.41, 0.4, 0.43, 0.42]}
COMPARED = """
- region "what differs":
  - table "what differs between the selected":
    - rowgroup:
      - row:
        - columnheader "relu-net"
        - columnheader "tanh-net"
    - rowgroup:
      - row:
        - rowheader "params"
      - row:
        - rowheader "activation"
        - cell "relu"
        - cell "tanh"
      - row:
        - rowheader "lr"
        - cell "0.1"
        - cell "0.01"
      - row:
        - rowheader "optimizer.name"
        - cell "adam"
        - cell "absent"
    - rowgroup:
      - row:
        - rowheader "environment"
    - rowgroup:
      - row:
        - rowheader "observations"
      - row:
        - rowheader "final.val_loss"
        - cell "0.2210 best"
        - cell "0.3240"
- region "is the difference real?":
  - group "is the difference real?":
    - combobox "observation"
    - combobox "value"
    - button "all repeats of these" [pressed]
  - img /difference 0.1085, 95 % interval from .* to .*/
  - status: /Told apart. The second mean is 0.1085 higher/
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three settings of four repeats."""
    path = tmp_path_factory.mktemp("recorded") / "records"
    for place, (activation, losses) in enumerate(LOSSES.items()):
        for seed, loss in enumerate(losses):
            params = {"title": f"{activation}-net", "activation": activation, "lr": 10.0 ** (-place - 1), "seed": seed}
            params |= {"optimizer": {"name": "adam", "beta": 0.9}} if activation != "tanh" else {"optimizer": "sgd"}
            observations = {"val_loss": [1.0, loss, loss + 0.01], "accuracy": [0.1, 1 - loss / 2]}
            rs.record_experiment(params, path, observations)
    return path


def opened(open_notebook: OpenNotebook, records: Path, **how: object) -> Notebook:
    notebook = open_notebook([SETUP], files=[records], **how)  # type: ignore[arg-type]
    notebook.run_all()
    notebook.page.locator(".rs-tr").nth(11).wait_for()
    return notebook


def said(notebook: Notebook, text: str) -> None:
    notebook.page.locator(".rs-differences").get_by_text(text).wait_for()


def test_select_and_compare(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    view = page.locator(".rs-differences")
    said(notebook, "Select two or more experiments")
    page.locator(".rs-tr").nth(0).click()
    said(notebook, "one is selected")
    page.locator(".rs-tr").nth(4).click(modifiers=["Control"])
    said(notebook, "Told apart.")
    notebook.screenshot("differences")
    expect(view).to_match_aria_snapshot(COMPARED)
    assert view.locator("td", has_text="–").first.get_attribute("title") == "absent"
    assert view.get_by_text("how this is told").get_attribute("title").startswith("p is that of")  # type: ignore[union-attr]

    # Everything but the selection with the keyboard.
    view.get_by_role("combobox", name="observation").focus()
    page.keyboard.press("a")  # to the option that begins with it
    said(notebook, "0.8942")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "observation"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(notebook, "Too few repeats to tell")
    expect(view.get_by_role("button", name="all repeats of these")).to_be_focused()
    assert view.get_by_role("button", name="all repeats of these").get_attribute("aria-pressed") == "false"
    before = view.bounding_box()
    page.keyboard.press("Enter")
    said(notebook, "Told apart.")
    assert view.bounding_box() == before
    assert notebook.add_and_run("print(state.objective, state.all_repeats, len(state.selected))") == (
        "final.accuracy True 2"
    )


def test_settings(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    page.locator(".rs-tr").nth(0).click()
    page.locator(".rs-tr").nth(9).click(modifiers=["Shift"])
    said(notebook, "10 experiments of 3 settings")
    said(notebook, "What is selected are 3 settings")
    notebook.screenshot("differences-settings")
    heads = page.locator(".rs-differences thead th").all_inner_texts()
    assert [re.sub(r"\s+", " ", head).strip() for head in heads] == [f"{name}-net n = 4" for name in LOSSES]
    assert page.locator(".rs-best").count() == 3


def test_looks(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records, width=520)
    notebook.add_and_run("state.select(state.experiments[i] for i in (0, 4, 5))")
    said(notebook, "Told apart.")
    notebook.screenshot("differences-520")
    wide = "element => element.scrollWidth > element.clientWidth"
    assert not notebook.page.locator(".rs-differences").evaluate(wide)
