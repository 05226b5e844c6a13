"""Settings of a framework as params of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from researcher.errors import NotRecordable
from researcher.plain import plain


def described(setting: object) -> Any:
    """A setting as a record can hold it, alike in every run, so that a repeat has the same hash.

    What JSON can hold stays. A function or a class is told by its name, any other object by its text, or by the name
    of its class where its text holds an address in memory.

    >>> described({"rate": 0.1, "activation": len, "kind": dict, "of": (1, object())})
    {'rate': 0.1, 'activation': 'len', 'kind': 'dict', 'of': [1, 'object']}
    """
    try:
        return plain(setting, "setting")
    except NotRecordable:
        pass
    if isinstance(setting, Mapping):
        return {str(name): described(value) for name, value in setting.items()}
    if isinstance(setting, (list, tuple)):
        return [described(value) for value in setting]
    name = getattr(setting, "__name__", None)
    if isinstance(name, str):
        return name
    text = str(setting)
    return type(setting).__name__ if " at 0x" in text else text
