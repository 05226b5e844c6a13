"""Lines that wait to be written to a journal."""

from __future__ import annotations

import os


class Waiting:
    """Lines in their order; of the first one a part may be in the file already."""

    def __init__(self, first: bytes = b"") -> None:
        self._lines = [first] if first else []
        self._cut = 0  # bytes of the first line that are in the file

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, line: bytes, cut: int = 0) -> None:
        """One more; ``cut`` says how much of it is in the file, which counts as long as it is the first."""
        if not self._lines:
            self._cut = cut
        self._lines.append(line)

    def write(self, handle: int) -> None:
        """Write them all.

        Raises:
            OSError: what is left waits on.
        """
        while self._lines:
            line = self._first(handle)
            written = os.write(handle, line)
            if written == len(line):
                self.pop()
            else:
                self._cut = len(self._lines[0]) - len(line) + written

    @property
    def first(self) -> bytes:
        """The whole of the first line."""
        return self._lines[0]

    def pop(self) -> bytes:
        """The first line, which waits no more."""
        self._cut = 0
        return self._lines.pop(0)

    def content(self, handle: int) -> bytes:
        """What `write` would write."""
        return b"".join([self._first(handle), *self._lines[1:]]) if self._lines else b""

    def _first(self, handle: int) -> bytes:
        """The first line; of one that was cut off the rest, unless another process wrote after it."""
        line = self._lines[0]
        if self._cut and os.lseek(handle, 0, os.SEEK_CUR) == os.fstat(handle).st_size:
            return line[self._cut :]
        return line
