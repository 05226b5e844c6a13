"""Keep what could not be recorded in the temporary directory."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from researcher.errors import NotRecordable
from researcher.plain import DEEPEST, plain
from researcher.storage.strict import Notes


def rescued(params: object, observations: object, reason: str) -> Path | None:
    """Write what could not be recorded to the temporary directory; what JSON cannot hold stands there as its repr.

    Returns:
        The file, or None if even that could not be written.
    """
    content = {"params": _shown(params), "observations": _shown(observations), "not_recorded_because": reason}
    try:
        handle, name = tempfile.mkstemp(prefix="researcher-rescue-", suffix=".json")
    except OSError:
        return None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        return None
    return Path(name)


def rescued_record(name: str, content: bytes) -> Path | None:
    """Write a whole record into a directory of its own in the temporary directory; None if that failed too."""
    try:
        path = Path(tempfile.mkdtemp(prefix="researcher-rescue-")) / name
        path.write_bytes(content)
    except OSError:
        return None
    return path


def _shown(value: object, above: frozenset[int] = frozenset()) -> object:
    """``value`` as strict JSON where that can hold it, and the repr of what it cannot."""
    with contextlib.suppress(NotRecordable):
        return Notes().strict(plain(value, "value"))
    if id(value) in above:
        return "the dict or list that this is in"
    above = above | {id(value)}
    if len(above) <= DEEPEST:
        if isinstance(value, Mapping):
            return _shown_dict(value, above)
        if isinstance(value, (list, tuple, set, frozenset)):
            return [_shown(item, above) for item in value]
    return _repr(value)


def _shown_dict(value: Mapping[object, object], above: frozenset[int]) -> object:
    """A dict, or a list of keys and values where the texts of two keys would be one."""
    pairs = [(key if isinstance(key, str) else _repr(key), _shown(item, above)) for key, item in value.items()]
    return dict(pairs) if len(dict(pairs)) == len(pairs) else pairs


def _repr(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a broken repr must not cost the observations beside it
        return f"<{type(value).__qualname__}>"
