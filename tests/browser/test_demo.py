"""The demo notebook, run from top to bottom in a real Notebook, and its Explorer used by hand."""

from __future__ import annotations

from playwright.sync_api import Position

from .conftest import OpenNotebook
from .harness import REPOSITORY, SCREENSHOTS

LONGEST = 240_000  # milliseconds that the whole notebook may take on a busy machine


def test_demo(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(REPOSITORY / "mnist_demo.ipynb", files=[REPOSITORY / "docs"])
    page = notebook.page
    page.set_default_timeout(LONGEST)
    notebook.run_all()
    notebook.add_and_run("explorer.query = ''")
    explorer = page.locator(".rs-explorer").last  # the first one stands above the training
    explorer.locator("[data-count=visible]", has_text="54 experiments").wait_for()

    explorer.locator("[data-column=val_accuracy]").click()
    explorer.locator("[data-column=val_accuracy]").click()
    explorer.locator("[aria-sort=descending]").wait_for()
    titles = explorer.locator(".rs-tr").get_by_role("rowheader")
    beside = Position(x=40, y=12)  # the buttons, which stand at the other end of a title
    titles.nth(0).click(position=beside)
    titles.nth(3).click(position=beside, modifiers=["ControlOrMeta"])
    explorer.locator(".rs-header", has_text="2 selected").wait_for()
    print_lr = "print(sorted({e.params['lr'] for e in explorer.visible}))"
    assert notebook.add_and_run(print_lr) == "[0.0003, 0.001, 0.01]"

    explorer.locator("[data-param=lr]").click()
    explorer.locator("input[data-key='0.01']").check()
    explorer.locator("[data-count=visible]", has_text="18 of 54 experiments").wait_for()
    assert notebook.add_and_run(print_lr) == "[0.01]"
    assert notebook.add_and_run("print(len(explorer.selected))") == "2"

    explorer.locator("[data-param=activation]").click()
    explorer.locator("input[data-key='\"relu\"']").check()
    explorer.locator("input[data-key='\"tanh\"']").check()
    explorer.locator("[data-count=visible]", has_text="12 of 54 experiments").wait_for()
    explorer.locator(".rs-table").evaluate("table => { table.scrollLeft = 0; }")
    explorer.scroll_into_view_if_needed()
    notebook.at_rest()
    curve = explorer.locator(".bqplot").nth(1).locator("path.line").nth(3)
    x, y = curve.evaluate(
        """path => { const p = path.getPointAtLength(path.getTotalLength() * 0.6), m = path.getScreenCTM();
            return [p.x * m.a + m.e, p.y * m.d + m.f]; }"""
    )
    page.mouse.move(x, y)
    explorer.locator(".rs-tr.rs-pointed").wait_for()
    SCREENSHOTS.mkdir(exist_ok=True)
    explorer.screenshot(path=SCREENSHOTS / "demo-explorer.png", animations="disabled")
