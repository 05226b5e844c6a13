"""``researcher explore``: an Explorer in the browser."""

from __future__ import annotations

import enum
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from researcher.cli.ls import RECORDS, Records
from researcher.cli.printing import tell, told
from researcher.errors import MissingExtra, RecordsNotFound
from researcher.places import Place, place
from researcher.storage.reading import is_directory


class App(enum.StrEnum):
    """Where an Explorer opens."""

    VOILA = "voila"
    NOTEBOOK = "notebook"


def explore(
    records: Records = RECORDS,
    app: Annotated[
        App | None, typer.Option("--in", help="Voila shows the Explorer alone; the first one that is installed.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Of the server, on this machine.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in a browser.")] = True,
) -> None:
    """Open an Explorer on a directory in the browser, until it is interrupted.

    It serves this machine alone, behind the application's own token.
    """
    with told():
        directory = place(records).absolute()
        if not is_directory(directory):
            raise RecordsNotFound(f"there is no directory {records}")
        chosen = app or next((one for one in App if importlib.util.find_spec(one)), None)
        if chosen is None or importlib.util.find_spec(chosen) is None:
            raise MissingExtra(chosen or App.NOTEBOOK, f"opening an Explorer needs {chosen or 'Voila or Notebook'}")
        with tempfile.TemporaryDirectory(prefix="researcher-explore-") as folder:
            file = Path(folder) / "explorer.ipynb"
            file.write_text(json.dumps(_notebook(directory)), encoding="utf-8")
            tell(f"exploring {records} in {chosen}; interrupt to end")
            code = _serve(chosen, file, port, browser)
    raise typer.Exit(code)


def _serve(app: App, file: Path, port: int | None, browser: bool) -> int:
    """Run the application until it ends, and give its exit code; an interrupt is a good end."""
    server = "Voila" if app is App.VOILA else "ServerApp"
    command = [sys.executable, "-m", app, os.fspath(file)]
    command += [f"--{server}.port={port}"] * (port is not None) + ["--no-browser"] * (not browser)
    if app is App.NOTEBOOK and hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with subprocess.Popen(command, env={**os.environ, **_import_path()}) as process:  # noqa: S603 - all of it is ours
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            return 0


def _import_path() -> dict[str, str]:
    """What lets the kernel import the same package, which may be that of a checkout."""
    here = os.fspath(Path(__file__).parents[2])
    return {"PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))}


def _notebook(directory: Place) -> dict[str, object]:
    code = f"import researcher as rs\n\nexplorer = rs.Explorer({os.fspath(directory)!r})\nexplorer"
    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "explorer",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": code,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": [cell]}
