"""The whole Explorer without a mouse: the keyboard reaches its controls, and they have names where they are read."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import researcher as rs

from .conftest import OpenNotebook
from .harness import Notebook

SETUP = "import researcher as rs\nexplorer = rs.Explorer('records/')\nexplorer"
# What a screen reader speaks of as something to use.
CONTROLS = {
    *("application", "button", "checkbox", "combobox", "grid", "link", "menuitem", "radio", "searchbox", "slider"),
    *("spinbutton", "switch", "tab", "textbox", "PopUpButton", "ToggleButton", "ColorWell", "columnheader"),
}
# The controls in sight, each with a number; those that Tab must reach, and the others.
FOCUSABLE = """() => {
    const seen = [...document.querySelectorAll('.rs-explorer :is(button, input, select, textarea, [tabindex])')]
        .filter(el => el.checkVisibility({ visibilityProperty: true }) && !el.disabled);
    seen.forEach((el, i) => { el.dataset.seen = i; });
    const text = el => el.ariaLabel || el.textContent || el.title || el.outerHTML.slice(0, 60);
    return [seen.filter(el => el.tabIndex >= 0).map(el => [el.dataset.seen, text(el)]),
        seen.filter(el => el.tabIndex < 0).map(el => [el.className + ' ' + el.role, text(el)])]; }"""
BEGIN = """() => { const start = document.createElement('button');
    start.className = 'rs-start'; document.querySelector('.rs-explorer').prepend(start); start.focus(); }"""
END = "() => document.querySelector('.rs-start').remove()"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records"
    for i in range(16):
        params = {
            "title": f"run {i}",
            "lr": 10.0 ** (-i / 4),
            "depth": 2 ** (i // 4),
            "act": "rt"[i % 2],
            "seed": i % 4,
        }
        loss = [math.exp(-step / (20 + i)) for step in range(50)]
        rs.record_experiment(
            {**params, **{f"p{k}": i % 2 for k in range(4)}}, path, {"loss": loss, "accuracy": 1 - loss[-1]}
        )
    (path / "damaged.json").write_text("{")
    return path


def nameless(notebook: Notebook) -> list[str]:
    """The controls in the accessibility tree of the Explorer that have no name."""
    session: Any = notebook.page.context.new_cdp_session(notebook.page)
    document = session.send("DOM.getDocument")["root"]["nodeId"]
    explorer = session.send("DOM.querySelector", {"nodeId": document, "selector": ".rs-explorer"})["nodeId"]
    found, named = [], 0
    for role in sorted(CONTROLS):
        nodes = session.send("Accessibility.queryAXTree", {"nodeId": explorer, "role": role})["nodes"]
        nodes = [node for node in nodes if not node["ignored"]]
        without = [f"{role} {node['nodeId']}" for node in nodes if not node["name"]["value"].strip()]
        found, named = found + without, named + len(nodes) - len(without)
    session.detach()
    assert named > 20
    return found


def unreached(notebook: Notebook) -> list[str]:
    """The controls in sight that Tab does not reach from the beginning of the Explorer."""
    page = notebook.page
    wanted, others = page.evaluate(FOCUSABLE)
    assert len(wanted) > 20
    roving = ("rs-tab tab", "rs-icon", "rs-fold", "rs-item")  # arrows lead to a tab; keys do what is beside a row
    assert [other for other in others if not other[0].startswith(roving)] == []
    page.evaluate(BEGIN)
    reached: set[str] = set()
    for _ in range(len(wanted) + 2):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.seen ?? ''"))
    page.evaluate(END)
    return [text for number, text in wanted if number not in reached]


MENUS = [
    "[data-param=lr]",
    "[data-param=act]",
    ".rs-columns",
    "[data-menu=more]",
    "[data-menu=observations]",
    "button.rs-warn",
]


def test_every_control_is_reached_and_has_a_name(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = open_notebook([SETUP], files=[records])
    page = notebook.page
    notebook.run_all()
    page.locator(".rs-panels .bqplot[aria-label^='curves of loss']").wait_for()
    for tab in ("curves", "scatter", "parallel", "differences", "params that matter", "code"):
        page.get_by_role("tab", name=tab, exact=True).focus()
        page.keyboard.press("Enter")
        page.locator(f"[role=tab][aria-selected=true][data-tab='{tab}']").wait_for()
        if tab == "differences":
            notebook.add_and_run("explorer.selected = [explorer.visible[0], explorer.visible[5]]")
            page.get_by_text("Is the difference real?").wait_for()
        if tab == "params that matter":
            page.locator(".rs-ranking[aria-busy=false] tbody tr").first.wait_for()
        notebook.at_rest()
        assert nameless(notebook) == [], tab
        assert unreached(notebook) == [], tab
    page.get_by_role("tab", name="curves", exact=True).click()
    notebook.at_rest()

    # Menus open and close.
    page.get_by_role("button", name="params that vary").press("Enter")
    for menu in MENUS:
        page.locator(menu).focus()
        page.keyboard.press("Enter")
        page.locator(f"{menu}[aria-expanded=true]").wait_for()
        notebook.at_rest()
        assert nameless(notebook) == [], menu
        if "warn" not in menu:
            assert page.evaluate("document.activeElement.closest('.rs-menu') !== null"), menu
            page.keyboard.press("Escape")
            page.locator(f"{menu}[aria-expanded=false]").wait_for()
            assert page.evaluate(f"document.activeElement.matches({menu!r})"), menu
    page.locator("[data-save=menu]").press("Enter")
    assert nameless(notebook) == []
    page.keyboard.press("Escape")

    # Zoom and pan in a panel, and a brush.
    panel = page.locator(".rs-panels .bqplot").first
    panel.focus()
    page.keyboard.press("+")
    before = page.locator("[data-held=unzoom]").inner_text()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('[data-held=unzoom]').textContent !== before", arg=before)
    page.keyboard.press("0")
    page.locator("[data-held=unzoom]").wait_for(state="detached")
    area = panel.locator(".plotarea_events").bounding_box()
    assert area is not None
    y = area["y"] + 30
    page.keyboard.down("Shift")
    page.mouse.move(area["x"] + area["width"] * 0.75, y)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.25, y, steps=3)
    page.locator(".rs-brush:visible").first.wait_for()
    page.mouse.up()
    page.keyboard.up("Shift")
    page.locator("[data-held=unzoom]").wait_for()
    low, high = map(float, notebook.add_and_run("print(*explorer.zoom)").split())
    assert 10 < low < 15
    assert 34 < high < 40
