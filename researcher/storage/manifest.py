"""What an archive is to hold: which records are in which of its parts.

It lies beside the parts as JSON, in a file whose name begins with an underscore, which readers of Parquet pass over. It
is written before the parts, so that a record keeps its part whatever happens meanwhile, and again when all are there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from researcher.errors import CannotWrite, DamagedRecord
from researcher.places import Place
from researcher.storage.files import names_in, opened, replacing

NAME = "_manifest.json"
FORMAT = 1
_MOST = 64 << 20  # bytes of JSON for a part, which is decoded as a whole


@dataclass
class Manifest:
    """What an archive is to hold.

    Attributes:
        records: the records directory that it is of.
        parts: the file names of the records in each part, by its own file name.
        complete: whether all of them are written.
        experiments: how many they hold then.
        damaged: file name and reason of each record that could not be read.
        columns: the types of the columns that not every archive has.
        format: of the manifest.
    """

    records: str
    parts: dict[str, list[str]] = field(default_factory=dict)
    complete: bool = False
    experiments: int = 0
    damaged: list[tuple[str, str]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def assign(self, sizes: Mapping[str, int], part_size: int) -> None:
        """Give each record a part: those that have one keep it, the others fill the last part and new ones by name.

        Args:
            sizes: the sizes of the record files in bytes, by name.
            part_size: how many records a part holds at most.
        """
        known = {name for names in self.parts.values() for name in names}
        last = next(reversed(self.parts), None)
        names = self.parts[last] if last is not None else []
        room = _MOST - sum(sizes.get(name, 0) for name in names)
        for name in sorted(sizes.keys() - known):
            if not self.parts or (names and (len(names) >= part_size or room < sizes[name])):
                names = self.parts[f"part-{len(self.parts):05}.parquet"] = []
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


def manifest_in(target: Place, records: str) -> Manifest:
    """The manifest of an archive of these records, a new one if there is no archive yet.

    Raises:
        CannotWrite: the directory holds something else.
        DamagedRecord: there is a file of that name that is no manifest.
        OSError: it cannot be read.
    """
    there = names_in(target) or []
    found = read(target) if NAME in there else Manifest(records)
    if found.format > FORMAT:
        raise CannotWrite(f"{target} was written by a later version of researcher; update this one to go on with it")
    if found.records != records:
        raise CannotWrite(
            f"{target} is the archive of {found.records}, not of {records}; choose another directory. "
            f'If both are the same records, change "records" in its {NAME}.'
        )
    other = next((name for name in there if is_part(name) and name not in found.parts), None)
    if other is not None:
        raise CannotWrite(
            f"{target} holds {other}, which is no part of its archive; choose another directory or move it"
        )
    return found


def is_part(name: str) -> bool:
    """Whether readers of Parquet take a file of this name for a part of what its directory holds."""
    return name.endswith(".parquet") and not name.startswith((".", "_"))


def read(target: Place) -> Manifest:
    """The manifest in a directory.

    Raises:
        DamagedRecord: it is none.
        OSError: it cannot be read.
    """
    try:
        with opened(target / NAME) as file:
            found = json.loads(file.read())
        known = {field.name: found[field.name] for field in fields(Manifest)}
        return Manifest(**{**known, "damaged": [(name, reason) for name, reason in found["damaged"]]})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedRecord(target / NAME, f"it is not the manifest of an archive ({error})") from None
