"""The limit: one bare write of the line that the journal of the Recorder has for the same values."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import researcher as rs
from benchmarks.peers.peer import Observes


class BareWrite(Observes):
    """Writes one line of constant text to a file that is opened to append."""

    name = "bare write"
    call = "`os.write` of the line"

    def start(self, directory: Path) -> None:
        """Open the file."""
        self._line = b""
        self._handle = os.open(directory / "lines", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o666)

    def observe(self, step: int, values: dict[str, float]) -> None:
        """Write the line."""
        os.write(self._handle, self._line or self._first(values))

    def finish(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def kept(self, directory: Path) -> int:
        """The number of lines."""
        return (directory / "lines").read_bytes().count(b"\n")

    def _first(self, values: dict[str, float]) -> bytes:
        """The line, as the Recorder writes it."""
        with tempfile.TemporaryDirectory() as records, rs.Recorder({}, records) as recorder:
            for step in (1000, 1001):
                recorder.observe(values, step=step)
            self._line = recorder.path.read_bytes().splitlines(keepends=True)[-1]
        return self._line
