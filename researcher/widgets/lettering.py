"""Texts in matplotlib pictures: shown as they are, whatever is in them, in the one font that is always there."""

from __future__ import annotations

from functools import cache

from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text

FONT = "DejaVu Sans"  # matplotlib brings it along


def plain_texts(figure: Figure) -> None:
    """Have all texts of a figure in this font and neither as formulas nor by TeX, whose parsers threads share."""
    for text in figure.findobj(Text):
        text.set(fontfamily=FONT, parse_math=False, usetex=False, text=drawable(text.get_text()))


def drawable(text: str) -> str:
    """The text with a box for each character that the font lacks, of which matplotlib would warn.

    >>> drawable("loss of 損失")
    'loss of □□'
    """
    known = _characters()
    return "".join(c if ord(c) in known else " " if c.isspace() else "□" for c in text)


def shortened(text: str, longest: int) -> str:
    """The text, its end left out where it is too long."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


@cache
def _characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT)).get_charmap())
