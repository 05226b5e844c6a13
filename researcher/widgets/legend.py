"""The legend below the panels of a picture."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from researcher.widgets.drawing import Drawing
from researcher.widgets.lettering import shortened
from researcher.widgets.plan import Group

LISTED = 24  # groups that are named
COLUMNS = 3
ROW, PADDING = 0.2, 0.1  # inches
_LETTER = 0.075  # inches; about as wide as one is
_INK = "#1b1f24"


def named_in(drawing: Drawing) -> list[Group | str]:
    """What stands in the legend: each group once, the selected ones first; those without room are counted."""
    found = {id(stroke.group): stroke.group for _, strokes, _ in drawing.panels for stroke in strokes}
    groups: list[Group | str] = [*sorted(found.values(), key=lambda group: not group.selected)]
    if len(groups) > LISTED:
        return [*groups[: LISTED - 1], f"and {len(groups) - LISTED + 1:,} more"]
    return groups


def height_of(entries: list[Group | str]) -> float:
    """How many inches it needs."""
    return -(-len(entries) // COLUMNS) * ROW + PADDING


def draw_legend(figure: Figure, entries: list[Group | str], left: float, bottom: float) -> None:
    """Write the entries at the foot of the figure, so many inches from its left and its bottom."""
    width, height = figure.get_size_inches()
    each = (width - left) / COLUMNS
    for place, entry in enumerate(entries):
        row, column = divmod(place, COLUMNS)
        x, y = left + column * each, bottom + height_of(entries) - (row + 0.5) * ROW
        if isinstance(entry, Group):
            ends = [x / width, (x + 0.22) / width]
            figure.add_artist(Line2D(ends, [y / height] * 2, color=entry.colour, lw=2, ls=dashes(entry.dash, 2)))
        text = shortened(entry.label if isinstance(entry, Group) else entry, int((each - 0.4) / _LETTER))
        figure.text((x + 0.3) / width, y / height, text, color=_INK, fontsize=8, va="center_baseline")


def dashes(pattern: str, width: float) -> str | tuple[int, list[float]]:
    """SVG's dashes in matplotlib's words, as long as they are in the page, for a line of so many points."""
    parts = [float(part) * 0.75 / width for part in pattern.split()]
    return (0, parts) if parts else "-"
