"""Record what scikit-learn searches and trains."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.utils.validation import check_is_fitted

from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.integrations.describe import described
from researcher.integrations.recording import Recording
from researcher.record import record_experiment
from researcher.recorder import Recorder

Scorer = Callable[[Any, Any, Any], float]
_HOW_IT_RAN = ("n_jobs", "verbose")  # says nothing about the model
_INPUTS = ("iter", "n_resources")  # of a halving search


def record_search(
    search: Any, records: str | os.PathLike[str] = "records/", params: Mapping[str, Any] | None = None
) -> Experiments:
    """Record each candidate of a search that was fitted, as an experiment of its own.

    Its params are those given, ``search``, ``estimator``, ``scoring``, ``n_splits``, and all of the estimator's as the
    candidate had them, under scikit-learn's names; of a halving search ``iter`` and ``n_resources`` too. Its
    observations are the scores of each split as folds (``test_score``, and ``train_score`` if the search kept it; with
    several metrics ``test_accuracy`` and so on), and the means, deviations, ranks and times of ``cv_results_``. Its
    duration is that of fitting and scoring all splits.

    Args:
        search: a fitted ``GridSearchCV``, ``RandomizedSearchCV``, or one of their halving kin.
        records: the records directory.
        params: to add to the params of each; what the candidate has under the same name wins.

    Returns:
        The experiments, in the order of the candidates.

    Raises:
        NotFittedError: the search was not fitted.
    """
    check_is_fitted(search, "cv_results_")
    results = search.cv_results_
    constant = {
        "search": type(search).__name__,
        "estimator": type(search.estimator).__name__,
        "scoring": search.scoring,
        "n_splits": search.n_splits_,
    }
    found = []
    for row, candidate in enumerate(results["params"]):
        own = {name: results[name][row] for name in _INPUTS if name in results}
        known = {**constant, **own, **_settings(clone(search.estimator).set_params(**clone(candidate, safe=False)))}
        seconds = sum(results[name][row] for name in ("mean_fit_time", "mean_score_time")) * search.n_splits_
        found.append(record_experiment({**(params or {}), **described(known)}, records, _scores(results, row), seconds))
    return Experiments(found)


def record_partial_fit(
    estimator: Any,
    X: Any,  # noqa: N803 - as scikit-learn calls it
    y: Any = None,
    records: str | os.PathLike[str] | Recorder = "records/",
    *,
    epochs: int,
    validation: tuple[Any, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    scoring: str | Scorer | Iterable[str] | Mapping[str, str | Scorer] | None = None,
    classes: Any = None,
    fold: int | None = None,
) -> Experiment:
    """Train an estimator that has ``partial_fit``, and record each epoch.

    An epoch is one ``partial_fit`` with all of ``X``. Observed are ``train_score`` and ``validation_score`` (or
    ``train_accuracy`` and so on, by ``scoring``), ``loss`` if the estimator tells it as ``loss_``, and ``fit_time`` in
    seconds. Params that are added: ``estimator``, ``epochs``, and all of the estimator's. An exception, or an
    interrupt, is recorded and passes through; a sweep that prunes it ends it after an epoch.

    Args:
        estimator: it is trained in place.
        X: what to train with.
        y: the targets, if there are any.
        records: the records directory, or a recorder that was started, which is written to and not ended.
        epochs: how often to call ``partial_fit``.
        validation: X and y to score each epoch with.
        params: of the experiment; they win over those that are added. A recorder has its params already.
        scoring: one scorer or several, by name, as scikit-learn takes them; the estimator's own ``score`` if None.
        classes: all the labels, if there are more than those in ``y``.
        fold: of all that is observed, counted from 0: several trainings into one recorder, a fold each.

    Returns:
        The experiment: as it was recorded, or as it is so far in the recorder that was given.
    """
    scorers = _scorers(estimator, scoring)
    data = {"train": (X, y), **({"validation": validation} if validation is not None else {})}
    labels = np.unique(y) if classes is None and is_classifier(estimator) else classes
    first = {} if labels is None else {"classes": labels}
    recorder_or_not = (records,) if isinstance(records, Recorder) else (params or {}, records)
    with Recording(*recorder_or_not, fold=fold) as recording:
        recorder = recording.begin({"estimator": type(estimator).__name__, "epochs": epochs, **_settings(estimator)})
        for epoch in range(epochs):
            start = time.perf_counter()
            estimator.partial_fit(X, y, **(first if epoch == 0 else {}))
            observed: dict[str, Any] = {
                "fit_time": time.perf_counter() - start,
                "loss": getattr(estimator, "loss_", None),
            }
            for kind, (inputs, targets) in data.items():
                observed |= {f"{kind}_{name}": score(estimator, inputs, targets) for name, score in scorers.items()}
            recording.observe(observed, step=epoch)
            if recording.asked_to_stop():
                break
    return recorder.experiment


def _settings(estimator: Any) -> dict[str, Any]:
    """All params of an estimator; those of a part such as a pipeline's step stand under their own long names."""
    params = estimator.get_params()
    return {
        name: type(value).__name__ if hasattr(value, "get_params") else value
        for name, value in params.items()
        if name.rpartition("__")[2] not in _HOW_IT_RAN and not _holds_estimators(value)
    }


def _holds_estimators(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(
        hasattr(part, "get_params") or _holds_estimators(part) for part in value
    )


def _scores(results: Mapping[str, Any], row: int) -> dict[str, Any]:
    """What the results say of one candidate: folds of the scores of its splits, and single values."""
    folds: dict[str, Any] = {}
    single: dict[str, Any] = {}
    for name, values in results.items():
        if split := re.fullmatch(r"split\d+_(.+)", name):  # in the order of the splits
            folds.setdefault(split[1], []).append([values[row]])
        elif re.match(r"(mean|std|rank)_", name):
            single[name] = values[row]
    return {**folds, **single}


def _scorers(estimator: Any, scoring: Any) -> dict[str, Scorer]:
    """The scorers by the names that their observations have."""
    if scoring is None or callable(scoring):
        return {"score": check_scoring(estimator, scoring)}
    named = (
        scoring
        if isinstance(scoring, Mapping)
        else {name: name for name in ([scoring] if isinstance(scoring, str) else scoring)}
    )
    return {name: check_scoring(estimator, scorer) for name, scorer in named.items()}
