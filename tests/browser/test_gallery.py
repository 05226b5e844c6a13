"""The whole Explorer, part by part, in pictures: the README's are made of them (``make gallery``)."""

from __future__ import annotations

import itertools
import math
import random
from pathlib import Path

import pytest

import researcher as rs

from .conftest import OpenNotebook
from .harness import SCREENSHOTS, Notebook

SEEDS = 4
STEPS = 150
SETUP = """import math
import researcher as rs
params = {"title": "gelu-512-adam", "activation": "gelu", "depth": 512, "lr": 0.003, "optimizer": {"name": "adam"}}
running = rs.Recorder({**params, "seed": 0}, "records/").start()
for step in range(90):
    loss = 0.9 * math.exp(-step / 30) + 0.1
    running.observe(loss=loss, val_loss=loss * 1.2, accuracy=1 - loss / 2, val_accuracy=1 - loss / 1.8)
explorer = rs.Explorer("records/")
explorer"""
# What a reader may have chosen: groups of repeats on log axes, a folded table, one row selected.
CHOSEN = """explorer.view = {
    "query": "final.val_loss < 0.5 and lr < 0.1", "sort": [("val_loss", False)], "folded": True,
    "columns": ["activation", "val_loss", "depth", "lr"], "group": "repeats", "band": "95", "log_y": True}
explorer.selected = explorer.visible[:1]"""
SMOOTHED = """explorer.view = {"smoothing": 0.9, "colour": "activation", "query": "optimizer.name == 'adam'",
    "observations": ["loss", "val_loss"], "columns": ["val_loss", "loss", "lr", "depth"]}
explorer.baseline = explorer.visible[4]
explorer.pinned = explorer.visible[16:17]"""
# The texts that have a contrast below 4.5, which WCAG 2.2 wants, to what is behind them.
FAINT = """() => {
    const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = colour => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255]; };
    const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a));
    const light = colour => colour.map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0.05);
    const faint = el => {
        const style = getComputedStyle(el), around = [];
        for (let at = el; at; at = at.parentElement) around.push(getComputedStyle(at));
        const ground = around.reduceRight((below, one) => over(rgba(one.backgroundColor), below), [255, 255, 255]);
        const [r, g, b, a] = rgba(el.closest('svg') ? style.fill : style.color);
        const strength = around.reduce((all, one) => all * Number(one.opacity), a);
        const [low, high] = [light(over([r, g, b, strength], ground)), light(ground)].sort((x, y) => x - y);
        return strength > 0 && high / low < 4.5; };
    const texts = document.createTreeWalker(document.querySelector('.rs-explorer'), NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) {
        const { parentElement: el, data } = texts.currentNode;
        if (data.trim() && el.checkVisibility({ visibilityProperty: true }) && faint(el)) found.push(data); }
    return found; }"""
TABS = ["scatter", "parallel", "differences", "params that matter"]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighteen settings with four repeats each, as a search might have made them; some diverge."""
    path, chance = tmp_path_factory.mktemp("recorded") / "records", random.Random(7)
    for activation, depth, optimizer in itertools.product(["relu", "tanh", "gelu"], [64, 128, 256], ["adam", "sgd"]):
        lr = float(f"{10 ** chance.uniform(-3.7, -0.8):.2g}")
        best = {"relu": 0.08, "tanh": 0.11, "gelu": 0.05}[activation] + 0.05 * abs(math.log10(lr) + 2.2) + 3 / depth
        for seed in range(SEEDS):
            params = {"title": f"{activation}-{depth}-{optimizer}", "activation": activation, "depth": depth, "lr": lr}
            params |= {"optimizer": {"name": optimizer}, "seed": seed}
            rs.record_experiment(params, path, _observed(chance, best, lr, optimizer == "sgd" and lr > 0.05))
    return path


def _observed(chance: random.Random, best: float, lr: float, diverges: bool) -> dict[str, list[float]]:
    best, pace = best * chance.uniform(0.9, 1.1), 12 + 10 * abs(math.log10(lr) + 2)
    loss = [(0.9 * math.exp(-i / pace) + best) * chance.uniform(0.96, 1.04) for i in range(STEPS)]
    if diverges:
        end = 40 + int(chance.uniform(0, 30))
        loss[end:] = [math.nan] * (STEPS - end)
    val = [value * chance.uniform(1.05, 1.15) + 0.0004 * i for i, value in enumerate(loss)]
    accuracies = [[1 - value / 2.2 for value in values] for values in (loss, val)]
    return {"loss": loss, "val_loss": val, "accuracy": accuracies[0], "val_accuracy": accuracies[1]}


def opened(open_notebook: OpenNotebook, records: Path, theme: str = "light", width: int = 1400) -> Notebook:
    notebook = open_notebook([SETUP], files=[records], theme=theme, width=width)
    notebook.page.set_viewport_size({"width": width, "height": 1500})  # all of it is in sight
    notebook.run_all()
    notebook.page.locator("[data-count=visible]", has_text="73 experiments").wait_for()
    return notebook


def picture(notebook: Notebook, name: str) -> None:
    """The Explorer alone, in screenshots/gallery-NAME.png; nothing of it is cut off."""
    notebook.at_rest()
    SCREENSHOTS.mkdir(exist_ok=True)
    path = SCREENSHOTS / f"gallery-{name}.png"
    notebook.page.locator(".rs-explorer").screenshot(path=path, animations="disabled")
    for part in notebook.page.locator(".rs-explorer, .rs-side, .rs-ranking:visible").all():
        assert part.evaluate("el => el.scrollWidth <= el.clientWidth + 1")
    assert notebook.page.evaluate(FAINT) == []


def choose(notebook: Notebook, view: str) -> None:
    """Choose a view, and wait until it is drawn."""
    notebook.add_and_run(view)
    notebook.at_rest()


def hover(notebook: Notebook) -> None:
    """Point at a curve of the first panel."""
    x, y = notebook.page.locator(".rs-panels .bqplot").first.evaluate(
        """figure => {
            const path = [...figure.querySelectorAll('path.line')]
                .filter(path => path.getAttribute('d')?.length > 100 && path.style.strokeWidth !== '0').at(-2);
            const p = path.getPointAtLength(path.getTotalLength() * 0.45), m = path.getScreenCTM();
            return [p.x * m.a + m.e, p.y * m.d + m.f]; }"""
    )
    notebook.page.mouse.move(x, y)
    notebook.page.locator(".rs-tip b").first.wait_for()


def open_tab(notebook: Notebook, tab: str) -> None:
    """Open a tab, and wait for its answer."""
    notebook.page.get_by_role("tab", name=tab, exact=True).click()
    if tab == "differences":
        notebook.page.get_by_text("Told apart.").wait_for()
    if tab == "params that matter":
        notebook.page.locator(".rs-ranking[aria-busy=false] tbody tr").first.wait_for()


def test_tour(open_notebook: OpenNotebook, records: Path) -> None:
    notebook = opened(open_notebook, records)
    page = notebook.page
    choose(notebook, CHOSEN)
    ticks = page.locator(".rs-panels .bqplot").first.locator(".axis").last.locator(".tick text").all_text_contents()
    assert "0.1" in ticks
    assert not any(text.startswith("-") for text in ticks)  # places on the axis in place of numbers
    page.locator("[data-param=activation]").click()
    hover(notebook)
    picture(notebook, "explorer")
    page.keyboard.press("Escape")
    choose(notebook, SMOOTHED)
    picture(notebook, "curves")
    notebook.add_and_run("explorer.selected = explorer.visible[0:1] + explorer.visible[16:17]")
    for tab in TABS:
        open_tab(notebook, tab)
        picture(notebook, tab.replace(" ", "-"))


@pytest.mark.parametrize(("theme", "width"), [("dark", 1400), ("light", 700)])
def test_looks(open_notebook: OpenNotebook, records: Path, theme: str, width: int) -> None:
    notebook = opened(open_notebook, records, theme=theme, width=width)
    choose(notebook, CHOSEN)
    name = "dark" if theme == "dark" else "narrow"
    picture(notebook, name)
    notebook.add_and_run("explorer.selected = explorer.visible[0:1] + explorer.visible[16:17]")
    for tab in TABS:
        open_tab(notebook, tab)
        picture(notebook, f"{name}-{tab.replace(' ', '-')}")
