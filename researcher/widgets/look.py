"""How the experiments are looked at: all that can be chosen in an Explorer beside which experiments are visible."""

from __future__ import annotations

from typing import Any

import traitlets as t

from researcher.widgets.documented import documented

TABS = ("curves", "scatter", "parallel", "differences", "params that matter", "code")
BANDS = ("std", "se", "95", "minmax", "none")
SPLITS = (0.15, 0.85, 0.46)  # the least, the most, and the usual part of the width that the table has


@documented
class Look(t.HasTraits):
    """How the experiments are looked at. Each trait is plain data, so that a view can be kept as JSON.

    A *column* is a dotted param name, ``final.loss``, ``at.100.loss`` and the like for an observation (see
    `researcher.summary_names`), the bare name of an observation for its final value, or ``status``, ``title``,
    ``timestamp``, ``duration`` or ``hash``; see `researcher.tables.columns`.
    """

    tab = t.Enum(TABS, "curves")
    """Which of the views beside the table is shown."""

    split = t.Float(SPLITS[2], min=SPLITS[0], max=SPLITS[1])
    """The part of the width that the table has, where the other views stand beside it."""

    x = t.Unicode("step")
    """What curves are drawn over: ``step``, ``time`` (seconds since the start), ``clock`` (the time of day), or the
    name of another observation."""
    log_x = t.Bool(False)
    """Whether the x axis of the panels is logarithmic."""
    log_y = t.Bool(False)
    """Whether the y axes of the panels are logarithmic."""
    share_y = t.Bool(False)
    """Whether all panels have the same y range."""
    clip = t.Bool(False)
    """Whether the y ranges leave outliers out; the formula is in `researcher.curves.limits`."""
    smoothing = t.Float(0.0, min=0.0, max=0.999)
    """The weight of the past in the moving average that is drawn, from 0 (none); see `researcher.curves.smoothing`."""
    band = t.Enum(BANDS, "std")
    """What the band around the mean of folds or repeats shows: the standard deviation, the standard error, the 95 %
    interval of the mean, or minimum to maximum; ``none`` draws each by itself. See `researcher.curves.bands`."""
    group = t.Unicode("")
    """The column whose values share one mean curve each, or ``repeats``: experiments that differ in nothing but their
    seed. Empty: every experiment by itself."""
    colour = t.Unicode("")
    """The column that gives curves and points their colour; empty: a colour of its own for each experiment."""
    dash = t.Unicode("")
    """The column that gives curves their dashes; empty: none but those that tell equal colours apart."""

    columns: Any = t.Tuple()
    """The columns of the table, in order; empty: the params that vary and the final values."""
    folded = t.Bool(False)
    """Whether experiments that differ in nothing but their seed share one row of the table."""
    seed = t.Unicode("")
    """The param in which repeats may differ; empty: whatever looks like a seed, see `researcher.analysis.repeats`."""

    scatter: Any = t.Tuple(t.Unicode(), t.Unicode(), t.Unicode(), default_value=("", "", ""))
    """The columns of the scatter plot: x, y and colour; empty: the usual choice."""
    axes: Any = t.Tuple()
    """The columns of the parallel coordinates, in order; empty: the params that vary, then the objective."""
    logarithmic = t.Dict()
    """For a column whether its axis is logarithmic in these two, by name; others are where their numbers are wide,
    see `researcher.tables.column.Column.wide`."""
    objective = t.Unicode("")
    """The column that decides what matters and what is best; empty: the first observation."""
    all_repeats = t.Bool(True)
    """Whether what is compared takes in the repeats of what is selected that are not selected themselves."""
