"""Record what Keras trains."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import keras

from researcher.integrations.recording import Recording
from researcher.plain import plain
from researcher.recorder import Recorder


class RecordCallback(Recording, keras.callbacks.Callback):
    """Records each ``fit``: an epoch's logs under Keras's own names, such as ``loss`` and ``val_loss``.

    ``learning_rate`` is observed too, as it is at the end of each epoch. Steps are epochs, counted from 0 as Keras
    counts them. Params that are added: ``model``, ``count_params``, ``optimizer``, ``learning_rate`` and its
    ``learning_rate_schedule``, ``loss``, ``epochs``, ``steps_per_epoch`` and ``backend``. Keras does not tell the batch
    size, and it tells no callback that a training failed: put the ``fit`` into a ``with`` block for that.

    >>> model.fit(x, y, epochs=8, callbacks=[RecordCallback(params, "records/")])      # doctest: +SKIP
    >>> with RecordCallback(params, "records/") as record:                             # doctest: +SKIP
    ...     model.fit(x, y, epochs=8, callbacks=[record])
    """

    def __init__(
        self,
        params: Mapping[str, Any] | Recorder,
        records: str | os.PathLike[str] = "records/",
        *,
        batches: bool = False,
        fold: int | None = None,
    ) -> None:
        """Write nothing yet.

        Args:
            params: of the experiment, or a recorder that was started.
            records: the records directory; a recorder has one already.
            batches: observe the logs of each batch as well, as ``batch_loss`` and so on; Keras hands them over as
                means over the epoch so far. Their steps are the batches since the training began.
            fold: of all that is observed, counted from 0: several fits into one recorder, a fold each.
        """
        Recording.__init__(self, params, records, fold=fold)
        keras.callbacks.Callback.__init__(self)
        self.async_safe = not batches  # Keras need not wait for us at every batch
        self._batches = batches
        self._batches_before = 0
        self._batches_now = 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Begin to record."""
        self._batches_before = self._batches_now = 0
        self.begin(_known(self.model, self.params))

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Observe the batch, if batches are wanted."""
        self._batches_now = batch + 1
        if self._batches:
            logs = {f"batch_{name}": value for name, value in (logs or {}).items()}
            self.observe(logs, step=self._batches_before + batch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Observe the epoch; stop after it if that was asked for."""
        self._batches_before += self._batches_now
        self.observe({**(logs or {}), **_learning_rate(self.model)}, step=epoch)
        if self.asked_to_stop():
            self.model.stop_training = True

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """End the recording."""
        self.end()


def _known(model: Any, fit: Mapping[str, Any]) -> dict[str, Any]:
    """What Keras lets one know of a model and the arguments of its fit."""
    optimizer = getattr(model, "optimizer", None)
    return {
        "model": type(model).__name__,
        "count_params": model.count_params() if model.built else None,
        "optimizer": None if optimizer is None else type(optimizer).__name__,  # its name counts up: adam, adam_1
        **_learning_rate(model),
        "learning_rate_schedule": _schedule(optimizer),
        "loss": getattr(model, "loss", None),
        "epochs": fit.get("epochs"),
        "steps_per_epoch": fit.get("steps"),
        "backend": keras.backend.backend(),
    }


def _learning_rate(model: Any) -> dict[str, float]:
    rate = getattr(getattr(model, "optimizer", None), "learning_rate", None)
    if rate is None:
        return {}
    return {"learning_rate": plain(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(rate)), "learning_rate")}


def _schedule(optimizer: Any) -> dict[str, Any] | None:
    """The settings of a learning rate that changes with the steps."""
    rate = getattr(optimizer, "_learning_rate", None)  # the public name has the present value
    schedules = keras.optimizers.schedules.LearningRateSchedule
    return {**rate.get_config(), "name": type(rate).__name__} if isinstance(rate, schedules) else None
