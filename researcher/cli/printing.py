"""What every command prints with: text that no terminal obeys, tables, strict JSON, and what went wrong."""

from __future__ import annotations

import json
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console, RenderableType

from researcher.errors import (
    CannotReproduce,
    NoSuchExperiment,
    NotRecording,
    NotRunnable,
    QueryError,
    RecordsNotFound,
    ResearcherError,
)
from researcher.places import Place
from researcher.storage.strict import Notes

WRONG, USAGE, NOT_HELD = 1, 2, 3  # exit codes beside 0
_NOT_THERE = (CannotReproduce, NoSuchExperiment, NotRecording, NotRunnable, QueryError, RecordsNotFound)
_OBEYED = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def visible(text: str) -> str:
    r"""The text with all that a terminal would obey, and not show, written as in Python.

    >>> print(visible("relu\n\x1b[2J"))
    relu\n\x1b[2J
    """
    return _OBEYED.sub(lambda found: ascii(found[0])[1:-1], text)


def visible_lines(text: str) -> str:
    """The same with the ends of lines and tabulators left as they are."""
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.splitlines())


class _Output(Console):
    """Standard output. Nothing in a text is taken for markup, and no line is cut off."""

    def __init__(self, *, wrap: bool = False) -> None:
        width = None if wrap and sys.stdout.isatty() else 1_000_000
        super().__init__(width=width, markup=False, emoji=False, highlight=False)

    def on_broken_pipe(self) -> None:
        """Print no more, as whoever reads has read enough."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show_all(parts: Iterable[RenderableType], *, wrap: bool = False) -> None:
    """Print these on standard output, one below the other, wrapped to the width of a terminal if that is wanted."""
    output = _Output(wrap=wrap)
    for part in parts:
        output.print(part)


def show_line(text: str) -> None:
    """Print one line on standard output."""
    _Output().out(visible(text), highlight=False)


def show_json(value: object) -> None:
    """Print a value as strict JSON, an element or a key a line; NaN and infinity as the texts that records use."""
    strict = Notes().strict(value)
    if isinstance(strict, dict):
        lines = [f"  {json.dumps(key)}: {json.dumps(item, allow_nan=False)}" for key, item in strict.items()]
        opening, closing = "{", "}"
    else:
        lines = [f"  {json.dumps(item, allow_nan=False)}" for item in strict]
        opening, closing = "[", "]"
    text = "\n".join([opening, ",\n".join(lines), closing]) if lines else opening + closing
    _Output().out(text, highlight=False)


def tell(message: str) -> None:
    """Print a message on standard error."""
    sys.stdout.flush()
    typer.echo(visible_lines(message), err=True)


def tell_damaged(damaged: Sequence[tuple[Place, str]]) -> None:
    """Print on standard error which files are damaged, and end the command if some are."""
    if damaged:
        files = "1 file is" if len(damaged) == 1 else f"{len(damaged)} files are"
        tell("\n".join([f"{files} damaged:", *(f"  {path}: {reason}" for path, reason in damaged)]))
        raise typer.Exit(WRONG)


@contextmanager
def told() -> Iterator[None]:
    """Print warnings and our errors on standard error; the latter end the command with their exit code."""
    try:
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            try:
                yield
            finally:
                for warning in found:
                    tell(f"researcher: {warning.message}")
    except ResearcherError as error:
        tell(f"researcher: {error}")
        raise typer.Exit(USAGE if isinstance(error, _NOT_THERE) else WRONG) from None
