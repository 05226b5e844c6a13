"""What a sweep goes through: a space, as a dict of what each param can be."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from researcher.checking import checked_params
from researcher.errors import SpaceError
from researcher.params import Path
from researcher.plain import place

MOST = 1_000_000  # params in a space; each becomes a dict in memory
_TEXTS = (str, bytes, bytearray)


@dataclass(frozen=True, eq=False)
class Space:
    """A space, sorted by how each of its params is found.

    Attributes:
        grid: what is tried value by value.
        drawn: the distributions, with a method ``rvs``.
        computed: functions of the other params.
        source: the space as it was given, in whose order params come.
    """

    grid: Mapping[Path, Sequence[Any]]
    drawn: Mapping[Path, Any]
    computed: Mapping[Path, Callable[[dict[str, Any]], Any]]
    source: Mapping[str, Any]

    def params(self, chosen: Mapping[Path, Any], seed: int | None = None) -> dict[str, Any]:
        """The params with these values for what varies, as plain values.

        Args:
            chosen: a value for each param of the grid and each that is drawn.
            seed: goes in as the param ``seed``, if there is one.

        Raises:
            NotRecordable: a value has no place in a record, or a name is one that records keep for themselves.
        """
        others = _filled(self.source, {**chosen, **dict.fromkeys(self.computed, _LEFT_OUT)}, ())
        seeds = {} if seed is None else {"seed": seed}
        values = {path: compute({**others, **seeds}) for path, compute in self.computed.items()}
        return checked_params({**_filled(self.source, {**chosen, **values}, ()), **seeds})


def space_of(given: Mapping[str, Any]) -> Space:
    """A space, sorted.

    Args:
        given: by name: a list, range or array, of which every value is tried; a distribution (of ``scipy.stats``,
            `choice`, `uniform`, `log_uniform`, `integers`); a function of the other params; a dict, which is a
            space in itself; or one value, the same in all params. One value that is a list is written ``[[64, 64]]``.

    Raises:
        SpaceError: it is no dict, or a list in it is empty, has no end or no order.
    """
    if not isinstance(given, Mapping):
        raise SpaceError(
            f"a space is a dict of what each param can be, or a list of such dicts, and not of the type "
            f"{type(given).__name__}"
        )
    grid: dict[Path, Sequence[Any]] = {}
    drawn: dict[Path, Any] = {}
    computed: dict[Path, Callable[[dict[str, Any]], Any]] = {}
    for path, value in _leaves(given, ()):
        if _is_drawn(value):
            drawn[path] = value
        elif callable(value) and not isinstance(value, type):
            computed[path] = value
        elif (values := _values(value, path)) is not None:
            grid[path] = values
    return Space(grid, drawn, computed, given)


def points_of(space: Space, n: int | None, seed: int) -> Iterator[dict[Path, Any]]:
    """What is chosen at each point: all of the grid, with each of ``n`` samples if something is drawn.

    The samples are the same at each point of the grid, and with another ``n`` as far as both go. Those of a param
    depend on its name and on ``seed`` alone, and not on the rest of the space.

    Raises:
        SpaceError: there is a distribution and no ``n``, or there are too many points.
    """
    if space.drawn and n is None:
        raise SpaceError(f"{_place(next(iter(space.drawn)))} is a distribution, which has no end; say how many: n=20")
    if n is not None and (not isinstance(n, int) or n < 1):
        raise SpaceError(f"n={n!r}: it is a whole number of samples, from 1 on")
    n = n if space.drawn else None
    size = math.prod(map(len, space.grid.values())) * (n or 1)
    if size > MOST:
        raise SpaceError(
            f"the space has {size:,} points, more than the {MOST:,} that a sweep goes through. Draw some of them: "
            "put rs.choice(...) in the place of lists, and say how many with n"
        )
    samples = list(zip(*(_draws(path, space.drawn[path], n, seed) for path in space.drawn), strict=True)) or [()]
    for values in itertools.product(*space.grid.values()):
        for sample in samples:
            yield {
                **dict(zip(space.grid, values, strict=True)),
                **dict(zip(space.drawn, sample, strict=True)),
            }


_LEFT_OUT = object()


def _filled(source: Mapping[str, Any], values: Mapping[Path, Any], above: Path) -> dict[str, Any]:
    """The source with these values in their places, in its order."""
    found: dict[str, Any] = {}
    for key, value in source.items():
        path = (*above, key)
        if isinstance(value, Mapping):
            found[key] = _filled(value, values, path)
        elif (chosen := values.get(path, value)) is not _LEFT_OUT:
            found[key] = chosen
    return found


def _leaves(given: Mapping[str, Any], above: Path) -> Iterator[tuple[Path, Any]]:
    for key, value in given.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _is_drawn(value: object) -> bool:
    return callable(getattr(value, "rvs", None)) and not isinstance(value, type)


def _values(value: Any, path: Path) -> Sequence[Any] | None:
    """The values to be tried one by one, or None for what is the same in all params."""
    if isinstance(value, _TEXTS) or not hasattr(value, "__iter__") or getattr(value, "shape", None) == ():
        return None
    if hasattr(value, "__next__"):
        raise SpaceError(f"{_place(path)} is a {type(value).__name__}, which may have no end; make a list of it")
    if isinstance(value, (set, frozenset)):
        raise SpaceError(f"{_place(path)} is a {type(value).__name__}, which has no order; write sorted(...) around it")
    if not isinstance(value, Collection) and not hasattr(value, "__len__"):
        return None
    found = list(value)
    if not found:
        raise SpaceError(f"{_place(path)} is empty, so there is nothing to try; name at least one value")
    return found


def _draws(path: Path, distribution: Any, n: int | None, seed: int) -> list[Any]:
    random = np.random.default_rng([seed, zlib.crc32(".".join(map(str, path)).encode())])
    return [distribution.rvs(random_state=random) for _ in range(n or 0)]


def _place(path: Path) -> str:
    return place(("space", *path))
