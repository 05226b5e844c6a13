"""A column of JSON: each text once, and for each row which of them it has."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import msgspec

from researcher.plain import DEEPEST
from researcher.storage.codes import NONE, Codes
from researcher.storage.json_texts import shallow
from researcher.storage.strict import TOKENS, Notes, may_hold_tokens

_QUOTE = ord('"')
_ESCAPE = ord("\\")
_TOKENS = {f'"{token}"'.encode() for token in TOKENS}
_FEW = 4096  # texts that are looked for among all, so that none is kept twice


class Values:
    """A column of JSON values. Rows are added at its end and never change.

    The texts lie in one piece, and are decoded when they are asked for: all together, or one.

    Attributes:
        codes: of each row the number of its text, `NONE` where it has none; may end before the last row.
        numbers: gives the number of a text, which is there from now on. It raises a ValueError where that is not
            strict JSON, is nested too deeply, or holds a string that may stand for NaN or infinity.
        alike: whether two numbers may stand for the same text.
    """

    def __init__(self) -> None:
        self.codes = Codes()
        self.numbers = _Numbers()
        self.alike = False
        self._joined = bytearray()  # each text and a comma
        self._starts = array("q")
        self._notes: dict[int, Mapping[str, Any]] = {}  # what restores those that strict JSON has no word for
        self._values: list[Any] | None = None

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._starts) + len(self.numbers.fresh)

    def number(self, value: object) -> int:
        """The number of a plain value, which is there from now on; strict JSON may have no word for it."""
        notes = Notes()
        text = json.dumps(notes.strict(value), allow_nan=False).encode()
        if not notes and not may_hold_tokens(text):
            found = self.numbers.get(text)
            if found is None:
                found = self.numbers[text] = self._add(text)
            return found
        code = self._add(text)
        self._notes[code] = notes.as_dict()
        self.alike = True
        return code

    def remember(self) -> None:
        """Be ready for more texts. Where there are many already, some may be there twice then."""
        if not self.numbers and len(self):
            few = range(len(self)) if len(self) <= _FEW else ()
            self.numbers.update({self._text(code): code for code in few if code not in self._notes})
            self.alike = self.alike or not few

    def forget(self) -> None:
        """Free what only `remember` needs."""
        self._join()
        self.numbers.clear()

    def value(self, row: int) -> Any:
        """The value of a row, decoded anew.

        Raises:
            LookupError: it has none.
        """
        code = self.codes.get(row)
        if code == NONE:
            raise LookupError(row)
        return self._restored(code, _decoded(self._text(code)))

    def values(self) -> Sequence[Any]:
        """The value of each text; the same objects each time."""
        self._join()
        if self._values is None:
            values = _decoded(b"[%b]" % bytes(self._joined[:-1]))
            for code in self._notes:
                values[code] = self._restored(code, values[code])
            self._values = values
        return self._values

    def rows_of(self, value: str) -> list[int]:
        """The rows whose value is this text."""
        self._join()
        text = json.dumps(value).encode()
        return [row for code in self._codes_of(text) for row in self.codes.rows_of(code)]

    def _codes_of(self, text: bytes) -> Iterator[int]:
        at = self._joined.find(text)
        while at >= 0:
            code = bisect_right(self._starts, at) - 1
            if self._text(code) == text:
                yield code
            at = self._joined.find(text, at + 1)

    def saved(self, rows: Sequence[int], places: Mapping[int, int]) -> tuple[dict[str, Any], list[bytes]]:
        """All that `loaded` needs to make the same column of these rows, in this order, which have these places."""
        self._join()
        codes = self.codes.taken(rows, places)
        used = {*codes.numbers} - {NONE}
        found = self
        if len(used) * 2 < len(self):
            found = self._packed(sorted(used), codes)
            found._join()
            codes = found.codes
        own, columns = codes.saved()
        header = {"alike": self.alike, "notes": [*found._notes.items()], "codes": own}
        return header, [*columns, bytes(found._joined), bytes(found._starts)]

    def _packed(self, used: Sequence[int], codes: Codes) -> Values:
        """The column of these codes, without the texts that nobody uses."""
        found = Values()
        found.alike = self.alike
        numbers = {code: found._add(self._text(code)) for code in used}
        found._notes = {numbers[code]: notes for code, notes in self._notes.items() if code in numbers}
        found.codes = codes.mapped(numbers.__getitem__)
        return found

    @classmethod
    def loaded(cls, header: Mapping[str, Any], columns: Iterator[memoryview]) -> Values:
        """The column that was saved."""
        found = cls()
        found.codes = Codes.loaded(header["codes"], columns)
        found._joined += next(columns)
        found._starts.frombytes(next(columns))
        found._notes = dict(header["notes"])
        found.alike = header["alike"]
        found.numbers.following = len(found._starts)
        return found

    def _text(self, code: int) -> bytes:
        self._join()
        end = self._starts[code + 1] if code + 1 < len(self._starts) else len(self._joined)
        return bytes(self._joined[self._starts[code] : end - 1])

    def _restored(self, code: int, value: Any) -> Any:
        notes = self._notes.get(code)
        return value if notes is None else Notes(notes.get("texts"), notes.get("keys")).restored(value, "")

    def _add(self, text: bytes) -> int:
        self.numbers.fresh.append(text)
        self.numbers.following += 1
        return self.numbers.following - 1

    def _join(self) -> None:
        fresh, self.numbers.fresh = self.numbers.fresh, []
        if fresh:
            self._values = None
            ends = accumulate((len(text) + 1 for text in fresh), initial=len(self._joined))
            self._starts.extend(ends)
            self._starts.pop()
            self._joined += b",".join(fresh) + b","


class _Numbers(dict[bytes, int]):
    """The numbers of texts; a new text gets the following one when it is asked for.

    Attributes:
        fresh: the texts that are still to be joined to the others.
        following: the number of the next text.
    """

    __slots__ = ("following", "fresh")

    def __init__(self) -> None:
        super().__init__()
        self.following = 0
        self.fresh: list[bytes] = []

    def __missing__(self, text: bytes) -> int:
        if text[0] != _QUOTE:  # the syntax of a string is checked where it is found
            _check(text)
        elif text in _TOKENS or (_ESCAPE in text and may_hold_tokens(text)):
            raise ValueError("it may stand for something else")
        found = self[text] = self.following
        self.following = found + 1
        self.fresh.append(text)
        return found


def _check(text: bytes) -> None:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if len(text) >= DEEPEST:
        shallow({"": value})
    if may_hold_tokens(text):
        raise ValueError("something in it may stand for something else")


def _decoded(text: bytes) -> Any:
    """The value of a text that was checked."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):  # a lone surrogate is among the escapes
        return json.loads(text)
