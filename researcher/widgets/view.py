"""What every view of the state has in common: it watches, renders, shows its own errors, and ends."""

from __future__ import annotations

import html
import operator
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import ipywidgets as w
import traitlets as t

from researcher.widgets.late import Column, Plain, Text
from researcher.widgets.state import ExplorerState

_HERE = Path(__file__).parent


def module(*names: str) -> str:
    """The source of an ES module: files beside this one, behind the few lines that all modules share."""
    return "".join((_HERE / file).read_text(encoding="utf-8") for file in ("dom.js", *names))


class Sheet(Plain, anywidget.AnyWidget):
    """Our style sheet: the page takes it once, whatever is shown there."""

    _esm = "export default {}"
    _css = (_HERE / "explorer.css").read_text(encoding="utf-8")
    _only: ClassVar[Sheet | None] = None

    @classmethod
    def only(cls) -> Sheet:
        """The one of this kernel."""
        if cls._only is None or cls._only.closed:
            cls._only = cls()
        return cls._only


class Face(Plain, anywidget.AnyWidget):
    """A widget whose look is an ES module of ours, and which answers while a cell runs, where kernels can do that."""

    sheet = t.Instance(Sheet).tag(sync=True, **w.widget_serialization)
    """What styles it."""

    @t.default("sheet")
    def _only_sheet(self) -> Sheet:
        return Sheet.only()

    def open(self) -> None:
        """Open the comm, and let the page's messages go to the subshell that the page asks for.

        ipykernel 7.4 sends them to the shell that published last instead, which waits for the running cell. The
        attribute is private; other kernels lack it, and nothing is changed there.
        """
        super().open()
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda _data, asked_for: asked_for


class View:
    """A part of the Explorer: reads the state, and writes it through its verbs only.

    Attributes:
        watches: the traits of the state that it is rendered anew for.
        tab: the tab of the state that it belongs to; only while that is open it is shown and rendered. Empty: always.
        state: the state it shows.
        face: the widget to display.
    """

    watches: ClassVar[tuple[str, ...]] = ()
    tab: ClassVar[str] = ""

    def __init__(self, state: ExplorerState, *widgets: w.Widget) -> None:
        self.state = state
        self._widgets = widgets
        self._error = Text()
        self._shown: list[Any] | None = None
        self.face = Column(widgets)
        state.observe(self._refresh, self._watched())
        self._refresh()

    @property
    def trouble(self) -> str:
        """The error that is shown below it, as HTML, or the empty text."""
        return str(self._error.value)

    def render(self) -> None:
        """Bring the widgets in line with the state; the first draw and every redraw alike."""
        raise NotImplementedError

    def hear(self, widget: w.Widget, verbs: Mapping[str, Callable[..., None]]) -> None:
        """Answer the messages of a widget: ``{"verb": name, ...}`` calls that verb with the rest as keywords.

        The page is told that a message was heard, by the name ``asked`` that it gave it; see ``send`` in ``dom.js``.
        """

        def answer(_widget: w.Widget, content: dict[str, Any], _buffers: object) -> None:
            said = {name: value for name, value in content.items() if name not in ("verb", "asked")}
            with self.state.lock:
                self._tell("")
                try:
                    verbs[content["verb"]](**said)
                except Exception:  # noqa: BLE001 - one wrong message must not stop the others
                    self._tell(traceback.format_exc(limit=-1))
            if "asked" in content:
                widget.send({"heard": content["asked"]})

        widget.on_msg(answer)

    def close(self) -> None:
        """Stop watching the state and take the widgets off the page."""
        self.state.unobserve(self._refresh, self._watched())
        for widget in (*self._widgets, self._error, self.face):
            widget.close()

    def show(self, *widgets: w.Widget) -> None:
        """From now on it consists of these."""
        self._widgets = widgets
        self.face.children = (*widgets, *([self._error] if self.trouble else ()))

    def _watched(self) -> tuple[str, ...]:
        return (*self.watches, "tab") if self.tab else self.watches

    def _refresh(self, _change: object = None) -> None:
        """Render, unless all that is watched is what was rendered last: several traits change at once."""
        with self.state.lock:
            shown = self.tab in ("", self.state.tab)
            if not shown:
                self.face.add_class("rs-hidden")
                return
            self.face.remove_class("rs-hidden")
            watched = [getattr(self.state, name) for name in self.watches]
            if self._shown is not None and all(map(operator.is_, watched, self._shown)):
                return
            self._shown = watched
            try:
                self.render()
                self._tell("")
            except Exception:  # noqa: BLE001 - one broken view must not stop its siblings
                self._tell(traceback.format_exc(limit=-1))

    def _tell(self, trouble: str) -> None:
        """Show an error below the view, or that there is none any more."""
        shown = f'<pre class="rs-error" role="alert">{html.escape(trouble)}</pre>' if trouble else ""
        if shown != self._error.value:
            self._error.value = shown
            self.show(*self._widgets)
