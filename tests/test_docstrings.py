"""The examples in the docstrings of the core are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import researcher

ROOT = Path(researcher.__file__).parent
ELSEWHERE = {"cli", "integrations", "widgets"}  # run by tests of their own, with what they need
WITH_EXAMPLES = [
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    for path in sorted(ROOT.rglob("*.py"))
    if path.relative_to(ROOT).parts[0] not in ELSEWHERE and path.name != "__init__.py" and ">>>" in path.read_text()
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_are_true(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
