"""The examples in the docstrings of the core are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

CORE = [
    "bands",
    "differences",
    "entry",
    "environment",
    "redaction",
    "reproduction",
    "repeats",
    "seeds",
    "smoothing",
    "archiving",
    "experiment",
    "experiments",
    "exporting",
    "load",
    "observations",
    "params",
    "parquet",
    "plain",
    "query",
    "record",
    "returned",
    "running",
    "seeding",
    "sweeps.distributions",
    "sweeps.sweeping",
]
STORAGE = [
    "storage.arrow",
    "storage.directory",
    "storage.names",
    "storage.publish",
    "storage.records",
    "storage.strict",
]


@pytest.mark.parametrize("name", [*CORE, *STORAGE])
def test_the_examples_are_true(name):
    failed, _ = doctest.testmod(importlib.import_module(f"researcher.{name}"))
    assert failed == 0
