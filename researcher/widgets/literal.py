"""Plain values as Python writes them, laid out as black and ruff do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from unicodedata import combining, east_asian_width

from researcher.params import ABSENT

WIDTH = 100  # columns


class Name(str):
    """A text that stands in code without quotes."""

    __slots__ = ()


def literal(value: Any) -> str:
    """The value in one line.

    >>> print(literal(["relu", 1e-05, None, float("nan"), 'say "x"', ABSENT, {"a": ("b", True)}]))
    ["relu", 1e-05, None, float("nan"), 'say "x"', rs.ABSENT, {"a": ("b", True)}]
    """
    if value is ABSENT:
        return "rs.ABSENT"
    if isinstance(value, str):
        return str(value) if isinstance(value, Name) else _quoted(value)
    if isinstance(value, float):
        return repr(value).replace("e+", "e") if math.isfinite(value) else f'float("{value}")'
    if isinstance(value, (list, tuple, Mapping)):
        opening, items, closing = _parts(value)
        alone = "," if isinstance(value, tuple) and len(items) == 1 else ""
        return f"{opening}{', '.join(prefix + literal(item) for prefix, item in items)}{alone}{closing}"
    return repr(value)


def laid_out(prefix: str, value: Any, indent: int = 0, end: str = "") -> str:
    """The value after ``prefix``: in one line if that is no wider than `WIDTH`, else one line an item."""
    line = f"{' ' * indent}{prefix}{literal(value)}{end}"
    if width(line) <= WIDTH or not isinstance(value, (list, tuple, Mapping)) or not value:
        return line
    opening, items, closing = _parts(value)
    body = [laid_out(name, item, indent + 4, ",") for name, item in items]
    return "\n".join([f"{' ' * indent}{prefix}{opening}", *body, f"{' ' * indent}{closing}{end}"])


def called(prefix: str, arguments: list[tuple[str, Any]]) -> str:
    """The call ``prefix(name=value, ...)``; the arguments are in one line, or in one below, or in one each."""
    body = ", ".join(f"{name}{literal(value)}" for name, value in arguments)
    if width(prefix) + width(body) + 2 <= WIDTH:
        return f"{prefix}({body})"
    if width(body) + 4 <= WIDTH:
        return f"{prefix}(\n    {body}\n)"
    return "\n".join([f"{prefix}(", *(laid_out(name, value, 4, ",") for name, value in arguments), ")"])


def width(text: str) -> int:
    """How many columns a text takes: two for a wide letter, as of Chinese, and none for one that is put on another."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(letter) in "WF" else not combining(letter) for letter in text)


def _parts(value: Any) -> tuple[str, list[tuple[str, Any]], str]:
    """The brackets around a collection, and its items with what stands before each."""
    if isinstance(value, Mapping):
        return "{", [(f"{literal(key)}: ", item) for key, item in value.items()], "}"
    opening, closing = "()" if isinstance(value, tuple) else "[]"
    return opening, [("", item) for item in value], closing


def _quoted(text: str) -> str:
    """The text in double quotes, unless single ones need fewer backslashes."""
    single = repr(text)
    if single.startswith('"') or text.count('"') > text.count("'"):
        return single
    body = single[1:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{body}"'
