"""The first line: what is explored, how much of it is visible, and what could not be read."""

from __future__ import annotations

from typing import Any

import traitlets as t

from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class HeaderFace(Face):
    """Shows counts, damaged files and what to do when there is nothing to show."""

    _esm = module("header.js")
    source = t.Unicode().tag(sync=True)
    notice = t.Unicode().tag(sync=True)
    total = t.Int().tag(sync=True)
    visible = t.Int().tag(sync=True)
    selected = t.Int().tag(sync=True)
    by_hand = t.Bool().tag(sync=True)
    statuses = t.Dict().tag(sync=True)
    damaged: t.List[Any] = t.List().tag(sync=True)


class HeaderView(View):
    """Counts of what is loaded, visible, selected and damaged."""

    watches = ("source", "notice", "experiments", "damaged", "visible", "selected", "among", "statuses")

    def __init__(self, state: ExplorerState) -> None:
        self.header = HeaderFace()
        verbs = {"look_at_all": self._look_at_all, "unselect": lambda: state.select(())}
        self.hear(self.header, {**verbs, "shown": state.show, "hidden": state.hide})
        super().__init__(state, self.header)

    def render(self) -> None:
        """Count."""
        state, header = self.state, self.header
        with header.hold_sync():
            header.source, header.notice = state.source, state.notice
            header.total, header.visible, header.selected = map(len, (state.experiments, state.visible, state.selected))
            header.by_hand = state.among is not None
            header.statuses = {status: n for status, n in state.statuses.items() if status != "finished"}
            header.damaged = [[str(path), reason] for path, reason in state.damaged[:100]] + [
                ["", ""] for _ in state.damaged[100:]
            ]

    def _look_at_all(self) -> None:
        self.state.among = None
