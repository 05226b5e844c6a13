"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heading: Sequence[str], rows: Iterable[Sequence[str]], text: int = 1) -> str:
    """A table whose first columns, ``text`` of them, are text; all others are numbers, at the right."""
    rule = ["---"] * text + ["---:"] * (len(heading) - text)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [heading, rule, *rows])


def trouble(name: str, why: str, empty: int) -> list[str]:
    """The row of one that could not be measured, with so many empty cells at its end."""
    return [name, f"could not be measured: {why[:120].replace('|', ' ')}", *[""] * empty]


def number(value: float) -> str:
    """Two significant digits."""
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 9.95 else f"{value:#.2g}"


def aims(rows: Iterable[tuple[str, float, float | None]]) -> str:
    """What is aimed at: for each in words what it is, the most it may be, and what it was; None if it is not known."""
    heading = ["aim", "at most", "found", ""]
    return table(heading, [[what, f"{most:g}", *_judged(most, found)] for what, most, found in rows])


def _judged(most: float, found: float | None) -> tuple[str, str]:
    if found is None:
        return "not measured", ""
    digits = f"{found}" if isinstance(found, int) else f"{found:#.3g}".rstrip(".")  # enough to see why it is missed
    return digits, "met" if found <= most else "**missed**"
