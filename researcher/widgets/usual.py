"""Which columns a plot can show, and which it shows unless others are chosen."""

from __future__ import annotations

from collections.abc import Iterable

from researcher.summary_names import OFFERED, summary_named
from researcher.widgets.state import ExplorerState

AXES = 7  # params that parallel coordinates show unless others are chosen
OWN = ("timestamp", "duration", "status")


def offered(state: ExplorerState, chosen: Iterable[str] = ()) -> list[tuple[str, list[str]]]:
    """The columns to choose from, by kind; what is chosen already is always among them."""
    summaries = [f"{which}.{name}" for name in state.observed for which in OFFERED]
    summaries += [name for name in _named(state) if name not in summaries and name not in state.data.params]
    no_params = {*summaries, *state.observed, *OWN} & {*state.filters}  # what is filtered has a facet, whatever it is
    params = [facet.name for facet in state.facets if facet.varies and facet.name not in no_params]
    own = [name for name in OWN if name not in params]
    groups = [("params", params), ("observations", summaries), ("experiments", own)]
    known = {name for _, names in groups for name in names}
    more = [name for name in dict.fromkeys(chosen) if name and name not in known]
    return [(kind, names) for kind, names in (*groups, ("chosen", more)) if names]


def _named(state: ExplorerState) -> list[str]:
    """Numbers that sum up observations and are shown somewhere: they can be shown elsewhere too."""
    names = (*state.columns, *state.axes, *state.scatter, state.objective, *state.filters)
    return [name for name in dict.fromkeys(names) if (found := summary_named(name)) and found[1] in state.observed]


def objective_of(state: ExplorerState) -> str:
    """The column that decides what is best: the chosen one, else the first observation; empty if there is none."""
    return state.objective or (f"final.{state.observed[0]}" if state.observed else "")


def usual_scatter(state: ExplorerState) -> tuple[str, str, str]:
    """The columns of the scatter plot, with the usual choice for those that are not chosen.

    x is the most telling param that is a number, y the objective, colour the most telling of the other params.
    """
    varying = [facet for facet in state.facets if facet.varies and facet.name != "title"]
    params = [facet.name for facet in varying]
    numeric = [facet.name for facet in varying if facet.numeric]
    x, y, colour = state.scatter
    x = x or next(iter([*numeric, *params, "timestamp"]))
    y = y or objective_of(state) or next((name for name in params if name != x), "duration")
    colour = colour or next((name for name in params if name not in (x, y)), "")
    return x, y, colour


def usual_axes(state: ExplorerState) -> tuple[str, ...]:
    """The columns of the parallel coordinates: the chosen ones, else the most telling params and the objective."""
    if state.axes:
        return tuple(dict.fromkeys(state.axes))
    params = [facet.name for facet in state.facets if facet.varies and facet.name != "title"]
    objective = objective_of(state)
    return (*[name for name in params if name != objective][:AXES], *([objective] if objective else []))
