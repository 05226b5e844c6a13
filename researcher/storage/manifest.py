"""What an archive is to hold: which records are in which of its parts.

It lies beside the parts as JSON, in a file whose name begins with an underscore, which readers of Parquet pass over. It
is written before the parts, so that a record keeps its part whatever happens meanwhile, and again when all are there.
What a part says itself comes first, so that an archive without its manifest, or with another one, is whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from researcher.errors import CannotRead, CannotWrite, DamagedRecord, reason
from researcher.places import Place
from researcher.storage.files import names_in, opened, replacing
from researcher.storage.names import RECORD
from researcher.storage.parquet import FORMAT as PART_FORMAT
from researcher.storage.part import Outline, outline_of
from researcher.storage.split import utf8

NAME = "_manifest.json"
FORMAT = 1
_PART = re.compile(r"part-(\d{5,})\.parquet")
_MOST = 64 << 20  # bytes of JSON for a part, which is decoded as a whole
_AT_ONCE = 16  # parts that are looked at


@dataclass
class Manifest:
    """What an archive is to hold.

    Attributes:
        records: the records directory that it is of.
        parts: the file names of the records in each part, by its own file name.
        complete: whether all of them are written.
        experiments: how many they hold then.
        damaged: file name and reason of each record that could not be read.
        format: of the manifest.
    """

    records: str
    parts: dict[str, list[str]] = field(default_factory=dict)
    complete: bool = False
    experiments: int = 0
    damaged: list[tuple[str, str]] = field(default_factory=list)
    format: int = FORMAT

    def assign(self, sizes: Mapping[str, int], part_size: int) -> None:
        """Give each record a part: those that have one keep it, the others fill the last part and new ones by name.

        Args:
            sizes: the sizes of the record files in bytes, by name.
            part_size: how many records a part holds at most.
        """
        known = {name for names in self.parts.values() for name in names}
        last = next(reversed(self.parts), None)
        number = -1 if last is None else _number(last)
        names = [] if last is None else self.parts[last]
        room = _MOST - sum(sizes.get(name, 0) for name in names)
        for name in sorted(sizes.keys() - known):
            if number < 0 or (names and (len(names) >= part_size or room < sizes[name])):
                number += 1
                names = self.parts[f"part-{number:05}.parquet"] = []
                room = _MOST
            names.append(name)
            room -= sizes[name]

    def write(self, target: Place) -> None:
        """Put it into the directory of the archive.

        Raises:
            OSError: it could not be written.
        """
        content = json.dumps(asdict(self), indent=1).encode()
        with replacing(target / NAME) as file:
            file.write(content)


def read(target: Place) -> Manifest | None:
    """The manifest in a directory; None if there is none.

    Raises:
        DamagedRecord: there is a file of that name that is no manifest.
        CannotRead: it cannot be read.
    """
    try:
        with opened(target / NAME) as file:
            return msgspec.convert(json.loads(file.read()), Manifest)
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise DamagedRecord(target / NAME, f"it is not the manifest of an archive ({error})") from None
    except OSError as error:
        raise CannotRead(f"cannot read {target / NAME}: {reason(error)}") from error


class Found(NamedTuple):
    """What lies in the directory of an archive.

    Attributes:
        manifest: what it is to hold: what the parts that are whole say, and of others what was, or was to be, in them.
        whole: these parts, by name.
        damaged: the path of the manifest that lies there and what is wrong with it, if there is anything.
    """

    manifest: Manifest
    whole: dict[str, Outline]
    damaged: list[tuple[Place, str]]


def found_in(target: Place, records: str, files: Iterable[str]) -> Found:
    """What lies in the directory of an archive, or of one that is to be.

    Args:
        target: the directory.
        records: the records directory.
        files: the names of the records in it.

    Raises:
        CannotWrite: the directory holds something else.
        OSError: it cannot be read.
    """
    told, damaged = None, []
    try:
        told = read(target)
    except DamagedRecord as error:
        damaged = [(target / NAME, f"{error.reason}; it was made anew from the parts")]
    planned = {} if told is None else {name: found for name, found in told.parts.items() if _PART.fullmatch(name)}
    there = [name for name in names_in(target) or () if is_part(name)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        outlines = dict(zip(there, threads.map(lambda name: outline_of(target / name), there), strict=True))
    whole = {name: found for name, found in outlines.items() if found is not None and found.inputs}
    foreign = outlines.keys() - whole.keys() - planned.keys() - {name for name in there if outlines[name] is None}
    other = next((name for name in there if name in foreign or not _PART.fullmatch(name)), None)
    if other is not None:
        raise CannotWrite(
            f"{target} holds {other}, which is no part of its archive; choose another directory or move it"
        )
    _refuse_others(target, told, records, whole)
    every = [*chain.from_iterable(planned.values()), *files]
    known = {utf8(PurePath(name).stem): name for name in every}
    parts: dict[str, list[str]] = {}
    taken: set[str] = set()
    for name in dict.fromkeys([*sorted(whole, key=_number), *planned, *there]):
        members = planned.get(name, [])
        if name in whole:
            members = [known.get(stem, stem + RECORD) for stem in whole[name].members]
        parts[name] = [member for member in dict.fromkeys(members) if member not in taken]
        taken.update(parts[name])
    wanted = (name for name in sorted(parts, key=_number) if parts[name] or name in outlines)
    return Found(Manifest(records, {name: parts[name] for name in wanted}), whole, damaged)


def is_part(name: str) -> bool:
    """Whether readers of Parquet take a file of this name for a part of what its directory holds."""
    return name.endswith(".parquet") and not name.startswith((".", "_"))


def _refuse_others(target: Place, told: Manifest | None, records: str, whole: Mapping[str, Outline]) -> None:
    """See that this version can go on with an archive, and that it is of these records.

    Raises:
        CannotWrite: it is not so.
    """
    if (told is not None and told.format > FORMAT) or any(part.format > PART_FORMAT for part in whole.values()):
        raise CannotWrite(
            f"{target} was written by a later version of researcher; update this one to go on with it. "
            f"If it was not, delete its {NAME}, which is made anew from the parts."
        )
    for of in [part.records for part in whole.values()] if told is None else [told.records]:
        if of not in ("", records):
            raise CannotWrite(
                f"{target} is the archive of {of}, not of {records}; choose another directory. "
                f'If both are the same records, let "records" be {json.dumps(records)} in its {NAME}.'
            )


def _number(part: str) -> int:
    found = _PART.fullmatch(part)
    return int(found[1]) if found else -1
