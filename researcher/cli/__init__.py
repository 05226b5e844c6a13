"""The command line. Each command is a function in a file of its own; what they share is in `printing`."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

import researcher
from researcher.cli.diff import diff
from researcher.cli.explore import explore
from researcher.cli.export import export
from researcher.cli.ls import ls
from researcher.cli.recover import recover
from researcher.cli.reproduce import reproduce
from researcher.cli.show import show
from researcher.cli.stop import stop

_EXIT_CODES = """Exit codes: 0 all is well; 1 something is wrong with the records: a file is damaged, a directory
cannot be read, a journal could not be recovered; 2 wrong usage, or what was asked for is not there; 3 a result did
not hold when it was reproduced."""

app = typer.Typer(
    name="researcher",
    help="List, show, compare, export, explore, reproduce, recover and stop experiments, recorded as JSON files.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (ls, show, diff, export, explore, recover, reproduce, stop):
    app.command(epilog=_EXIT_CODES)(command)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"researcher {researcher.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before the command; they act by themselves."""


def main() -> None:
    """Run the program with the arguments of this process, and end the process with the exit code of the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a title may hold what the terminal's encoding does not
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="researcher")
