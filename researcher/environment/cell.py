"""Which notebook cell is running, and in which run of it."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple


class CellRun(NamedTuple):
    """One run of one cell; both are empty outside a notebook, and where its front end does not name its cells."""

    cell: str
    run: int

    def follows(self, other: CellRun) -> bool:
        """Whether this is a later run of the same cell."""
        return self.cell != "" and self.cell == other.cell and self.run != other.run


def shell() -> Any:
    """IPython's shell that this runs in; None outside of one."""
    ipython: Any = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def cell_run() -> CellRun:
    """The present run of the present cell."""
    try:
        metadata = shell().get_parent()["metadata"]
        return CellRun(str(metadata.get("cellId", "")), int(shell().execution_count))
    except (AttributeError, LookupError, TypeError, ValueError):  # no shell, or one without a front end
        return CellRun("", 0)


def cell_code() -> tuple[str, int] | None:
    """The code of the present cell as it was sent, and the number that stands beside it; None outside a notebook."""
    here = shell()
    try:
        return str(here.get_parent()["content"]["code"]), len(here.history_manager.input_hist_raw) - 1
    except (AttributeError, LookupError, TypeError):
        return None
