"""Find the function of an experiment again, by what its record says of where it began."""

from __future__ import annotations

import importlib
import importlib.util
import linecache
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from researcher.environment.code_version import code_version
from researcher.environment.origin import entry_of
from researcher.errors import CannotReproduce
from researcher.experiment import Experiment
from researcher.running import none_may_run

_GIVE = "Pass the function: rs.reproduce(experiment, function)"


def found_function(experiment: Experiment, *, trust_source: bool = False) -> Callable[..., Any]:
    """The function that an experiment was run with, as it is now.

    A module is imported, a script is loaded without being ``__main__``. A function of a notebook is taken from the
    notebook that runs now, if it has one of that name. Only with ``trust_source`` it is made of its recorded source.

    Raises:
        CannotReproduce: the record does not say which it was, it is gone, or it is only there as recorded source.
    """
    entry = entry_of(experiment)
    module, name = entry.get("module"), entry.get("function")
    if not isinstance(name, str) or not isinstance(module, str):
        raise CannotReproduce(
            f"the record of {experiment.name} does not say which function was run{_place(entry)}. {_GIVE}"
        )
    if entry.get("bound"):
        raise CannotReproduce(
            f"{name} was a partial, a method, a local function or an object, of which not all is recorded. {_GIVE}"
        )
    if module != "__main__":
        return _attribute(_imported(module, entry, experiment), name, module)
    if isinstance(entry.get("script"), str):
        return _attribute(_loaded(entry["script"], experiment), name, entry["script"])
    here = getattr(sys.modules.get("__main__"), name, None)
    if callable(here):
        return here  # type: ignore[no-any-return]
    return _rebuilt(entry, name, experiment, trust_source)


def _place(entry: Mapping[str, Any]) -> str:
    """Where it was recorded without a function, in words."""
    if isinstance(entry.get("script"), str):
        return f": it was recorded by a line of {entry['script']}, which you may run again yourself"
    return f": it was recorded by a cell of {entry.get('notebook') or 'a notebook'}" if "execution" in entry else ""


def _attribute(module: Any, name: str, place: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if not callable(found):
        raise CannotReproduce(f"there is no function {name} in {place} any more. {_GIVE}")
    return found  # type: ignore[no-any-return]


def _imported(module: str, entry: Mapping[str, Any], experiment: Experiment) -> Any:
    """The module: as it is imported already, or else with the folder of its package to import from."""
    file = _file(entry.get("file"), experiment)
    package = None if file is None else file.parents[module.count(".") + (file.name == "__init__.py")]
    _import_from(package)
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise CannotReproduce(f"the module {module} cannot be imported: {error}. {_GIVE}") from error


def _loaded(script: str, experiment: Experiment) -> Any:
    """The script as a module; that which runs now, if it is that."""
    file = _file(script, experiment)
    if file is None:
        raise CannotReproduce(f"the script {script} is gone. {_GIVE}")
    main = sys.modules.get("__main__")
    running = getattr(main, "__file__", None)
    if running is not None and Path(running).absolute() == file:
        return main
    name = f"researcher_script_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise CannotReproduce(f"{file} is no Python script. {_GIVE}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # for what it pickles
    _import_from(file.parent)
    with none_may_run(f"{file} runs experiments as soon as it is loaded"):
        spec.loader.exec_module(module)
    return module


def _rebuilt(entry: Mapping[str, Any], name: str, experiment: Experiment, trust_source: bool) -> Callable[..., Any]:
    source = entry.get("source")
    place = entry.get("notebook") or "an interactive session"
    if not isinstance(source, str):
        raise CannotReproduce(f"{name} is of {place}, and its source is not recorded. {_GIVE}")
    if entry.get("source_changed"):
        raise CannotReproduce(
            f"{name} is of {place}, and its recorded source is not complete: {entry['source_changed']}. {_GIVE}"
        )
    if not trust_source:
        raise CannotReproduce(
            f"{name} is of {place}, which does not run here. {_GIVE}, or have it made of its recorded source, if you "
            f"trust that: trust_source=True (researcher reproduce --trust-source). It is:\n{source}"
        )
    text = f"{entry.get('needs', '')}\n{source}"
    file = f"<source of {experiment.name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # for tracebacks and the record
    space: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(text, file, "exec"), space)  # noqa: S102 - the user trusts it
    except Exception as error:
        raise CannotReproduce(f"the recorded source of {name} fails: {type(error).__name__}: {error}") from error
    return _attribute(types.SimpleNamespace(**space), name, "the recorded source")


def _file(name: object, experiment: Experiment) -> Path | None:
    """A recorded file where it is now: in the repository, where the process was, or where this one is."""
    if not isinstance(name, str):
        return None
    recorded = experiment.ours["environment"].get("directory")
    places = [Path(recorded)] if isinstance(recorded, str) else []
    for place in (*places, Path.cwd()):
        version = code_version(place) if place.is_dir() else None
        for root in (version.root if version is not None else None, place):
            if root is not None and (root / name).is_file():
                return (root / name).absolute()
    return None


def _import_from(directory: Path | None) -> None:
    """Find modules in this directory too, from now on: functions import more when they run."""
    if directory is not None and str(directory) not in sys.path:
        sys.path.insert(0, str(directory))
