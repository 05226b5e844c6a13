"""The view as code: the Python that opens an Explorer with what is chosen in another."""

from __future__ import annotations

import os
from typing import Any

from researcher.widgets.choosing import NAMED
from researcher.widgets.literal import Name, called, laid_out
from researcher.widgets.state import ExplorerState
from researcher.widgets.viewing import chosen_of


def code_of(source: str | os.PathLike[str] | None, state: ExplorerState) -> str:
    """The lines that open an Explorer of the present view; what is as it is at first is left out.

    Args:
        source: the records directory; None for a list of experiments, which is called ``experiments`` in the code.
        state: what is chosen. Experiments are named by their records.
    """
    chosen = {name: _as_list(value) for name, value in chosen_of(state).items()}
    later = [name for name in NAMED if name != "visible" and name in chosen]
    arguments = [("", Name("experiments") if source is None else os.fspath(source))]
    arguments += [(f"{name}=", value) for name, value in chosen.items() if name not in later]
    lines = ["import researcher as rs", "", called("explorer = rs.Explorer", arguments)]
    lines += [laid_out(f"explorer.{name} = ", chosen[name]) for name in later]
    return "\n".join([*lines, "explorer", ""])


def _as_list(value: Any) -> Any:
    """The value as people write it: lists for what the state holds as tuples, but pairs as tuples."""
    if isinstance(value, dict):
        return {key: _as_list(item) for key, item in value.items()}
    return list(value) if isinstance(value, tuple) else value
