"""Which params matter for an observation, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from researcher.analysis.association import Correlation, confounded, correlation
from researcher.analysis.encoding import encoded, is_label, numbers_of
from researcher.analysis.forest import shares_of
from researcher.curves.limits import fences
from researcher.experiment import Experiment
from researcher.params import in_prose
from researcher.storage.shelved import shelved
from researcher.tables.facets import Facet, params_of, telling
from researcher.tables.summaries import summaries_of

_LEAST = 8  # experiments; of fewer nothing is said
_MOST = 2000  # experiments that are looked at
_PER_PARAM = 3  # experiments for each param, below which there is a warning


@dataclass(frozen=True)
class Importance:
    """How much a param matters, or several that go together, so that only all of them can be judged.

    Attributes:
        params: their dotted names.
        share: the share of the variance of the observation in which the param takes part, alone or together with
            others, from 0 (it does not matter; chance goes below, too) to 1. Shares may add up to more than 1.
        error: the standard error of the share.
        correlations: for each of ``params`` how the observation rises with it; None where it is no number.
    """

    params: tuple[str, ...]
    share: float
    error: float
    correlations: tuple[Correlation | None, ...]

    @property
    def matters(self) -> bool:
        """Whether the share is more than two standard errors above 0."""
        return self.share > 2 * self.error


@dataclass(frozen=True)
class Ranking:
    """The params that matter, the most important first; to be iterated over.

    Attributes:
        rows: one for each param that varies, or for several that go together.
        n: the number of experiments behind it.
        r2: the share of the variance that all params together foretell in experiments that were not learnt from;
            NaN where nothing could be learnt. Near or below 0 the ranking means nothing.
        warnings: sentences that belong beside it.
    """

    rows: tuple[Importance, ...]
    n: int
    r2: float
    warnings: tuple[str, ...]

    def __iter__(self) -> Iterator[Importance]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def params_that_matter(experiments: Sequence[Experiment], observation: str, which: str = "final") -> Ranking:
    """The params by how much they matter for a summary of an observation; the same in every call.

    What a param matters is its permutation importance in random forests, see
    `researcher.analysis.forest.shares_of`. Absent, None and NaN are values of a param like others. The title is no
    param here, and neither is text that differs in nearly every experiment. Values of the observation that are far out
    (see `researcher.curves.limits.fences`) count as the nearest that is not, so that one failure does not decide all.

    Args:
        experiments: those without a finite value are left out; of more than 2,000 that many are drawn.
        observation: its name.
        which: ``final``, ``best``, ``min`` or ``max``.

    Raises:
        MissingExtra: scikit-learn is not installed.
    """
    y = summaries_of(experiments, observation, which)
    known = np.flatnonzero(np.isfinite(y))
    warnings = [_left_out(len(y) - len(known))] if len(known) < len(y) else []
    if len(known) > _MOST:
        warnings.append(f"{_MOST:,} of {len(known):,} experiments are looked at, drawn at random")
        known = np.sort(np.random.default_rng(0).choice(known, _MOST, replace=False))
    y = y[known]
    y = np.clip(y, *fences(y)) if len(y) else y
    params = params_of(shelved(experiments).at(known.tolist()))
    facets = [facet for facet in telling(params) if facet.name != "title" and not is_label(facet)]
    warnings += _constant(params, facets)
    n = len(known)
    if n < _LEAST or (y == y[0]).all() or not facets:
        return Ranking((), n, math.nan, (*warnings, _nothing(n, observation, bool(facets))))
    groups = [[facets[i] for i in group] for group in confounded(facets)]
    shares, errors, r2 = shares_of([np.concatenate([encoded(f) for f in group], axis=1) for group in groups], y)
    rows = [
        Importance(
            tuple(facet.name for facet in group), share, error, tuple(correlation(numbers_of(f), y) for f in group)
        )
        for group, share, error in zip(groups, shares.tolist(), errors.tolist(), strict=True)
    ]
    rows.sort(key=lambda row: -row.share)
    return Ranking(tuple(rows), n, r2, (*warnings, *_doubts(rows, n, r2)))


def _left_out(n: int) -> str:
    have = "experiment has no finite value and is" if n == 1 else "experiments have no finite value and are"
    return f"{n:,} {have} left out"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), *names[-1:]])


def _constant(params: Sequence[Facet], facets: Sequence[Facet]) -> list[str]:
    """What is said of the params that are left out."""
    known = {"title", *(facet.name for facet in facets)}
    left = [facet.name for facet in params if facet.name not in known]
    return [f"the same in all experiments, or different in each, and so left out: {', '.join(left)}"] if left else []


def _nothing(n: int, observation: str, vary: bool) -> str:
    if n < _LEAST:
        have = "1 experiment is" if n == 1 else f"{n} experiments are"
        return f"{have} too few to say anything; it takes {_LEAST}, and better ten for each param"
    return f"{observation} is the same in nearly all experiments" if vary else "no param varies"


def _doubts(rows: Sequence[Importance], n: int, r2: float) -> list[str]:
    together = [_listed(row.params) for row in rows if len(row.params) > 1]
    found = [f"{names} go together, so that only all of them can be judged" for names in together]
    n_params = sum(len(row.params) for row in rows)
    if n < _PER_PARAM * n_params:
        found.append(f"{n} experiments are few for {n_params} params; take the order with care")
    if r2 < 0.1:
        found.append(f"the params foretell hardly anything (R² = {in_prose(round(r2, 2))}), so the order means little")
    return found
