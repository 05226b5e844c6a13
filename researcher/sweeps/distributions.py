"""What params can be drawn from: with the one method of the distributions of ``scipy.stats`` that sweeps use."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from researcher.errors import SpaceError


@dataclass(frozen=True)
class Choice:
    """One of some values, all equally likely; see `choice`."""

    values: tuple[Any, ...]

    def rvs(self, random_state: np.random.Generator) -> Any:
        """One of them."""
        return self.values[random_state.integers(len(self.values))]


@dataclass(frozen=True)
class Uniform:
    """Numbers between two, all equally likely, or equally likely in all orders of magnitude; see `uniform`."""

    low: float
    high: float
    log: bool = False

    def rvs(self, random_state: np.random.Generator) -> float:
        """A number."""
        if not self.log:
            return float(random_state.uniform(self.low, self.high))
        drawn = math.exp(random_state.uniform(math.log(self.low), math.log(self.high)))
        return min(max(drawn, self.low), self.high)


@dataclass(frozen=True)
class Integers:
    """Whole numbers from ``low`` to ``high``, both included, all equally likely; see `integers`."""

    low: int
    high: int

    def rvs(self, random_state: np.random.Generator) -> int:
        """A number."""
        return int(random_state.integers(self.low, self.high, endpoint=True))


def choice(values: Iterable[Any]) -> Choice:
    """A param that is one of ``values``, all equally likely; a plain list in a space tries every one instead.

    Raises:
        SpaceError: there are no values.

    >>> choice(["relu", "tanh"]).rvs(np.random.default_rng(0))
    'tanh'
    """
    found = tuple(values)
    if not found:
        raise SpaceError("rs.choice([]) has nothing to choose from; name at least one value")
    return Choice(found)


def uniform(low: float, high: float) -> Uniform:
    """A param between ``low`` and ``high``, all numbers equally likely.

    Raises:
        SpaceError: ``low`` is not below ``high``, or one of them is not finite.

    >>> round(uniform(0.1, 0.5).rvs(np.random.default_rng(0)), 6)
    0.354785
    """
    _check("uniform", low, high)
    return Uniform(float(low), float(high))


def log_uniform(low: float, high: float) -> Uniform:
    """A param between ``low`` and ``high``, as likely between 0.001 and 0.01 as between 0.01 and 0.1.

    Raises:
        SpaceError: ``low`` is not above 0 and below ``high``, or ``high`` is not finite.

    >>> round(log_uniform(1e-4, 1e-1).rvs(np.random.default_rng(0)), 6)
    0.008145
    """
    _check("log_uniform", low, high)
    if low <= 0:
        raise SpaceError(f"rs.log_uniform({low}, {high}) has no logarithm at its lower end; begin above 0")
    return Uniform(float(low), float(high), log=True)


def integers(low: int, high: int) -> Integers:
    """A param that is a whole number from ``low`` to ``high``, both included, all equally likely.

    Raises:
        SpaceError: ``low`` is not below ``high``, or one of them is no whole number.

    >>> integers(1, 6).rvs(np.random.default_rng(0))
    6
    """
    _check("integers", low, high)
    if low != int(low) or high != int(high):
        raise SpaceError(f"rs.integers({low}, {high}) needs whole numbers; rs.uniform takes others")
    return Integers(int(low), int(high))


def _check(name: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise SpaceError(f"rs.{name}({low}, {high}) needs two finite numbers, the smaller one first")
