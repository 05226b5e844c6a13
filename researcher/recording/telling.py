"""What a recorder says: warnings at the line that is to blame, and exceptions as a record holds them."""

from __future__ import annotations

import inspect
import traceback
import warnings

from researcher.errors import RecordingWarning, ResearcherWarning

_NOT_TO_BLAME = ("researcher.", "ipywidgets.", "traitlets.")
_LONGEST = 20_000  # characters of a text


def warn(message: str, kind: type[ResearcherWarning] = RecordingWarning) -> None:
    """Warn at the line outside this package, and outside what its traits are made of, that is to blame."""
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_NOT_TO_BLAME):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, kind, stacklevel=level)


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
