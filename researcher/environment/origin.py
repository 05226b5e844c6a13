"""Where an experiment came from, to be read: its code, its packages and its machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from researcher.experiment import Experiment
from researcher.params import flattened, label
from researcher.storage import texts

_LONGEST = 200_000  # characters of a text
_TEXTS = {"entry": ("source", "needs", "text"), "code": ("patch",)}


@dataclass(frozen=True)
class Origin:
    """What a record says of where its experiment came from; empty where it says nothing.

    Attributes:
        facts: pairs of a dotted name and a text, but for packages and what is a text of many lines.
        packages: the versions of distributions by name.
        source: the source of the function or the notebook cell, with what it needed before it.
        script: the text of the script.
        patch: what was changed since the commit.
    """

    facts: tuple[tuple[str, str], ...]
    packages: Mapping[str, str]
    source: str
    script: str
    patch: str


def origin_of(experiment: Experiment) -> Origin:
    """What the record of an experiment says, and the texts that lie beside it; nothing of it is executed."""
    around = _part(experiment.ours, "environment")
    told = {name: _without(value, _TEXTS.get(name, ())) for name, value in around.items() if name != "packages"}
    facts = tuple((name, label(value)) for name, value in flattened(told).items())
    versions = {str(name): str(version) for name, version in _part(around, "packages").items()}
    entry = entry_of(experiment)
    parts = [str(entry[name]) for name in ("needs", "source") if entry.get(name)]
    return Origin(facts, versions, *(text[:_LONGEST] for text in ("\n\n".join(parts), *_kept(experiment))))


def entry_of(experiment: Experiment) -> Mapping[str, Any]:
    """What a record says of where its experiment began; empty if nothing."""
    return _part(_part(experiment.ours, "environment"), "entry")


def _kept(experiment: Experiment) -> tuple[str, str]:
    """The texts of the script and the patch."""
    if experiment.path is None:
        return "", ""
    code = _part(_part(experiment.ours, "environment"), "code")
    names = (entry_of(experiment).get("text"), code.get("patch"))
    script, patch = (texts.kept(experiment.path.parent, name) or "" for name in names)
    return script, patch


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of what a record says, if it is as we write it."""
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def _without(value: Any, names: tuple[str, ...]) -> Any:
    return {key: item for key, item in value.items() if key not in names} if isinstance(value, dict) else value
