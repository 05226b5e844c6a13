"""The view in words: what is looked at, for readers without an Explorer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from researcher.params import label
from researcher.tables.facets import Kept
from researcher.widgets.state import ExplorerState

_LISTED = 12  # values of a filter that are named
_LONGEST = 120  # characters of one of them


def counted(state: ExplorerState) -> str:
    """How many experiments are looked at, and how many of them are selected.

    ``6 of 12 experiments, 2 selected``
    """
    total, visible = len(state.experiments), len(state.visible)
    said = f"{visible:,} of {total:,}" if visible < total else f"{total:,}"
    chosen = ", chosen by hand" if state.among is not None else ""
    selected = f", {len(state.selected):,} selected" if state.selected else ""
    return f"{said} experiment{'' if total == 1 else 's'}{chosen}{selected}"


def said_of(state: ExplorerState) -> list[str]:
    """All that decides which experiments are looked at, a phrase each."""
    return [
        *([state.source] if state.source else []),
        counted(state),
        *([f"query: {state.query}"] if state.query.strip() else []),
        *filters_said(state.filters),
        *([f"sorted by {sorting_said(state.sort)}"] if state.sort else []),
    ]


def filters_said(filters: Mapping[str, Kept]) -> list[str]:
    """A phrase for each filter.

    >>> from researcher import ABSENT
    >>> filters_said({"depth": (64, 128), "lr": {"min": 0.001}, "title": {"contains": "relu"}, "seed": (ABSENT,)})
    ['depth is 64 or 128', 'lr is at least 0.001', 'title contains “relu”', 'seed is absent']
    """
    return [f"{_short(name)} {_kept(kept)}" for name, kept in filters.items()]


def sorting_said(sort: Iterable[tuple[str, bool]]) -> str:
    """By what experiments are sorted, or the empty text.

    >>> sorting_said((("loss", False), ("depth", True)))
    'loss, then depth descending'
    """
    return ", then ".join(f"{_short(column)}{' descending' if descending else ''}" for column, descending in sort)


def _kept(kept: Kept) -> str:
    if not isinstance(kept, Mapping):
        values = [_short(label(value)) if value != "" else "empty" for value in kept]
        if len(values) > _LISTED:
            values = [*values[:_LISTED], f"one of {len(values) - _LISTED:,} more"]
        return f"is {' or '.join(values)}"
    if "contains" in kept:
        return f"contains “{_short(str(kept['contains']))}”"
    low, high = (None if kept.get(end) is None else label(kept[end]) for end in ("min", "max"))
    if low is not None and high is not None:
        return f"is from {low} to {high}"
    return f"is at least {low}" if low is not None else f"is at most {high}" if high is not None else "is a number"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
