"""The names of the numbers that sum up observations, wherever a column is named: in tables, queries, sorts and plots.

| name | the number |
| --- | --- |
| ``final.loss`` | the last value |
| ``min.loss``, ``max.loss`` | the least and the greatest |
| ``best.loss`` | the one of these that is better; see `researcher.summary.lower_is_better` |
| ``first.loss`` | the first value |
| ``n.loss``, ``nan.loss`` | how many values there are, and how many of these are NaN or missing |
| ``best_step.loss`` | the step at which that was observed first |
| ``at.100.loss`` | the value at step 100: the last one at or before it, of a curve that gets there |

Of folds, each is the mean over the folds of each fold's own; numbers of values are of all folds together.
"""

from __future__ import annotations

OFFERED = ("final", "best", "min", "max", "best_step")
"""Those whose names say nothing more."""
_NAMED = (*OFFERED, "first", "n", "nan")
_LONGEST = 15  # digits of a step, so that a float holds it


def summary_named(name: str) -> tuple[str, str] | None:
    """Which number of which observation a dotted name means; None if it is no such name.

    >>> summary_named("final.loss"), summary_named("at.100.val.loss"), summary_named("at.loss"), summary_named("lr")
    (('final', 'loss'), ('at.100', 'val.loss'), None, None)
    """
    which, _, observation = name.partition(".")
    if which == "at":
        step, _, observation = observation.partition(".")
        which = f"at.{step}"
    return (which, observation) if observation and (which in _NAMED or step_of(which) is not None) else None


def step_of(which: str) -> int | None:
    """The step that the name of a number tells, ``at.100``; None if it tells none."""
    step = which.removeprefix("at.")
    known = step != which and step.isascii() and step.isdecimal() and len(step) <= _LONGEST
    return int(step) if known else None


def by_steps(which: str) -> bool:
    """Whether a number follows from the steps of an observation, and not from its values alone."""
    return which == "best_step" or step_of(which) is not None
