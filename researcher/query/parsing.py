"""Tokens as a tree, by precedence climbing: every operator has a level, and the higher binds the tighter."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from researcher.errors import QueryError
from researcher.params import Path
from researcher.query.arithmetic import calculated, signed
from researcher.query.logic import FUNCTIONS, listed
from researcher.query.tokens import Token, tokens
from researcher.query.tree import Call, Comparison, Junction, Literal, Lookup, Name, Negation, Node

LONGEST: Final = 10_000  # characters
DEEPEST: Final = 50  # in each of these, six levels of operators must fit on Python's stack
_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_LEVELS: Final = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in"), _COMPARISON),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "//", "%"), _PRODUCT),
    "**": _POWER,
}


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
        TypeError: it is no text.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"a query is a text, such as 'lr < 0.01', and not {text!r}. What a function matches are "
            "rs.Experiments(e for e in experiments if function(e))"
        )
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


class _Parser:
    def __init__(self, query: str) -> None:
        self.query = query
        self.names: dict[Path, None] = {}
        self._rest = tokens(query)
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
        return Call(partial(calculated, signs), tuple(nodes))

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
                return Call(partial(signed, token.kind), (self._expression(_SIGN),))
            case "(":
                inside = self._expression(_OR)
                self._close(token, ")")
                return inside
            case "[":
                return self._list(token)
        raise self._error(token, f"a value is missing before {token.text or 'the end'}")

    def _list(self, opening: Token) -> Node:
        nodes = []
        while self._next.kind not in ("]", "end"):
            nodes.append(self._expression(_OR))
            if self._next.kind != ",":
                break
            self._take()
        self._close(opening, "]")
        return Call(listed, tuple(nodes))

    def _call(self, name: Token) -> Node:
        if name.text not in FUNCTIONS:
            raise self._error(name, f"there is no function {name.text}, only {' and '.join(FUNCTIONS)}")
        opening, first = self._take(), self._next
        argument = self._expression(_OR)
        if name.text == "has" and not isinstance(argument, Name):
            raise self._error(first, "has() asks for a name")
        self._close(opening, ")")
        return Call(FUNCTIONS[name.text], (argument,))

    def _take(self) -> Token:
        token = self._next
        self._next = next(self._rest, token)
        return token

    def _close(self, opening: Token, closing: str) -> None:
        if self._next.kind == "end":
            raise self._error(opening, f"this {opening.text} is never closed")
        if self._next.kind != closing:
            raise self._misplaced()
        self._take()

    def _misplaced(self) -> QueryError:
        reasons = {")": "this ) closes nothing", "]": "this ] closes nothing", ",": "write a list as [1, 2]"}
        default = f"an operator is missing before {self._next.text}"
        return self._error(self._next, reasons.get(self._next.kind, default))

    def _error(self, token: Token, reason: str) -> QueryError:
        return QueryError(self.query, token.at, reason)
