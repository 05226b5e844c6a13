"""What strict JSON has no word for: NaN, infinity, and keys that are not text.

A record holds the strings ``"NaN"``, ``"Infinity"`` and ``"-Infinity"`` instead, and lists by JSON pointer (RFC 6901)
what would otherwise be mistaken: ``texts``, a user's own text of that spelling, and ``keys``, keys that were not text.
"""

from __future__ import annotations

import math
import re
from typing import Any

from researcher.plain import key_text

_ESCAPED = re.compile(rb"\\u00[2-7]")  # a letter that JSON need not escape, and some writer may all the same
TOKENS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Notes:
    """What has to be noted beside strict JSON so that every value comes back as it was.

    >>> notes = Notes()
    >>> written = notes.strict({0: math.inf, "b": "NaN"}, "/a")
    >>> written, notes.as_dict()
    ({'0': 'Infinity', 'b': 'NaN'}, {'texts': ['/a/b'], 'keys': {'/a/0': 0}})
    >>> notes.restored(written, "/a")
    {0: inf, 'b': 'NaN'}
    """

    def __init__(self, texts: object = None, keys: object = None) -> None:
        """Begin with what a record noted; anything of the wrong type in it is passed over."""
        self._texts = {at for at in texts if isinstance(at, str)} if isinstance(texts, list) else set()
        self._keys: dict[str, Any] = {}
        if isinstance(keys, dict):
            self._keys = {at: key for at, key in keys.items() if not isinstance(key, (list, dict))}

    def __bool__(self) -> bool:
        return bool(self._texts or self._keys)

    def as_dict(self) -> dict[str, Any]:
        """The notes for the record; empty if there are none."""
        texts = {"texts": sorted(self._texts)} if self._texts else {}
        return {**texts, **({"keys": self._keys} if self._keys else {})}

    def strict(self, value: Any, at: str = "") -> Any:
        """The plain ``value`` in strict JSON, and notes of what `restored` must know."""
        kind = type(value)
        if kind is float:
            return value if math.isfinite(value) else key_text(value)
        if kind is str and value in TOKENS:
            self._texts.add(at)
        if kind is dict:
            return {key_text(key): self._strict_item(key, item, at) for key, item in value.items()}
        if kind is list and not _all_strict(value):
            return [self.strict(item, f"{at}/{i}") for i, item in enumerate(value)]
        return value

    def _strict_item(self, key: Any, item: Any, above: str) -> Any:
        at = pointer(above, key_text(key))
        if type(key) is not str:
            self._keys[at] = key_text(key) if type(key) is float and not math.isfinite(key) else key
        return self.strict(item, at)

    def restored(self, value: Any, at: str) -> Any:
        """What `strict` was given."""
        kind = type(value)
        if kind is str:
            return TOKENS[value] if value in TOKENS and at not in self._texts else value
        if kind is dict:
            return dict(self._restored_item(key, item, at) for key, item in value.items())
        if kind is not list:
            return value
        kinds = set(map(type, value))
        if self._texts or not kinds.isdisjoint({list, dict}):
            return [self.restored(item, f"{at}/{i}") for i, item in enumerate(value)]
        return [TOKENS.get(item, item) for item in value] if str in kinds else value

    def _restored_item(self, text: str, item: Any, above: str) -> tuple[Any, Any]:
        at = pointer(above, text)
        key = self._keys.get(at, text)
        if at in self._keys and isinstance(key, str):
            key = TOKENS.get(key, key)
        return key, self.restored(item, at)


def pointer(above: str, key: str) -> str:
    """The JSON pointer to ``key`` in what ``above`` points to."""
    if "~" in key or "/" in key:
        key = key.replace("~", "~0").replace("/", "~1")
    return f"{above}/{key}"


def may_hold_tokens(content: bytes) -> bool:
    """Whether a JSON text can hold one of the strings that stand for NaN and infinity."""
    # One letter is looked for ten times as quickly as a word, and among numbers there is none.
    if (b"N" in content and b'NaN"' in content) or (b"I" in content and b'Infinity"' in content):
        return True
    return b"\\" in content and _ESCAPED.search(content) is not None


def _all_strict(values: list[Any]) -> bool:
    kinds = set(map(type, values))
    if kinds <= {float, bool}:
        return all(map(math.isfinite, values))
    return kinds <= {int, bool, type(None)}
