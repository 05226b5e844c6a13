"""An Optuna study as the plan of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from researcher.errors import MissingExtra, SpaceError
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.sweeps.asking import asking_of
from researcher.sweeps.objective import Mode, Objective
from researcher.sweeps.trials import Trials


def trials_of(
    study: Any,
    space: object,
    n: int | None,
    seeds: Sequence[int | None],
    objective: Objective,
    records: Place,
    known: Mapping[str, Experiment],
    *,
    retry_failed: bool,
) -> Trials:
    """The plan of a study, that goes on from what is recorded; see `Trials`.

    Raises:
        SpaceError: the space is no single one, Optuna does not know a distribution in it, or ``n`` is missing.
    """
    if n is None or n < 1:
        raise SpaceError(f"n={n!r}: a study has no end; say how many trials, from 1 on")
    trials = Trials(study, asking_of(space, seeds), n, len(seeds), objective, records)
    trials.take_up(known, retry_failed=retry_failed)
    return trials


def direction_of(study: Any) -> Mode:
    """Whether a study is after the smallest or the largest value.

    Raises:
        SpaceError: it has several objectives.
        MissingExtra: Optuna is not installed.
    """
    try:
        from optuna.study import StudyDirection
    except ImportError:
        raise MissingExtra("optuna", "a sweep with a study needs Optuna") from None
    if len(study.directions) != 1:
        raise SpaceError(f"the study has {len(study.directions)} objectives; a sweep is after one")
    return "max" if study.directions[0] == StudyDirection.MAXIMIZE else "min"
