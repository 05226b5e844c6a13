"""The view as a report: one HTML file that needs nothing else, for people who have neither Python nor the records."""

from __future__ import annotations

import datetime
import html
import os
from pathlib import Path

from researcher.errors import MissingExtra
from researcher.widgets.code import code_of
from researcher.widgets.folded import n_rows, shown_of
from researcher.widgets.state import ExplorerState
from researcher.widgets.still import picture_html, table_html
from researcher.widgets.wording import counted, filters_said, sorting_said

ROWS = 2_000

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
"""


def html_of(state: ExplorerState, records: str | os.PathLike[str] | None = None) -> str:
    """A page with the picture, what is looked at in words, the table, and the code that opens the view again.

    It has no scripts, loads nothing, and a policy in it forbids both. A table of more than `ROWS` rows is cut, which
    is said. Without matplotlib it has no picture, which is said too.

    Args:
        state: what is shown.
        records: the records directory, for the code; None for a list of experiments.
    """
    with state.lock:
        sheet, n_shown = shown_of(state, ROWS), n_rows(state)
        source, said, code = state.source or "experiments", _said(state), code_of(records, state)
    cut = f"<p>The first {ROWS:,} of {n_shown:,} rows.</p>" if n_shown > ROWS else ""
    facts = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>" for name, text in said)
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    return (
        f"{_HEAD}<title>{html.escape(source)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<h1>{html.escape(source)}</h1>\n<dl>{facts}</dl>\n{_picture(state)}\n"
        f'<h2>Experiments</h2>{cut}<div class="wide">{table_html(sheet, 200)}</div>\n'
        f"<h2>This view again</h2><pre><code>{html.escape(code)}</code></pre>\n</body></html>\n"
    )


def _said(state: ExplorerState) -> list[tuple[str, str]]:
    """What is looked at, and how, as pairs of a name and words."""
    found = [
        ("shown", counted(state)),
        ("query", state.query.strip()),
        ("filters", "; ".join(filters_said(state.filters))),
        ("sorted by", sorting_said(state.sort)),
        ("saved", f"{datetime.datetime.now():%Y-%m-%d %H:%M}"),
    ]
    return [(name, text) for name, text in found if text]


def _picture(state: ExplorerState) -> str:
    try:
        picture = picture_html(state)
    except MissingExtra as error:
        return f"<p>{html.escape(str(error))}</p>"
    return f"<h2>Curves</h2>{picture}" if picture else ""
