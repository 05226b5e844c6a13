"""The table in a real notebook, used with the mouse and the keyboard."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
from playwright.sync_api import Locator

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook

SETUP = "import researcher as rs\nexplorer = rs.Explorer('records/')\nexplorer"
MANY = """import researcher as rs
def experiment(i):
    params = {"title": f"run {i}", "lr": (i * 7919 % 10007) / 10007, "depth": 2 ** (i % 8), "seed": i % 5}
    observations = {f"loss_{k}": 1 / (i + k + 1) for k in range(8)}
    params["activation"] = ("relu", "tanh", "gelu")[i % 3]
    return rs.experiment.Experiment({**params, "observations": observations})
explorer = rs.Explorer([experiment(i) for i in range(10_000)])
explorer"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirteen experiments: four settings with three repeats, of which one diverged, and one that was not repeated."""
    path = tmp_path_factory.mktemp("recorded") / "records"
    for i, (activation, depth, seed) in enumerate(itertools.product(["relu", "tanh"], [128, 256], [0, 1, 2])):
        loss = [math.exp(-(0.02 + 0.003 * i) * step) + 0.05 for step in range(60)]
        if i == 5:
            loss[30:] = [math.nan] * 30
        params = {
            "title": f"{activation}-{depth}",
            "activation": activation,
            "depth": depth,
            "lr": 10.0**-seed,
            "seed": seed,
        }
        rs.record_experiment(
            {**params, "lr": 0.001 * (1 + i // 6)}, path, {"loss": loss, "accuracy": [1 - v / 2 for v in loss]}
        )
    rs.record_experiment({"title": "gelu", "activation": "gelu", "depth": 64, "lr": 0.1}, path, {"loss": [1.0, 0.3]})
    return path


def opened(open_notebook: OpenNotebook, records: Path, **how: object) -> Notebook:
    notebook = open_notebook([SETUP], files=[records], **how)  # type: ignore[arg-type]
    notebook.run_all()
    notebook.page.wait_for_function("document.querySelectorAll('.rs-panels .bqplot path.line').length >= 13")
    notebook.at_rest()
    return notebook


def headings(notebook: Notebook, *names: str) -> None:
    """Wait until these are the columns after the title."""
    notebook.page.wait_for_function(
        """names => [...document.querySelectorAll('.rs-movable [data-column]')]
            .map(button => button.dataset.column).join() === names""",
        arg=",".join(names),
    )


def row(notebook: Notebook, title: str) -> Locator:
    return notebook.page.locator(".rs-tr", has=notebook.page.locator(f"[role=rowheader][title='{title}']"))


def said(notebook: Notebook, text: str) -> str:
    return notebook.add_and_run(f"print({text})")


def selected(notebook: Notebook, n: int) -> None:
    notebook.page.locator(".rs-header", has_text=f"{n:,} selected").wait_for()


def waits(notebook: Notebook, selector: str, n: int) -> None:
    notebook.page.wait_for_function(
        "([selector, n]) => document.querySelectorAll(selector).length === n", arg=[selector, n]
    )


def test_columns_are_hidden_shown_and_moved(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    headings(notebook, "activation", "depth", "lr", "seed", "loss", "accuracy")
    page.get_by_role("button", name="columns", exact=True).click()
    page.locator("[data-shown=seed]").uncheck()
    headings(notebook, "activation", "depth", "lr", "loss", "accuracy")
    page.get_by_label("search columns").fill("loss")
    page.locator("[data-shown='best.loss']").check()
    page.get_by_label("search columns").fill("")
    page.locator("[data-shown=status]").check()
    headings(notebook, "activation", "depth", "lr", "loss", "accuracy", "best.loss", "status")
    page.get_by_label("step of a column").fill("10")
    page.get_by_label("observation at that step").select_option("accuracy")
    page.get_by_label("step of a column").press("Enter")
    headings(notebook, "activation", "depth", "lr", "loss", "accuracy", "best.loss", "status", "at.10.accuracy")
    page.get_by_role("gridcell", name="0.5656").wait_for()
    notebook.screenshot("table-columns")
    title = page.locator(".rs-tr [role=rowheader]").first
    at, scrolled = (
        title.bounding_box(),
        page.locator(".rs-table").evaluate("el => { el.scrollLeft = 1e4; return el.scrollLeft; }"),
    )
    assert scrolled > 50
    assert title.bounding_box() == at  # it stays in sight
    page.locator(".rs-table").evaluate("el => { el.scrollLeft = 0; }")
    page.locator("[data-shown='at.10.accuracy']").click()  # and it is off the list
    headings(notebook, "activation", "depth", "lr", "loss", "accuracy", "best.loss", "status")
    page.keyboard.press("Escape")
    waits(notebook, ".rs-choose:not([hidden])", 0)

    notebook.at_rest()  # no heading is just made anew
    from_, to = page.locator("[data-column=lr]").bounding_box(), page.locator("[data-column=activation]").bounding_box()
    assert from_ is not None
    assert to is not None
    page.mouse.move(from_["x"] + 5, from_["y"] + 5)
    page.mouse.down()
    page.mouse.move(to["x"] + 60, to["y"] + 5)
    page.mouse.move(to["x"] + 5, to["y"] + 5)
    page.mouse.up()
    headings(notebook, "lr", "activation", "depth", "loss", "accuracy", "best.loss", "status")
    assert said(notebook, "explorer.state.sort") == "()"  # a heading that was dragged was not clicked

    page.locator("[data-column=status]").focus()
    page.keyboard.press("Control+ArrowLeft")
    page.keyboard.press("Alt+Shift+ArrowLeft")
    headings(notebook, "lr", "activation", "depth", "loss", "status", "accuracy", "best.loss")
    page.wait_for_function("document.querySelector('.rs-outer > .rs-unseen').textContent === 'status is column 5 of 7'")
    assert page.evaluate("document.activeElement.dataset.column") == "status"
    page.keyboard.press("Delete")
    headings(notebook, "lr", "activation", "depth", "loss", "accuracy", "best.loss")
    assert said(notebook, "explorer.state.columns") == "('lr', 'activation', 'depth', 'loss', 'accuracy', 'best.loss')"

    page.locator("[data-column=depth]").scroll_into_view_if_needed()
    wide = page.locator(".rs-movable").nth(2)
    before = wide.bounding_box()
    assert before is not None
    page.mouse.move(before["x"] + before["width"] - 2, before["y"] + 9)
    page.mouse.down()
    page.mouse.move(before["x"] + before["width"] + 38, before["y"] + 9)
    page.mouse.up()
    page.wait_for_function(
        "width => document.querySelectorAll('.rs-movable')[2].offsetWidth === width", arg=round(before["width"]) + 40
    )
    page.get_by_role("button", name="columns", exact=True).click()
    page.get_by_role("button", name="usual columns").click()
    headings(notebook, "activation", "depth", "lr", "seed", "loss", "accuracy")
    assert said(notebook, "explorer.state.columns") == "()"


def test_pins_baseline_and_eye(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    gelu = row(notebook, "gelu")
    gelu.hover()
    gelu.get_by_role("button", name="keep on top").click()
    page.locator(".rs-pins .rs-tr", has_text="gelu").wait_for()
    waits(notebook, ".rs-tr", 13)
    gelu.hover()
    gelu.get_by_role("button", name="compare the others").click()
    gelu.locator(".rs-tag", has_text="baseline").wait_for()
    assert page.locator(".rs-by.rs-better").count() > 0
    assert said(notebook, "[e.title for e in (*explorer.pinned, *explorer.state.baseline)]") == "['gelu', 'gelu']"
    page.mouse.move(2, 2)
    notebook.screenshot("table-baseline")

    waits(notebook, ".rs-hidden", 0)
    page.get_by_role("grid").focus()
    for key in ("Home", "ArrowDown", "v"):
        page.keyboard.press(key)
    waits(notebook, ".rs-hidden", 1)
    assert said(notebook, "len(explorer.state.drawn), [e.title for e in explorer.unseen]") == "12 ['relu-128']"
    page.get_by_role("grid").focus()
    page.keyboard.press("v")
    waits(notebook, ".rs-hidden", 0)
    page.keyboard.press("b")
    row(notebook, "relu-128").locator(".rs-tag", has_text="baseline").wait_for()
    page.keyboard.press("p")
    waits(notebook, ".rs-pins .rs-tr", 2)
    for key in ("Home", "ArrowDown", "p"):  # gelu, which is sorted after it
        page.keyboard.press(key)
    waits(notebook, ".rs-pins .rs-tr", 1)
    page.wait_for_function("document.querySelector('.rs-pins').textContent.startsWith('relu-128')")
    assert (
        said(notebook, "[e.title for e in (*explorer.pinned, *explorer.state.baseline)]") == "['relu-128', 'relu-128']"
    )


def test_repeats_share_a_row(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    page.get_by_role("button", name="columns", exact=True).click()
    page.get_by_label("fold repeats").check()
    waits(notebook, ".rs-tr", 5)
    page.keyboard.press("Escape")
    assert page.locator(".rs-tr .rs-n").all_text_contents() == ["3", "3", "3", "3", ""]
    page.locator(".rs-tr").nth(0).get_by_text("3 values").wait_for()
    page.locator("[data-column=loss]").click()
    page.wait_for_function("document.querySelector('.rs-tr').textContent.includes('tanh-256')")
    assert page.locator(".rs-tr [role=rowheader]").last.get_attribute("title") == "relu-256"  # its mean is NaN
    means = said(notebook, "[e.title for e in explorer.visible]")
    assert means.startswith("['tanh-256', 'tanh-256', 'tanh-256', 'tanh-128'")
    notebook.screenshot("table-folded")

    page.locator(".rs-tr").nth(0).get_by_role("button", name="unfold these repeats").click()
    waits(notebook, ".rs-tr", 8)
    page.locator(".rs-tr[aria-expanded=true]").wait_for()
    page.locator(".rs-tr").nth(0).click()
    selected(notebook, 3)
    waits(notebook, ".rs-tr[aria-selected=true]", 4)
    page.keyboard.press("b")
    page.locator(".rs-tr", has_text="baseline").wait_for()
    notebook.screenshot("table-unfolded")
    page.keyboard.press("ArrowLeft")
    waits(notebook, ".rs-tr", 5)
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    selected(notebook, 13)
    page.keyboard.press("Escape")
    page.locator(".rs-header", has_text="none selected").wait_for()


def test_ten_thousand_rows(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([MANY])
    notebook.run_all()
    page = notebook.page
    page.locator("[data-count=visible]", has_text="10,000 experiments").wait_for()
    page.locator(".rs-tr").first.wait_for()
    frames = page.evaluate(
        """async () => {
            const table = document.querySelector('.rs-table'), frames = [];
            const drawn = [];
            let before = await new Promise(requestAnimationFrame);
            for (let i = 0; i < 120; i++) {
                table.scrollTop += i < 60 ? 81 : 2700;
                const start = performance.now();
                table.dispatchEvent(new Event("scroll"));
                drawn.push(performance.now() - start);
                const now = await new Promise(requestAnimationFrame);
                frames.push(now - before);
                before = now;
            }
            return [frames, drawn.slice(0, 60), drawn.slice(60)].map((times) => times.sort((a, b) => a - b)); }"""
    )
    for name, times in zip(("frame", "drawing after 3 rows", "drawing after 100 rows"), frames, strict=True):
        print(f"{name}: median {times[len(times) // 2]:.1f} ms, 95 % {times[len(times) * 95 // 100]:.1f} ms")
    assert frames[1][30] < 16
    assert page.locator(".rs-tr").count() < 60
    page.get_by_role("grid").focus()
    page.keyboard.press("End")
    page.locator(".rs-tr[aria-rowindex='10001']").wait_for()
    page.keyboard.press("Control+a")
    selected(notebook, 10_000)
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    selected(notebook, 1)
    page.keyboard.press("Shift+PageDown")
    selected(notebook, 18)
    page.locator("[data-column=activation]").click()
    page.locator("[data-column=lr]").click(modifiers=["Shift"])
    second = "document.querySelector('.rs-tr[data-place=\"1\"] [role=rowheader]')?.title"
    page.wait_for_function(f"!['run 1', 'run 5', undefined].includes({second})")
    assert page.locator("[aria-sort=ascending]").count() == 2
    assert said(notebook, "explorer.state.sort") == "(('activation', False), ('lr', False))"
