"""Repeats: experiments that were meant to be the same, found without being told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from researcher.arrays import Indices
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.params import ABSENT, flattened, label, value_key
from researcher.seeds import seeds_among

Flat = Mapping[str, object]

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def repeats_of(experiments: Sequence[Experiment], seed: str | Collection[str] | None = None) -> list[Experiments]:
    """The experiments in groups of repeats: same params but for the seed, or the same hash.

    Args:
        experiments: they keep their order within each group, and groups the order of their first experiment.
        seed: the dotted names of the params in which repeats differ; those that look like it if not given (see
            `researcher.seeds`). With ``()`` repeats are the same in all params.

    Returns:
        Groups in which each experiment is exactly once; one that was never repeated is a group of one.

    >>> relu, again, tanh = (Experiment({"act": a, "seed": i}) for i, a in enumerate(["relu", "relu", "tanh"]))
    >>> [[e.params["seed"] for e in group] for group in repeats_of([relu, tanh, again])]
    [[0, 1], [2]]
    """
    groups: dict[int, Experiments] = {}
    for number, experiment in zip(repeat_numbers(experiments, seed).tolist(), experiments, strict=True):
        groups.setdefault(number, Experiments()).append(experiment)
    return list(groups.values())


def repeat_numbers(experiments: Sequence[Experiment], seed: str | Collection[str] | None = None) -> Indices:
    """The number of the group that each experiment belongs to, of shape ``(n_experiments,)``; see `repeats_of`.

    Groups are counted from 0 in the order of their first experiment.
    """
    params = [flattened(e.params) for e in experiments]
    if seed is None:
        seed = seeds_among(params)
    seeds = {seed} if isinstance(seed, str) else set(seed)
    common = [_all_but(flat, seeds) for flat in params]
    titles = _titles(params, common, sorted(seeds))
    by_hash: dict[str, int] = {}
    by_params: dict[object, int] = {}
    found = np.zeros(len(params), dtype=np.intp)
    for i, experiment in enumerate(experiments):
        number = by_hash.get(experiment.hash)
        if number is None:
            number = by_params.setdefault((common[i], titles[i]), len(by_params))
            by_hash[experiment.hash] = number
        found[i] = number
    return found


def seed_params(experiments: Sequence[Experiment]) -> list[str]:
    """The dotted names of the params that differ among the experiments and look like a seed."""
    params = [flattened(e.params) for e in experiments]
    seeds = seeds_among(params)
    names = dict.fromkeys(name for flat in params for name in flat if name in seeds)
    return [name for name in names if len({_key(flat.get(name, ABSENT)) for flat in params}) > 1]


def _all_but(flat: Flat, seeds: Collection[str]) -> object:
    """What the params of repeats have in common, as a key: all but the seeds and the title."""
    return frozenset((name, _key(value)) for name, value in flat.items() if name not in seeds and name != "title")


def _titles(params: Sequence[Flat], common: Sequence[object], seeds: Sequence[str]) -> list[str]:
    """What the titles of repeats have in common, as a key: all but the seed, where titles name it.

    They do not where one title stands with several seeds: a 1 in it is of something else then.
    """
    stands_with: dict[tuple[object, str], set[object]] = {}
    for flat, key in zip(params, common, strict=True):
        own = tuple(_key(flat.get(name, ABSENT)) for name in seeds)
        stands_with.setdefault((key, value_key(flat.get("title", ABSENT))), set()).add(own)
    unnamed = {key for (key, _), values in stands_with.items() if len(values) > 1}
    found = []
    for flat, key in zip(params, common, strict=True):
        title = flat.get("title", ABSENT)
        if isinstance(title, str) and key not in unnamed:
            for name in seeds:
                title = _without(title, label(flat.get(name, "")))
        found.append(value_key(title))
    return found


def _key(value: object) -> object:
    """What two values share exactly if they share `value_key`, sooner found for numbers and text."""
    kind = type(value)
    if kind is str or ((kind is int or kind is float) and value == value):
        return value
    return (value_key(value),)


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
