"""The observation that decides, and which number of it: the objective, where it must be an observation's summary."""

from __future__ import annotations

from typing import Any

import traitlets as t

from researcher.summary_names import summary_named
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import objective_of


class Aimed(t.HasTraits):
    """The traits of a face that lets choose the objective."""

    which = t.Unicode().tag(sync=True)
    observation = t.Unicode().tag(sync=True)
    observed: t.List[Any] = t.List().tag(sync=True)
    """The observations to choose from."""


def aim_of(state: ExplorerState) -> tuple[str, str]:
    """Summary and observation of the objective; of the first observation where it is none, empty without any.

    >>> from researcher import Experiment
    >>> state = ExplorerState(objective="best.accuracy")
    >>> state.load([Experiment({"observations": {"loss": 0.5, "accuracy": 0.75}})])
    >>> aim_of(state)
    ('best', 'accuracy')
    """
    summary = summary_named(objective_of(state))
    if summary is not None and summary[1] in state.observed:
        return summary
    if state.objective in state.observed:
        return "final", state.objective
    return "final", state.observed[0] if state.observed else ""


def show_aim(state: ExplorerState, face: Aimed) -> None:
    """Show what is chosen, and what there is to choose from."""
    face.which, face.observation = aim_of(state)
    face.observed = list(state.observed)


def take_aim(state: ExplorerState, which: str | None = None, observation: str | None = None) -> None:
    """Choose the objective, or only its summary or its observation."""
    now = aim_of(state)
    which, observation = which or now[0], observation or now[1]
    if summary_named(f"{which}.{observation}") is None:
        raise ValueError(f"there is no {which!r} of an observation")
    state.objective = f"{which}.{observation}"
