"""The divider between the table and what is beside it."""

from __future__ import annotations

import traitlets as t

from researcher.widgets.look import SPLITS
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class DividerFace(Face):
    """A line to drag, and to move by the keyboard; none where the parts stand one below the other."""

    _esm = module("asking.js", "divider.js")
    split = t.Float().tag(sync=True)
    """The part of the width that is the table's."""
    least, most, usual = (t.Float(number).tag(sync=True) for number in SPLITS)


class DividerView(View):
    """Chooses how wide the table is."""

    watches = ("split",)

    def __init__(self, state: ExplorerState) -> None:
        self.divider = DividerFace()
        self.hear(self.divider, {"split": self._split})
        super().__init__(state, self.divider)
        self.face.add_class("rs-divider")

    def render(self) -> None:
        """Tell the page how wide the table is."""
        self.divider.split = self.state.split

    def _split(self, part: float) -> None:
        self.state.split = part
