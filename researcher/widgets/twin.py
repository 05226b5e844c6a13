"""The static twin: what readers without a kernel see of an Explorer.

It is a second output of the cell, plain HTML, which the live Explorer hides with a style that it brings along. While
the kernel lives it follows the view, so that the notebook is saved with the present picture.
"""

from __future__ import annotations

import operator
import uuid
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import traitlets as t
from IPython import get_ipython
from IPython.display import display

from researcher.widgets.choosing import choices
from researcher.widgets.leisure import Leisure
from researcher.widgets.still import still_of
from researcher.widgets.view import Face, module

if TYPE_CHECKING:
    from researcher.widgets.explorer import Explorer

_FOLLOWS = ("source", "experiments", "visible", "drawn", "growth")  # beside all that is chosen

_show: Any = display  # without types
_leisure = Leisure(share=100)  # beside what follows experiments that run, it must cost next to nothing
_twins: WeakKeyDictionary[Explorer, Twin] = WeakKeyDictionary()


class HideTwin(Face):
    """Hides the twins of a name as long as it is alive in a page."""

    _esm = module("twin.js")
    name = t.Unicode().tag(sync=True)
    now = t.Unicode().tag(sync=True)
    """What they show now, if that is not what was displayed first."""


class Twin:
    """What is displayed beside an Explorer, wherever it is displayed."""

    def __init__(self, explorer: Explorer) -> None:
        self.state = explorer.state
        self.name = f"researcher-{uuid.uuid4().hex}"
        self.hide = HideTwin(name=self.name)
        self._publisher: Any = None
        self._drawn: list[Any] | None = None
        self._sent = ""
        self._seen = False
        self._watched = sorted({*choices(self.state).values(), *_FOLLOWS})
        explorer.children = (*explorer.children, self.hide)
        explorer.observe(self._close, "comm")

    def show(self) -> None:
        """Display it, and follow the view from now on where there is a kernel to do so."""
        _show(self._content(), raw=True, display_id=self.name)
        publisher = getattr(get_ipython(), "display_pub", None)
        if self._publisher is None and getattr(publisher, "pub_socket", None) is not None:
            self._publisher = publisher
            self.state.observe(self._changed, [*self._watched, "pages"])

    def _content(self) -> dict[str, str]:
        """What is to be seen now, for readers of HTML and of plain text."""
        with self.state.lock:
            self._drawn = [getattr(self.state, trait) for trait in self._watched]
        shown, said = still_of(self.state)
        self._sent = f'<div data-twin="{self.name}">{shown}</div>'
        return {"text/html": self._sent, "text/plain": said}

    def _changed(self, _change: object) -> None:
        """Follow soon, but not while the pages are closed that showed it: nobody saves the notebook there."""
        self._seen = self._seen or bool(self.state.pages)
        if self._seen and not self.state.pages:
            _leisure.forget(self.name)
        else:
            _leisure.ask(self.name, self._follow)

    def _follow(self) -> None:
        """Send what is to be seen now, if that is something else."""
        with self.state.lock:
            now = [getattr(self.state, trait) for trait in self._watched]
            if self._drawn is not None and all(map(operator.is_, now, self._drawn)):
                return
        before = self._sent
        content = self._content()
        if self._sent != before:
            self.hide.now = self._sent
            self._publisher.publish(data=content, metadata={}, transient={"display_id": self.name}, update=True)

    def _close(self, change: Any) -> None:
        if change.new is None:
            if self._publisher is not None:
                self.state.unobserve(self._changed, [*self._watched, "pages"])
            _leisure.forget(self.name)
            self.hide.close()
            _twins.pop(change.owner, None)


def show(explorer: Explorer) -> None:
    """Display an Explorer and, beside it, its twin."""
    if explorer not in _twins:
        _twins[explorer] = Twin(explorer)
    # Exports and pages without the kernel take the HTML, which is empty: they show the twin.
    _show({**explorer._repr_mimebundle_(), "text/html": "", "text/plain": "Explorer: run this cell"}, raw=True)
    _twins[explorer].show()
