"""The limits: bare writes of what this package writes for the same values, whose text is at hand."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import researcher as rs
from benchmarks.peers.peer import Observes, Records


class BareWrite(Observes):
    """Writes one line of constant text to a file that is opened to append, as the journal of the Recorder has it."""

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


class BareFile(Records):
    """Writes the text of one and the same record to a new file each time."""

    name = "bare file"
    way = "`os.open`, `os.write`, `os.close`"

    def open(self, directory: Path) -> None:
        """Remember the directory."""
        self._directory = directory
        self._content = b""
        self._files = 0

    def record(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> None:
        """Write the file."""
        content = self._content or self._first(params, observations)
        handle = os.open(self._directory / f"{self._files}.json", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        os.write(handle, content)
        self._end(handle)
        self._files += 1

    def count(self, directory: Path) -> int:
        """The number of files."""
        return len(list(directory.iterdir()))

    def _end(self, handle: int) -> None:
        os.close(handle)

    def _first(self, params: Mapping[str, Any], observations: Mapping[str, Sequence[float]]) -> bytes:
        """The text, as this package writes it."""
        with tempfile.TemporaryDirectory() as records:
            self._content = rs.record_experiment(params, records, observations).path.read_bytes()
        return self._content


class BareFileSynced(BareFile):
    """The same, and the file and its name are brought to the disk."""

    name = "bare file, synced"
    way = "the same, and `os.fsync` of the file and of the directory"

    def _end(self, handle: int) -> None:
        os.fsync(handle)
        os.close(handle)
        folder = os.open(self._directory, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
