"""Record what the Trainer of Hugging Face Transformers trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import transformers

from researcher.integrations.recording import Recording

# What is recorded of the TrainingArguments.
_ARGUMENTS = (
    "num_train_epochs",
    "learning_rate",
    "lr_scheduler_type",
    "warmup_steps",
    "weight_decay",
    "max_grad_norm",
    "label_smoothing_factor",
    "optim",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "seed",
    "bf16",
    "fp16",
)


class RecordCallback(Recording, transformers.TrainerCallback):
    """Records each ``train``: all that the Trainer logs, under its own names, such as ``loss`` and ``eval_loss``.

    ``learning_rate`` and ``grad_norm`` are among them, at every logged step; at the end come ``train_runtime`` and
    the like. Steps are the Trainer's global steps; ``epoch`` follows from them and is left out. What is evaluated
    after the training is added to its record. Params that are added: ``model_type``, ``num_parameters``, ``max_steps``
    (of the whole training) and the training arguments that bear on the outcome, such as ``learning_rate``, ``optim``
    and ``seed``. In a distributed training the first process records. The Trainer tells no callback that a training
    failed: put the ``train`` into a ``with`` block for that.

    >>> Trainer(model, arguments, callbacks=[RecordCallback(params, "records/")]).train()    # doctest: +SKIP
    """

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **rest: Any) -> None:
        """Begin to record."""
        if state.is_world_process_zero:
            self.begin(_known(args, state, model))

    def on_log(self, args: Any, state: Any, control: Any, logs: Mapping[str, Any] | None = None, **rest: Any) -> None:
        """Observe what is logged; stop after it if that was asked for."""
        if state.is_world_process_zero:
            logs = {name: value for name, value in (logs or {}).items() if name != "epoch"}
            self.observe(logs, step=state.global_step)
            if args.world_size == 1 and self.asked_to_stop():
                control.should_training_stop = True

    def on_train_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """End the recording."""
        self.end()


def _known(args: Any, state: Any, model: Any) -> dict[str, Any]:
    """What the Trainer lets one know."""
    return {
        "model_type": getattr(getattr(model, "config", None), "model_type", type(model).__name__),
        "num_parameters": sum(parameter.numel() for parameter in model.parameters()),
        "max_steps": state.max_steps,
        **{name: getattr(args, name, None) for name in _ARGUMENTS},
        **(state.trial_params or {}),
    }
