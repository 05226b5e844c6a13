"""Figures of matplotlib in one look: subplots, curves, and legends that leave the curves in sight."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Told apart by people with any kind of colour vision (Okabe and Ito); after eight of them come dashes.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6d31", "#7722dd")
QUIET = "#8a929b"
_DASHES = ("-", "--", ":", "-.")
_LEGEND_INSIDE = 8  # entries; a longer legend stands beside the plot


def colour(i: int) -> str:
    """The colour of the i-th experiment."""
    return COLOURS[i % len(COLOURS)]


def dash(i: int) -> str:
    """Its dash, another one whenever the colours begin anew."""
    return _DASHES[i // len(COLOURS) % len(_DASHES)]


def subplots(metrics: list[str], kwargs: dict[str, Any], height: float = 3.2) -> tuple[Figure, list[Axes]]:
    """A figure with one subplot for each metric, below each other unless ``ncols`` says otherwise."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    columns = kwargs.get("ncols", 1)
    rows = math.ceil(len(metrics) / columns)
    ours: dict[str, Any] = {"figsize": (8 * min(columns, 2), 0.6 + height * rows)}
    if not {"layout", "constrained_layout", "tight_layout"} & kwargs.keys():
        ours["layout"] = "constrained"
    figure, grid = plt.subplots(**{**ours, **kwargs, "nrows": rows, "squeeze": False})
    axes = list(grid.flat)
    for spare in axes[len(metrics) :]:
        spare.remove()
    for ax in axes[: len(metrics)]:
        ax.grid(visible=True, lw=0.5, alpha=0.35)
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
    if "inline" in mpl.get_backend():
        setattr(figure, "_repr_mimebundle_", partial(_no_second_picture, figure))  # noqa: B010 - unknown to mypy
    return figure, axes[: len(metrics)]


def _no_second_picture(figure: Figure, **_: object) -> dict[str, object]:
    """Called when IPython shows the figure, because it ends a cell for example.

    At the end of a cell the inline backend shows all figures that pyplot holds, so pyplot must forget this one.
    The empty dict leaves the picture itself to IPython.
    """
    import matplotlib.pyplot as plt

    plt.close(figure)
    return {}


def draw_curve(ax: Axes, values: Floats, label: str, i: int) -> None:
    """One line over the steps; a value between two gaps would be invisible, so it is a dot."""
    import numpy as np

    real = np.pad(np.isfinite(values), 1)
    lone = real[1:-1] & ~real[:-2] & ~real[2:]
    ax.plot(
        range(len(values)),
        values,
        label=shown(label),
        color=colour(i),
        linestyle=dash(i),
        lw=1.6,
        **({"marker": "o", "ms": 5, "markevery": lone.nonzero()[0].tolist()} if lone.any() else {}),
    )


def draw_behind(ax: Axes, values: Floats, name: str) -> None:
    """Another quantity, such as the learning rate, quietly, on an axis of its own on the right."""
    right = ax.twinx()
    right.plot(range(len(values)), values, color=QUIET, lw=1.2, marker="." if len(values) == 1 else "")
    if (values[values == values] > 0).all():
        right.set_yscale("log")
    right.set_ylabel(shown(name), color=QUIET)
    right.tick_params(axis="y", which="both", colors=QUIET)
    right.spines[["top", "left"]].set_visible(False)
    right.spines["right"].set_color(QUIET)
    ax.set_zorder(right.get_zorder() + 1)
    ax.patch.set_visible(False)


def finish_steps(ax: Axes, metric: str, beside: bool = False) -> None:
    """The axes and the legend of a plot over steps; ``beside``: its right side has an axis of its own."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if ax.dataLim.x1 == 0:
        ax.set_xlim(-1, 1)  # numbers and curves of one step
    ax.set_xlabel("step")
    ax.set_ylabel(shown(metric))
    legend(ax, beside)


def legend(ax: Axes, beside: bool = False) -> None:
    """Inside the plot while it is short, else beside it, as many entries as there is room for."""
    from matplotlib.lines import Line2D

    handles, labels = ax.get_legend_handles_labels()
    if len(handles) <= _LEGEND_INSIDE and not beside:
        labels = [shortened(text, 44) for text in labels]
        ax.legend(handles, labels, fontsize="small", framealpha=0.7, edgecolor="none")
        return
    extent, points = ax.get_window_extent(), 72 / ax.figure.dpi
    width, height = 0.75 * extent.width * points, extent.height * points  # the most that the legend may take
    labels = [shortened(text, max(10, min(44, int((width - 40) / 4.6)))) for text in labels]
    columns = 2 if 2 * (40 + 4.6 * max(map(len, labels))) <= width else 1
    fitting = columns * max(3, int(height / 13))
    if len(handles) > fitting:
        hidden = len(handles) - fitting + 1
        handles = [*handles[:-hidden], Line2D([], [], lw=0)]
        labels = [*labels[: len(handles) - 1], f"… and {hidden} more"]
    ax.legend(
        handles,
        labels,
        fontsize="small",
        frameon=False,
        ncols=columns if len(handles) > fitting / columns else 1,
        loc="upper left",
        bbox_to_anchor=(1.1 if beside else 1.01, 1),
        borderaxespad=0,
    )


def shortened(text: str, longest: int) -> str:
    """The beginning and the end of a text that is too long; identifiers begin with a title and end with a hash."""
    half = (longest - 1) // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"


def shown(text: str) -> str:
    """A text that matplotlib shows as it is: no formula between dollars, not hidden by a leading underscore."""
    return (" " if text.startswith("_") else "") + text.replace("$", r"\$")
