"""Texts that belong to many records, each kept once under the records directory and named by what it holds."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import uuid

from researcher.places import Address, Place
from researcher.storage.publish import placed, sync_directory, write_synced

FOLDER = "code"
_NAME = re.compile(rf"{FOLDER}/[0-9a-f]{{32}}\.[a-z]{{1,8}}")


def keep(directory: Place, text: str, ending: str) -> str:
    """See to it that the text is there, however many processes want the same.

    Args:
        directory: of the records.
        text: any.
        ending: of the file, such as ``.patch``.

    Returns:
        The path of the file relative to the directory, with ``/``; the name is the beginning of the text's SHA-256.

    Raises:
        OSError: it could not be written.
    """
    name = name_of(text, ending)
    path = directory / name
    if isinstance(path, Address):
        _sent(path, text)
        return name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{uuid.uuid4().hex}.tmp")
        try:
            write_synced(beside, _bytes(text))
            placed(beside, path)
            sync_directory(path.parent)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink()
    return name


@functools.lru_cache(maxsize=64)
def _sent(file: Address, text: str) -> None:
    """Once a process, as it takes a request."""
    from researcher.storage.remote import store

    store.create(file, _bytes(text))


def name_of(text: str, ending: str) -> str:
    """The name under which `keep` keeps a text."""
    return f"{FOLDER}/{_digest(text)}{ending}"


@functools.lru_cache(maxsize=8)
def _digest(text: str) -> str:
    return hashlib.sha256(_bytes(text)).hexdigest()[:32]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def kept(directory: Place, name: object) -> str | None:
    """The text that a record names; None if it is gone, or if that is no name of ours."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return None
    file = directory / name
    try:
        if isinstance(file, Address):
            from researcher.storage.remote import store

            return store.content_of(file).decode(errors="replace")
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
