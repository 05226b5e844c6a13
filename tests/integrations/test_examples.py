"""The examples in docs/frameworks.md are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import researcher as rs

pytest.importorskip("sklearn")
pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore:The '\\w+' does not have many workers:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*treespec, LeafSpec.*is deprecated"),
    pytest.mark.filterwarnings("ignore:'pin_memory' argument is set as true but no accelerator is found:UserWarning"),
]
PAGE = Path(__file__).parents[2] / "docs" / "frameworks.md"
MODULES = {
    "Keras": "keras",
    "Lightning": "lightning",
    "Hugging Face Transformers": "transformers",
    "scikit-learn": "sklearn",
    "XGBoost": "xgboost",
    "LightGBM": "lightgbm",
    "PyTorch": "torch",
    "In a sweep": "optuna",
}


def examples(section):
    return "\n".join(re.findall(r"```python\n(.*?)```", section, re.DOTALL))


def sections():
    """The data that all the examples share, and the examples by heading."""
    first, *others = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return examples(first), {other.partition("\n")[0]: examples(other) for other in others}


@pytest.mark.parametrize("heading", MODULES)
def test_the_example_records(tmp_path, monkeypatch, heading):
    pytest.importorskip(MODULES[heading])
    if heading == "In a sweep":
        pytest.importorskip("keras")
    monkeypatch.chdir(tmp_path)
    data, found = sections()
    exec(compile(f"{data}\n{found[heading]}", heading, "exec"), {"__name__": "example"})
    experiments = rs.all_experiments("records")
    assert experiments
    assert {e.status for e in experiments} == {"finished"}
    assert all(e.title and e.observed() for e in experiments)
    if heading == "PyTorch":
        (experiment,) = experiments
        assert len(experiment.observations["loss"]) == 3 * 29
        assert len(experiment.observations["accuracy"]) == len(experiment.observations["lr"]) == 3


def test_each_framework_has_an_example():
    assert set(sections()[1]) == {*MODULES, "fastai"}
