"""What a notebook shows of an error of ours: the way to the user's own line, and not the way on from there."""

from __future__ import annotations

import copy
import traceback
from types import TracebackType

_OURS = {"researcher", "traitlets", "ipywidgets", "contextlib", "functools"}  # and what leads from ours to ours


def shown(error: BaseException) -> list[str]:
    """The traceback of an error as IPython formats it, without our own frames at its end and without its causes.

    With ``%xmode Verbose`` it is whole.
    """
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None:
        return traceback.format_exception(error)
    formatter, trace = shell.InteractiveTB, error.__traceback__
    if formatter.mode != "Verbose":
        error, trace = copy.copy(error), to_the_user(trace)  # a copy has no cause and no context
    lines: list[str] = formatter.structured_traceback(type(error), error, trace)
    return lines


def to_the_user(trace: TracebackType | None) -> TracebackType | None:
    """The same traceback, but for our own frames at its end; whole if there are no others."""
    steps = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    kept = len(steps)
    while kept and _is_ours(steps[kept - 1]):
        kept -= 1
    found = None
    for step in reversed(steps[:kept] or steps):
        found = TracebackType(found, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return found


def _is_ours(step: TracebackType) -> bool:
    return step.tb_frame.f_globals.get("__name__", "").partition(".")[0] in _OURS
