"""Which experiments and observations a plot is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.observations import folds_of


def checked(
    experiments: Experiment | Iterable[Experiment], metrics: str | Iterable[str]
) -> tuple[Experiments, list[str]]:
    """Both as lists, of which neither is empty; some experiment has each metric.

    Raises:
        ValueError: there are no experiments or no metrics, or none has a metric.
    """
    chosen = Experiments([experiments] if isinstance(experiments, Experiment) else experiments)
    names = [metrics] if isinstance(metrics, str) else list(metrics)
    if not chosen:
        raise ValueError("there are no experiments to plot")
    if not names:
        raise ValueError("there are no metrics to plot: name at least one observation")
    for metric in names:
        if not those_with(chosen, metric):
            observed = ", ".join(chosen.observed()) or "none"
            raise ValueError(
                f"no experiment has a number or a curve for the observation {metric!r}; observed were: {observed}"
            )
    return chosen, names


def only(experiments: Experiments) -> Experiment:
    """The one experiment.

    Raises:
        ValueError: there are several.
    """
    if len(experiments) != 1:
        raise ValueError(f"this plot shows one experiment, and {len(experiments)} were given")
    return experiments[0]


def those_with(experiments: Experiments, metric: str) -> list[tuple[int, Experiment]]:
    """The experiments that can be drawn, with their position: the colour is the same in every subplot."""
    return [(i, e) for i, e in enumerate(experiments) if folds_of(e.observations.get(metric))]
