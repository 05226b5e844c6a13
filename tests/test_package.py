"""The public face: its names, and that importing it is light."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import researcher as rs
from researcher import errors

HEAVY = ["ipywidgets", "bqplot", "pandas", "numpy", "matplotlib", "traitlets", "IPython", "anywidget"]
CORE = [name for name in rs.__all__ if not name.startswith(("plot_", "final_")) and name != "Explorer"]


def loaded_after(code):
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_importing_it_is_light():
    assert not loaded_after("import researcher") & {*HEAVY, "msgspec"}


def test_recording_and_loading_are_light_too(tmp_path):
    code = f"""
import researcher as rs
rs.record_experiment({{"lr": 0.1}}, {str(tmp_path)!r}, {{"loss": [1.0]}})
assert rs.all_experiments({str(tmp_path)!r}).where("lr < 1").best("loss").params
"""
    assert not loaded_after(code) & set(HEAVY)


def test_its_names_are_sorted_and_documented():
    assert rs.__all__ == sorted(rs.__all__)
    assert set(rs.__all__) <= set(dir(rs))
    for name in CORE:
        assert getattr(rs, name).__doc__


def test_a_name_that_it_lacks_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'researcher' has no attribute 'nothing'"):
        _ = rs.nothing


def test_the_module_paths_of_2020_lead_to_the_same():
    fileutils = importlib.import_module("researcher.fileutils")
    for name in fileutils.__all__:
        assert getattr(fileutils, name) is getattr(rs, name)
    assert rs.experiment.Experiment is rs.Experiment


def test_every_error_is_in_the_tree_that_the_docstring_draws():
    found = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]
    for kind in found:
        assert issubclass(kind, (errors.ResearcherError, errors.ResearcherWarning))
        assert kind.__name__.startswith("_") or kind.__name__ in errors.__doc__


def test_the_guide_to_the_code_names_every_file():
    root, named = Path(rs.__file__).parent, set()
    room = None
    for line in (root.parent / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match("#+ (?:`researcher/(.*)`:)?", line):
            room = heading[1]
        elif room is not None and line.startswith("| `"):
            named |= {root / room / name for name in re.findall(r"`([\w.]+)`", line.split("|")[1])}
    assert {path for path in named if not path.exists()} == set()
    assert {path for path in root.rglob("*.py") if path.name != "__init__.py"} - named == set()


def test_a_name_that_is_not_there_is_told_its_near_miss():
    with pytest.raises(AttributeError, match="no attribute 'Explorr'; did you mean Explorer"):
        _ = rs.Explorr
