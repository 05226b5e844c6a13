"""What is remembered of the records in a directory from one process to the next."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from struct import iter_unpack

from researcher.storage import catalogue
from researcher.storage.heads import Heads
from researcher.storage.listing import Identity
from researcher.storage.shelf import Shelf
from researcher.storage.summaries import Summaries


@dataclass
class Remembered:
    """Records that were read, each a row; and what else is no longer to be read.

    Attributes:
        heads: what the records say, oldest first.
        summaries: of their observations, as far as they were needed.
        identities: of all files, when they were read.
        damaged: what is wrong with some.
    """

    heads: Heads
    summaries: Summaries
    identities: dict[str, Identity]
    damaged: dict[str, str]


def recall(directory: str) -> Remembered | None:
    """What is remembered of a directory, given by its whole path or URL; None if nothing is."""
    kept = catalogue.load(directory)
    if kept is None:
        return None
    try:
        columns = iter(kept.columns)
        identities = _parted(columns)
        heads = Heads.loaded(kept.header["heads"], columns)
        summaries = Summaries.loaded(kept.header["summaries"], columns)
        damaged = kept.header["damaged"]
        names = [*heads.names, *damaged]
        return Remembered(heads, summaries, dict(zip(names, identities, strict=True)), damaged)
    except (StopIteration, LookupError, TypeError, ValueError):
        return None


def remember(
    directory: str,
    shelf: Shelf,
    rows: Sequence[int],
    identities: Mapping[str, Identity],
    damaged: Mapping[str, str],
) -> None:
    """Remember these rows, which are in order, and these damaged files."""
    own = [identities[name] for name in (*(shelf.heads.names[row] for row in rows), *damaged)]
    with shelf.lock:
        shelf.heads.forget()
        heads, columns = shelf.heads.saved(rows)
        summaries, more = shelf.summaries.saved(rows)
    header = {"heads": heads, "summaries": summaries, "damaged": damaged}
    catalogue.save(directory, header, [*_joined(own), *columns, *more])


def _joined(parts: Collection[bytes]) -> Iterator[bytes]:
    yield array("q", map(len, parts)).tobytes()
    yield b"".join(parts)


def _parted(columns: Iterator[memoryview]) -> list[bytes]:
    """What `_joined` joined."""
    sizes = array("q")
    sizes.frombytes(next(columns))
    joined = bytes(next(columns))
    if len({*sizes}) == 1 and sizes[0]:
        return [part for (part,) in iter_unpack(f"{sizes[0]}s", joined)]
    return [joined[start:end] for start, end in pairwise(accumulate(sizes, initial=0))]
