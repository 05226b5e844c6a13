"""Seed the random number generators of a process: of the libraries that are loaded, and of those that will be."""

from __future__ import annotations

import importlib.abc
import importlib.util
import operator
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_NUMPY = 2**32  # its seeds are below; the other libraries get the same one


def seed_of(params: Mapping[str, Any]) -> int | None:
    """The param ``seed`` if it is a whole number, else None.

    >>> seed_of({"seed": 3}), seed_of({"seed": "three"}), seed_of({})
    (3, None, None)
    """
    seed = params.get("seed")
    try:
        return None if isinstance(seed, bool) else operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        return None


@contextmanager
def seeded(seed: int | None) -> Iterator[list[str]]:
    """Seed ``random``, numpy, torch, TensorFlow and Keras as far as they are loaded; what is loaded within, then.

    Each has its generator as if it had been seeded at the beginning, whenever it is loaded. JAX has no generator of
    its own to seed: its keys are made of ``params["seed"]``. The generators stay as they are afterwards.

    Args:
        seed: of all of them, of which libraries get the remainder by 2**32; with None nothing is seeded.

    Returns:
        The names of the libraries that were seeded; it grows within the block.
    """
    done: list[str] = []
    if seed is None:
        yield done
        return

    def sow(name: str) -> None:
        _SEEDS[name](sys.modules[name], seed % _NUMPY)
        done.append(name)

    random.seed(seed)
    done.append("random")
    for name in _SEEDS:
        if name in sys.modules:
            sow(name)
    waiting = _Waiting({*_SEEDS} - {*done}, sow)
    sys.meta_path.insert(0, waiting)
    try:
        yield done
    finally:
        sys.meta_path.remove(waiting)


def _seed_keras(keras: Any, seed: int) -> None:
    """Seed the generator of Keras alone, which seeds all others too: they may be in use already."""
    numpy, torch = sys.modules["numpy"], sys.modules.get("torch")
    states = random.getstate(), numpy.random.get_state(), torch and torch.get_rng_state()
    keras.utils.set_random_seed(seed)
    random.setstate(states[0])
    numpy.random.set_state(states[1])
    if torch is not None:
        torch.set_rng_state(states[2])


_SEEDS: Mapping[str, Callable[[Any, int], object]] = {
    "numpy": lambda numpy, seed: numpy.random.seed(seed),
    "torch": lambda torch, seed: torch.manual_seed(seed),
    "tensorflow": lambda tensorflow, seed: tensorflow.random.set_seed(seed),
    "keras": _seed_keras,
}


class _Waiting(importlib.abc.MetaPathFinder):
    """Finds nothing itself, and sees to it that some modules are seeded as soon as they are loaded."""

    def __init__(self, names: set[str], sow: Callable[[str], None]) -> None:
        self._names = names
        self._sow = sow

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The module as others find it, if it is one of those."""
        if fullname not in self._names:
            return None
        self._names.discard(fullname)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_seed(module: ModuleType) -> None:
                execute(module)
                self._sow(fullname)

            with suppress(AttributeError):  # a loader of a kind that cannot be told
                spec.loader.exec_module = execute_and_seed  # type: ignore[method-assign]
        return spec
