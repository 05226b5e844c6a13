"""The params that matter, in a real notebook."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import expect

import researcher as rs

from .alone import alone
from .conftest import OpenNotebook
from .harness import Notebook

SETUP = alone("importance", "ImportanceView", "params that matter", "HeaderView(state)")
RANKED = """
- group "params that matter":
  - combobox "observation"
  - combobox "value"
- paragraph: /All params together explain about \\d+ % of the variance of final.loss in 60 experiments/
- table "params that matter":
  - rowgroup:
    - row:
      - columnheader "param"
      - columnheader "share of the variance"
      - columnheader "final.loss"
  - rowgroup:
    - row:
      - rowheader "lr":
        - button "lr"
      - cell /\\d+ %/
      - cell /of the variance, standard error/
      - cell /rises with it/:
        - img /rank correlation \\+0.\\d+, 95 % interval .* of 60 experiments/
- list "warnings"
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Experiments whose loss hangs on the learning rate, less on the activation, not at all on the rest."""
    path, dice = tmp_path_factory.mktemp("recorded") / "records", random.Random(1)
    for number in range(60):
        lr, activation, depth = (
            10 ** dice.uniform(-4, -1),
            dice.choice(["relu", "tanh", "gelu"]),
            dice.choice([1, 2, 4]),
        )
        loss = 0.1 + 0.05 * lr**0.5 * 10 + 0.03 * (activation == "tanh") + dice.gauss(0, 0.01)
        params = {
            "title": f"number {number}",
            "lr": lr,
            "activation": activation,
            "model": {"depth": depth, "width": depth * 64},
            "dropout": dice.choice([0.0, 0.1, 0.5]),
            "epochs": 3,
        }
        rs.record_experiment(params, path, {"loss": [1.0, loss], "accuracy": [0.1, dice.random()]})
    return path


def opened(open_notebook: OpenNotebook, records: Path, **how: object) -> Notebook:
    notebook = open_notebook([SETUP], files=[records], **how)  # type: ignore[arg-type]
    notebook.run_all()
    notebook.page.locator(".rs-param").nth(4).wait_for()
    return notebook


def test_rank_and_open(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    view = page.locator(".rs-importance")
    expect(view).to_match_aria_snapshot(RANKED)
    ranking = view.locator(".rs-ranking")
    assert ranking.get_attribute("aria-busy") == "false"

    # With the keyboard.
    view.get_by_role("combobox", name="observation").focus()
    page.keyboard.press("a")
    view.get_by_text("of the variance of final.accuracy in 60 experiments").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "observation"
    page.keyboard.press("l")
    view.get_by_text("of the variance of final.loss in 60 experiments").wait_for()
    view.locator(".rs-param").first.focus()
    page.keyboard.press("Enter")
    assert notebook.add_and_run("print(state.objective, state.tab, state.scatter[:2])") == (
        "final.loss scatter ('lr', 'final.loss')"
    )
    notebook.add_and_run("state.tab = 'params that matter'")
    view.locator(".rs-param", has_text="dropout").click()
    assert notebook.add_and_run("print(state.scatter[0])") == "dropout"


def test_busy(open_notebook: OpenNotebook, records: Path) -> None:
    """What was there before stays, greyed, and does not move while the next ranking is worked out."""
    notebook = opened(open_notebook, records)
    page = notebook.page
    notebook.add_and_run("hold = view._answers\nimport threading\ngo = threading.Event()\nhold.get('hold', go.wait)")
    before = page.locator(".rs-importance").bounding_box()
    page.get_by_role("combobox", name="value").select_option("best")
    page.locator(".rs-ranking[aria-busy=true]").wait_for()
    expect(page.locator(".rs-importance").get_by_role("status").first).to_have_text("computing…")
    assert page.locator(".rs-param").first.inner_text() == "lr"
    assert page.locator(".rs-importance").bounding_box() == before
    notebook.screenshot("importance-busy")
    notebook.add_and_run("go.set()")
    page.locator(".rs-ranking[aria-busy=false]").wait_for()
    page.get_by_text("of the variance of best.loss").wait_for()


def test_looks(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records, width=520)
    notebook.screenshot("importance-520")
    wide = "element => element.scrollWidth > element.clientWidth"
    assert not notebook.page.locator(".rs-importance").evaluate(wide)
