"""Values of JSON texts, whoever wrote them: with bare NaN, half characters, or nested too deeply."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import msgspec

from researcher.plain import DEEPEST


def from_json(content: str | bytes) -> Any:
    """The value of a JSON text, of lone surrogates and bare NaN too.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, RecursionError):
        return leniently(content if isinstance(content, str) else content.decode())


def leniently(text: str) -> Any:
    """The standard library's way: slower.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        text = text.strip()
        cut = error.pos >= len(text) or (text.startswith("{") and not text.endswith("}"))
        what = "it ends too early" if cut else "it is not JSON"
        raise ValueError(f"{what} ({error.msg}, line {error.lineno})") from None


def shallow(found: Any) -> Any:
    """``found``, if it is no deeper than what we write: all that walk it later need Python's stack.

    Raises:
        ValueError: it is deeper.
    """
    level: list[Any] = [[found]]
    for _ in range(DEEPEST + 1):
        inner = (part for whole in level for part in (whole.values() if isinstance(whole, dict) else whole))
        level = [part for part in inner if isinstance(part, (dict, list))]
        if not level:
            return found
    raise ValueError("it is nested too deeply")


def texts_of(content: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """The text of each value of an object. They keep all of it in memory."""
    return _texts_decoder().decode(content)


@cache
def _texts_decoder() -> msgspec.json.Decoder[dict[str, msgspec.Raw]]:
    return msgspec.json.Decoder(dict[str, msgspec.Raw])
