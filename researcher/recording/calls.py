"""Functions each call of which is an experiment of its own."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

R = TypeVar("R")


def recording_calls(function: Callable[..., R], anew: Callable[[], AbstractContextManager[object]]) -> Callable[..., R]:
    """A function that does the same while it is recorded.

    Args:
        function: handed the recorder if it has a parameter ``recorder``; it may be a coroutine function.
        anew: makes a recorder for a call.
    """
    wanted = "recorder" in inspect.signature(function).parameters

    @functools.wraps(function)
    def recorded(*args: Any, **keywords: Any) -> R:
        with anew() as recorder:
            return function(*args, **keywords, **({"recorder": recorder} if wanted else {}))

    @functools.wraps(function)
    async def awaited(*args: Any, **keywords: Any) -> Any:
        with anew() as recorder:
            found: Any = function(*args, **keywords, **({"recorder": recorder} if wanted else {}))
            return await found

    return cast(Callable[..., R], awaited) if inspect.iscoroutinefunction(function) else recorded
