"""The spool: where the journals of experiments lie on this machine that are recorded on a store.

It holds what was observed until the record is published, so it is no cache. A journal in it is one like all others,
with its lock, and readers on this machine look at it first.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from researcher.places import Address
from researcher.storage import names

_NAME = 60  # characters of an address in the name of its directory, for people


def directory(records: Address) -> Path:
    """The directory for the journals of what is recorded at an address; it need not be there.

    It lies in ``$RESEARCHER_SPOOL``, or else where the platform keeps the state of programs.
    """
    url = str(records)
    name = names.cleaned(url.replace("://", "_"))[:_NAME]
    return _spool() / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


def journals(records: Address) -> list[Path]:
    """The journals on this machine of what is recorded at an address."""
    with contextlib.suppress(FileNotFoundError), os.scandir(directory(records)) as entries:
        return sorted(Path(e.path) for e in entries if e.name.endswith(names.JOURNAL) and not e.name.startswith("."))
    return []


def _spool() -> Path:
    if given := os.environ.get("RESEARCHER_SPOOL"):
        return Path(given).absolute()
    from platformdirs import user_state_path

    usual = user_state_path("researcher", appauthor=False) / "spool"
    with contextlib.suppress(OSError):
        usual.mkdir(parents=True, exist_ok=True)
        return usual
    return Path(tempfile.gettempdir()) / f"researcher-spool-{_user()}"  # where there is no home


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "me"
