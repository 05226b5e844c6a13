"""What is chosen by a name that no experiment has: said where it was written, as it may be a slip of the pen."""

from __future__ import annotations

from typing import Any

from researcher.near_misses import near_misses
from researcher.params import ABSENT
from researcher.reserved import OWN
from researcher.widgets.state import ExplorerState

_OVER = ("step", "time", "clock")  # what curves are drawn over, beside observations
_COLUMNS = ("group", "colour", "dash", "objective")


def unknown(state: ExplorerState, name: str) -> list[str]:
    """A sentence for each name in what is chosen under ``name`` that no experiment has, with the near misses."""
    chosen: Any = getattr(state, name, None)
    if not chosen or not state.experiments:
        return []
    if name == "query":
        return [state.hint] if state.hint else []
    if name == "observations":
        return [_said(name, one, state.observed) for one in chosen if one not in state.observed]
    if name == "x":
        known = [*_OVER, *state.observed]
        return [] if chosen in known else [_said(name, chosen, known)]
    columns = chosen if name == "filters" else [chosen] if name in _COLUMNS else ()
    known = [*state.data.params, *OWN, *state.observed, *(["repeats"] if name == "group" else [])]
    return [_said(name, one, known) for one in columns if one not in known and not _there(state, one)]


def _there(state: ExplorerState, column: str) -> bool:
    return any(value is not ABSENT for value in state.column(column).values)


def _said(what: str, name: str, known: Any) -> str:
    return f"{what}: no experiment has {name}{near_misses(name, known)}"
