"""What the line below the panels says of them: what is drawn, how, and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from researcher.widgets.drawn import Drawn
from researcher.widgets.plan import Group
from researcher.widgets.state import ExplorerState
from researcher.widgets.supply import Supply

BANDS = {"std": "one standard deviation", "se": "one standard error", "95": "its 95 % interval", "minmax": "all values"}


def remarks(state: ExplorerState, supply: Supply, lines: Sequence[Drawn]) -> list[str]:
    """Short texts, the most telling first."""
    said = []
    if state.experiments and not state.observations:
        chosen = "no observation with a curve is chosen; numbers stand in the table"
        said.append(chosen if state.observed else "nothing was observed")
    said += left_out(supply.groups, supply.left_out, len(state.visible))
    if any(line.edges is not None for line in lines):
        counts = np.concatenate([line.stroke.band.n for line in lines if line.stroke.band is not None])
        low, high = int(counts[counts > 0].min()), int(counts.max())
        n = f"n = {low:,}" if low == high else f"n = {low:,} to {high:,}"
        said.append(f"mean, and a band of {BANDS.get(state.band, state.band)}, {n}")
    lost = sum(int(line.stroke.band.lost.max(initial=0)) for line in lines if line.stroke.band is not None)
    if lost:
        said.append(f"{lost} diverged and not in the means")
    if state.smoothing > 0 and lines:
        said.append(f"smoothed with weight {state.smoothing:.4g}, as observed behind it")
    if state.log_y and (hidden := sum(map(_without_place, lines))):
        said.append(f"{hidden:,} values are not positive and not on a log axis")
    if state.clip:
        said.append("what is far out is left out of the y ranges")
    if lines:
        drawn, whole = sum(len(line.kept) for line in lines), sum(len(line.x) for line in lines)
        said.append(f"drawn {drawn:,} of {whole:,} points, extremes kept")
    if supply.unread:
        said.append(f"no longer readable: {', '.join(sorted(supply.unread))}")
    return said


def left_out(groups: Sequence[Group], more: int, n_visible: int) -> list[str]:
    """What is said of curves that are not drawn or not in a mean: of ``more`` groups, and of experiments."""
    said = [f"the first {len(groups):,} groups of {len(groups) + more:,}"] if more else []
    members, read = sum(len(g.rows) for g in groups), sum(len(g.members) for g in groups)
    if members < n_visible and not more:
        said.append(f"curves of {members:,} of {n_visible:,} visible experiments")
    if read < members:
        said.append(f"{read:,} of {members:,} experiments are read, taken evenly from each group")
    return said


def why_empty(state: ExplorerState, observation: str) -> str:
    """What a panel says that has no line."""
    if not state.visible:
        return "no experiment passes the query and the filters" if state.experiments else "there is no experiment"
    if observation not in state.observed:
        return "no experiment has observed it"
    return "none of the drawn experiments has a curve of it"


def _without_place(line: Drawn) -> int:
    """How many of its values the y axis has no place for."""
    return int((np.isfinite(line.stroke.curve.y) & ~np.isfinite(line.y)).sum())
