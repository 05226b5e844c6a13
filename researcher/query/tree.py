"""A query as a tree, and what it is true of. `researcher.ABSENT` stands for unknown too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from researcher.params import Path
from researcher.query.comparing import compared
from researcher.query.logic import joined, negated

Lookup = Callable[[Path], object]
"""Finds the value of a name, or `ABSENT`."""


class Node(Protocol):
    """A part of a query."""

    def value(self, lookup: Lookup) -> object:
        """What it comes to, where ``lookup`` finds the values of names."""


@dataclass(frozen=True)
class Literal:
    """A value that is written there."""

    constant: object

    def value(self, _: Lookup) -> object:
        """The same for all experiments."""
        return self.constant


@dataclass(frozen=True)
class Name:
    """The name of a param, or of what else an experiment has."""

    path: Path

    def value(self, lookup: Lookup) -> object:
        """What is found under it."""
        return lookup(self.path)


@dataclass(frozen=True)
class Call:
    """A function, a calculation or a list."""

    meaning: Callable[..., object]
    parts: tuple[Node, ...]

    def value(self, lookup: Lookup) -> object:
        """What it makes of the values of its parts."""
        return self.meaning(*[part.value(lookup) for part in self.parts])


@dataclass(frozen=True)
class Junction:
    """``or`` of its parts if True is decisive, ``and`` if False is."""

    decisive: bool
    parts: tuple[Node, ...]

    def value(self, lookup: Lookup) -> object:
        """True, False or unknown."""
        return joined(self.decisive, *[part.value(lookup) for part in self.parts])


@dataclass(frozen=True)
class Negation:
    """``not`` of its part."""

    part: Node

    def value(self, lookup: Lookup) -> object:
        """True, False or unknown."""
        return negated(self.part.value(lookup))


@dataclass(frozen=True)
class Comparison:
    """A chain such as ``0 < x <= 1``: one relation less than parts."""

    relations: tuple[str, ...]
    parts: tuple[Node, ...]

    def value(self, lookup: Lookup) -> object:
        """True, False or unknown."""
        values = [part.value(lookup) for part in self.parts]
        return joined(False, *map(compared, self.relations, values, values[1:]))


def names_in(node: Node) -> dict[Path, None]:
    """The names that a part of a query speaks of, in order of appearance."""
    if isinstance(node, Name):
        return {node.path: None}
    parts = (node.part,) if isinstance(node, Negation) else getattr(node, "parts", ())
    return {path: None for part in parts for path in names_in(part)}
