"""Records on disk, experiments in memory, and Explorers that are closed again."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import researcher as rs

with warnings.catch_warnings():  # bqscales, on its own way of setting metadata
    warnings.simplefilter("ignore", DeprecationWarning)
    import bqplot  # noqa: F401


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A records directory with six experiments: two activations, three depths, a curve each."""
    path = tmp_path / "records"
    for activation, depth in itertools.product(["relu", "tanh"], [64, 128, 256]):
        params = {"title": f"{activation} {depth}", "activation": activation, "depth": depth, "epochs": 3}
        loss = [3.0 / depth, 2.0 / depth, 1.0 / depth]
        rs.record_experiment(params, path, {"loss": loss, "accuracy": [[0.1, 0.2], [0.3, 0.4, 0.5]], "score": depth})
    return path


@pytest.fixture
def explore() -> Iterator[Callable[..., rs.Explorer]]:
    """Makes Explorers, and closes them after the test."""
    made: list[rs.Explorer] = []

    def explore(*args: Any, **chosen: Any) -> rs.Explorer:
        made.append(rs.Explorer(*args, **chosen))
        return made[-1]

    yield explore
    for explorer in made:
        explorer.close()
