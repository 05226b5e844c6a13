"""What every view of the state has in common: it watches, renders, shows its own errors, and ends."""

from __future__ import annotations

import html
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import ipywidgets as w

from researcher.widgets.state import ExplorerState

_HERE = Path(__file__).parent


def module(name: str) -> str:
    """The source of an ES module beside this file, behind the few lines that all of them share."""
    return "".join((_HERE / file).read_text(encoding="utf-8") for file in ("dom.js", name))


class Face(anywidget.AnyWidget):
    """A widget whose look is an ES module of ours."""

    _css = (_HERE / "explorer.css").read_text(encoding="utf-8")


class View:
    """A part of the Explorer: reads the state, and writes it through its verbs only.

    Attributes:
        watches: the traits of the state that it is rendered anew for.
        state: the state it shows.
        face: the widget to display.
    """

    watches: ClassVar[tuple[str, ...]] = ()

    def __init__(self, state: ExplorerState, *widgets: w.Widget) -> None:
        self.state = state
        self._error = w.HTML()
        self._error.layout.display = "none"
        self.face = w.VBox([*widgets, self._error])
        state.observe(self._refresh, self.watches)
        self._refresh()

    def render(self) -> None:
        """Bring the widgets in line with the state; the first draw and every redraw alike."""
        raise NotImplementedError

    def hear(self, widget: w.Widget, verbs: Mapping[str, Callable[..., None]]) -> None:
        """Answer the messages of a widget: ``{"verb": name, ...}`` calls that verb with the rest as keywords."""

        def answer(_widget: w.Widget, content: dict[str, Any], _buffers: object) -> None:
            with self.state.lock:
                self._guarded(lambda: verbs[content.pop("verb")](**content))

        widget.on_msg(answer)

    def close(self) -> None:
        """Stop watching the state and take the widgets off the page."""
        self.state.unobserve(self._refresh, self.watches)
        self.face.close()

    def _refresh(self, _change: object = None) -> None:
        with self.state.lock:
            self._guarded(self.render)

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
            trouble = ""
        except Exception:  # noqa: BLE001 - one broken view must not stop its siblings
            trouble = f'<pre class="rs-error" role="alert">{html.escape(traceback.format_exc(limit=-1))}</pre>'
        if trouble != self._error.value:
            self._error.value = trouble
            self._error.layout.display = "" if trouble else "none"
