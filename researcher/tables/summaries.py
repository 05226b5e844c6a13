"""A number that sums up an observation, for each of many experiments."""

from __future__ import annotations

from collections.abc import Iterable

from researcher.arrays import Array
from researcher.experiment import Experiment
from researcher.storage.shelved import shelved
from researcher.tables.tabling import table_of


def summaries_of(experiments: Iterable[Experiment], observation: str, which: str = "final") -> Array:
    """One number for each experiment, of shape ``(n_experiments,)``; NaN where it has none.

    Args:
        experiments: their records are read as far as they were not.
        observation: its name.
        which: ``final``, ``min``, ``max`` or ``best``; see `Experiment.summary`.
    """
    return table_of(shelved(experiments)).numbers(which, observation).values
