"""The workload ``explorer``: what a user waits for in a real browser, beside the least that a notebook can do."""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import drawn
from benchmarks.peers.peer import Peer
from benchmarks.tables import aims, number, table
from benchmarks.workload import Workload

if TYPE_CHECKING:
    from benchmarks.page import Page, Pages

_EMPTY = "import bqplot as bq\nbq.Figure()"
_BARE = """import ipywidgets as w
box, said = w.Dropdown(options=["a", "b"]), w.Label("a")
box.observe(lambda change: setattr(said, "value", change.new), "value")
bare = w.VBox([box, said])
bare.add_class("bare"), said.add_class("said")
bare"""
_IMPORTS = "import researcher as rs\nimport researcher.widgets.explorer"
_TRAIN = """import math, statistics, time
def work(n):
    total = 0
    for i in range(n):
        total += i * i
    return total

def train(steps, n):
    with rs.Recorder({{"title": "live", "n": n}}, {directory!r}) as recorder:
        begun = time.perf_counter()
        for step in range(steps):
            work(n)
            recorder.observe({{f"value{{i}}": math.sin(step / 50 + i) for i in range(10)}}, step=step)
        seconds = time.perf_counter() - begun
    return seconds

def work_of(seconds):
    times = []
    for _ in range(40):
        begun = time.perf_counter()
        work(100_000)
        times.append(time.perf_counter() - begun)
    return int(100_000 * seconds / statistics.median(times))"""
_LIVE = "live: a training loop with ten panels"
_STEP = 0.01  # seconds; a hundred steps of ten values a second


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often everything is opened.
        turns: how often each of the other things is done, and the bare one beside it; an even number, so that what
            was filtered is there again.
        usual: experiments of four observations of 50 values.
        many: likewise; 0 leaves this part out.
        long: values of each of the four observations of 20 experiments.
        loops: how often a training loop runs with an Explorer, and without one.
        seconds: how long it lasts without one.
    """

    rounds: int
    turns: int
    usual: int
    many: int
    long: int
    loops: int
    seconds: float


class Findings:
    """Milliseconds of what was timed, by name, and of the bare thing beside it; and what else is told."""

    def __init__(self) -> None:
        self.ours: dict[str, list[float]] = defaultdict(list)
        self.bare: dict[str, list[float]] = defaultdict(list)
        self.told: list[str] = []

    def take(self, name: str, ours: float, bare: float) -> None:
        """Add one turn of both."""
        self.ours[name].append(ours)
        self.bare[name].append(bare)

    def ratio(self, name: str) -> float | None:
        """The median of ours to that of the bare thing; None if it was not measured."""
        return statistics.median(self.ours[name]) / statistics.median(self.bare[name]) if name in self.ours else None


def run(_: Sequence[Peer], size: Size) -> str:
    """Measure, and return the tables."""
    from playwright.sync_api import Error

    from benchmarks.page import browsing

    found = Findings()
    with tempfile.TemporaryDirectory() as above, browsing() as pages, pages.notebook([_BARE]) as bare:
        bare.notebook.run_all()
        for _turn in range(3):
            bare.timed("dropdown")  # to get warm
        usual, many = Path(above, "usual"), Path(above, "many")
        drawn.write(usual, drawn.Workload(size.usual, 50))
        parts: list[tuple[str, Callable[[], None]]] = [
            ("opening", lambda: _open(pages, usual, size, found)),
            ("usual", lambda: _use(pages, bare, usual, size.usual, size, "usual", found)),
            ("long", lambda: _zoom(pages, bare, Path(above, "long"), size, found)),
            ("live", lambda: _train(pages, Path(above), size, found)),
            ("many", lambda: _use(pages, bare, many, size.many, size, "many", found)),
        ]
        drawn.write(Path(above, "long"), drawn.Workload(20, size.long))
        if size.many:
            drawn.write(many, drawn.Workload(size.many, 50))
        for name, part in parts if size.many else parts[:-1]:
            try:
                part()
            except (Error, AssertionError, ValueError) as error:  # in the page, in a cell, or in what it printed
                found.told.append(f"{name} could not be measured: {str(error).splitlines()[0][:200]}.")
    return _report(found)


def _open(pages: Pages, records: Path, size: Size, found: Findings) -> None:
    """Run the one cell of a notebook whose kernel has imported nothing yet."""
    for turn in range(size.rounds + 1):
        with (
            pages.notebook([_EMPTY]) as empty,
            pages.notebook([f"import researcher as rs\n{_shown(records)}"]) as ours,
        ):
            figure = empty.timed("opened", 0, ["figure"])["figure"]
            times = ours.timed("opened", 0, ["table", "curves"])
            if turn:  # the first fills the caches of browser and disk
                found.take("usual: opening to counts, filters and table", times["table"], figure)
                found.take("usual: opening to curves", times["curves"], figure)


def _shown(records: Path) -> str:
    return f"explorer = rs.Explorer({str(records)!r})\nexplorer"


@contextmanager
def _explorer(pages: Pages, records: Path) -> Iterator[Page]:
    with pages.notebook([_IMPORTS, _shown(records)]) as page:
        page.notebook.run_cell(0)
        page.before = page.memory()
        page.timed("opened", 1, ["table", "curves"])
        page.notebook.finish()
        yield page


def _use(pages: Pages, bare: Page, records: Path, n: int, size: Size, name: str, found: Findings) -> None:
    """Filter, sort and select, and the bare Dropdown after each."""
    with _explorer(pages, records) as page:
        acts: dict[str, Callable[[], float]] = {
            "filter to repaint": lambda: page.timed("filter", '"relu"', n),
            "sort to repaint": lambda: page.timed("sort", "loss"),
            "overlay of 50 to repaint": lambda: page.timed("select", min(50, n)),
        }
        page.click("[data-param=activation]")
        for what, act in acts.items():
            for turn in range(size.turns + 2):
                ours, theirs = act(), bare.timed("dropdown")
                if turn > 1:
                    found.take(f"{name}: {what}", ours, theirs)
        told = (
            f"The kernel with {n:,} experiments took {page.memory() - page.before:,.0f} MB more than with the imports"
        )
        found.told.append(f"{told} after all of this.")


def _zoom(pages: Pages, bare: Page, records: Path, size: Size, found: Findings) -> None:
    with _explorer(pages, records) as page:
        for turn in range(size.turns + 1):
            ours, theirs = page.timed("wheel", 5), bare.timed("dropdown")
            page.timed("whole")
            if turn:
                found.take("long: wheel to refined repaint", ours, theirs)


def _train(pages: Pages, above: Path, size: Size, found: Findings) -> None:
    """The same training loop with an Explorer that shows it, and without one."""
    steps = round(size.seconds / _STEP)
    watched, alone = above / "watched", above / "alone"
    watched.mkdir()
    panels = "observations=[f'value{i}' for i in range(10)]"
    show = f"explorer = rs.Explorer({str(watched)!r}, {panels})\nexplorer"
    frames = []
    with pages.notebook([_training(alone)]) as without, pages.notebook([_training(watched), show]) as page:
        without.notebook.run_all()
        page.notebook.run_all()
        for loop in (without, page):  # to get warm
            loop.said(f"print(train(10, work_of({_STEP})))")
        page.timed("countRepaints")
        for turn in range(size.loops):
            n = without.said(f"print(work_of({_STEP}))")
            seconds = {}
            for loop in (without, page) if turn % 2 == 0 else (page, without):
                before = page.timed("repainted")
                seconds[loop] = float(loop.said(f"print(train({steps}, {n}))"))
                if loop is page:
                    frames.append((page.timed("repainted") - before) / seconds[page])
            found.take(_LIVE, 1000 * seconds[page], 1000 * seconds[without])
    rate, often = 10_000 * steps / statistics.median(found.ours[_LIVE]), statistics.median(frames)
    found.told.append(
        f"Live, {rate:,.0f} values a second were observed, and each panel was drawn {often:.1f} times a second."
    )


def _training(records: Path) -> str:
    return f"import researcher as rs\n{_TRAIN.format(directory=str(records))}"


def _report(found: Findings) -> str:
    rows = [
        [
            name,
            number(found.ratio(name) or 0.0),
            number(statistics.median(times)),
            number(statistics.median(found.bare[name])),
        ]
        for name, times in found.ours.items()
    ]
    most = {
        "usual: opening to counts, filters and table": 2,
        "usual: filter to repaint": 3,
        "many: filter to repaint": 5,
        "long: wheel to refined repaint": 4,
        _LIVE: 1.05,
    }
    judged = aims((name, at_most, found.ratio(name)) for name, at_most in most.items())
    return "\n\n".join([table(["", "×", "about ms", "bare, about ms"], rows), judged, " ".join(found.told)])


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, turns=2, usual=300, many=0, long=2_000, loops=1, seconds=0.5),
        "quick": Size(rounds=1, turns=6, usual=10_000, many=0, long=200_000, loops=2, seconds=3.0),
        "full": Size(rounds=3, turns=10, usual=10_000, many=100_000, long=1_000_000, loops=5, seconds=5.0),
    },
    needs=("playwright", "notebook", "bqplot"),
)
