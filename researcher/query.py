r"""The language that asks for experiments: ``0.001 <= lr < 0.1 and optimizer.name in ["adam", "sgd"]``.

```text
names        depth   optimizer.name   `learning rate`   `my model`.lr   final.val_loss
             Letters of any alphabet; dots lead into nested params. Any other name goes in backticks,
             and a backtick inside them is written twice.
values       3   1e-3   nan   inf   "adam"   'adam'   [1, 2]   True   False   None
             Also true, false, null, none. Text knows the escapes \n \t \\ \" \'.
functions    has(name)     is there such a param or observation? Always yes or no.
             isnan(value)  is it the number NaN? (As in Python, nan == nan is False.)

operators    **                                power, from the right
 strongest   - +                               sign
 first       * / // %                          as in Python
             + -
             == != < <= > >= in, not in        also chained: 0 < x <= 1
             not
             and
             or                                brackets ( ) group

absent       What is said of a name that an experiment does not have is unknown: without a depth, so are
             depth > 3 and not depth > 3. "unknown and False" is False, "unknown or True" is True, and an
             experiment matches only if the whole query is True. The empty query matches all.
==           "1" is not 1, True is not 1, but 1 is 1.0, in lists and dicts too. None is a value like others.
< <= > >=    order numbers, texts and times. Between different kinds, and for the rest, this is unknown.
in           finds an element of a list or a piece of a text. In anything else it is unknown.
arithmetic   is for numbers. With anything else, and after division by zero or overflow, the result is absent.
             So is a list with something absent in it.
conditions   Where True or False is expected, any other value is unknown.
times        compare with text: timestamp >= "2026-01-31 10:00", "2026-01-31" (midnight), "2026-01", "2026".
             With a text that is no time, this is unknown.
```

A query is parsed here and never evaluated as Python.
"""

from __future__ import annotations

import math
import operator
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from researcher.errors import QueryError
from researcher.params import ABSENT, Path

__all__ = ["Lookup", "Query", "parse", "quoted"]

Lookup = Callable[[Path], object]
"""Finds the value of a name, or `ABSENT`."""

LONGEST: Final = 10_000  # characters
LONGEST_NUMBER: Final = 300  # characters, so that every integer is in the range of floats
DEEPEST: Final = 50  # in each of these, six levels of operators must fit on Python's stack


@dataclass(frozen=True)
class Query:
    """A question that an experiment answers with yes or no.

    Attributes:
        text: the query as it was written.
        names: the names it speaks of, in order of appearance.
        condition: what it says, as a tree.
    """

    text: str
    names: tuple[Path, ...]
    condition: Node = field(repr=False, compare=False)

    def matches(self, lookup: Lookup) -> bool:
        """Whether the query is true, rather than false or unknown, of what ``lookup`` finds."""
        return self.condition.value(lookup) is True


def parse(text: str) -> Query:
    """Understand a query.

    Raises:
        QueryError: it is no query; the error points at the mistake.
    """
    if len(text) > LONGEST:
        raise QueryError(text, LONGEST, f"a query has at most {LONGEST} characters")
    parser = _Parser(text)
    condition = parser.whole()
    return Query(text, tuple(parser.names), condition)


def name_of(text: str) -> Path:
    """The name that is written as in a query.

    >>> name_of("optimizer.name"), name_of("`learning rate`")
    (('optimizer', 'name'), ('learning rate',))

    Raises:
        QueryError: it is no name.
    """
    query = parse(text)
    if not isinstance(query.condition, Name):
        raise QueryError(text, 0, "this is no name of a param or an observation")
    return query.condition.path


def quoted(path: Path) -> str:
    """How a name is written in a query.

    >>> print(quoted(("my model", "lr")))
    `my model`.lr
    """
    return ".".join(
        part if part.isidentifier() and part not in _RESERVED else f"`{part.replace('`', '``')}`" for part in path
    )


# Characters → tokens


class _Token(NamedTuple):
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


def _tokens(query: str) -> Iterator[_Token]:
    kind, end = "", 0
    while kind != "end":
        found = _LEXEME.match(query, end)
        if not found:
            at = len(query) - len(query[end:].lstrip())
            raise QueryError(query, at, _MISTAKES.get(query[at], f"{query[at]} has no meaning here"))
        kind, end = str(found.lastgroup), found.end()
        yield _token(query, kind, found.start(kind), found[kind])


def _token(query: str, kind: str, at: int, text: str) -> _Token:
    if kind == "number":
        if len(text) > LONGEST_NUMBER:
            raise QueryError(query, at, f"a number has at most {LONGEST_NUMBER} characters")
        return _Token("value", at, text, float(text) if set(text) & set(".eE") else int(text))
    if kind == "text":
        unescaped = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text[1:-1])
        return _Token("value", at, text, unescaped)
    if text in _CONSTANTS:
        return _Token("value", at, text, _CONSTANTS[text])
    if kind == "symbol" or text in _RESERVED:
        return _Token(" ".join(text.split()), at, text)
    return _Token(kind, at, text, _path(query, at, at + len(text)))


def _path(query: str, start: int, end: int) -> Path:
    path = []
    for found in _NAME_PART.finditer(query, start, end):
        part, closed, bare = found.groups()
        if part is not None and not closed:
            raise QueryError(query, found.start(), _MISTAKES["`"])
        if part is None and not bare.isidentifier():
            wrong = next((i for i, letter in enumerate(bare) if not f"_{letter}".isidentifier()), 0)
            reason = f"write this name in backticks: {quoted((bare,))}"
            raise QueryError(query, found.start() + wrong, _MISTAKES.get(bare[wrong], reason))
        path.append(bare if part is None else part.replace("``", "`"))
    return tuple(path)


# Tokens → tree, by precedence climbing: every operator has a level, and the higher binds the tighter

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_LEVELS: Final = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in"), _COMPARISON),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "//", "%"), _PRODUCT),
    "**": _POWER,
}


class _Parser:
    def __init__(self, query: str) -> None:
        self.query = query
        self.names: dict[Path, None] = {}
        self._rest = _tokens(query)
        self._next = next(self._rest)
        self._depth = 0

    def whole(self) -> Node:
        if self._next.kind == "end":
            return Literal(True)
        condition = self._expression(_OR)
        if self._next.kind != "end":
            raise self._misplaced()
        return condition

    def _expression(self, weakest: int) -> Node:
        """What follows, as far as operators of the level ``weakest`` and above hold it together."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(self._next, "this is nested too deeply")
        node = self._operand()
        while (level := _LEVELS.get(self._next.kind, 0)) >= weakest:
            node = self._chain(node, level)
        self._depth -= 1
        return node

    def _chain(self, first: Node, level: int) -> Node:
        """``first`` and all that is joined to it on one level: flat, so that a chain may have any length."""
        signs, nodes = [], [first]
        while _LEVELS.get(self._next.kind) == level:
            signs.append(self._take().kind)
            nodes.append(self._expression(level if level == _POWER else level + 1))
        if level in (_OR, _AND):
            return Junction(level == _OR, tuple(nodes))
        if level == _COMPARISON:
            return Comparison(tuple(signs), tuple(nodes))
        return Call(partial(_calculated, signs), tuple(nodes))

    def _operand(self) -> Node:
        token = self._take()
        match token.kind:
            case "value":
                return Literal(token.value)
            case "name" if self._next.kind == "(":
                return self._call(token)
            case "name":
                self.names[token.value] = None
                return Name(token.value)
            case "not":
                return Negation(self._expression(_NOT))
            case "+" | "-":
                return Call(partial(_signed, token.kind), (self._expression(_SIGN),))
            case "(":
                inside = self._expression(_OR)
                self._close(token, ")")
                return inside
            case "[":
                return self._list(token)
        raise self._error(token, f"a value is missing before {token.text or 'the end'}")

    def _list(self, opening: _Token) -> Node:
        nodes = []
        while self._next.kind not in ("]", "end"):
            nodes.append(self._expression(_OR))
            if self._next.kind != ",":
                break
            self._take()
        self._close(opening, "]")
        return Call(_listed, tuple(nodes))

    def _call(self, name: _Token) -> Node:
        if name.text not in _FUNCTIONS:
            raise self._error(name, f"there is no function {name.text}, only {' and '.join(_FUNCTIONS)}")
        opening, first = self._take(), self._next
        argument = self._expression(_OR)
        if name.text == "has" and not isinstance(argument, Name):
            raise self._error(first, "has() asks for a name")
        self._close(opening, ")")
        return Call(_FUNCTIONS[name.text], (argument,))

    def _take(self) -> _Token:
        token = self._next
        self._next = next(self._rest, token)
        return token

    def _close(self, opening: _Token, closing: str) -> None:
        if self._next.kind == "end":
            raise self._error(opening, f"this {opening.text} is never closed")
        if self._next.kind != closing:
            raise self._misplaced()
        self._take()

    def _misplaced(self) -> QueryError:
        reasons = {")": "this ) closes nothing", "]": "this ] closes nothing", ",": "write a list as [1, 2]"}
        default = f"an operator is missing before {self._next.text}"
        return self._error(self._next, reasons.get(self._next.kind, default))

    def _error(self, token: _Token, reason: str) -> QueryError:
        return QueryError(self.query, token.at, reason)


# Tree → value. `ABSENT` stands for unknown too


class Node(Protocol):
    def value(self, lookup: Lookup) -> object: ...


@dataclass(frozen=True)
class Literal:
    constant: object

    def value(self, _: Lookup) -> object:
        return self.constant


@dataclass(frozen=True)
class Name:
    path: Path

    def value(self, lookup: Lookup) -> object:
        return lookup(self.path)


@dataclass(frozen=True)
class Call:
    meaning: Callable[..., object]
    parts: tuple[Node, ...]

    def value(self, lookup: Lookup) -> object:
        return self.meaning(*[part.value(lookup) for part in self.parts])


@dataclass(frozen=True)
class Junction:
    """``or`` of its parts if True is decisive, ``and`` if False is."""

    decisive: bool
    parts: tuple[Node, ...]

    def value(self, lookup: Lookup) -> object:
        return _joined(self.decisive, *[part.value(lookup) for part in self.parts])


@dataclass(frozen=True)
class Negation:
    part: Node

    def value(self, lookup: Lookup) -> object:
        return _negated(self.part.value(lookup))


@dataclass(frozen=True)
class Comparison:
    """A chain such as ``0 < x <= 1``: one relation less than parts."""

    relations: tuple[str, ...]
    parts: tuple[Node, ...]

    def value(self, lookup: Lookup) -> object:
        values = [part.value(lookup) for part in self.parts]
        return _joined(False, *map(_compared, self.relations, values, values[1:]))


def names_in(node: Node) -> dict[Path, None]:
    """The names that a part of a query speaks of, in order of appearance."""
    if isinstance(node, Name):
        return {node.path: None}
    parts = (node.part,) if isinstance(node, Negation) else getattr(node, "parts", ())
    return {path: None for part in parts for path in names_in(part)}


def _joined(decisive: bool, *values: object) -> object:
    """``or`` of the values if True is decisive, ``and`` if False is."""
    if any(value is decisive for value in values):
        return decisive
    return not decisive if all(isinstance(value, bool) for value in values) else ABSENT


def _negated(value: object) -> object:
    return not value if isinstance(value, bool) else ABSENT


def _isnan(value: object) -> object:
    return value != value if isinstance(value, float) else ABSENT if value is ABSENT else False


def _listed(*values: object) -> object:
    return ABSENT if any(value is ABSENT for value in values) else values


_FUNCTIONS: Final[Mapping[str, Callable[..., object]]] = {
    "has": lambda value: value is not ABSENT,
    "isnan": _isnan,
}


_NEGATIONS: Final = {"!=": "==", "not in": "in"}
_OPERATORS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def _compared(relation: str, left: object, right: object) -> object:
    if relation in _NEGATIONS:
        return _negated(_compared(_NEGATIONS[relation], left, right))
    left, right = _as_time(left, right), _as_time(right, left)
    if left is ABSENT or right is ABSENT:
        return ABSENT
    if relation == "==":
        return _same(left, right)
    if relation == "in":
        return _contains(right, left)
    kind = _kind(left)
    return _OPERATORS[relation](left, right) if kind == _kind(right) and kind in _ORDERED else ABSENT


def _contains(container: object, item: object) -> object:
    if isinstance(container, (list, tuple)):
        return _joined(True, *(_compared("==", item, each) for each in container))
    return item in container if isinstance(item, str) and isinstance(container, str) else ABSENT


_ORDERED: Final = {"number", "text", "time", "time in a zone"}
_KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "truth": bool,  # before the numbers, as Python counts it among them
    "number": (int, float),
    "text": str,
    "list": (list, tuple),
    "dict": Mapping,
}


def _kind(value: object) -> str:
    if isinstance(value, datetime):
        return "time in a zone" if value.tzinfo else "time"
    return next((kind for kind, types in _KINDS.items() if isinstance(value, types)), type(value).__name__)


def _same(left: Any, right: Any) -> bool:
    """Equality that keeps kinds apart at every depth."""
    pairs = [(left, right)]
    while pairs:
        left, right = pairs.pop()
        kind = _kind(left)
        if kind != _kind(right):
            return False
        if kind == "dict":  # its keys become text when they are recorded
            left, right = ({str(key): value for key, value in each.items()} for each in (left, right))
            if left.keys() != right.keys():
                return False
            pairs += [(left[key], right[key]) for key in left]
        elif kind == "list":
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif left != right:
            return False
    return True


def _as_time(value: object, other: object) -> object:
    """A text that is compared with a time as a time too, by default in the same zone."""
    if not isinstance(value, str) or not isinstance(other, datetime):
        return value
    text = value.strip()
    if len(text) in (len("2026"), len("2026-01")):
        text += "0000-01-01"[len(text) :]
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return ABSENT
    return time if time.tzinfo else time.replace(tzinfo=other.tzinfo)


def _calculated(signs: list[str], first: object, *others: object) -> object:
    for sign, other in zip(signs, others, strict=True):
        first = _result(sign, first, other)
    return first


def _result(sign: str, left: Any, right: Any) -> object:
    if not _kind(left) == _kind(right) == "number":
        return ABSENT
    if sign == "**" and isinstance(left, int) and (left.bit_length() - 1) * right > sys.float_info.max_exp:
        return ABSENT  # an overflow that Python would take hours to compute exactly
    try:
        result = _OPERATORS[sign](left, right)
    except ArithmeticError:
        return ABSENT
    if isinstance(result, complex):
        return ABSENT
    overflow = abs(result) > sys.float_info.max and math.inf not in (abs(left), abs(right))
    return ABSENT if overflow else result


def _signed(sign: str, value: Any) -> object:
    if _kind(value) != "number":
        return ABSENT
    return -value if sign == "-" else value
