"""The function of a sweep as bytes that another process can run, wherever it was written."""

from __future__ import annotations

import functools
import inspect
import pickle
from collections.abc import Callable, Iterator
from typing import Any

from researcher.errors import MissingExtra, NotSendable

Parcel = Callable[..., Any] | bytes | None

_Part = tuple[str, object]
_TRIED = 3  # levels of parts of parts
_kept = b""


def sent(function: Callable[..., Any]) -> bytes:
    """The function with all that it uses of a script or notebook, pickled by value.

    Raises:
        NotSendable: a part of it cannot be pickled; the message says which.
        MissingExtra: cloudpickle is not installed.
    """
    try:
        return _dumped(function)
    except Exception as error:
        name = getattr(function, "__qualname__", type(function).__qualname__)
        part = _culprit((name, function), _TRIED)
        which = f"{part[0]}, a {type(part[1]).__name__}," if part else "it"
        raise NotSendable(
            f"{name} cannot be sent to another process: {which} cannot be pickled ({type(error).__name__}: {error}). "
            "Make that inside of the function, or run the sweep in this process with n_jobs=1."
        ) from error


def keep(content: bytes) -> None:
    """Keep the function in this process, so that it comes to each worker only once."""
    global _kept
    _kept = content


def received(parcel: Parcel) -> Callable[..., Any]:
    """The function; unpickled, it is a new one each time, and what it does to its surroundings stays with one run.

    Args:
        parcel: the function itself, its bytes, or None for what `keep` was given.
    """
    if callable(parcel):
        return parcel
    content = _kept if parcel is None else parcel
    function: Callable[..., Any] = pickle.loads(content)  # noqa: S301 - from the process of the sweep
    return function


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
