"""All about one experiment, for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from researcher.cli.observed import observed
from researcher.cli.printing import visible, visible_lines
from researcher.cli.table import STYLES
from researcher.experiment import Experiment
from researcher.params import flattened, label, number_label


def details(experiment: Experiment, repeats: Sequence[Experiment] = ()) -> Iterator[RenderableType]:
    """What is to be printed of an experiment, part by part.

    Args:
        experiment: the one.
        repeats: those with the same params, itself among them.
    """
    yield Text.assemble((visible(experiment.title or "no title"), "bold"), "  ", visible(experiment.hash))
    yield _state(experiment)
    others = [e.name for e in repeats if e is not experiment]
    for heading, words in (("tags", experiment.tags), ("repeats", others)):
        if words:
            yield Text(f"{heading}: {visible(', '.join(words))}")
    params = [(name, label(value)) for name, value in flattened(experiment.params).items()]
    yield from _section("params", _pairs(params) if params else None)
    bars = "utf" in sys.stdout.encoding.casefold()
    yield from _section("observations", observed(experiment, bars=bars) if experiment.observations else None)
    notes = [(str(note.get("at", "")), str(note.get("text", ""))) for note in _dicts(experiment, "notes")]
    yield from _section("notes", _pairs(notes) if notes else None)
    files = [(str(file.get("path")), _file(file)) for file in _dicts(experiment, "files")]
    yield from _section("files", _pairs(files) if files else None)
    error = experiment.ours.get("error")
    yield from _section("error", Text(_trace(error), style=STYLES["failed"]) if isinstance(error, dict) else None)


def _state(experiment: Experiment) -> Text:
    """Status, time and duration, and the file."""
    parts = [
        f"{experiment.timestamp:%Y-%m-%d %H:%M:%S}" if experiment.timestamp else "",
        f"{number_label(float(experiment.duration))} s" if experiment.duration is not None else "",
        visible(str(experiment.path or "")),
    ]
    status = (visible(experiment.status), STYLES.get(experiment.status, ""))
    return Text.assemble(status, *(f" · {part}" for part in parts if part))


def _section(heading: str, content: RenderableType | None) -> Iterator[RenderableType]:
    if content is not None:
        yield Text(f"\n{heading}", style="bold")
        yield Padding(content, (0, 0, 0, 2), expand=False)


def _pairs(pairs: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in ("name", "text"):
        table.add_column(overflow="fold", min_width=1)
    for name, text in pairs:
        table.add_row(Text(visible(name)), Text(visible_lines(text)))
    return table


def _dicts(experiment: Experiment, key: str) -> list[dict[str, Any]]:
    found = experiment.ours.get(key)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _file(file: dict[str, Any]) -> str:
    return f"{file.get('bytes')} bytes, SHA-256 {file.get('sha256')}"


def _trace(error: dict[str, Any]) -> str:
    return visible_lines(str(error.get("traceback") or f"{error.get('type')}: {error.get('message')}"))
