"""What is different now from when an experiment ran: code, packages, machine."""

from __future__ import annotations

import difflib
import html
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from researcher.analysis.differences import Row
from researcher.environment import entry
from researcher.environment.code_version import code_version
from researcher.environment.machine import machine
from researcher.experiment import Experiment
from researcher.params import ABSENT, differing, flattened, label
from researcher.storage import texts

_NONE = "nothing that is recorded differs now"


@dataclass(frozen=True, repr=False)
class Changes:
    """What is different now; shown as text and in notebooks.

    Attributes:
        rows: what has another value, with that of then and that of now.
        source: the source of the function then and now as a unified diff; empty if it is the same.
        unknown: what the record does not say, so that nothing can be said of it.
    """

    rows: tuple[Row, ...]
    source: str
    unknown: tuple[str, ...]

    def __repr__(self) -> str:
        lines = [f"  {row.name}: {_said(row.values[0])} then, {_said(row.values[1])} now" for row in self.rows]
        found = ["different now:", *lines] if lines else [_NONE]
        if self.source:
            found += ["the function is another one now:", self.source.rstrip("\n")]
        if self.unknown:
            found.append(f"not recorded: {', '.join(self.unknown)}")
        return "\n".join(found)

    def _repr_html_(self) -> str:
        def row(*texts: str) -> str:
            return f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in texts)}</tr>"

        rows = "".join(row(found.name, *map(_said, found.values)) for found in self.rows)
        found = (
            f"<table><tr><th>different</th><th>then</th><th>now</th></tr>{rows}</table>" if rows else f"<p>{_NONE}</p>"
        )
        if self.source:
            found += f"<p>the function is another one now:</p><pre>{html.escape(self.source)}</pre>"
        return found + (f"<p>not recorded: {html.escape(', '.join(self.unknown))}</p>" if self.unknown else "")


def changes_since(experiment: Experiment, function: Callable[..., Any] | None = None) -> Changes:
    """What is different now from when an experiment ran.

    Of packages those are looked at that were imported then, as they are installed now.

    Args:
        experiment: as it was recorded.
        function: what is to be run now; None if that is not known.
    """
    found = experiment.ours.get("environment")
    then: Mapping[str, Any] = found if isinstance(found, dict) else {}
    if not then:
        return Changes((), "", ("machine", "packages", "code version", "source"))
    rows: list[Row] = []
    for name, now in machine().items():
        rows += _rows(name, then.get(name, ABSENT), now)
    if isinstance(then.get("packages"), dict):
        rows += [
            row
            for name, version in then["packages"].items()
            for row in _rows(f"packages.{name}", version, _version(name))
        ]
    rows += _code(then.get("code"), function)
    source = _source(then.get("entry"), function)
    parts = {"packages": "packages", "code": "code version"}
    unknown = [said for name, said in parts.items() if not isinstance(then.get(name), dict)]
    return Changes(tuple(rows), source or "", (*unknown, *(["source"] if source is None else [])))


def _rows(name: str, then: Any, now: Any) -> list[Row]:
    """A row for each part of a value that differs."""
    return [Row(part, pair) for part, pair in differing(flattened({name: then}), flattened({name: now})).items()]


def _version(distribution: str) -> Any:
    from importlib import metadata

    if distribution == "researcher-notebook":
        return sys.modules["researcher"].__version__
    try:
        return metadata.version(distribution)
    except (metadata.PackageNotFoundError, ValueError):
        return ABSENT


def _code(then: Any, function: Callable[..., Any] | None) -> list[Row]:
    directory = entry.directory(function)
    now = None if directory is None else code_version(directory)
    if not isinstance(then, dict):
        return []
    if now is None:
        return _rows("code.commit", then.get("commit", ABSENT), ABSENT)
    rows = _rows("code.commit", then.get("commit", ABSENT), now.commit or ABSENT)
    changed = ABSENT if now.changed is None else now.changed
    rows += _rows("code.changed", then.get("changed", ABSENT), changed)
    patch = texts.name_of(now.patch, ".patch") if now.patch else ABSENT
    return rows + _rows("code.patch", then.get("patch", ABSENT), patch)


def _source(then: Any, function: Callable[..., Any] | None) -> str | None:
    """The source then and now as a diff, empty if they are the same; None if one of them is not known."""
    before = _code_of(then) if isinstance(then, dict) and "function" in then else ""
    after = "" if function is None else _code_of(entry.described(function))
    if not before or not after:
        return None
    names = (f"{then.get('file') or then.get('script') or then.get('notebook') or 'recorded'} then", "now")
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    return "\n".join(lines)


def _code_of(described: Mapping[str, Any]) -> str:
    """The source with what it needs of its module; empty if it is not known."""
    source = described.get("source")
    return "\n".join(str(described.get(name, "")) for name in ("needs", "source")) if source else ""


def _said(value: Any) -> str:
    return "none" if value is ABSENT else label(value)
