"""Record what LightGBM trains."""

from __future__ import annotations

from typing import Any

import lightgbm

from researcher.integrations.recording import Recording

_HOW_IT_RAN = {"num_threads", "n_jobs", "verbose", "verbosity"}  # says nothing about the model


class RecordCallback(Recording):
    """Records each training: every evaluation, by data set and metric, such as ``valid_0-binary_logloss``.

    Steps are boosting rounds, counted from 0. Of ``lightgbm.cv`` come ``valid-binary_logloss-mean`` and ``-stdv``.
    ``learning_rate`` is observed where it is among LightGBM's params. Params that are added: those that LightGBM was
    called with, such as ``objective``, and ``num_iterations``.

    The recording begins after the first round, where LightGBM calls its callbacks for the first time, and ends after
    the last. LightGBM does not tell a callback of early stopping or of failures: put the training into a ``with``
    block for these.

    >>> with RecordCallback(params, "records/") as record:                             # doctest: +SKIP
    ...     lightgbm.train(params, data, 50, valid_sets=[valid],
    ...                    callbacks=[record, lightgbm.early_stopping(5)])
    """

    order = 25  # where LightGBM calls it: after reset_parameter, before early stopping
    before_iteration = False

    def __call__(self, env: Any) -> None:
        """Observe a round; begin with the first, and end with the last, or where it was asked to stop."""
        if env.iteration == env.begin_iteration:
            self.begin({name: value for name, value in env.params.items() if name not in _HOW_IT_RAN})
        observations: dict[str, Any] = {"learning_rate": env.params.get("learning_rate")}
        for data, metric, value, _, *spread in env.evaluation_result_list or ():
            if spread and spread[0] is not None:
                observations |= {f"{data}-{metric}-mean": value, f"{data}-{metric}-stdv": spread[0]}
            else:
                observations[f"{data}-{metric}"] = value
        self.observe(observations, step=env.iteration)
        stop = self.asked_to_stop()
        if stop or env.iteration + 1 == env.end_iteration:
            self.end()
        if stop:
            raise lightgbm.EarlyStopException(env.iteration, env.evaluation_result_list)
