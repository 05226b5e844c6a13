"""Who writes an archive now: the one who began last, whether or not the others know.

What a process has asked of a cluster may still be done there when the process is gone. So what is done there is written
beside the archive only, in a directory that readers of Parquet pass over, and is put into its place by the process that
asked for it, if that is still the one that writes the archive.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from researcher.errors import CannotWrite
from researcher.places import Place
from researcher.storage.files import move, names_in, opened, remove, replacing

DIRECTORY = ".researcher"


class Claim:
    """That this call, and no other, writes an archive.

    Attributes:
        target: the directory of the archive.
    """

    def __init__(self, target: Place) -> None:
        self.target = target
        self._writer = uuid4().hex
        self._numbers = itertools.count()
        self._beside = target / DIRECTORY
        self._file = self._beside / "writer.json"

    def begin(self) -> None:
        """Take the archive over from whoever writes it, and throw away what the dead left beside it.

        Raises:
            OSError: it cannot be written.
        """
        self._tidy()
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        told = {"writer": self._writer, "host": socket.gethostname(), "process": os.getpid(), "since": since}
        with replacing(self._file) as file:
            file.write(json.dumps(told).encode())

    def beside(self) -> Place:
        """A new file to write, which is none of the archive's."""
        return self._beside / f"{self._writer}-{next(self._numbers)}"

    def put(self, beside: Place, name: str) -> None:
        """Put what was written into its place in the archive.

        Raises:
            CannotWrite: somebody else writes it now.
            OSError: it cannot be put there.
        """
        self.check()
        move(beside, self.target / name)

    def check(self) -> None:
        """See whether the archive is still this call's to write.

        Raises:
            CannotWrite: somebody else has begun to write it.
            OSError: it cannot be read.
        """
        told: dict[str, object] = {}
        with contextlib.suppress(FileNotFoundError, ValueError), opened(self._file) as file:
            told = dict(json.loads(file.read()))
        if told.get("writer") != self._writer:
            who = f" (process {told.get('process')} on {told.get('host')}, {told.get('since')})" if told else ""
            raise CannotWrite(
                f"somebody else has begun to write the archive {self.target}{who}; call it again when they are done"
            )

    def end(self) -> None:
        """Leave nothing but the archive, if it is still this call's to write."""
        with contextlib.suppress(OSError):
            self.check()
            self._tidy()
            if isinstance(self._beside, Path):
                self._beside.rmdir()

    def _tidy(self) -> None:
        remove(self._beside / name for name in names_in(self._beside) or ())


@contextlib.contextmanager
def claimed(target: Place) -> Iterator[Claim]:
    """Write an archive, and leave nothing else beside it.

    Raises:
        OSError: it cannot be written.
    """
    claim = Claim(target)
    claim.begin()
    try:
        yield claim
    finally:
        claim.end()
