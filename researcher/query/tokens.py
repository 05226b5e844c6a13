"""The text of a query as tokens, and how a name is written in one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from researcher.errors import QueryError
from researcher.params import Path

LONGEST_NUMBER: Final = 300  # characters, so that every integer is in the range of floats


class Token(NamedTuple):
    """A piece of a query. Its kind is "value", "name" or "end", or else what is written there."""

    kind: str
    at: int
    text: str
    value: Any = None


_CONSTANTS: Final = {
    **dict.fromkeys(("True", "true"), True),
    **dict.fromkeys(("False", "false"), False),
    **dict.fromkeys(("None", "none", "null"), None),
    "nan": math.nan,
    "inf": math.inf,
}
_RESERVED: Final = {"and", "or", "not", "in", *_CONSTANTS}
_LEXEME: Final = re.compile(
    r"""\s*+ (?:
      (?P<number> (?: [0-9](?:_?[0-9])*+ (?:\.[0-9]*)? | \.[0-9]+ ) (?:[eE][-+]?[0-9]+)? )
    | (?P<text>   "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' )
    | (?P<symbol> \*\* | // | [=!<>]= | [-+*/%<>()\[\],] | not\s+in\b )
    | (?P<name>   (?&part) (?: \. (?&part) )*+ )
    | (?P<end>    \Z )
    )""".replace("(?&part)", r"(?: `(?:[^`]|``)*+`?+ | (?:[A-Za-z0-9_]|(?!\s)[^\x00-\x7f])++ )"),
    re.VERBOSE | re.DOTALL,
)
_NAME_PART: Final = re.compile(r"`((?:[^`]|``)*+)(`?+)|([^`.]+)")
_ESCAPES: Final = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_MISTAKES: Final = {
    **dict.fromkeys("\"'", "this quote is never closed"),
    "`": "this backtick is never closed",
    "=": "write == to compare",
    "≠": "write !=",
    "≤": "write <=",
    "≥": "write >=",
    "&": "write and",
    "|": "write or",
    "!": "write not",
    "^": "write **",
    ".": "a name is missing beside this dot",
}


def tokens(query: str) -> Iterator[Token]:
    """The pieces of a query, one after the other; the last one is its end.

    Raises:
        QueryError: what comes next has no meaning.
    """
    kind, end = "", 0
    while kind != "end":
        found = _LEXEME.match(query, end)
        if not found:
            at = len(query) - len(query[end:].lstrip())
            raise QueryError(query, at, _MISTAKES.get(query[at], f"{query[at]} has no meaning here"))
        kind, end = str(found.lastgroup), found.end()
        yield _token(query, kind, found.start(kind), found[kind])


def _token(query: str, kind: str, at: int, text: str) -> Token:
    if kind == "number":
        if len(text) > LONGEST_NUMBER:
            raise QueryError(query, at, f"a number has at most {LONGEST_NUMBER} characters")
        return Token("value", at, text, float(text) if set(text) & set(".eE") else int(text))
    if kind == "text":
        unescaped = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text[1:-1])
        return Token("value", at, text, unescaped)
    if text in _CONSTANTS:
        return Token("value", at, text, _CONSTANTS[text])
    if kind == "symbol" or text in _RESERVED:
        return Token(" ".join(text.split()), at, text)
    return Token(kind, at, text, _path(query, at, at + len(text)))


def _path(query: str, start: int, end: int) -> Path:
    path: list[str] = []
    for found in _NAME_PART.finditer(query, start, end):
        part, closed, bare = found.groups()
        if part is not None and not closed:
            raise QueryError(query, found.start(), _MISTAKES["`"])
        if part is None and not bare.isidentifier() and not (path and _is_digits(bare)):
            wrong = next((i for i, letter in enumerate(bare) if not f"_{letter}".isidentifier()), 0)
            reason = f"write this name in backticks: {quoted((bare,))}"
            raise QueryError(query, found.start() + wrong, _MISTAKES.get(bare[wrong], reason))
        path.append(bare if part is None else part.replace("``", "`"))
    return tuple(path)


def quoted(path: Path) -> str:
    """How a name is written in a query.

    >>> print(quoted(("my model", "lr")))
    `my model`.lr
    """
    return ".".join(
        part if _is_bare(part) or (place and _is_digits(part)) else f"`{part.replace('`', '``')}`"
        for place, part in enumerate(path)
    )


def _is_bare(part: str) -> bool:
    return part.isidentifier() and part not in _RESERVED


def _is_digits(part: str) -> bool:
    """Whether a part of a name is a number, which needs no backticks after a dot."""
    return part.isascii() and part.isdecimal()
