"""Widgets that a page hears of late: when they are first shown or referred to, with all that they say by then."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import traitlets as t


class Late(w.Widget):
    """A widget of which the page hears when it is first asked for its model: what is set before costs no message."""

    _asked_for = False

    def open(self) -> None:
        """Tell the page of it, once somebody has asked for its model."""
        if self._asked_for:
            super().open()

    @property
    def model_id(self) -> Any:
        """What the page calls it; the page hears of it now at the latest."""
        if not self._asked_for:
            self._asked_for = True
            self.open()
        return super().model_id

    def tell(self) -> None:
        """Let the page hear of it, and of all that is in it, now."""
        assert self.model_id  # noqa: S101 - asking is telling

    @property
    def closed(self) -> bool:
        """Whether the page is to forget it."""
        return self._asked_for and self.comm is None

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.model_id and super()._repr_mimebundle_(**kwargs)


class Plain(Late, w.DOMWidget):
    """One whose looks are given by its classes alone, so that it needs no model of a layout."""

    layout = t.Instance(w.Layout, allow_none=True).tag(sync=True, **w.widget_serialization)


class Area(Plain, w.Box):
    """Widgets that lie as its class says."""


class Column(Plain, w.VBox):
    """Widgets below each other."""


class Text(Plain, w.HTML):
    """A text as HTML."""

    style = t.Instance(w.Widget, allow_none=True).tag(sync=True, **w.widget_serialization)
