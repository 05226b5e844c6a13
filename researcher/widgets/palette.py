"""Colours that people with any kind of colour vision can tell apart, then dashes.

The first six are from Okabe and Ito's palette for all kinds of colour vision (2008,
https://jfly.uni-koeln.de/color/), two others follow; after eight experiments the line is dashed.
"""

from __future__ import annotations

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6d31", "#9257f0")
DASHES = ("", "6 3", "2 2", "8 3 2 3", "12 4")


def colour(slot: int) -> str:
    """The colour of a place in the palette."""
    return COLOURS[slot % len(COLOURS)]


def dash(slot: int) -> str:
    """Its dash pattern, in the words of SVG's ``stroke-dasharray``."""
    return DASHES[slot // len(COLOURS) % len(DASHES)]
