"""What is done in the page before the kernel answered, and while something new arrives, is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook
from .plotting import SETUP, selected_rows, told

# Several clicks before the page hears of anything.
CLICKS = """([clicks, keys]) => { for (const name of clicks) document.querySelector(name)
    .dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...keys })); }"""


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records"
    for i in range(12):
        params = {"title": f"run {i}", "lr": 10.0 ** -(1 + i % 3), "depth": 2 ** (i % 4), "seed": i}
        rs.record_experiment(params, path, {"loss": [1.0, 1 / (i + 2)], "score": i / 12, "speed": [i, 2 * i]})
    return path


def opened(open_notebook: OpenNotebook, records: Path) -> Notebook:
    notebook = open_notebook([SETUP], files=[records])
    notebook.run_all()
    count(notebook, "12 experiments")
    notebook.at_rest()
    return notebook


def count(notebook: Notebook, text: str) -> None:
    notebook.page.locator("[data-count=visible]", has_text=text).wait_for()


def click_all(notebook: Notebook, *selectors: str, **keys: bool) -> None:
    notebook.page.evaluate(CLICKS, [list(selectors), keys])


def test_values_are_ticked_faster_than_the_kernel_answers(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    notebook.page.locator("[data-param=depth]").click()
    click_all(notebook, "input[data-key='1']", "input[data-key='2']", "input[data-key='8']")
    count(notebook, "9 of 12 experiments")
    assert notebook.add_and_run("print(explorer.filters)") == "{'depth': (1, 2, 8)}"
    click_all(notebook, "input[data-key='1']", "input[data-key='8']")
    count(notebook, "3 of 12 experiments")
    assert notebook.page.locator("input[data-key]:checked").count() == 1


def test_both_ends_of_a_range(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    notebook.page.locator("[data-param=seed]").click()
    notebook.page.evaluate(
        """() => { for (const [end, value] of [['at least', '3'], ['at most', '8']]) {
            const box = document.querySelector(`[aria-label="seed ${end}"]`);
            box.value = value;
            box.dispatchEvent(new Event('change')); } }"""
    )
    count(notebook, "6 of 12 experiments")
    assert notebook.add_and_run("print(explorer.filters)") == "{'seed': {'min': 3.0, 'max': 8.0}}"


def test_observations_are_chosen_faster_than_the_kernel_answers(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    notebook.page.locator("[data-menu=observations]").click()
    click_all(notebook, "[data-observation=loss]", "[data-observation=score]")
    told(notebook, "state.observations", "('score', 'speed')")


def test_rows_are_picked_sorted_and_pinned_faster_than_the_kernel_answers(
    open_notebook: OpenNotebook, records: Path
) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    click_all(notebook, "[data-column=lr]", "[data-column=depth]", "[data-column=seed]", shiftKey=True)
    told(notebook, "state.sort", "(('lr', False), ('depth', False), ('seed', False))")
    page.locator(".rs-table").focus()
    page.evaluate(
        """keys => { for (const key of keys) document.querySelector('.rs-table')
            .dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey: key === ' ', bubbles: true })); }""",
        ["Home", " ", "ArrowDown", " ", "ArrowDown", "ArrowDown", " ", "p", "p", "b", "b", "v", "v"],
    )
    told(notebook, "[e.params['title'] for e in explorer.selected]", "['run 8', 'run 5', 'run 11']")
    selected_rows(notebook, 3)
    told(notebook, "[*state.pinned, *state.baseline, *state.unseen]", "[]")


def test_columns_are_hidden_faster_than_the_kernel_answers(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    notebook.page.get_by_role("button", name="columns", exact=True).click()
    before = notebook.add_and_run("print(*map(str, explorer.state.columns or ['usual']))")
    assert before == "usual"
    click_all(notebook, "input[data-shown=lr]", "input[data-shown=depth]", "input[data-shown=seed]")
    told(notebook, "{'lr', 'depth', 'seed'} & {*state.columns}", "set()")
    notebook.page.wait_for_function("document.querySelectorAll('[data-column=lr], [data-column=seed]').length === 0")


def test_a_query_is_typed_faster_than_the_kernel_answers(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    notebook.page.evaluate(
        """() => {
            const line = document.querySelector('.rs-query');
            const type = (text) => { line.value = text; line.dispatchEvent(new Event('input')); };
            type('lr < 0.5');
            line.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
            type('lr < 0.05');
            document.querySelector('.rs-table').focus(); }"""
    )
    count(notebook, "8 of 12 experiments")
    assert notebook.page.locator(".rs-query").input_value() == "lr < 0.05"
    notebook.page.locator(".rs-query").focus()
    notebook.add_and_run("explorer.query = 'depth == 8'")
    count(notebook, "3 of 12 experiments")
    assert notebook.page.locator(".rs-query").input_value() == "depth == 8"


def test_the_divider_is_moved_faster_than_the_kernel_answers(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    before = float(notebook.add_and_run("print(state.split)"))
    notebook.page.locator(".rs-split").focus()
    for _ in range(10):
        notebook.page.keyboard.press("ArrowRight")
    told(notebook, "round(state.split, 2)", str(round(before + 0.2, 2)))


def test_what_is_pressed_is_not_replaced(open_notebook: OpenNotebook, records: Path) -> None:
    """A record comes while the mouse is down on a heading, on a button of the header, and on an option."""
    notebook = opened(open_notebook, records)
    page = notebook.page
    press(notebook, "[data-column=lr]", "[data-count=visible]", "13 experiments")
    page.locator("[aria-sort=ascending] [data-column=lr]").wait_for()
    page.locator(".rs-table").focus()
    page.keyboard.press("Control+a")
    selected_rows(notebook, 13)
    press(notebook, "[aria-label='unselect all']", "[data-param=seed]", "any of 14")
    selected_rows(notebook, 0)
    page.locator("[data-param=depth]").click()
    press(notebook, "input[data-key='8']", "[data-count=visible]", "15 experiments")
    count(notebook, "3 of 15 experiments")


def press(notebook: Notebook, selector: str, shown: str, text: str) -> None:
    """Press it, and let go when the page shows of one record more."""
    box = notebook.page.locator(selector).bounding_box()
    assert box is not None
    notebook.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    notebook.page.mouse.down()
    fresh = {"title": "fresh", "lr": 0.1, "depth": 4, "seed": 100 + len(text)}
    rs.record_experiment(fresh, notebook.folder / "records", {"loss": [1.0, 0.5], "score": 0.1, "speed": [1, 2]})
    notebook.page.locator(shown, has_text=text).wait_for()
    notebook.at_rest()
    notebook.page.mouse.up()
