"""Files that belong to an experiment, such as saved models, as its record names them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def belonging(path: str | os.PathLike[str]) -> dict[str, str | int]:
    """The path as it was given, the size in bytes and the SHA-256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"path": os.fspath(path), "bytes": os.fstat(file.fileno()).st_size, "sha256": digest}
