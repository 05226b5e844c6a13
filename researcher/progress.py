"""A progress bar with the latest values, in a terminal and in a notebook."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from typing import Any

from researcher.errors import MissingExtra
from researcher.params import label

_TOTALS = ("epochs", "n_epochs", "num_epochs", "max_epochs", "steps", "n_steps", "max_steps", "n_iter", "max_iter")


class Progress:
    """Counts the calls of `Recorder.observe`, out of what the params say where they do.

    Attributes:
        wanted: what was asked for: no bar, a bar, or one of so many steps.
        shown: whether there is a bar now.
    """

    def __init__(self, wanted: bool | int, params: Mapping[str, Any]) -> None:
        self.wanted = wanted
        self.shown = False
        self._params = params
        self._bar: Any = None
        self._latest: dict[str, str] = {}
        self._lock = threading.RLock()

    def open(self) -> None:
        """Show the bar, if one is wanted.

        Raises:
            MissingExtra: tqdm is not installed.
        """
        if not self.wanted:
            return
        total = self.wanted if self.wanted is not True else _total(self._params)
        self._bar = bar(total=total, desc=str(self._params.get("title", "")) or None, unit="step")
        self.shown = True

    def advance(self, points: Mapping[str, float]) -> None:
        """Count one more call, and show its values."""
        with self._lock:
            self._latest.update((name, label(value)) for name, value in points.items())
            try:
                self._bar.set_postfix(self._latest, refresh=False)
                self._bar.update()
            except (OSError, ValueError):  # what it is shown in was closed
                self.shown = False

    def close(self) -> None:
        """Leave the bar as it is, with the latest values."""
        if self.shown:
            self.shown = False
            with self._lock, contextlib.suppress(OSError, ValueError):
                self._bar.close()

    def after_fork(self) -> None:
        """In a child process there is no bar: it stays the parent's."""
        self.shown = False


def bar(**settings: Any) -> Any:
    """A bar of tqdm for a terminal or a notebook.

    Raises:
        MissingExtra: tqdm is not installed.
    """
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise MissingExtra("progress", "a progress bar needs tqdm") from None
    return tqdm(**settings)


def _total(params: Mapping[str, Any]) -> int | None:
    """The number of steps that a param promises, if one does."""
    found = (params.get(name) for name in _TOTALS)
    return next((value for value in found if type(value) is int and value > 0), None)
