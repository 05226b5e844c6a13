"""A seed reaches the generators of torch and Keras, whenever these are loaded."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("torch")
pytest.importorskip("keras")
pytestmark = pytest.mark.frameworks

SCRIPT = """
import random, sys
import researcher as rs

def train(params):
    before = random.random()
    import torch
    drawn = torch.rand(2).tolist()
    import keras
    layer = keras.layers.Dense(2)
    layer.build((None, 2))
    after = [random.random(), torch.rand(1).item()]
    return {"before": before, "torch": drawn, "keras": layer.get_weights()[0].ravel().tolist(), "after": after}

assert "torch" not in sys.modules and "keras" not in sys.modules
first, second, other = (rs.run(train, {"seed": seed}, sys.argv[1]) for seed in (3, 3, 4))
assert first.observations == second.observations
assert not any(first.observations[name] == other.observations[name] for name in first.observations)
assert first.ours["seeded"] == {"seed": 3, "libraries": ["random", "numpy", "torch", "keras"]}, first.ours["seeded"]
"""


def test_the_first_run_of_a_process_is_as_all_others(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path)],
        env={**os.environ, "KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
