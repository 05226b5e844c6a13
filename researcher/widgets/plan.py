"""Whose curves a picture shows, in which colour and dashes: all that it takes from the state, and nothing slow."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from researcher.arrays import Indices, grouped
from researcher.experiment import Experiment
from researcher.params import ABSENT, flattened, label, value_key, varying
from researcher.widgets.palette import COLOURS, DASHES, colour, dash
from researcher.widgets.ramp import RAMP
from researcher.widgets.slots import CURVES
from researcher.widgets.state import ExplorerState

NOTHING = "#8a929b"  # the colour of what has no value
_READ = 4_000  # experiments whose curves are read for groups, which takes a second or two
_TELLING = 2  # params that tell experiments of one title apart


@dataclass(frozen=True, eq=False)
class Group:
    """Experiments that share a line; one, unless curves are grouped.

    Attributes:
        label: what it is called: a title, or the value that they share.
        rows: the places of the experiments among those loaded.
        members: those of them whose curves are read: all, unless they are very many.
        colour: as ``#rrggbb``.
        dash: in the words of SVG's ``stroke-dasharray``.
        selected: whether one of them is selected.
    """

    label: str
    rows: Indices
    members: tuple[Experiment, ...]
    colour: str
    dash: str
    selected: bool


_FOLLOWS_FROM = (
    *("experiments", "visible", "drawn", "selected", "unseen", "observations", "growth"),
    *("group", "colour", "dash", "seed", "logarithmic"),
)
_known: WeakKeyDictionary[ExplorerState, tuple[list[object], tuple[list[Group], int]]] = WeakKeyDictionary()
"""What was found last, and what it follows from: the table asks for it as the panels do."""


def drawn_groups(state: ExplorerState) -> tuple[list[Group], int]:
    """Who is drawn, and how many groups are left out as they are too many; the state's lock is held.

    Groups have all visible members, so that their means are honest; those whose eyes are all shut are not drawn. Of
    more members than can be read while somebody waits, as many of each group are read as there is room for, taken
    evenly from them as they are sorted.
    """
    chosen = [getattr(state, name) for name in _FOLLOWS_FROM]
    known = _known.get(state)
    if known is None or not all(map(operator.is_, known[0], chosen)):
        known = _known[state] = chosen, _drawn_groups(state)
    return known[1]


def _drawn_groups(state: ExplorerState) -> tuple[list[Group], int]:
    selected = state.rows_of(state.selected)
    every = _members(state)
    most = max(1, CURVES // max(1, len(state.observations))) if state.group else len(every)  # those drawn are few
    room = _room([len(rows) for _, rows in every[:most]])
    shown = [(key, rows, tuple(state.at(_evenly(rows, room)))) for key, rows in every[:most]]
    shade = _by_column(state, state.colour, COLOURS) if state.colour else None
    dashes = _by_column(state, state.dash, DASHES) if state.dash else None
    found = []
    firsts = [members[0] for _, _, members in shown]
    for (key, rows, members), first, said in zip(shown, firsts, _labels(state, firsts), strict=True):
        slot = state.slot_among(f"group {state.group}", key) if state.group else state.slot(first) or 0
        usual = "" if shade else dash(slot)
        look = shade(first) if shade else colour(slot), dashes(first) if dashes else usual
        found.append(Group(said, rows, members, *look, bool(np.isin(selected, rows).any())))
    return found, len(every) - len(shown)


def _room(sizes: Sequence[int]) -> int:
    """How many members of a group are read at most, so that of all groups together no more are than can be."""
    left, groups = _READ, len(sizes)
    for size in sorted(sizes):
        if size * groups > left:
            return max(1, left // groups)
        left, groups = left - size, groups - 1
    return _READ


def _evenly(rows: Indices, room: int) -> Indices:
    """As many of these as there is room for, the first and the last among them."""
    return rows if len(rows) <= room else rows[np.linspace(0, len(rows) - 1, room).astype(np.intp)]


def places_of(groups: Sequence[Group], n_experiments: int) -> npt.NDArray[np.int16]:
    """For each loaded experiment the place of its group among these, or -1, of shape ``(n_experiments,)``."""
    places = np.full(n_experiments, -1, dtype="<i2")
    for place, group in enumerate(groups):
        places[group.rows] = place
    return places


def looks_of(state: ExplorerState, experiments: Sequence[Experiment]) -> dict[Experiment, list[str]]:
    """Colour and dashes of those of these experiments that are drawn; the state's lock is held."""
    groups, _ = drawn_groups(state)
    places = places_of(groups, len(state.experiments))
    found = {}
    for experiment in experiments:
        for place in places[state.rows_of([experiment])].tolist():  # none if it is not loaded any more
            if place >= 0:
                found[experiment] = [groups[place].colour, groups[place].dash]
    return found


def _members(state: ExplorerState) -> list[tuple[Hashable, Indices]]:
    """What the members of each group share, and the rows of the visible ones; none whose eyes are all shut."""
    if not state.group:
        rows = state.rows_of(state.drawn)
        return [(state.number(e), rows[i : i + 1]) for i, e in enumerate(state.drawn)]
    keys: Sequence[Hashable]
    codes: npt.NDArray[np.integer[Any]]
    if state.group == "repeats":
        codes = state.repeats()
        keys = state.numbers[np.unique(codes, return_index=True)[1]].tolist()  # the oldest stands for all
    else:
        facet = state.data.facet(state.group)
        codes, keys = facet.codes, facet.keys
    unseen = state.rows_of(state.unseen)
    found = [(keys[code], state.rows[places]) for code, places in grouped(codes[state.rows])]
    return [(key, rows) for key, rows in found if not np.isin(rows, unseen).all()]


def _labels(state: ExplorerState, firsts: Sequence[Experiment]) -> list[str]:
    """What the groups of these first members are called: by the value that they share, else by their titles."""
    if not state.group:
        return _titles(firsts)
    if state.group == "repeats":
        return [e.title or e.hash[:8] for e in firsts]
    column = state.column(state.group)
    values = [column.values[state.row(e)] for e in firsts]
    return ["absent" if value is ABSENT else label(value) for value in values]


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
    """One of some looks for each value of a column, which it keeps; of many numbers, colours from low to high."""
    column = state.column(name)
    numbers = column.numbers
    distinct = np.unique(numbers[np.isfinite(numbers)])
    ramp = column.numeric and len(distinct) > len(looks) and looks is COLOURS
    log = ramp and distinct[0] > 0 and state.logarithmic.get(name, column.wide)
    low, high = np.log(distinct[[0, -1]]) if log else distinct[[0, -1]] if ramp else (0.0, 1.0)
    kind = f"{'colour' if looks is COLOURS else 'dash'} {name}"
    first = dict(zip(numbers.tolist(), column.values, strict=True)) if not ramp else {}
    places = {number: state.slot_among(kind, value_key(first[number])) for number in distinct.tolist() if not ramp}

    def look(experiment: Experiment) -> str:
        number = numbers[state.row(experiment)]
        if not np.isfinite(number):
            return NOTHING if looks is COLOURS else looks[-1]
        if ramp:
            part = ((np.log(number) if log else number) - low) / (high - low)
            return RAMP[round(part * (len(RAMP) - 3))]  # yellow is hard to see on white
        return looks[places[float(number)] % len(looks)]

    return look
