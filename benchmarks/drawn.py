"""The experiments of the workloads, always the same ones: params of all kinds, and curves that fall or rise."""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from researcher.storage import layout

OBSERVATIONS = ("loss", "val_loss", "accuracy", "val_accuracy")
SEEDS = 5  # experiments of one setting
_BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Workload(NamedTuple):
    """How many experiments, and how many values each of their observations has.

    Attributes:
        experiments: their number.
        values: of an observation; of a fold about as many, as no two of them need be as long.
        folds: of an observation; 0 where there are none.
    """

    experiments: int
    values: int
    folds: int = 0


WORKLOADS = {
    "small": Workload(1_000, 50),
    "usual": Workload(10_000, 50),
    "many": Workload(100_000, 50),
    "long": Workload(20, 1_000_000),
    "folds": Workload(500, 100, folds=10),
}


def write(directory: Path, workload: Workload) -> None:
    """Write the records of a workload into a new directory; without the care of real ones, as nobody needs these."""
    directory.mkdir(parents=True)
    for number, params in enumerate(settings(workload.experiments)):
        head = layout.stamped(params, duration=12.5, status="finished")
        head["researcher"]["recorded_at"] = (_BEGIN + datetime.timedelta(minutes=number)).isoformat()
        content = layout.encode(head, _observations(number, workload))
        (directory / f"{params['title']}_{head['hash']}.json").write_bytes(content)


def settings(n: int) -> Iterator[dict[str, Any]]:
    """Six params for each of ``n`` experiments: text, floats, a list, a nested dict of which a part may be missing."""
    for number in range(n):
        drawn, seed = random.Random(number // SEEDS), number % SEEDS
        activation, width = drawn.choice(["relu", "tanh", "gelu", "selu"]), drawn.choice([32, 64, 128, 256])
        optimizer = {"name": drawn.choice(["sgd", "adam", "adamw"])}
        if optimizer["name"] == "sgd":
            optimizer |= {"momentum": drawn.choice([0.0, 0.9, 0.99])}
        yield {
            "title": f"{activation}-{number // SEEDS}",
            "activation": activation,
            "lr": float(f"{10 ** drawn.uniform(-4, -1):.3g}"),
            "layers": [width, width // 2],
            "optimizer": optimizer,
            "seed": seed,
        }


def _observations(number: int, workload: Workload) -> Mapping[str, Sequence[object]]:
    if not workload.folds:
        return curves(number, workload.values)
    most = workload.values // 5
    lengths = np.random.default_rng(number).integers(-most, most + 1, workload.folds) + workload.values
    folds = [curves(number * workload.folds + fold, int(n)) for fold, n in enumerate(lengths)]
    return {name: [fold[name] for fold in folds] for name in OBSERVATIONS}


def curves(number: int, n: int) -> dict[str, list[float]]:
    """The observations of an experiment; one in a hundred ends in NaN."""
    drawn = np.random.default_rng(number)
    steps = np.arange(n) / n
    found = {}
    for name in OBSERVATIONS:
        noise = drawn.normal(0.0, 0.03, n)
        curve = drawn.uniform(0.5, 2.0) * np.exp(-drawn.uniform(2.0, 6.0) * steps) + drawn.uniform(0.0, 0.2) + noise
        found[name] = (curve if "loss" in name else 1.0 - curve).tolist()
        if drawn.random() < 0.01:
            found[name][-1] = math.nan
    return found
