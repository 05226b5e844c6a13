"""What the tests of the callbacks need: Keras's backend, and small data of handwritten digits."""

from __future__ import annotations

import os

import pytest

os.environ["KERAS_BACKEND"] = "jax"  # Keras reads it when it is imported


@pytest.fixture(scope="session")
def digits():
    """Images as rows of 64 values from 0 to 1, and their digits."""
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.load_digits(return_X_y=True)
    return (x[:256] / 16).astype("float32"), y[:256]
