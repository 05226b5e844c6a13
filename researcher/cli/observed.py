"""What was observed in one experiment, a line an observation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from researcher.cli.printing import visible
from researcher.curves.sparkline import mean_of_folds, sparkline
from researcher.experiment import Experiment
from researcher.observations import folds_of
from researcher.params import ABSENT, label

_LONGEST = 60  # characters of what is no curve


def observed(experiment: Experiment, *, bars: bool = True) -> Table:
    """A table of all observations: how many steps, the final, least and greatest value, and the curve in small.

    Of folds all of these speak of the mean. What is no number, curve or folds is shown as it is, cut off if it is long.

    Args:
        experiment: whose observations to show.
        bars: whether to draw the curves, for which not every encoding has characters.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", overflow="fold", min_width=1)
    for heading in ("steps", "final", "min", "max"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", overflow="fold", min_width=1)
    for name, value in experiment.observations.items():
        cells = [name, *_cells(experiment, name, value, bars)]
        table.add_row(*(Text(visible(cell)) for cell in cells))
    return table


def _cells(experiment: Experiment, name: str, value: Any, bars: bool) -> list[str]:
    shape = experiment.shape(name)
    if shape == "other":
        text = label(value)
        return ["", "", "", "", text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"]
    final, least, greatest = (_text(experiment.summary(which, name)) for which in ("final", "min", "max"))
    if shape == "number":
        return ["", final, "", "", ""]
    folds = folds_of(value)
    if shape == "curve" and folds:
        steps = _steps(experiment, name, folds[0])
        least, greatest = (f"{text} at {_at(folds[0], steps, find)}" for text, find in ((least, min), (greatest, max)))
    curve = sparkline(mean_of_folds(folds)) if bars else ""
    return [_count(folds), final, least, greatest, curve]


def _text(value: object) -> str:
    return "" if value is ABSENT else label(value)


def _count(folds: Sequence[Sequence[float]]) -> str:
    """The number of steps; of folds ``5 × 18``, or ``5 × 10–18`` where they are not of one length."""
    lengths = sorted({len(fold) for fold in folds})
    steps = "–".join(f"{length:,}" for length in (lengths[0], lengths[-1])[: len(lengths)]) if lengths else "0"
    return steps if len(folds) == 1 else f"{len(folds)} × {steps}"


def _steps(experiment: Experiment, name: str, curve: Sequence[float]) -> Sequence[float]:
    found = experiment.data["researcher"].get("steps", {}).get(name) if experiment.ours else None
    return found if isinstance(found, list) and len(found) == len(curve) else range(len(curve))


def _at(curve: Sequence[float], steps: Sequence[float], extreme: Any) -> str:
    """The first step at which the curve is at its extreme."""
    places = [i for i, value in enumerate(curve) if value == value]
    return label(steps[extreme(places, key=curve.__getitem__)]) if places else "–"
