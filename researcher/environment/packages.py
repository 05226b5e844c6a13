"""Which versions of which distributions this process has imported."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

_versions: dict[str, str] = {}  # by distribution
_seen: set[str] = set()  # top-level modules that were looked at
_loaded = 0  # how many modules there were when they were looked at


def versions() -> dict[str, str]:
    """The versions of the imported distributions by their names, in alphabetical order.

    Only modules that were not there the last time are looked at; as long as there are none, it is the same dict.
    """
    global _versions, _loaded
    if len(sys.modules) != _loaded:
        _loaded = len(sys.modules)
        fresh = {name.partition(".")[0] for name in list(sys.modules)} - _seen
        _seen.update(fresh)
        found = {name: version for name, version in _of(sorted(fresh - sys.stdlib_module_names)) if name and version}
        if "researcher" in fresh:  # which may run from a checkout
            found["researcher-notebook"] = sys.modules["researcher"].__version__
        if found:
            _versions = dict(sorted({**_versions, **found}.items(), key=lambda pair: pair[0].casefold()))
    return _versions


def _of(modules: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and version of the distributions that these modules are of."""
    from importlib import metadata

    others = set()
    for module in modules:
        try:
            found = metadata.distribution(module)
            yield found.name, found.version
        except (metadata.PackageNotFoundError, ValueError, KeyError):
            if _installed(sys.modules.get(module)):
                others.add(module)
    if not others:
        return
    for distribution in metadata.distributions():  # those that are not called as their modules
        if others & _provided(distribution):
            yield distribution.name, distribution.version


def _installed(module: Any) -> bool:
    """Whether it lies where distributions are installed."""
    paths = [getattr(module, "__file__", None), *list(getattr(module, "__path__", None) or ())]
    return any(isinstance(path, str) and ("site-packages" in path or "dist-packages" in path) for path in paths)


def _provided(distribution: Any) -> set[str]:
    """The top-level modules of a distribution, by its own list or by the list of its files."""
    declared = distribution.read_text("top_level.txt")
    if declared:
        return set(declared.split())
    files = (distribution.read_text("RECORD") or "").splitlines()
    return {line.partition(",")[0].partition("/")[0].partition(".")[0] for line in files}
