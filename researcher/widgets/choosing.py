"""What can be chosen in an Explorer, by the names that it has there, and choosing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import traitlets as t

from researcher.experiment import Experiment
from researcher.near_misses import near_misses
from researcher.plain import plain
from researcher.storage.shelved import Shelved
from researcher.tables.facets import kept_of
from researcher.widgets.state import ExplorerState

NAMED = ("visible", "selected", "pinned", "baseline", "unseen")
"""Choices that are experiments; they may be given by the names of their records."""
_GIVEN = {"source", "notice", "experiments", "damaged", "pages"}  # what is explored and where, rather than how
_FIRST = ("visible", "query", "filters", "observations", "x", "zoom", "smoothing")  # said first; the rest by name
_TRAITS = {"visible": "among"}  # which trait of the state, where it has another name


def choices(state: ExplorerState) -> dict[str, str]:
    """The trait of the state for each choice, in the order in which they are said; ``visible`` is first."""
    free = {trait for trait, kind in state.traits().items() if not kind.read_only} - _GIVEN
    names = free - {*_TRAITS.values()} | {*_TRAITS}
    ordered = [*_FIRST, *sorted(names - {*_FIRST, *NAMED}), *(name for name in NAMED if name in names - {*_FIRST})]
    return {name: _TRAITS.get(name, name) for name in ordered}


def at_first(state: ExplorerState, name: str) -> Any:
    """What a new Explorer of these experiments has chosen."""
    if name == "observations":
        return state.usual_panels()
    return state.trait_defaults(choices(state)[name])


def choose(state: ExplorerState, chosen: Mapping[str, Any]) -> tuple[str, ...]:
    """Choose all of this at once; what is not in it stays as it is.

    Args:
        state: where.
        chosen: by the names of `choices`: lists, tuples or arrays; experiments, or the names of their records.

    Returns:
        The names of experiments that are not there; they are passed over.

    Raises:
        TypeError: a name is unknown; the message says the near misses. Nothing is changed.
        TraitError: a value is of the wrong kind. Nothing is changed.
        NotRecordable: a value is nothing that JSON can hold. Nothing is changed.
    """
    missing: dict[str, None] = {}
    with state.lock:
        known = choices(state)
        for name in chosen:
            if name not in known:
                hint = near_misses(str(name), known) or f"; known are {', '.join(known)}"
                raise TypeError(f"there is nothing called {name!r} to choose{hint}")
        there = cache(lambda: named(state))  # to name all of many takes its time
        values = {known[name]: _value(state, name, value, there, missing) for name, value in chosen.items()}
        with state.hold_trait_notifications():
            for trait, value in values.items():
                setattr(state, trait, value)
    return tuple(missing)


def named(state: ExplorerState) -> dict[str, int]:
    """The place of each loaded experiment, by the name of its record; of several with one name later ones are numbered.

    In the order of places.
    """
    found: dict[str, int] = {}
    times: dict[str, int] = {}
    for row, own in enumerate(state.data.names):
        name = own
        while name in found:
            times[own] = times.get(own, 1) + 1
            name = f"{own} ({times[own]})"
        found[name] = row
    return found


def _value(
    state: ExplorerState, name: str, value: Any, there: Callable[[], Mapping[str, int]], missing: dict[str, None]
) -> Any:
    """The value as the state has it."""
    if name == "filters":
        return _filters(value)
    if name == "baseline":
        value = () if value is None else [value] if isinstance(value, (str, Experiment)) else [*value][:1]
    if name == "observations" and isinstance(value, str):
        value = [value]
    if name not in NAMED or value is None:
        return _tuples(value, name)
    if isinstance(value, str):
        raise t.TraitError(f"{name} is the name of one record; give a list of them")
    if isinstance(value, Experiment):
        value = [value]
    if name == "visible" and isinstance(value, Shelved) and len(found := state.loaded_ones(value)) == len(value):
        return found
    return tuple({id(e): e for item in value if (e := _found(state, item, there, missing)) is not None}.values())


def _found(
    state: ExplorerState, item: Any, there: Callable[[], Mapping[str, int]], missing: dict[str, None]
) -> Experiment | None:
    """The loaded experiment that is meant, or None."""
    if isinstance(item, Experiment):
        found = next(iter(state.loaded_ones([item])), None)
    elif isinstance(item, str):
        row = there().get(item)
        found = None if row is None else state.experiments[row]
    else:
        raise t.TraitError(f"{item!r} is no experiment, and no name of a record")
    if found is None:
        missing[item if isinstance(item, str) else item.name] = None
    return found


def _filters(filters: Any) -> dict[str, Any]:
    """The filters as the state has them: tuples of plain values, or mappings; those that keep all are left out."""
    if not isinstance(filters, Mapping):
        raise t.TraitError(f"filters is {filters!r}; give a dict of the values to keep by param")
    try:
        found = {param: kept_of(param, kept) for param, kept in filters.items()}
    except ValueError as error:
        raise t.TraitError(str(error)) from None
    return {param: kept for param, kept in found.items() if kept}


def _tuples(value: Any, name: str) -> Any:
    """Lists and arrays as tuples, as the state has them."""
    value = plain(value, name)
    return tuple(_tuples(item, name) for item in value) if isinstance(value, list) else value
