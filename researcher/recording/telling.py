"""Exceptions as a record holds them."""

from __future__ import annotations

import traceback

_LONGEST = 20_000  # characters of a text


def told_of(error: BaseException) -> dict[str, str]:
    """Type, message and traceback of an exception; of very long ones the end."""
    kind = type(error)
    try:
        message = str(error)
    except Exception as broken:  # noqa: BLE001 - a broken __str__ must not cost the record
        message = f"<its message raises {type(broken).__name__}>"
    return {
        "type": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."),
        "message": message[-_LONGEST:],
        "traceback": "".join(traceback.format_exception(error))[-_LONGEST:],
    }
