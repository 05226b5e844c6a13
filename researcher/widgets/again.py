"""Python to paste: that runs an experiment again, or one that is like it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from researcher.environment.origin import entry_of
from researcher.experiment import Experiment
from researcher.widgets.literal import Name, called, laid_out

_GIVEN = "train"  # what a function is called that is not recorded


def code_to_run_again(experiment: Experiment) -> str:
    """The lines that run an experiment again and say whether its result held."""
    entry = entry_of(experiment)
    lines = ["import researcher as rs"]
    records, name = _place(experiment)
    asked: list[tuple[str, Any]] = [("", Name("experiment"))]
    if not _is_found(entry):
        lines += ["", "# The function is not recorded: define it here."]
        asked.append(("", Name(_name(entry))))
    lines += ["", called("experiment = rs.load_experiment", [("", records), ("", name)])]
    return "\n".join([*lines, called("rs.reproduce", asked), ""])


def code_to_vary(experiment: Experiment) -> str:
    """The lines that run the same with other params."""
    entry = entry_of(experiment)
    lines = ["import researcher as rs"]
    module, name = entry.get("module"), _name(entry)
    if module != "__main__" and _is_found(entry):
        lines.append(f"from {module} import {name}")
    else:
        lines += ["", f"# {name} is the function: define it, or import it."]
    lines += ["", laid_out("params = ", experiment.params)]
    run = [("", Name(name)), ("", Name("params")), ("", _place(experiment)[0])]
    return "\n".join([*lines, called("rs.run", run), ""])


def _place(experiment: Experiment) -> tuple[str, str]:
    """Directory and name of the record."""
    return (os.fspath(experiment.path.parent) if experiment.path is not None else "records/", experiment.name)


def _is_found(entry: Mapping[str, Any]) -> bool:
    """Whether a function is recorded by names that can stand in code, and with nothing that is bound to it."""
    module, name = entry.get("module"), entry.get("function")
    named = isinstance(module, str) and isinstance(name, str) and all(map(str.isidentifier, module.split(".")))
    return named and str(name).isidentifier() and not entry.get("bound")


def _name(entry: Mapping[str, Any]) -> str:
    """What the function is called in code."""
    return str(entry["function"]) if _is_found(entry) else _GIVEN
