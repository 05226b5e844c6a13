"""What a function needs of the module that it is in: imports, and other functions and constants of the same module."""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_CONSTANTS = (int, float, str, bool, type(None))
_LONGEST = 2_000  # characters of a constant


def needs_of(function: Callable[..., Any], source: Callable[[Any], str]) -> list[str]:
    """Statements that give a function what it uses, in an order in which they can be executed.

    What it uses otherwise, an array or a model say, is left out, and so is what no source is known of.

    Args:
        function: of a module, a script or a notebook.
        source: gives the source of a function or class.
    """
    found: dict[str, str] = {}
    _add(function, function.__module__, source, found, {id(function)})
    return sorted(found.values(), key=lambda text: not text.startswith(("import ", "from ")))


def _add(used: Any, home: str, source: Callable[[Any], str], found: dict[str, str], seen: set[int]) -> None:
    for code, around in _codes(used):
        for name in _names(code):
            if name in around and name not in found and id(around[name]) not in seen:
                value = around[name]
                text = _statement(name, value, home, source)
                if text and text.startswith(("def ", "class ", "@")):
                    seen.add(id(value))
                    _add(value, home, source, found, seen)
                if text:
                    found[name] = text


def _codes(used: Any) -> Iterator[tuple[types.CodeType, Mapping[str, Any]]]:
    """The code of a function, or of all methods of a class, and what is around it."""
    if inspect.isclass(used):
        for member in vars(used).values():
            if inspect.isfunction(member):
                yield member.__code__, member.__globals__
    elif inspect.isfunction(used):
        yield used.__code__, used.__globals__


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _statement(name: str, value: Any, home: str, source: Callable[[Any], str]) -> str:
    """What makes ``name`` be the value in the module ``home``; empty if no statement of ours does."""
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__}" if value.__name__ == name else f"import {value.__name__} as {name}"
    if _is_constant(value):
        text = f"{name} = {value!r}"
        return text if len(text) <= _LONGEST else ""
    module, own = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    if not isinstance(module, str) or not isinstance(own, str) or not own.isidentifier():
        return ""
    if module == home:
        return source(value) if own == name else ""
    return f"from {module} import {own}" + ("" if own == name else f" as {name}")


def _is_constant(value: Any) -> bool:
    if type(value) is dict:
        return all(map(_is_constant, [*value, *value.values()]))
    if type(value) in (list, tuple):
        return all(map(_is_constant, value))
    return isinstance(value, _CONSTANTS) and (not isinstance(value, float) or math.isfinite(value))
