"""The workload ``thin``: fewer points of a long curve, and how far their picture is from the exact one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers.peer import Peer
from benchmarks.tables import number, table
from benchmarks.workload import Workload
from researcher.curves.downsampling import thinned

_WIDE, _HIGH = 560, 190  # px of the picture, about those of a panel


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often each curve is thinned; the quickest counts.
        points: of a curve.
        budgets: how many of them are to stay.
    """

    rounds: int
    points: int
    budgets: Sequence[int]


def run(_: Sequence[Peer], size: Size) -> str:
    """Measure both ways and return the table."""
    from tsdownsample import MinMaxLTTBDownsampler

    ways: list[Callable[[Any, int], Any]] = [thinned, lambda y, n: MinMaxLTTBDownsampler().downsample(y, n_out=n)]
    rows = []
    for name, y in _curves(size.points):
        exact = _picture(y, np.arange(len(y)))
        for budget in size.budgets:
            cells = [name, f"{budget:,}"]
            for way in ways:
                took = min(_seconds(way, y, budget) for _ in range(size.rounds))
                kept = way(y, budget)
                lost = 1 - np.ptp(y[kept]) / np.ptp(y)
                error = np.abs(_picture(y, kept) - exact).mean()
                cells += [number(took * 1000), f"{100 * error:.1f}", f"{100 * lost:.1f}"]
            rows.append(cells)
    heading = [
        "curve",
        "points",
        *(f"{way} {what}" for way in ("ours:", "MinMaxLTTB:") for what in ("ms", "% off", "% lost")),
    ]
    return table(heading, rows, text=1)


def _curves(n: int) -> Iterator[tuple[str, Any]]:
    drawn, part = np.random.default_rng(0), np.arange(n) / n
    noise, falling = drawn.normal(0, 0.03, n), np.exp(-4 * part)
    yield "smooth", falling * (1 + 0.2 * np.sin(40 * part))
    yield "noisy", falling + noise
    spiked = falling + noise / 5
    spiked[drawn.integers(0, n, 20)] += 2
    yield "a few spikes", spiked
    yield "random walk", np.cumsum(noise)


def _seconds(way: Callable[[Any, int], Any], y: Any, budget: int) -> float:
    begun = time.perf_counter()
    way(y, budget)
    return time.perf_counter() - begun


def _picture(y: Any, kept: Any) -> Any:
    """The picture of some points of a curve, in axes of the whole curve: shades from 0 to 1."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({"path.simplify": False, "agg.path.chunksize": 20_000}):
        canvas = FigureCanvasAgg(Figure(figsize=(_WIDE / 100, _HIGH / 100), dpi=100))
        axes = canvas.figure.add_axes((0, 0, 1, 1), xlim=(0, len(y) - 1), ylim=(y.min(), y.max()))
        axes.axis("off")
        axes.plot(kept, y[kept], linewidth=1, color="black")
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., 0] / 255


WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, points=5_000, budgets=(100,)),
        "quick": Size(rounds=5, points=1_000_000, budgets=(150, 1_200)),
        "full": Size(rounds=20, points=1_000_000, budgets=(150, 300, 1_200)),
    },
    needs=("tsdownsample", "matplotlib"),
)
