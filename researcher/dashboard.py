"""The plots: experiments compared by what was observed in them, drawn with matplotlib.

Every function takes one experiment or several, and the name of one observation or several ("metrics": numbers,
curves or folds). It draws through pyplot, a subplot a metric, and returns the matplotlib ``Figure``; keywords such
as ``figsize`` and ``sharex`` go to `matplotlib.pyplot.subplots`. In a notebook the figure is shown once, whether
or not the call ends the cell.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.observations import folds_of, shape_of
from researcher.params import number_label
from researcher.plots import figures
from researcher.plots.asked import checked, only, those_with
from researcher.plots.values import final_mean, finals_of, over_folds, turns_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TURNS = {
    "begins to decrease": figures.COLOURS[2],
    "begins to increase": figures.COLOURS[5],
    "is lowest": figures.COLOURS[3],
}


def final_compare(
    experiments: Experiment | Iterable[Experiment],
    metrics: str | Iterable[str],
    draw_plots: bool = False,
    **kwargs: Any,
) -> Figure | None:
    """Print the final value of each metric for each experiment (of folds the mean); draw it too if asked.

    Six significant digits are printed; `Experiment.final_observations` has all.

    Args:
        experiments: those that lack a metric are left out of its list.
        metrics: names of observations.
        draw_plots: whether to draw what `plot_compare` draws.
        **kwargs: go to `matplotlib.pyplot.subplots`.

    Returns:
        The figure, or None if none was drawn.

    Raises:
        ValueError: there are no experiments, or none has the metric.
    """
    chosen, names = checked(experiments, metrics)
    for metric in names:
        print(f"\n{metric}")
        for _, experiment in those_with(chosen, metric):
            final = experiment.summary("final", metric)
            print("mean", float(f"{final:.6g}") if isinstance(final, float) else final, experiment.identifier())
    if not draw_plots:
        return None
    figure, axes = figures.subplots(names, kwargs)
    for ax, metric in zip(axes, names, strict=True):
        _draw_finals(ax, chosen, metric)
    return figure


def plot_compare(
    experiments: Experiment | Iterable[Experiment], metrics: str | Iterable[str], **kwargs: Any
) -> Figure | None:
    """Print the final values as `final_compare` does, and draw them: a line an experiment over folds and mean.

    An observation without folds is one point, above "mean".

    Raises:
        ValueError: there are no experiments, or none has the metric.
    """
    return final_compare(experiments, metrics, draw_plots=True, **kwargs)


def plot_training(es: Experiment | Iterable[Experiment], metrics: str | Iterable[str], **kwargs: Any) -> Figure:
    """Draw each metric step by step, a line an experiment.

    Of folds the line is the mean over those that reached a step, and the shade one standard deviation (divisor n - 1)
    to either side, as in the Explorer; see `researcher.curves.bands`. A value that is missing (NaN) or infinite is a
    gap, or is left out of the mean.

    Args:
        es: the experiments; those that lack a metric are left out of its subplot.
        metrics: names of observations.
        **kwargs: go to `matplotlib.pyplot.subplots`.

    Raises:
        ValueError: there are no experiments, or none has the metric.
    """
    chosen, names = checked(es, metrics)
    figure, axes = figures.subplots(names, kwargs)
    for ax, metric in zip(axes, names, strict=True):
        for i, experiment in those_with(chosen, metric):
            folds = folds_of(experiment.observations[metric])
            band = over_folds(folds)
            figures.draw_curve(ax, band.mean, f"{experiment.identifier()} {metric}", i)
            if len(folds) > 1:
                ax.fill_between(band.x, band.low, band.high, color=figures.colour(i), alpha=0.15, lw=0)
        figures.finish_steps(ax, metric)
    return figure


def plot_folds(
    es: Experiment | Iterable[Experiment],
    metrics: str | Iterable[str],
    xlabel: str | None = None,
    ylabel: str | None = None,
    **kwargs: Any,
) -> Figure:
    """Draw the final value of each fold above its experiment's identifier, and a line through the means.

    Args:
        es: the experiments; those that lack a metric are left out of its subplot.
        metrics: names of observations.
        xlabel: what to write below each subplot.
        ylabel: what to write beside each; the metric if not given.
        **kwargs: go to `matplotlib.pyplot.subplots`.

    Raises:
        ValueError: there are no experiments, or none has the metric.
    """
    chosen, names = checked(es, metrics)
    figure, axes = figures.subplots(names, kwargs, height=4)
    for ax, metric in zip(axes, names, strict=True):
        having = those_with(chosen, metric)
        means = [final_mean(e, metric) for _, e in having]
        ax.plot(range(len(having)), means, color=figures.QUIET, lw=1, marker="_", ms=16, mew=1.6, label="mean")
        for x, (i, experiment) in enumerate(having):
            finals = finals_of(experiment, metric)
            colour = figures.colour(i)
            ax.scatter([x] * len(finals), finals, s=26, color=colour, alpha=0.8, lw=0, zorder=3)
        ax.set_xticks(
            range(len(having)),
            [figures.shown(figures.shortened(e.identifier(), 36)) for _, e in having],
            rotation=45,
            ha="right",
            rotation_mode="anchor",
        )
        ax.margins(x=0.5 / len(having))
        if xlabel is not None:
            ax.set_xlabel(xlabel)
        ax.set_ylabel(figures.shown(metric) if ylabel is None else ylabel)
        figures.legend(ax)
    return figure


def plot_fold_training(e: Experiment | Iterable[Experiment], metrics: str | Iterable[str], **kwargs: Any) -> Figure:
    """Draw each metric of one experiment step by step, a line a fold.

    Args:
        e: the experiment, or a list of one.
        metrics: names of observations.
        **kwargs: go to `matplotlib.pyplot.subplots`.

    Raises:
        ValueError: it is not exactly one experiment, or it does not have the metric.
    """
    chosen, names = checked(e, metrics)
    observations = only(chosen).observations
    figure, axes = figures.subplots(names, kwargs)
    for ax, metric in zip(axes, names, strict=True):
        observation = observations[metric]
        curves = observation if shape_of(observation) == "folds" else folds_of(observation)
        for i, curve in enumerate(curves):
            if curve:
                figures.draw_curve(ax, over_folds(folds_of(curve)).mean, f"{i}_{metric}", i)
        figures.finish_steps(ax, metric)
    return figure


def plot_lr(e: Experiment | Iterable[Experiment], metric: str, lr_name: str, n_increases: int = 3) -> Figure:
    """Draw a metric above the learning rate of the same steps, to see which learning rates work.

    Lines mark the step at which the metric first is below where it began, the first steps at which it rises after
    it fell, and the step at which it is lowest. Each is printed with its learning rate. Of folds it is the mean.

    Args:
        e: the experiment, or a list of one.
        metric: the name of an observation that should fall, such as a loss.
        lr_name: the name of the observation that holds the learning rate.
        n_increases: at most how many rises to mark.

    Raises:
        ValueError: it is not exactly one experiment, or it has no values for ``metric`` or ``lr_name``.
    """
    chosen, _ = checked(e, (metric, lr_name))
    experiment = only(chosen)
    values = over_folds(folds_of(experiment.observations[metric])).mean
    rates = over_folds(folds_of(experiment.observations[lr_name])).mean
    if all(value != value for value in values):
        raise ValueError(f"the observation {metric!r} of {experiment.identifier()} is NaN at every step")
    if shape_of(experiment.observations[lr_name]) == "number":
        rates = rates.repeat(len(values))

    figure, (ax,) = figures.subplots([metric], {"figsize": (10, 4)})
    figures.draw_curve(ax, values, metric, 0)
    for what, step in turns_of(values, n_increases):
        rate = number_label(float(rates[step])) if step < len(rates) else "not recorded"
        print(f"{metric} {what} at step {step}, learning rate {rate}")
        label = figures.shown(f"{what}: step {step}, lr {rate}")
        ax.axvline(step, color=_TURNS[what], lw=1.2, ls="--", label=label, zorder=1.5)
    figures.draw_behind(ax, rates[: len(values)], lr_name)
    figures.finish_steps(ax, metric, beside=True)
    return figure


def _draw_finals(ax: Axes, experiments: Experiments, metric: str) -> None:
    """A line an experiment: the final value of each fold, then their mean."""
    having = those_with(experiments, metric)
    folds = {i: finals_of(e, metric) if shape_of(e.observations[metric]) == "folds" else [] for i, e in having}
    last = max(map(len, folds.values()))
    for i, experiment in having:
        ax.plot(
            [*range(len(folds[i])), last],
            [*folds[i], final_mean(experiment, metric)],
            label=figures.shown(experiment.identifier()),
            color=figures.colour(i),
            linestyle=figures.dash(i),
            lw=1.2,
            marker="o",
            ms=4.5,
        )
    if last:
        ax.axvline(last - 0.5, color=figures.QUIET, lw=0.8, ls=":")
    ax.set_xticks(range(last + 1), [*(f"fold_{fold}" for fold in range(last)), "mean"])
    ax.set_xlim(-0.5, last + 0.5)
    ax.set_ylabel(figures.shown(metric))
    figures.legend(ax)
