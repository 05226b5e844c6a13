"""What the lines of a journal add up to: a record, as far as it has come."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from researcher.storage.lines import Line, Number, Series
from researcher.storage.strict import TOKENS, Notes, pointer


class Curve:
    """Values of one observation, or of one fold of it, in the order of their steps.

    Attributes:
        steps: of the values, ascending, each once.
        values: the last one that was observed at each step.
        times: when that was, in seconds since the start.
        following: the step that the next value has unless it says otherwise.
    """

    def __init__(self) -> None:
        self.steps: list[Number] = []
        self.values: list[Number] = []
        self.times: list[Number | None] = []
        self.following: Number = 0

    def add(self, step: Number | None, value: Number, time: Number | None) -> None:
        """A value at a step takes the place of what was observed there before."""
        step = self.following if step is None else step
        self.following = step + 1
        place = len(self.steps)
        if place and step <= self.steps[-1]:
            place = bisect_left(self.steps, step)
            if self.steps[place] == step:
                self.values[place], self.times[place] = value, time
                return
        self.steps.insert(place, step)
        self.values.insert(place, value)
        self.times.insert(place, time)

    def counted(self) -> bool:
        """Whether the steps are 0, 1, 2 and so on."""
        return not self.steps or (
            self.steps[0] == 0 and self.steps[-1] == len(self.steps) - 1 and self.steps == [*range(len(self.steps))]
        )


class Replay:
    """Adds up the lines of a journal.

    Attributes:
        status: how the experiment ended; None as long as no line says so.
        odd: the number of lines that made no sense and were passed over.
        last: the time of the last line, in seconds since the start.
    """

    def __init__(self) -> None:
        self.status: str | None = None
        self.odd = 0
        self.last: float = 0.0
        self._ours: dict[str, Any] = {}
        self._curves: dict[str, Curve | dict[int, Curve]] = {}
        self._kept: dict[str, Any] = {}
        self._order: dict[str, None] = {}
        self._before = 0.0  # seconds that earlier processes recorded for
        self._begun = 0.0  # when the present one began

    def add(self, line: Line) -> None:
        """Take in one more line."""
        if line.resumed:
            self._before, self._begun = self.duration, line.time
            self.status = None
            self._ours.pop("error", None)
            self._continue_at(line.step)
        self.last = max(self.last, line.time)
        time = round(line.time, 3)
        for series in line.series or ():
            self._restore(series)
        for name, value in (line.observed or {}).items():
            curve = self._curve(name, line.fold)
            if curve is None:
                self.odd += 1
            else:
                curve.add(line.step, TOKENS[value] if isinstance(value, str) else value, time)
        if line.kept:
            self._keep(line.kept, Notes(line.texts, line.keys))
        self._ours.update(annotated(self._ours, line))
        if line.status is not None:
            self.status = line.status
            if line.error is not None:
                self._ours["error"] = line.error

    @property
    def duration(self) -> float:
        """For how many seconds it was recorded; pauses between two processes do not count."""
        return self._before + max(0.0, self.last - self._begun)

    def kinds(self) -> dict[str, str]:
        """For each observation whether it is a ``curve``, ``folds``, or ``kept`` as a single value."""
        return {
            name: "kept" if name in self._kept else "folds" if isinstance(self._curves[name], dict) else "curve"
            for name in self._order
        }

    def observations(self) -> dict[str, Any]:
        """The observations as a record holds them."""
        return {
            name: self._kept[name] if name in self._kept else _each(self._curves[name], lambda curve: [*curve.values])
            for name in self._order
        }

    def annotations(self) -> dict[str, Any]:
        """What the ``researcher`` part of the record says beside curves: notes, tags, files, error, single values."""
        kept = [name for name in self._order if name in self._kept]
        return {**self._ours, **({"values": kept} if kept else {})}

    def series(self) -> dict[str, Any]:
        """What the ``researcher`` part says of curves: the steps where they are not 0, 1, 2 and so on, the times."""
        curves = {name: self._curves[name] for name in self._order if name in self._curves}
        uneven = {name: curve for name, curve in curves.items() if not _counted(curve)}
        parts = {
            "steps": {name: _each(curve, lambda c: [*c.steps]) for name, curve in uneven.items()},
            "times": {name: _each(curve, lambda c: [*c.times]) for name, curve in curves.items()},
        }
        return {name: part for name, part in parts.items() if part}

    def begin(self, head: Mapping[str, Any]) -> None:
        """Begin with the notes, tags, files and duration of the record that is resumed, if one is."""
        ours = head["researcher"]
        self._ours = {name: ours[name] for name in ("notes", "tags", "files") if name in ours}
        duration = head.get("duration")
        self._before = float(duration) if isinstance(duration, (int, float)) else 0.0

    def _curve(self, name: str, fold: int | None) -> Curve | None:
        """The curve to add to; None if the observation is of another kind."""
        if name in self._kept:
            return None
        self._order.setdefault(name)
        found = self._curves.setdefault(name, Curve() if fold is None else {})
        if isinstance(found, dict):
            return None if fold is None else found.setdefault(fold, Curve())
        return found if fold is None else None

    def _keep(self, values: Mapping[str, Any], notes: Notes) -> None:
        for name, value in values.items():
            if name in self._curves:
                self.odd += 1
                continue
            self._order.setdefault(name)
            self._kept[name] = notes.restored(value, pointer("", name))

    def _restore(self, series: Series) -> None:
        curve = self._curve(series.name, series.fold)
        if curve is not None:
            times: Sequence[Number | None] = series.times or [None] * len(series.values)
            for step, value, time in zip(series.steps, series.values, times, strict=False):
                curve.add(step, TOKENS[value] if isinstance(value, str) else value, time)

    def _continue_at(self, step: Number | None) -> None:
        for found in self._curves.values():
            for curve in found.values() if isinstance(found, dict) else (found,):
                curve.following = step if step is not None else curve.steps[-1] + 1 if curve.steps else 0


def annotated(ours: Mapping[str, Any], line: Line) -> dict[str, Any]:
    """What a line changes in the notes, files and tags of the ``researcher`` part of a record."""
    found: dict[str, Any] = {}
    if line.note is not None:
        found["notes"] = [*ours.get("notes", []), line.note]
    if line.file is not None:
        others = [file for file in ours.get("files", []) if file.get("path") != line.file.get("path")]
        found["files"] = [*others, line.file]
    if line.tags or line.untagged:
        tags = [tag for tag in ours.get("tags", []) if tag not in (line.untagged or ())]
        found["tags"] = list(dict.fromkeys([*tags, *(line.tags or ())]))
    return found


def _each(found: Curve | dict[int, Curve], part: Any) -> Any:
    """A part of a curve; of folds a list of them, empty where a fold was left out."""
    if isinstance(found, Curve):
        return part(found)
    return [part(found[fold]) if fold in found else [] for fold in range(max(found) + 1)]


def _counted(found: Curve | dict[int, Curve]) -> bool:
    return found.counted() if isinstance(found, Curve) else all(curve.counted() for curve in found.values())
