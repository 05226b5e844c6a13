"""The views that an Explorer consists of, and what the page says to them."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

import researcher as rs
from researcher.widgets.tabs import TabsView
from researcher.widgets.view import View


def views(explorer: rs.Explorer) -> list[View]:
    """All that there are by now, those of the tabs that were opened among them."""
    tabs = next(each for each in explorer._views if isinstance(each, TabsView))
    return [*explorer._views, *tabs.opened]


def view(explorer: rs.Explorer, kind: type[Any]) -> Any:
    """The one of a kind."""
    return next(each for each in views(explorer) if isinstance(each, kind))


def errors(explorer: rs.Explorer) -> list[str]:
    """What the views say went wrong."""
    return [each.trouble for each in views(explorer) if each.trouble]


def say(widget: w.Widget, **content: Any) -> None:
    """What the page does when it sends a message."""
    widget._handle_custom_msg(content, [])
