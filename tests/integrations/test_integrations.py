"""The callbacks' modules: no framework is imported before it is used."""

from __future__ import annotations

import doctest
import subprocess
import sys

import pytest

import researcher as rs
from researcher.integrations import describe

FRAMEWORKS = ["keras", "lightgbm", "lightning", "sklearn", "transformers", "xgboost"]


def test_importing_them_loads_no_framework():
    code = "import researcher, sys; researcher.integrations; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "researcher.integrations" in loaded
    assert not loaded & {*FRAMEWORKS, "torch", "jax", "numpy", "pytorch_lightning"}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_that_is_missing_is_named_with_its_extra(name):
    hidden = {"keras", "lightgbm", "lightning", "pytorch_lightning", "sklearn", "transformers", "xgboost"}
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({hidden!r})); import researcher; researcher.integrations.{name}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ModuleNotFoundError" in done.stderr
    assert f'pip install "researcher-notebook[{name}]"' in done.stderr


def test_they_are_named():
    assert dir(rs.integrations) == FRAMEWORKS
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = rs.integrations.nothing


def test_settings_are_told_alike_in_every_run():
    assert doctest.testmod(describe).failed == 0
