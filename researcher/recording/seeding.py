"""Seed the random number generators of a process: of the libraries that are loaded, and of those that will be."""

from __future__ import annotations

import importlib.abc
import importlib.util
import operator
import random
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
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
    if seed is None:
        yield []
        return
    random.seed(seed)
    sower = _Sower(seed % _NUMPY)
    sower.sow()
    sys.meta_path.insert(0, sower)
    try:
        yield sower.done
    finally:
        sys.meta_path.remove(sower)


class _Sower(importlib.abc.MetaPathFinder):
    """Seeds libraries, and as a finder that finds nothing itself, those that are loaded as soon as they are.

    What a library draws while it is loaded is drawn of no other's generator.
    """

    def __init__(self, seed: int) -> None:
        self.done = ["random"]
        self._seed = seed
        self._loading: set[str] = set()

    def sow(self) -> None:
        """Seed what is loaded by now and was not seeded."""
        for name, give in _SEEDS.items():
            if name in sys.modules and name not in self._loading and name not in self.done:
                with _left_alone(self.done):  # Keras seeds all others too
                    give(sys.modules[name], self._seed)
                self.done.append(name)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The module as others find it, if it is one of those."""
        if fullname not in _SEEDS or fullname in self._loading:
            return None
        self._loading.add(fullname)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_seed(module: ModuleType) -> None:
            with _left_alone(self.done):
                execute(module)
            self._loading.discard(fullname)
            self.sow()

        with suppress(AttributeError):  # a loader of a kind that cannot be told
            spec.loader.exec_module = execute_and_seed  # type: ignore[method-assign]
        return spec


@contextmanager
def _left_alone(names: Collection[str]) -> Iterator[None]:
    """Leave the generators of these libraries as they were, whatever is drawn from them within."""
    states = [(give, take()) for take, give in _generators(names)]
    try:
        yield
    finally:
        for give, state in states:
            give(state)


def _generators(names: Collection[str]) -> Iterator[tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """What takes the state of each generator, and what gives it one."""
    yield random.getstate, random.setstate
    if "numpy" in names:
        numpy: Any = sys.modules["numpy"]
        yield numpy.random.get_state, numpy.random.set_state
    if "torch" in names:
        torch: Any = sys.modules["torch"]
        yield torch.get_rng_state, torch.set_rng_state


_SEEDS: Mapping[str, Callable[[Any, int], object]] = {
    "numpy": lambda numpy, seed: numpy.random.seed(seed),
    "torch": lambda torch, seed: torch.manual_seed(seed),
    "tensorflow": lambda tensorflow, seed: tensorflow.random.set_seed(seed),
    "keras": lambda keras, seed: keras.utils.set_random_seed(seed),
}
