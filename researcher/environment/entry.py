"""Where an experiment began: a function, a cell of a notebook, or a script."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from researcher.environment.cell import cell_code, cell_run, shell
from researcher.environment.needs import needs_of
from researcher.environment.redaction import redacted

_LONGEST = 20_000  # characters of a source


def unwrapped(function: Callable[..., Any]) -> Any:
    """What a partial or a bound method is of, without decorators that say what they wrap."""
    while isinstance(function, (functools.partial, types.MethodType)):
        function = function.func if isinstance(function, functools.partial) else function.__func__
    return inspect.unwrap(function)


def name_of(function: Callable[..., Any]) -> str:
    """The qualified name of a function, or of the class of an object that can be called.

    >>> name_of(functools.partial(sorted, reverse=True))
    'sorted'
    """
    found = unwrapped(function)
    return str(getattr(found, "__qualname__", type(found).__qualname__))


def described(function: Callable[..., Any] | None = None) -> dict[str, Any]:
    """Where it began, as a record has it.

    Of a function: its ``module``, its name as ``function``, its ``source``, and ``bound`` if the record does not hold
    all of it: a partial, a method, an object that can be called, a function within another. Of one that the user wrote
    also what it ``needs`` of its module. Then the ``notebook`` and the ``cell``, with its ``source`` if there is no
    function, or the ``script``; neither in an interactive shell.
    """
    found: dict[str, Any] = {}
    if function is not None:
        found = _of_function(function)
    if function is None or found["module"] == "__main__":
        found = {**_place(), **found}
    return found


def directory(function: Callable[..., Any] | None = None) -> Path | None:
    """Where the code lies that matters: of the function, of the script, or where the process is."""
    file = None if function is None else _file(unwrapped(function))
    file = file or _script()
    try:
        return file.parent if file is not None and file.parent.is_dir() else Path.cwd()
    except OSError:
        return None  # the process is nowhere any more


def script_text() -> str | None:
    """The text of the script, without credentials; None if it is no script that a user wrote, or too long."""
    script = _script()
    try:
        text = None if script is None else script.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    return None if text is None or len(text) > 10 * _LONGEST else redacted(text)


def _of_function(function: Callable[..., Any]) -> dict[str, Any]:
    code = unwrapped(function)
    found: dict[str, Any] = {"module": str(getattr(code, "__module__", None)), "function": name_of(function)}
    plain = code is function and inspect.isfunction(code) and code.__qualname__ == code.__name__ != "<lambda>"
    file = _file(code)
    if file is not None:
        found["file"] = os.fspath(file)
    written: Any = getattr(code, "__code__", None) or (code if inspect.isclass(code) else type(code))
    found |= {**({} if plain else {"bound": True}), **_bounded("source", _source(written))}
    if plain and (file is not None or found["module"] == "__main__"):
        found |= _bounded("needs", "\n".join(needs_of(code, _source)))
    return found


def _bounded(name: str, text: str) -> dict[str, Any]:
    """The text under its name, if there is one, without credentials and not too long; and whether that changed it."""
    shown = redacted(text)[:_LONGEST]
    return ({name: shown} if shown else {}) | ({} if shown == text else {"source_changed": "credentials or length"})


@functools.lru_cache(maxsize=256)
def _source(code: Any) -> str:
    """The source of a function, its code, or a class; empty if it is not known."""
    try:
        return inspect.getsource(code)
    except (OSError, TypeError, ValueError, SyntaxError, IndexError):
        return _source_of_class(code) if inspect.isclass(code) else ""


def _source_of_class(code: type) -> str:
    """The source of a class of a notebook, which `inspect` looks for in a file; its methods know their cell."""
    files = {method.__code__.co_filename for method in vars(code).values() if inspect.isfunction(method)}
    for file in files:
        text = "".join(linecache.getlines(file))
        try:
            found = [part for part in ast.parse(text).body if isinstance(part, ast.ClassDef)]
        except SyntaxError:
            continue
        for part in found:
            if part.name == code.__qualname__:
                first = min([part.lineno, *(decorator.lineno for decorator in part.decorator_list)])
                return "\n".join([*text.splitlines()[first - 1 : part.end_lineno], ""])
    return ""


def _place() -> dict[str, Any]:
    """The notebook and the cell, or the script."""
    found = cell_code()
    if found is not None:
        code, number = found
        cell = {"cell": cell_run().cell} if cell_run().cell else {}
        return {"notebook": _notebook(), **cell, "execution": number, **_bounded("source", code)}
    script = _script()
    return {} if script is None else {"script": os.fspath(script)}


def _notebook() -> str | None:
    """The notebook's file as far as the front end tells: VS Code in a variable, Jupyter's server in another."""
    found = getattr(shell(), "user_ns", {}).get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    return str(found) if found else None


@functools.lru_cache(maxsize=1)
def _script() -> Path | None:
    """The script that this process runs, if it is one of the user's."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    return _own(file)


def _file(code: Any) -> Path | None:
    """The user's file that a function or class is in."""
    try:
        return _own(inspect.getsourcefile(code if hasattr(code, "__code__") or inspect.isclass(code) else type(code)))
    except TypeError:  # one in C
        return None


def _own(file: str | None) -> Path | None:
    """The path of a file that is there, and that no installed package brought along."""
    if not file or "site-packages" in file or "dist-packages" in file:
        return None
    path = Path(file).absolute()
    installed = path.parent == Path(sys.executable).parent  # the commands of packages
    return path if path.is_file() and not installed else None
