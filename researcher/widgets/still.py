"""The view as a still: a picture, a small table and a line of caption, in HTML that is seen wherever HTML is."""

from __future__ import annotations

import base64
import datetime
import html

from researcher.errors import MissingExtra
from researcher.params import ABSENT, is_number, label
from researcher.widgets.drawing import drawing_of
from researcher.widgets.folded import n_rows, shown_of
from researcher.widgets.picture import png_drawn
from researcher.widgets.sheet import Sheet, columns_of
from researcher.widgets.state import ExplorerState
from researcher.widgets.wording import said_of

ROWS = 20
COLUMNS = 10
ACROSS = 100  # px an inch of the picture
DPI = 144  # a little finer than what screens without scaling show
_LONGEST = 60  # characters of a cell


def still_of(state: ExplorerState) -> tuple[str, str]:
    """Picture, table and caption as HTML, and the caption as text.

    The HTML needs no script, no style and no attribute but the picture's source to be seen. What cannot be shown is
    said in its place; nothing is raised.
    """
    found, said = dict[str, str](), list[str]()
    for name, part in (("picture", picture_html), ("table", _small_table), ("caption", _caption)):
        try:
            found[name] = part(state)
        except MissingExtra as error:
            said.append(str(error))
        except Exception as error:  # noqa: BLE001 - told to the reader, and the rest is shown all the same
            said.append(f"The {name} could not be shown: {type(error).__name__}: {error}.")
    caption = found.pop("caption", "")
    said = [f"{caption}. Run this cell for the live Explorer.", *said]
    return "".join([*found.values(), *(f"<p><small>{html.escape(text)}</small></p>" for text in said)]), caption


def picture_html(state: ExplorerState) -> str:
    """The panels as an image that holds its own data; the empty text if there is no curve.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    drawing = drawing_of(state)
    if not drawing.panels:
        return ""
    data = png_drawn(drawing, DPI, small=True)
    width = round(int.from_bytes(data[16:20], "big") * ACROSS / DPI)  # as PNG begins: signature, length, IHDR, width
    names = html.escape(", ".join(name for name, _, _ in drawing.panels))
    source = base64.b64encode(data).decode()
    return f'<img alt="curves of {names}" width="{width}" src="data:image/png;base64,{source}">'


def table_html(sheet: Sheet, longest: int = _LONGEST) -> str:
    """The rows, numbers with four significant digits."""
    head = "".join(f"<th>{_text(name, longest)}</th>" for name in sheet.columns)
    body = "".join(f"<tr>{''.join(_cell(value, longest) for value in row)}</tr>" for row in sheet.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _small_table(state: ExplorerState) -> str:
    with state.lock:
        sheet = shown_of(state, ROWS, columns_of(state)[:COLUMNS])
    return table_html(sheet) if sheet.rows else ""


def _caption(state: ExplorerState) -> str:
    """What is shown, what is left out, and when that was."""
    with state.lock:
        said = said_of(state)
        rows, columns = n_rows(state), len(columns_of(state))
    if rows > ROWS:
        said.append(f"the first {ROWS} rows")
    if columns > COLUMNS:
        said.append(f"{COLUMNS} of {columns} columns")
    said.append(f"{datetime.datetime.now():%Y-%m-%d %H:%M}")
    return " · ".join(said)


def _cell(value: object, longest: int) -> str:
    text = "" if value is ABSENT else _text(label(value), longest)
    return f'<td class="number">{text}</td>' if is_number(value) else f"<td>{text}</td>"


def _text(text: str, longest: int) -> str:
    return html.escape(text if len(text) <= longest else f"{text[: longest - 1]}…")
