"""The view as data: all that is chosen in an Explorer as a small dict of strict JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from researcher.params import ABSENT
from researcher.plain import plain
from researcher.storage.strict import Notes, pointer
from researcher.widgets.choosing import NAMED, at_first, choices, choose, named
from researcher.widgets.state import ExplorerState


def chosen_of(state: ExplorerState) -> dict[str, Any]:
    """All that is chosen and not as it is at first, as `choose` takes it; experiments by the names of their records."""
    chosen = {}
    with state.lock:
        for name, trait in choices(state).items():
            value = getattr(state, trait)
            if value != at_first(state, name):
                chosen[name] = value
        if any(name in chosen for name in NAMED):
            names = [*named(state)]
            for name in NAMED:
                if name in chosen:
                    found = [names[row] for row in state.rows_of(chosen[name]).tolist()]
                    chosen[name] = found[0] if name == "baseline" else found
    return chosen


def view_of(state: ExplorerState) -> dict[str, Any]:
    """All that is chosen and not as it is at first, in strict JSON.

    Keys are what the Explorer calls its traits; ``visible`` is there if experiments were chosen by hand. Experiments
    are named by their records. NaN and infinity are spelled as in records, and ``notes`` says what could be mistaken:
    as in records ``texts`` and ``keys``, and ``absent`` for the values of filters that are `researcher.ABSENT`. They
    are listed by JSON pointer.
    """
    notes, absent = Notes(), list[str]()
    view = {}
    for name, value in chosen_of(state).items():
        if name == "filters":
            value = {param: _without_absent(kept, pointer("/filters", param), absent) for param, kept in value.items()}
        view[name] = notes.strict(plain(value, name), f"/{name}")
    said = {**({"absent": absent} if absent else {}), **notes.as_dict()}
    return {**view, "notes": said} if said else view


def apply_view(state: ExplorerState, view: Mapping[str, Any]) -> tuple[str, ...]:
    """Choose all that a view says, and have everything else as it is at first.

    Args:
        state: where.
        view: as `view_of` gives it. NaN, `researcher.ABSENT` and experiments may also stand in it as themselves.

    Returns:
        The names of experiments in the view that are not there; they are passed over.

    Raises:
        TypeError: a key is unknown; the message says the near misses. Nothing is changed.
        TraitError: a value is of the wrong kind. Nothing is changed.
    """
    with state.lock:
        first = {name: at_first(state, name) for name in choices(state)}
        return choose(state, {**first, **_restored(view)})


def _without_absent(kept: Any, at: str, absent: list[str]) -> Any:
    """What a filter keeps, None in place of `ABSENT`, which is noted."""
    if isinstance(kept, Mapping):
        return kept
    absent += [f"{at}/{i}" for i, value in enumerate(kept) if value is ABSENT]
    return [None if value is ABSENT else value for value in kept]


def _restored(view: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a view in Python."""
    said = view.get("notes", {})
    notes, absent = Notes(said.get("texts"), said.get("keys")), set(said.get("absent", ()))
    found = {name: notes.restored(value, f"/{name}") for name, value in view.items() if name != "notes"}
    if absent:
        for param, kept in found["filters"].items():
            at = pointer("/filters", param)
            if isinstance(kept, list):
                found["filters"][param] = [ABSENT if f"{at}/{i}" in absent else v for i, v in enumerate(kept)]
    return found
