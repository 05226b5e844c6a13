"""A file on a store of which only those bytes are read that are asked for."""

from __future__ import annotations

import io
import os

from researcher.places import Address
from researcher.storage.remote.answers import asked


class Ranges(io.RawIOBase):
    """A file to read here and there: each read is a request, and whoever asks for little gets little.

    Raises:
        OSError: it cannot be read.
    """

    def __init__(self, file: Address) -> None:
        super().__init__()
        self._file = file
        self._at = 0
        with asked(file) as (store, path):
            store.invalidate_cache(store._parent(path))
            self._size = int(store.size(path))

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The byte that is read next."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte, counted from the start, from the present one, or from the end."""
        self._at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence] + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read what fits into the buffer."""
        end = min(self._at + len(buffer), self._size)
        if end <= self._at:
            return 0
        with asked(self._file) as (store, path):
            found = store.cat_file(path, start=self._at, end=end)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)
