"""The heads of many records, as columns: all that they say but their curves."""

from __future__ import annotations

import datetime
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from researcher.reserved import ours_of, recorded_at_of
from researcher.storage import json_texts, layout, records
from researcher.storage.codes import Codes
from researcher.storage.values import Values

Key = tuple[str, ...]
"""Where a value stands: the key of a record, or of its ``researcher`` part: ``("researcher", "status")``."""

REST: Key = ("observations",)  # in a layout: there is more in the file
_MANY = 1000  # layouts, which are decoded one by one then
_FORMAT = str(layout.FORMAT).encode()


class _Layout(NamedTuple):
    """The places of a record's values in their order, which many records share; and their columns."""

    keys: tuple[tuple[str, Values], ...]
    ours: tuple[tuple[str, Values], ...]
    number: int
    codes: tuple[Codes, ...]  # of the columns, and of the layouts


class Heads:
    """The heads of records, each a row. Rows are added and never change.

    Attributes:
        names: the file of each row.
        recorded_at: when each was recorded; see `Experiment.recorded_at`.
        columns: the values by place.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.recorded_at = array("d")
        self.columns: dict[Key, Values] = {}
        self._layouts = Values()
        self._known: dict[tuple[object, ...], _Layout] = {}

    def __len__(self) -> int:
        return len(self.names)

    def add(self, name: str, content: bytes) -> int:
        """Add the head of a record.

        Args:
            name: of the file.
            content: the text of the record.

        Returns:
            Its row.

        Raises:
            ValueError: it is not one; see `records.decode`.
        """
        row = len(self.names)
        try:
            recorded_at = self._add_texts(row, content)
        except ValueError:
            recorded_at = self._add_values(row, content)
        self.names.append(name)
        self.recorded_at.append(recorded_at)
        return row

    def places(self, row: int) -> list[Key]:
        """The places of a record's values, in their order."""
        return [tuple(place) for place in self._layout_of(row) if place != [*REST]]

    def head(self, row: int) -> dict[str, Any]:
        """The head of a record, exactly as `records.decode` has it."""
        found: dict[str, Any] = {}
        for place in self.places(row):
            value = self.columns[place].value(row)
            if len(place) == 1:
                found[place[0]] = value
            else:
                found.setdefault(place[0], {})[place[1]] = value
        return found

    def get(self, row: int, place: Key) -> Any:
        """What a record says in one place; None where it says nothing."""
        values = self.columns.get(place)
        try:
            return None if values is None else values.value(row)
        except LookupError:
            return None

    def has_rest(self, row: int) -> bool:
        """Whether the record has observations, or something else that belongs to them."""
        return [*REST] in self._layout_of(row)

    def _layout_of(self, row: int) -> list[list[str]]:
        layouts = self._layouts
        found: list[list[str]] = (
            layouts.value(row) if len(layouts) > _MANY else layouts.values()[layouts.codes.get(row)]
        )
        return found

    def layouts(self) -> tuple[list[list[Key]], array[int]]:
        """The places of values in their order: the different ones, and for each row which of them."""
        layouts = [[tuple(place) for place in layout] for layout in self._layouts.values()]
        return layouts, self._layouts.codes.dense(len(self))

    def saved(self, rows: Sequence[int]) -> tuple[dict[str, Any], list[bytes]]:
        """All that `loaded` needs to make the same of these rows, in this order."""
        names = [self.names[row] for row in rows]
        recorded_at = array("d", map(self.recorded_at.__getitem__, rows))
        columns = [json.dumps(names).encode(), recorded_at.tobytes()]
        headers = []
        places = dict(zip(rows, range(len(rows)), strict=True))
        for values in (self._layouts, *self.columns.values()):
            header, more = values.saved(rows, places)
            headers.append(header)
            columns += more
        return {"places": [*self.columns], "values": headers}, columns

    @classmethod
    def loaded(cls, header: Mapping[str, Any], columns: Iterator[memoryview]) -> Heads:
        """The heads that were saved."""
        found = cls()
        found.names = json_texts.from_json(bytes(next(columns)))
        found.recorded_at.frombytes(next(columns))
        layouts, *rest = header["values"]
        found._layouts = Values.loaded(layouts, columns)
        found.columns = {
            tuple(place): Values.loaded(own, columns) for place, own in zip(header["places"], rest, strict=True)
        }
        return found

    def forget(self) -> None:
        """Free what only `add` needs."""
        self._known.clear()
        for texts in (self._layouts, *self.columns.values()):
            texts.forget()

    def _add_texts(self, row: int, content: bytes) -> float:
        """The quick way: nothing is decoded twice. It understands most records.

        Raises:
            ValueError: it does not understand this one.
        """
        if not content.isascii():
            content.decode()
        try:
            raw = json_texts.texts_of(content)
            ours = json_texts.texts_of(raw["researcher"]) if "researcher" in raw else {}
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(str(error)) from None
        if ours and (bytes(ours.get("format", b"")) != _FORMAT or "texts" in ours or "keys" in ours):
            raise ValueError("it has notes, or another format")
        if "researcher" in raw and not ours:
            raise ValueError("it has a param of that name")
        layout = self._layout(tuple(raw), tuple(ours))
        codes = [texts.numbers[bytes(raw[key])] for key, texts in layout.keys]
        codes += [texts.numbers[bytes(ours[key])] for key, texts in layout.ours]
        codes.append(layout.number)
        self._put(row, layout, codes)
        try:
            return datetime.datetime.fromisoformat(bytes(ours["recorded_at"])[1:-1].decode()).timestamp()
        except (KeyError, ValueError, OverflowError):
            return recorded_at_of(self.head(row))

    def _add_values(self, row: int, content: bytes) -> float:
        """The slow way: by the values."""
        head, later = records.decode(content)
        ours = ours_of(head)
        layout = self._layout((*head, *(REST if later is not None else ())), tuple(ours))
        codes = [texts.number(head[key]) for key, texts in layout.keys]
        codes += [texts.number(ours[key]) for key, texts in layout.ours]
        codes.append(layout.number)
        self._put(row, layout, codes)
        return recorded_at_of(head)

    def _put(self, row: int, layout: _Layout, codes: Iterable[int]) -> None:
        """Set a row, once nothing can fail any more."""
        for column, code in zip(layout.codes, codes, strict=True):
            if column.rows is None and len(column.numbers) == row:  # as most do; a call would take as long again
                column.numbers.append(code)
            else:
                column.put(row, code)

    def _layout(self, keys: tuple[str, ...], ours: tuple[str, ...]) -> _Layout:
        """The layout of a record with these keys, and these in its ``researcher`` part if that is ours."""
        found = self._known.get((keys, ours))
        if found is None:
            found = self._known[keys, ours] = self._new_layout(keys, ours)
        return found

    def _new_layout(self, keys: tuple[str, ...], ours: tuple[str, ...]) -> _Layout:
        inner = [key for key in ours if key not in records.OF_CURVES]
        outer = [key for key in keys if (key,) != REST and not (ours and key == "researcher")]
        rest = [REST] if REST[0] in keys or len(inner) < len(ours) else []
        places: list[Key] = [(key,) for key in outer]
        own: list[Key] = [("researcher", key) for key in inner]
        columns = {place: self.columns.setdefault(place, Values()) for place in (*places, *own)}
        for texts in (self._layouts, *columns.values()):
            texts.remember()
        return _Layout(
            tuple((place[0], columns[place]) for place in places),
            tuple((place[1], columns[place]) for place in own),
            self._layouts.number([list(place) for place in (*places, *own, *rest)]),
            (*(texts.codes for texts in columns.values()), self._layouts.codes),
        )
