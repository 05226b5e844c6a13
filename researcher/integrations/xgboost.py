"""Record what XGBoost trains."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xgboost

from researcher.integrations.recording import Recording
from researcher.plain import plain

# What is recorded of a booster's settings, and under which other names XGBoost takes them.
_SETTINGS = {
    "booster": (),
    "objective": (),
    "num_feature": (),
    "tree_method": (),
    "grow_policy": (),
    "learning_rate": ("eta",),
    "max_depth": (),
    "max_leaves": (),
    "min_child_weight": (),
    "gamma": ("min_split_loss",),
    "subsample": (),
    "colsample_bytree": (),
    "colsample_bylevel": (),
    "colsample_bynode": (),
    "reg_alpha": ("alpha",),
    "reg_lambda": ("lambda",),
    "rate_drop": (),
    "skip_drop": (),
    "seed": ("random_state",),
}


class RecordCallback(Recording, xgboost.callback.TrainingCallback):
    """Records each training: every evaluation, named as XGBoost prints it, such as ``train-logloss``.

    Steps are boosting rounds, counted from 0. ``learning_rate`` is observed too, and after early stopping
    ``best_iteration`` and ``best_score``. Of ``xgboost.cv`` come ``test-logloss-mean``, ``test-logloss-std`` and so
    on. Params that are added: what the booster is set to, such as ``objective``, ``learning_rate`` and ``max_depth``.
    XGBoost does not tell the number of rounds, and it tells no callback that a training failed: put the training into
    a ``with`` block for that.

    >>> xgboost.train(params, data, 50, evals=[(data, "train")],                       # doctest: +SKIP
    ...               callbacks=[RecordCallback(params, "records/")])
    """

    _evaluations: Mapping[str, Mapping[str, list[Any]]]
    _observed = 0

    def before_training(self, model: Any) -> Any:
        """Begin to record."""
        self._evaluations, self._observed = {}, 0
        if xgboost.collective.get_rank() == 0:
            self.begin(_known(_booster(model), self._given or {}))
        return model

    def after_iteration(self, model: Any, epoch: int, evals_log: Mapping[str, Any]) -> bool:
        """Observe the round; stop after it if that was asked for."""
        self._evaluations = evals_log
        self._catch_up()
        self.observe({"learning_rate": _settings(_booster(model)).get("learning_rate")}, step=epoch)
        return not xgboost.collective.is_distributed() and self.asked_to_stop()

    def after_training(self, model: Any) -> Any:
        """End the recording."""
        self._catch_up()  # another callback that stops the training keeps its last round from those after it
        for name, kind in (("best_iteration", int), ("best_score", float)):
            best = _booster(model).attr(name)
            self.observe({name: None if best is None else kind(best)})
        self.end()
        return model

    def _catch_up(self) -> None:
        curves = _curves(self._evaluations)
        rounds = max(map(len, curves.values()), default=0)
        for i in range(self._observed, rounds):
            self.observe({name: curve[i] for name, curve in curves.items() if i < len(curve)}, step=i)
        self._observed = rounds


def _curves(evaluations: Mapping[str, Mapping[str, list[Any]]]) -> dict[str, list[float]]:
    """The evaluations by name; of a cross-validation, where a value is a mean and a spread, two curves of each."""
    found: dict[str, list[float]] = {}
    for data, metrics in evaluations.items():
        for metric, values in metrics.items():
            if values and isinstance(values[0], tuple):
                for i, part in enumerate(("mean", "std")):
                    found[f"{data}-{metric}-{part}"] = [value[i] for value in values]
            else:
                found[f"{data}-{metric}"] = values
    return found


def _booster(model: Any) -> Any:
    """The model itself, or that of the first fold of a cross-validation."""
    return model.cvfolds[0].bst if hasattr(model, "cvfolds") else model


def _known(booster: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a booster is set to, but for what was given under another name."""
    settings = _settings(booster)
    return {
        name: settings.get(name) for name, others in _SETTINGS.items() if not any(other in given for other in others)
    }


def _settings(booster: Any) -> dict[str, Any]:
    """The wanted ones among the settings that a booster has, wherever they stand in its configuration."""
    found: dict[str, Any] = {}
    parts = [json.loads(booster.save_config())]
    while parts:
        part = parts.pop()
        parts.extend(value for value in part.values() if isinstance(value, dict))
        found.update(
            {name: _number(value) for name, value in part.items() if name in _SETTINGS and isinstance(value, str)}
        )
    return found


def _number(text: str) -> Any:
    """The number that a setting is, as it was meant: XGBoost spells 0.3 as 0.300000012, which is the same float32."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return plain(np.float32(text), "setting")
    except ValueError:
        return text
