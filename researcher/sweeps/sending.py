"""A job on its way to workers, wherever its function was written."""

from __future__ import annotations

import functools
import inspect
import pickle
from collections.abc import Iterator
from typing import Any

from researcher.environment.entry import name_of
from researcher.errors import MissingExtra, NotSendable
from researcher.sweeps.job import Job, Outcome
from researcher.sweeps.settings import Setting

Parcel = Job | bytes | None

_Part = tuple[str, object]
_TRIED = 3  # levels of parts of parts
_kept = b""


def sent(job: Job) -> bytes:
    """The job with all that its function uses of a script or notebook, pickled by value.

    Raises:
        NotSendable: a part of the function cannot be pickled; the message says which.
        MissingExtra: cloudpickle is not installed.
    """
    try:
        return _dumped(job)
    except MissingExtra:
        raise
    except Exception as error:
        name = name_of(job.function)
        part = _culprit((name, job.function), _TRIED)
        which = f"{part[0]}, a {type(part[1]).__name__}," if part else "it"
        raise NotSendable(
            f"{name} cannot be sent to another process: {which} cannot be pickled ({type(error).__name__}: {error}). "
            "Make that inside of the function, or run the sweep in this process with n_jobs=1."
        ) from error


def keep(content: bytes) -> None:
    """Keep a job in this process, so that it comes to each worker only once."""
    global _kept
    _kept = content


def carry_out(parcel: Parcel, setting: Setting) -> Outcome:
    """What a worker does: its job, for one setting.

    Unpickled, the job is a new one each time, so that what a function does to its surroundings stays with one run.

    Args:
        parcel: the job itself, its bytes, or None for what `keep` was given.
        setting: to run.
    """
    if isinstance(parcel, Job):
        return parcel.carry_out(setting)
    job: Job = pickle.loads(_kept if parcel is None else parcel)  # noqa: S301 - from the process of the sweep
    return job.carry_out(setting)


def _dumped(value: object) -> bytes:
    try:
        import cloudpickle
    except ImportError:
        raise MissingExtra("sweep", "a sweep in other processes needs cloudpickle") from None
    content: bytes = cloudpickle.dumps(value)
    return content


def _culprit(whole: _Part, levels: int) -> _Part | None:
    """The innermost part that cannot be pickled, and how to reach it; None if there is no single one."""
    for name, part in _parts(whole[1]):
        try:
            _dumped(part)
        except Exception:  # noqa: BLE001 - pickling runs the code of others
            found = (f"{name} of {whole[0]}", part)
            return (_culprit(found, levels - 1) or found) if levels > 1 else found
    return None


def _parts(value: Any) -> Iterator[_Part]:
    """What a value is made of, and how each part is called."""
    if isinstance(value, functools.partial):
        yield "the function", value.func
        yield from ((f"argument {i}", argument) for i, argument in enumerate(value.args))
        yield from ((f"the argument {key!r}", argument) for key, argument in value.keywords.items())
    elif inspect.ismethod(value):
        yield "the object", value.__self__
    elif inspect.isfunction(value):
        used = inspect.getclosurevars(value)
        yield from ((f"the variable {key!r}", found) for key, found in {**used.globals, **used.nonlocals}.items())
        yield from ((f"the default {i}", default) for i, default in enumerate(value.__defaults__ or ()))
    elif isinstance(value, (list, tuple)):
        yield from ((f"the item {i}", item) for i, item in enumerate(value))
    elif isinstance(value, dict):
        yield from ((f"the item {key!r}", item) for key, item in value.items())
    elif isinstance(getattr(value, "__dict__", None), dict) and not isinstance(value, type):
        yield from ((f"the attribute {key!r}", found) for key, found in vars(value).items())
