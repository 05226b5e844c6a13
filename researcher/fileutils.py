"""Where the 2020 package kept these functions; here for the notebooks that import them from it."""

from researcher.load import (
    all_experiments,
    load_experiment,
    past_experiment_from_hash,
    past_experiments_from_hashes,
)
from researcher.record import get_hash, save_experiment

__all__ = [
    "all_experiments",
    "get_hash",
    "load_experiment",
    "past_experiment_from_hash",
    "past_experiments_from_hashes",
    "save_experiment",
]
