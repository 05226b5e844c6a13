"""Saving: the view as code, its panels as a picture, its table as CSV, and all of it as a report."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

from researcher.errors import MissingExtra
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module


class SaveFace(Face):
    """A button that copies the view as code, and a menu of files; each is made when it is asked for."""

    _esm = module("save.js")


class SaveView(View):
    """Makes what is to be saved, and sends it to the page that asked."""

    watches = ()

    def __init__(self, state: ExplorerState, records: str | os.PathLike[str] | None = None) -> None:
        """Save what the state shows.

        Args:
            state: what is shown.
            records: the records directory, for the code; None for a list of experiments.
        """
        self.menu = SaveFace()
        self._records = records
        self.hear(self.menu, {"make": self._make})
        super().__init__(state, self.menu)

    def render(self) -> None:
        """Nothing of it depends on the state until something is asked for."""

    def _make(self, what: str, page: str) -> None:
        answer = {"what": what, "page": page}
        try:
            if what == "code":
                from researcher.widgets.code import code_of

                self.menu.send({**answer, "text": code_of(self._records, self.state)})
                return
            kind, content = self._file(what)
            named = f"{self._stem()}-{kind}.{what}"
            types = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv", "html": "text/html"}
            self.menu.send({**answer, "name": named, "type": types[what]}, [content])
        except (MissingExtra, ValueError) as error:  # matplotlib is not installed, or there is nothing to draw
            self.menu.send({**answer, "trouble": str(error)})

    def _file(self, what: str) -> tuple[str, bytes]:
        """What it is called, and what is in it; what that takes is imported now."""
        from researcher.widgets.picture import png_of, svg_of
        from researcher.widgets.report import html_of
        from researcher.widgets.shown import csv_of

        if what == "png":
            return "curves", png_of(self.state)
        if what == "svg":
            return "curves", svg_of(self.state).encode()
        if what == "csv":
            return "table", csv_of(self.state).encode()
        if what == "html":
            return "report", html_of(self.state, self._records).encode()
        raise ValueError(f"there is nothing called {what!r} to save")

    def _stem(self) -> str:
        """How the names of files begin: as the directory is called."""
        name = PurePath(self._records).name if self._records is not None else ""
        return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "experiments"
