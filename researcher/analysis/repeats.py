"""Repeats: experiments that were meant to be the same, found without being told."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from researcher.analysis.seeds import seeds_among
from researcher.arrays import Indices
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.params import ABSENT, label, value_key
from researcher.storage.shelved import shelved
from researcher.tables.facets import Facet, params_of

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def repeats_of(experiments: Sequence[Experiment], seed: str | Collection[str] | None = None) -> list[Experiments]:
    """The experiments in groups of repeats: same params but for the seed, or the same hash.

    Args:
        experiments: they keep their order within each group, and groups the order of their first experiment.
        seed: the dotted names of the params in which repeats differ; those that look like it if not given (see
            `researcher.analysis.seeds`). With ``()`` repeats are the same in all params.

    Returns:
        Groups in which each experiment is exactly once; one that was never repeated is a group of one.

    >>> relu, again, tanh = (Experiment({"act": a, "seed": i}) for i, a in enumerate(["relu", "relu", "tanh"]))
    >>> [[e.params["seed"] for e in group] for group in repeats_of([relu, tanh, again])]
    [[0, 1], [2]]
    """
    groups: dict[int, list[int]] = {}
    for place, number in enumerate(repeat_numbers(experiments, seed).tolist()):
        groups.setdefault(number, []).append(place)
    every = shelved(experiments)
    return [Experiments(every.at(places)) for places in groups.values()]


def repeat_numbers(experiments: Sequence[Experiment], seed: str | Collection[str] | None = None) -> Indices:
    """The number of the group that each experiment belongs to, of shape ``(n_experiments,)``; see `repeats_of`.

    Groups are counted from 0 in the order of their first experiment.
    """
    return repeats_among(params_of(experiments), shelved(experiments).hashes(), seed)


def repeats_among(params: Sequence[Facet], hashes: Sequence[str], seed: str | Collection[str] | None = None) -> Indices:
    """The same, from columns.

    Args:
        params: a facet for each param that some experiment has.
        hashes: the hash of each experiment.
        seed: as above.
    """
    if seed is None:
        seed = seeds_among(params)
    seeds = {seed} if isinstance(seed, str) else set(seed)
    common = _together(len(hashes), (facet.codes for facet in params if facet.name not in {*seeds, "title"}))
    titles = _titles(params, common, sorted(seeds))
    alike = _together(len(hashes), (common, titles))
    oldest: dict[str, int] = {}
    return _counted(alike[[oldest.setdefault(one, row) for row, one in enumerate(hashes)]])  # one hash, one group


def seed_params(experiments: Sequence[Experiment]) -> list[str]:
    """The dotted names of the params that differ among the experiments and look like a seed."""
    params = params_of(experiments)
    seeds = seeds_among(params)
    return [facet.name for facet in params if facet.name in seeds and facet.varies]


def _together(n: int, columns: Iterable[npt.NDArray[np.integer[Any]]]) -> Indices:
    """A number for each of ``n`` rows that two rows share exactly if they share those of all columns."""
    found = np.zeros(n, dtype=np.intp)
    for codes in columns:
        _, found = np.unique(found * (1 + int(codes.max(initial=0))) + codes, return_inverse=True)
    return found


def _counted(groups: Indices) -> Indices:
    """The same groups, counted from 0 in the order of their first row."""
    _, first, found = np.unique(groups, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    numbered: Indices = rank[found]
    return numbered


def _titles(params: Sequence[Facet], common: Indices, seeds: Sequence[str]) -> Indices:
    """What the titles of repeats have in common, as a number: all but the seed, where titles name it.

    They do not where one title stands with several seeds: a 1 in it is of something else then.
    """
    by_name = {facet.name: facet for facet in params}
    title = by_name.get("title")
    if title is None:
        return np.zeros(len(common), dtype=np.intp)
    known = [by_name[name] for name in seeds if name in by_name]
    own = _together(len(common), (facet.codes for facet in known))
    stands = _together(len(common), (common, title.codes))
    _, pairs = np.unique(_together(len(common), (stands, own)), return_index=True)
    unnamed = np.bincount(stands[pairs], minlength=1) > 1

    found: dict[object, int] = {}
    shortened: dict[tuple[int, ...], int] = {}
    numbers = np.zeros(len(common), dtype=np.intp)
    rows = zip(title.codes.tolist(), own.tolist(), unnamed[stands].tolist(), strict=True)
    for row, (code, seed, whole) in enumerate(rows):
        asked = (code,) if whole else (code, seed)
        if asked not in shortened:
            text = title.values[code]
            for facet in () if whole or not isinstance(text, str) else known:
                value = facet.values[facet.codes[row]]
                text = _without(text, "" if value is ABSENT else label(value))
            shortened[asked] = found.setdefault(value_key(text), len(found))
        numbers[row] = shortened[asked]
    return numbers


def _without(title: str, seed: str) -> str:
    """The title with a blank for the last place where it names the seed: the 3 of ``relu-seed3``, not of ``0.3``."""
    if seed.isdigit():
        found = [number for number in _NUMBER.finditer(title) if number[0] == seed]
        return f"{title[: found[-1].start()]} {title[found[-1].end() :]}" if found else title
    at = title.rfind(seed) if seed else -1
    while at >= 0:
        end = at + len(seed)
        if not (_of_a_kind(title[at - 1 : at], seed[0]) or _of_a_kind(seed[-1], title[end : end + 1])):
            return f"{title[:at]} {title[end:]}"
        at = title.rfind(seed, 0, end - 1)
    return title


def _of_a_kind(a: str, b: str) -> bool:
    return (a.isdigit() and b.isdigit()) or (a.isalpha() and b.isalpha())
