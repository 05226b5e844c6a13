"""The query line."""

from __future__ import annotations

from typing import Any

import traitlets as t

from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class QueryFace(Face):
    """A line of text with the mistake in it pointed at."""

    _esm = module("asking.js", "query.js")
    text = t.Unicode().tag(sync=True)
    mistake: t.List[Any] = t.List().tag(sync=True)
    hint = t.Unicode().tag(sync=True)


class QueryView(View):
    """Shows the query and asks a new one; a mistake is pointed at and the last good result stays."""

    watches = ("query", "mistake", "hint")

    def __init__(self, state: ExplorerState) -> None:
        self.line = QueryFace()
        self.hear(self.line, {"ask": self._ask})
        super().__init__(state, self.line)

    def render(self) -> None:
        """Show the query as it is."""
        with self.line.hold_sync():
            self.line.text = self.state.query
            self.line.mistake = list(self.state.mistake)
            self.line.hint = "" if self.state.mistake else self.state.hint

    def _ask(self, text: str) -> None:
        self.state.query = text
