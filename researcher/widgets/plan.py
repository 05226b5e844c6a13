"""Whose curves a picture shows, in which colour and dashes: all that it takes from the state, and nothing slow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from researcher.experiment import Experiment
from researcher.params import ABSENT, flattened, label, value_key, varying
from researcher.repeats import repeat_numbers
from researcher.widgets.palette import COLOURS, DASHES, colour, dash
from researcher.widgets.ramp import RAMP
from researcher.widgets.state import ExplorerState

NOTHING = "#8a929b"  # the colour of what has no value
_TELLING = 2  # params that tell experiments of one title apart


@dataclass(frozen=True, eq=False)
class Group:
    """Experiments that share a line; one, unless curves are grouped.

    Attributes:
        label: what it is called: a title, or the value that they share.
        members: the experiments.
        colour: as ``#rrggbb``.
        dash: in the words of SVG's ``stroke-dasharray``.
        selected: whether one of them is selected.
    """

    label: str
    members: tuple[Experiment, ...]
    colour: str
    dash: str
    selected: bool


def groups_of(state: ExplorerState) -> list[Group]:
    """Who is drawn; the state's lock is held. Groups have all visible members, so that their means are honest."""
    selected = set(map(id, state.selected))
    shade = _by_column(state, state.colour, COLOURS) if state.colour else None
    dashes = _by_column(state, state.dash, DASHES) if state.dash else None
    found = []
    for place, (said, members) in enumerate(_members(state)):
        first = members[0]
        slot = place if state.group else state.slot(first) or 0
        usual = "" if shade else dash(slot)
        look = shade(first) if shade else colour(slot), dashes(first) if dashes else usual
        found.append(Group(said, tuple(members), *look, any(id(e) in selected for e in members)))
    return found


def _members(state: ExplorerState) -> list[tuple[str, list[Experiment]]]:
    if not state.group:
        return [(said, [e]) for e, said in zip(state.drawn, _titles(state.drawn), strict=True)]
    if state.group == "repeats":
        keys: Sequence[object] = repeat_numbers(state.visible, state.seed or None).tolist()
        labels = [e.title or e.hash[:8] for e in state.visible]
    else:
        column = state.column(state.group)
        values = [column.values[state.row(e)] for e in state.visible]
        keys = list(map(value_key, values))
        labels = ["absent" if value is ABSENT else label(value) for value in values]
    found: dict[object, tuple[str, list[Experiment]]] = {}
    for experiment, key, said in zip(state.visible, keys, labels, strict=True):
        found.setdefault(key, (said, []))[1].append(experiment)
    return list(found.values())


def _titles(experiments: Sequence[Experiment]) -> list[str]:
    """What the experiments are called; of those with one title, the params that tell them apart are said too."""
    titles = [e.title or e.hash[:8] for e in experiments]
    alike: dict[str, list[Experiment]] = {}
    for title, experiment in zip(titles, experiments, strict=True):
        alike.setdefault(title, []).append(experiment)
    telling = {title: varying(e.params for e in own)[:_TELLING] for title, own in alike.items() if len(own) > 1}
    found = []
    for title, experiment in zip(titles, experiments, strict=True):
        flat = flattened(experiment.params)
        more = [f"{name} {label(flat.get(name, ABSENT))}" for name in telling.get(title, ())]
        found.append(", ".join([title, *more]))
    return found


def _by_column(state: ExplorerState, name: str, looks: Sequence[str]) -> Callable[[Experiment], str]:
    """One of some looks for each value of a column; of many numbers, colours from low to high."""
    column = state.column(name)
    numbers = column.numbers
    distinct = np.unique(numbers[np.isfinite(numbers)])
    ramp = column.numeric and len(distinct) > len(looks) and looks is COLOURS
    log = ramp and distinct[0] > 0 and state.logarithmic.get(name, column.wide)
    low, high = np.log(distinct[[0, -1]]) if log else distinct[[0, -1]] if ramp else (0.0, 1.0)

    def look(experiment: Experiment) -> str:
        number = numbers[state.row(experiment)]
        if not np.isfinite(number):
            return NOTHING if looks is COLOURS else looks[-1]
        if ramp:
            part = ((np.log(number) if log else number) - low) / (high - low)
            return RAMP[round(part * (len(RAMP) - 3))]  # yellow is hard to see on white
        return looks[int(np.searchsorted(distinct, number)) % len(looks)]

    return look
