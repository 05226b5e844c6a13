"""The names of record files: a cleaned title, the hash, and a number for repeats."""

from __future__ import annotations

import functools
import re
import unicodedata

RECORD, JOURNAL = ".json", ".journal"
LONGEST = 120  # bytes of a title in UTF-8, so that the whole name stays well below the usual limit of 255
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\ud800-\udfff\u200e\u200f\u2028-\u202e\u2066-\u2069]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|_|$)", re.IGNORECASE)  # devices on Windows

_REPEAT = re.compile(r"(.*[0-9a-f]{32})-([0-9]{1,9})")


@functools.lru_cache(maxsize=64)
def cleaned(title: str) -> str:
    """The title as a part of a file name: no separators, control characters or leading dots, bounded length.

    >>> [cleaned(title) for title in ("deep relu", "../../etc/passwd", ".hidden", "a/b", "模型 😀", "con")]
    ['deep relu', '_.._etc_passwd', 'hidden', 'a_b', '模型 😀', '_con']
    """
    text = _UNSAFE.sub("_", unicodedata.normalize("NFC", title)).lstrip(". ")
    text = text.encode()[:LONGEST].decode(errors="ignore").rstrip(". ")
    return f"_{text}" if _RESERVED.match(text) else text


def stem(title: object, digest: str) -> str:
    """``title_hash``, or the hash alone where there is no title that a file can be named after."""
    text = cleaned(title) if isinstance(title, str) else ""
    return f"{text}_{digest}" if text else digest


def numbered(name: str, repeat: int, ending: str = RECORD) -> str:
    """The file name of the ``repeat``-th record of one name, counted from 1; or of its journal."""
    return f"{name}{ending}" if repeat == 1 else f"{name}-{repeat}{ending}"


def parted(stem: str) -> tuple[str, int]:
    """The name and the number that `numbered` made a file name of, without its ending.

    >>> parted("relu_d45dee5991986a5b8215706f5e904b3e-2"), parted("run-2")
    (('relu_d45dee5991986a5b8215706f5e904b3e', 2), ('run-2', 1))
    """
    found = _REPEAT.fullmatch(stem)
    return (found[1], int(found[2])) if found else (stem, 1)
