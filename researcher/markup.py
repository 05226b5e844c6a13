"""HTML for a notebook: one experiment, and a table of several; what is user's text is escaped."""

from __future__ import annotations

import datetime
import html
from collections.abc import Iterable

from researcher.params import ABSENT, label


def card(
    name: str, short: str, status: str, timestamp: datetime.datetime | None, values: Iterable[tuple[str, object]]
) -> str:
    """One experiment: a line that says which, by name and short hash, and a row for each of its values."""
    when = f" · {timestamp:%Y-%m-%d %H:%M:%S}" if timestamp else ""
    rows = "".join(
        f"<tr><th style='text-align:left'>{html.escape(what)}</th>"
        f"<td style='text-align:left'>{html.escape(label(value))}</td></tr>"
        for what, value in values
    )
    return (
        f"<b>{html.escape(name)}</b> <code>{html.escape(short)}</code> {html.escape(status)}{when}<table>{rows}</table>"
    )


def table(names: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table with these names at its head; where a value is absent, its cell is empty."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    return f"<td>{'' if value is ABSENT else html.escape(label(value))}</td>"
