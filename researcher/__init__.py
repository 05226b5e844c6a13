"""Record experiments as plain JSON files; browse, compare and reproduce them in a notebook.

>>> import researcher as rs
>>> rs.record_experiment(params, "records/", observations=results)   # doctest: +SKIP
>>> rs.all_experiments("records/").where("lr < 0.01")                # doctest: +SKIP
>>> rs.Explorer("records/")                                          # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from researcher.archiving import Archive, archive
    from researcher.dashboard import (
        final_compare,
        plot_compare,
        plot_fold_training,
        plot_folds,
        plot_lr,
        plot_training,
    )
    from researcher.environment.environment import record_environment
    from researcher.experiment import Experiment
    from researcher.experiments import Experiments
    from researcher.load import (
        all_experiments,
        load_experiment,
        past_experiment_from_hash,
        past_experiments_from_hashes,
    )
    from researcher.observations import ObservationCollector
    from researcher.params import ABSENT
    from researcher.parquet import read_parquet
    from researcher.record import (
        get_hash,
        record_experiment,
        record_experiment_with_collector,
        reduced_params,
        save_experiment,
    )
    from researcher.recorder import Recorder
    from researcher.recovery import recover
    from researcher.reproduction.reproduction import reproduce
    from researcher.running import run
    from researcher.sweeps.distributions import choice, integers, log_uniform, uniform
    from researcher.sweeps.sweeping import sweep
    from researcher.widgets.explorer import Explorer

__version__ = "1.0.0.dev0"
__all__ = [
    "ABSENT",
    "Archive",
    "Experiment",
    "Experiments",
    "Explorer",
    "ObservationCollector",
    "Recorder",
    "all_experiments",
    "archive",
    "choice",
    "final_compare",
    "get_hash",
    "integers",
    "load_experiment",
    "log_uniform",
    "past_experiment_from_hash",
    "past_experiments_from_hashes",
    "plot_compare",
    "plot_fold_training",
    "plot_folds",
    "plot_lr",
    "plot_training",
    "read_parquet",
    "record_environment",
    "record_experiment",
    "record_experiment_with_collector",
    "recover",
    "reduced_params",
    "reproduce",
    "run",
    "save_experiment",
    "sweep",
    "uniform",
]

# Training scripts import researcher thousands of times on a cluster: each name is loaded when it is used.
_HOMES = {
    "archiving": ("Archive", "archive"),
    "dashboard": ("final_compare", "plot_compare", "plot_fold_training", "plot_folds", "plot_lr", "plot_training"),
    "environment.environment": ("record_environment",),
    "experiment": ("Experiment",),
    "experiments": ("Experiments",),
    "load": (
        "all_experiments",
        "load_experiment",
        "past_experiment_from_hash",
        "past_experiments_from_hashes",
    ),
    "observations": ("ObservationCollector",),
    "params": ("ABSENT",),
    "parquet": ("read_parquet",),
    "record": (
        "get_hash",
        "record_experiment",
        "record_experiment_with_collector",
        "reduced_params",
        "save_experiment",
    ),
    "recorder": ("Recorder",),
    "recovery": ("recover",),
    "reproduction.reproduction": ("reproduce",),
    "running": ("run",),
    "sweeps.distributions": ("choice", "integers", "log_uniform", "uniform"),
    "sweeps.sweeping": ("sweep",),
    "widgets.explorer": ("Explorer",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = (
    "dashboard",
    "errors",
    "experiment",
    "experiments",
    "integrations",
    "load",
    "observations",
    "query",
    "record",
)


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        found = getattr(importlib.import_module(f"researcher.{_HOME_OF[name]}"), name)
    elif name in _MODULES:
        found = importlib.import_module(f"researcher.{name}")
    else:
        from researcher.near_misses import near_misses

        hint = near_misses(name, __dir__())
        raise AttributeError(f"module 'researcher' has no attribute {name!r}{hint}", name=name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])
