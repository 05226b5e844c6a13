"""Which params say which repeat it is, rather than how it is done."""

from __future__ import annotations

import re
from collections.abc import Iterable

from researcher.params import ABSENT
from researcher.tables.facets import Facet

_SEEDS = {"seed", "rng", "run", "trial", "repeat", "repetition", "replicate", "replica", "fold"}
_NUMBERED = {"id", "no", "nr", "number", "num", "index", "idx", "name", "uuid"}  # as in run_id and fold_index
_COUNTED = {"n", "num", "number", "max", "min", "total", "count"}  # as in n_run, which is no number of a run
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def looks_like_a_seed(name: str) -> bool:
    """Whether a param of this name says which repeat it is, rather than how it is done.

    The last part of its name ends in one of a few words: seed, rng, run, trial, repeat, fold, random state and the
    like, or in the number, id or name of one. A number *of* runs is none.

    >>> names = ["seed", "data.randomSeed", "random_state", "run_id", "fold 3", "n_run", "folds", "rng_kind"]
    >>> [name for name in names if looks_like_a_seed(name)]
    ['seed', 'data.randomSeed', 'random_state', 'run_id', 'fold 3']
    """
    words = [word.casefold() for word in _WORD.findall(name.rpartition(".")[2])]
    while len(words) > 1 and words[-1] in _NUMBERED:
        words.pop()
    if not words or _COUNTED & set(words[:-1]):
        return False
    return words[-1] in _SEEDS or words[-2:] == ["random", "state"]


def seeds_among(params: Iterable[Facet]) -> set[str]:
    """The dotted names of the params that look like a seed, and hold nowhere what a seed cannot be."""
    named = (facet for facet in params if looks_like_a_seed(facet.name))
    return {facet.name for facet in named if all(v is ABSENT or _may_be_a_seed(v) for v in facet.values)}


def _may_be_a_seed(value: object) -> bool:
    """Whether it is a whole number, text, None, or a list of such; a switch and a fraction are settings."""
    if isinstance(value, list):
        return all(map(_may_be_a_seed, value))
    whole = isinstance(value, float) and value.is_integer()
    return value is None or whole or (isinstance(value, (int, str)) and not isinstance(value, bool))
