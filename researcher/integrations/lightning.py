"""Record what Lightning trains."""

from __future__ import annotations

import os
import sys
import uuid
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

try:
    from lightning.pytorch.loggers.logger import Logger, rank_zero_experiment
    from lightning.pytorch.utilities.rank_zero import rank_zero_only
except ModuleNotFoundError:
    from pytorch_lightning.loggers.logger import Logger, rank_zero_experiment
    from pytorch_lightning.utilities.rank_zero import rank_zero_only
from torch.nn.parameter import is_lazy

from researcher.integrations.describe import described
from researcher.integrations.recording import Recording
from researcher.recorder import Recorder

# What is recorded of the Trainer's settings.
_SETTINGS = ("max_epochs", "max_steps", "accumulate_grad_batches", "gradient_clip_val", "precision")


class RecordLogger(Recording, Logger):
    """A logger that records each ``fit``: all that is logged, under the names that the module gave.

    Steps are Lightning's global steps; ``epoch`` follows from them and is left out. The learning rate is observed if
    the Trainer has a ``LearningRateMonitor``, and where the best checkpoint lies is kept as ``best_checkpoint``. What
    is logged after the training, by ``trainer.test`` say, is added to its record. Params that are added: what
    ``save_hyperparameters`` saved, ``model``, ``total_parameters``, and the Trainer's ``max_epochs``, ``precision``
    and the like. A training that fails, or is interrupted, is recorded as such. In a distributed training the process
    of rank 0 records.

    >>> Trainer(logger=RecordLogger(params, "records/"), max_epochs=8).fit(module, data)    # doctest: +SKIP
    """

    def __init__(
        self,
        params: Mapping[str, Any] | Recorder,
        records: str | os.PathLike[str] = "records/",
        *,
        fold: int | None = None,
    ) -> None:
        """Write nothing yet; see `researcher.integrations.recording.Recording`."""
        Recording.__init__(self, params, records, fold=fold)
        Logger.__init__(self)
        self._version = uuid.uuid4().hex[:8]
        self._hyperparameters: dict[str, Any] = {}
        self._best_checkpoint = ""
        self._trainer: Any = None

    @property
    def name(self) -> str:
        """The title of the experiment, or ``researcher``; names the folder of the checkpoints."""
        params = self._given if self.recorder is None else self.recorder.params
        return str((params or {}).get("title") or "researcher")

    @property
    def version(self) -> str:
        """An identifier of this logger alone; names the folder below, so that no two share their checkpoints."""
        return self._version

    @property
    @rank_zero_experiment
    def experiment(self) -> Recorder | None:
        """The recorder, to observe more by; None before the training."""
        return self.recorder

    def log_hyperparams(self, params: Mapping[str, Any] | Namespace, *rest: Any, **named: Any) -> None:
        """Add to the params; when these are recorded already, observe the others as one value ``hparams``."""
        found = dict(params) if isinstance(params, Mapping) else vars(params)
        self._hyperparameters |= found
        if rank_zero_only.rank == 0 and self.recorder is not None and self.recording:
            recorded = self.recorder.params
            if others := {name: described(value) for name, value in found.items() if name not in recorded}:
                self.keep("hparams", others)

    def log_graph(self, model: Any, input_array: Any = None) -> None:
        """Begin to record; Lightning calls this when it begins."""
        trainer = getattr(model, "_trainer", None)
        fits = getattr(getattr(trainer, "state", None), "fn", "fit") == "fit"
        if rank_zero_only.rank == 0 and (fits or self.recorder is None):
            self.begin({**self._hyperparameters, **_known(model, trainer)})
            self._trainer = trainer

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Observe what is logged; stop after it if that was asked for."""
        if rank_zero_only.rank == 0:
            if self.recorder is None:
                self.begin(self._hyperparameters)
            self.observe({name: value for name, value in metrics.items() if name != "epoch"}, step=step)
            if getattr(self._trainer, "world_size", 0) == 1 and self.asked_to_stop():
                self._trainer.should_stop = True

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Remember the best checkpoint so far."""
        self._best_checkpoint = checkpoint_callback.best_model_path

    def finalize(self, status: str) -> None:
        """End the recording: as failed or interrupted by the error that is being handled."""
        error = sys.exception()
        if rank_zero_only.rank == 0 and self._best_checkpoint:
            self.keep("best_checkpoint", self._best_checkpoint)
            self._best_checkpoint = ""
        if status == "success":
            self.end()
        elif isinstance(error, (KeyboardInterrupt, SystemExit)):  # the latter after a SIGTERM
            self.end("interrupted")
        else:
            self.end("failed", error)


def _known(model: Any, trainer: Any) -> dict[str, Any]:
    """What Lightning lets one know."""
    parameters = list(model.parameters())
    return {
        "model": type(model).__name__,
        "total_parameters": None if any(map(is_lazy, parameters)) else sum(p.numel() for p in parameters),
        **{name: getattr(trainer, name, None) for name in _SETTINGS},
    }
