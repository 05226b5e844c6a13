"""A column of the table as its page gets it: numbers, or labels with a code for each experiment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from researcher.params import ABSENT, label
from researcher.reserved import OWN
from researcher.summary import lower_is_better
from researcher.summary_names import OFFERED, summary_named
from researcher.tables.column import Column
from researcher.tables.facets import Facet, facet_of
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import offered

ABOUT = ("status", "timestamp", "duration", "tags", "hash")
_TEXTS = ("status", "timestamp", "tags", "hash")


def menu_of(state: ExplorerState, chosen: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The columns to choose from, by kind; what is chosen already is always among them."""
    groups = dict(offered(state))
    params = [name for name in groups.get("params", ()) if name != "title"]
    observed = [
        named if which == "final" and (named := name) not in params else f"{which}.{name}"
        for name in state.observed
        for which in OFFERED
    ]
    about = [name for name in ABOUT if name not in params]
    more = [name for name in chosen if name not in {*params, *observed, *about}]
    found = [("params", params), ("observations", observed), ("about the record", about), ("chosen", more)]
    return [(kind, names) for kind, names in found if names]


def cells_of(state: ExplorerState, name: str) -> dict[str, Any]:
    """The cells of a column.

    Returns:
        ``name``; ``kind``: ``number``, ``seconds`` or ``text``; whether it is a ``param``; whether more is ``better``
        (1), less (-1), or neither (0). Then of numbers that are observed ``values`` (float64) and which are
        ``missing`` (uint8); of anything else ``labels`` and ``codes`` (int32) into them, -1 where there is none, with
        ``numbers`` (float64), one a label, if they are.
    """
    facet = _param(state, name)
    if facet is not None:
        return {"name": name, "param": True, "better": 0, **_coded(facet)}
    said = {"name": name, "param": False, "better": _better(state, name)}
    column = state.column(name)
    if name in _TEXTS or not column.numeric:
        return {**said, **_coded(facet_of(name, _texts(name, column.values)))}
    return {**said, "kind": "seconds" if name == "duration" else "number", **_numbers(column)}


def patch_of(state: ExplorerState, column: dict[str, Any], rows: Sequence[int]) -> dict[str, Any]:
    """What stands in these rows of a column by now: ``values`` and ``missing``, or ``texts``."""
    now = state.column(column["name"])
    if "codes" in column:
        values = _texts(column["name"], [now.values[row] for row in rows])
        return {"texts": [None if value is ABSENT else label(value) for value in values]}
    return _numbers(now, rows)


def _param(state: ExplorerState, name: str) -> Facet | None:
    """The facet of a param that varies; not that of a summary or the like that is filtered."""
    if name in state.filters and (_observed(state, name) or name in (*OWN, *ABOUT)):
        return None
    return next((facet for facet in state.facets if facet.name == name), None)


def _coded(facet: Facet) -> dict[str, Any]:
    n = len(facet.values) - (facet.values[-1:] == (ABSENT,))  # the absent one is last
    numeric = n > 0 and facet.numeric
    codes = np.where(facet.there, facet.codes, -1).astype("<i4").tobytes()
    found = {"kind": "number" if numeric else "text", "labels": [*facet.labels[:n]], "codes": codes}
    return {**found, "numbers": facet.numbers[:n].astype("<f8").tobytes()} if numeric else found


def _numbers(column: Column, rows: Sequence[int] | slice = slice(None)) -> dict[str, bytes]:
    numbers, missing = column.numbers[rows], ~column.there[rows]
    return {"values": numbers.astype("<f8").tobytes(), "missing": missing.astype(np.uint8).tobytes()}


def _texts(name: str, values: Sequence[Any]) -> list[Any]:
    """Values as they are shown, where they are no plain text."""
    if name == "tags":
        return [value if value is ABSENT else ", ".join(value) for value in values]
    return [value if value is ABSENT else str(value) for value in values] if name == "timestamp" else list(values)


def _better(state: ExplorerState, name: str) -> int:
    observation = _observed(state, name)
    if not observation or name in (f"best_step.{observation}", f"n.{observation}"):
        return 0
    if name == f"nan.{observation}":
        return -1
    return -1 if lower_is_better(observation) else 1


def _observed(state: ExplorerState, name: str) -> str:
    """The observation that a column is a number of; empty if it is none."""
    if name in state.observed:
        return name
    _, observation = summary_named(name) or ("", "")
    return observation if observation in state.observed else ""
