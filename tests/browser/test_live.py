"""Experiments that run, in an Explorer that is open: in the same kernel, and in another process."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook
from .servers import OLD_KERNEL

EXPLORE = "import researcher as rs\nexplorer = rs.Explorer('records/')\nexplorer"
# Trains until a file appears, so that the tests wait for what they see and never for a time.
TRAIN = """
import math, pathlib, time
import researcher as rs
with rs.Recorder({"title": "at work", "activation": "gelu", "depth": 64}, "records/") as recorder:
    step = 0
    while not pathlib.Path("enough").exists():
        recorder.observe(loss=math.exp(-step / 300) + 0.05, accuracy=1 - math.exp(-step / 300))
        step += 1
        time.sleep(0.004)
print(step)"""

# The curve that runs, by its colour in the table: its path in the first panel, and how far it goes in steps.
PATH = """() => {
    const row = [...document.querySelectorAll('.rs-tr')].find(row => row.textContent.includes('at work'));
    const colour = row && getComputedStyle(row.querySelector('.rs-swatch')).backgroundColor;
    const curves = [...document.querySelectorAll('.rs-panels .bqplot')].at(0)?.querySelectorAll('path.line') ?? [];
    return [...curves].find(path => path.style.strokeWidth !== '0' && path.getAttribute('d')?.length > 40
        && getComputedStyle(path).stroke === colour)?.getAttribute('d') ?? ''; }"""
FINAL = """() => document.querySelector('.rs-tr[data-number] [title="at work"]')?.parentElement.textContent ?? ''"""


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Four experiments that ended, of 400 steps."""
    path = tmp_path / "records"
    for i, activation in enumerate(["relu", "relu", "tanh", "tanh"]):
        loss = [math.exp(-(0.006 + 0.003 * i) * step) + 0.05 * i for step in range(400)]
        params = {"title": f"{activation} {i}", "activation": activation, "depth": 64 * (1 + i % 2)}
        rs.record_experiment(params, path, {"loss": loss, "accuracy": [1 - v / 2 for v in loss]})
    return path


def grows(notebook: Notebook, times: int = 3) -> str:
    """Wait until the curve that runs was drawn anew so many times; returns its path."""
    path = str(notebook.page.evaluate(PATH))
    for _ in range(times):
        notebook.page.wait_for_function(f"before => {{ const d = ({PATH})(); return d && d !== before; }}", arg=path)
        path = str(notebook.page.evaluate(PATH))
    return path


def header(notebook: Notebook, text: str) -> None:
    notebook.page.locator(".rs-header", has_text=text).wait_for()


def end(notebook: Notebook) -> None:
    (notebook.folder / "enough").touch()
    notebook.finish()


def x_range(notebook: Notebook) -> str:
    labels = notebook.page.locator(".rs-panels .bqplot").first.locator(".axis").first.locator(".tick text")
    return ",".join(labels.all_text_contents())


def y_range(notebook: Notebook) -> str:
    labels = notebook.page.locator(".rs-panels .bqplot").first.locator(".axis").last.locator(".tick text")
    return ",".join(labels.all_text_contents())


def layout(notebook: Notebook) -> list[object]:
    """What must not move while a curve grows."""
    script = """el => [el.scrollTop, el.querySelector('[aria-sort=descending]').title,
        getComputedStyle(el.querySelector('.rs-thead')).gridTemplateColumns,
        el.closest('.rs-explorer').offsetHeight]"""
    return [y_range(notebook), *notebook.page.locator(".rs-table").evaluate(script)]


def swatch(notebook: Notebook) -> str:
    row = notebook.page.locator(".rs-tr", has_text="at work")
    return str(row.locator(".rs-swatch").evaluate("el => getComputedStyle(el).backgroundColor"))


@pytest.mark.parametrize("app", ["notebook", "lab"])
def test_it_grows_while_its_cell_runs_and_is_filtered_and_zoomed_meanwhile(
    open_notebook: OpenNotebook, records: Path, app: str
) -> None:
    notebook = open_notebook([EXPLORE, TRAIN], files=[records], app=app)
    page = notebook.page
    notebook.run_cell(0)
    header(notebook, "4 experiments")
    notebook.start_cell(1)
    header(notebook, "5 experiments")
    header(notebook, "1 running")
    grows(notebook)
    colour = swatch(notebook)
    notebook.screenshot(f"live-{app}-running", moving=True)

    page.locator("[data-param=activation]").click()
    page.locator("input[data-key='\"gelu\"']").check()
    header(notebook, "1 of 5 experiments")
    page.keyboard.press("Escape")
    grows(notebook)

    area = page.locator(".rs-panels .bqplot").first.locator(".plotarea_events").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] / 4, area["y"] + area["height"] / 2)
    page.mouse.wheel(0, -300)
    page.locator("[data-held=unzoom]").wait_for()
    page.wait_for_function("document.querySelector('.rs-tr').textContent.includes('at work')")
    zoomed = x_range(notebook)
    final = page.evaluate(FINAL)
    page.wait_for_function(f"before => ({FINAL})() !== before", arg=final)  # it still grows, in the table
    final = page.evaluate(FINAL)
    page.wait_for_function(f"before => ({FINAL})() !== before", arg=final)
    assert x_range(notebook) == zoomed
    assert notebook.running()
    notebook.screenshot(f"live-{app}-zoomed", moving=True)

    end(notebook)
    page.wait_for_function("!document.querySelector('.rs-header .rs-running')")
    page.wait_for_function("!document.querySelector('.rs-tr .rs-dot')")
    assert swatch(notebook) == colour
    assert x_range(notebook) == zoomed
    steps = int(notebook.output_text(1))
    notebook.screenshot(f"live-{app}-finished")
    said = notebook.add_and_run("print([(e.status, len(e.observations['loss'])) for e in explorer.visible])")
    assert said == f"[('finished', {steps})]"
    page.mouse.dblclick(area["x"] + area["width"] / 2, area["y"] + 4)
    page.locator("[data-held=unzoom]").wait_for(state="detached")
    assert x_range(notebook) != zoomed


@pytest.mark.parametrize("app", ["notebook", "lab"])
def test_a_click_that_has_to_wait_says_so_and_is_carried_out(
    open_notebook: OpenNotebook, records: Path, app: str
) -> None:
    notebook = open_notebook([EXPLORE, TRAIN], files=[records], app=app, kernel=OLD_KERNEL)
    page = notebook.page
    notebook.run_cell(0)
    header(notebook, "4 experiments")
    assert page.get_by_role("status").filter(has_text="busy").count() == 0
    notebook.start_cell(1)
    header(notebook, "1 running")
    grows(notebook)
    page.locator("[data-param=activation]").click()
    page.locator("input[data-key='\"gelu\"']").check()
    busy = page.get_by_role("status").filter(has_text="the kernel is busy: this happens when the running cell ends")
    busy.wait_for()
    grows(notebook)
    assert notebook.running()
    notebook.screenshot(f"live-{app}-busy", moving=True)
    end(notebook)
    header(notebook, "1 of 5 experiments")
    busy.wait_for(state="hidden")
    page.wait_for_function("!document.querySelector('.rs-header .rs-running')")


@pytest.mark.parametrize(("app", "how"), [("notebook", "restarted"), ("lab", "restarted"), ("lab", "killed")])
def test_a_kernel_that_is_gone_is_told_of(open_notebook: OpenNotebook, records: Path, app: str, how: str) -> None:
    notebook = open_notebook([EXPLORE], files=[records], app=app)
    page = notebook.page
    notebook.run_cell(0)
    header(notebook, "4 experiments")
    if how == "restarted":
        notebook.restart_kernel()
    else:
        notebook.start_new_cell("import os; os.kill(os.getpid(), 9)")
    gone = page.get_by_role("status").filter(has_text="the kernel was restarted: run the cell again")
    gone.wait_for()
    if how == "killed":
        return
    page.locator("[data-param=activation]").click()
    page.locator("input[data-key='\"relu\"']").check()  # nobody hears it
    page.keyboard.press("Escape")
    assert gone.is_visible()
    notebook.screenshot(f"live-{app}-restarted")
    notebook.run_cell(0)
    header(notebook, "4 experiments")
    gone.wait_for(state="detached")


@pytest.fixture
def elsewhere() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes, which are ended after the test."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_what_another_process_records_grows_too(
    open_notebook: OpenNotebook, records: Path, elsewhere: list[subprocess.Popen[bytes]]
) -> None:
    notebook = open_notebook([EXPLORE], files=[records])
    notebook.run_cell(0)
    header(notebook, "4 experiments")
    elsewhere.append(subprocess.Popen([sys.executable, "-c", TRAIN], cwd=notebook.folder, stdout=subprocess.DEVNULL))
    header(notebook, "1 running")
    row = notebook.page.locator(".rs-tr", has_text="relu 1")
    row.click()
    notebook.page.locator("[data-column=depth]").click()
    notebook.page.locator("[data-column=depth]").click()
    notebook.page.locator("[aria-sort=descending]").wait_for()
    notebook.page.locator(".rs-table").evaluate("el => { el.style.height = '80px'; el.scrollTop = 40; }")
    before = layout(notebook)
    grows(notebook, 5)
    assert layout(notebook) == before
    assert row.get_attribute("aria-selected") == "true"
    notebook.page.locator(".rs-table").evaluate("el => { el.style.height = ''; }")
    notebook.screenshot("live-elsewhere", moving=True)
    (notebook.folder / "enough").touch()
    assert elsewhere[0].wait() == 0
    notebook.page.wait_for_function("!document.querySelector('.rs-header .rs-running')")
    elsewhere.append(subprocess.Popen([sys.executable, "-c", TRAIN.replace("enough", "never")], cwd=notebook.folder))
    header(notebook, "1 running")
    elsewhere[1].kill()
    header(notebook, "1 interrupted")


def test_an_explorer_that_is_shown_no_more_does_not_watch(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = open_notebook([EXPLORE], files=[records])
    watches = "import threading; print(sum(t.name == 'researcher-watch' for t in threading.enumerate()))"
    for _ in range(3):
        notebook.run_cell(0)
        header(notebook, "4 experiments")
    notebook.page.wait_for_function("document.querySelectorAll('.rs-explorer').length === 1")
    first = notebook.add_and_run(
        "import threading, time\n"
        "while sum(t.name == 'researcher-watch' for t in threading.enumerate()) > 1: time.sleep(0.01)\n"
        "print('one')"
    )
    assert first == "one"
    notebook.add_and_run("old = explorer")
    notebook.run_cell(0)
    rs.record_experiment({"title": "new"}, notebook.folder / "records")
    header(notebook, "5 experiments")
    assert notebook.add_and_run("print(len(old.visible), len(explorer.visible))") == "4 5"
    notebook.add_and_run("old")
    notebook.page.wait_for_function(
        "[...document.querySelectorAll('.rs-header')].filter(el => el.innerText.includes('5 experiments')).length === 2"
    )
    assert notebook.add_and_run(watches) == "2"


def test_a_page_that_is_loaded_again_shows_it_and_it_watches(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = open_notebook([EXPLORE], files=[records])
    notebook.run_cell(0)
    header(notebook, "4 experiments")
    notebook.reload()
    header(notebook, "4 experiments")
    rs.record_experiment({"title": "new"}, notebook.folder / "records")
    header(notebook, "5 experiments")
    assert notebook.add_and_run("print(len(explorer.state.pages))") == "1"
