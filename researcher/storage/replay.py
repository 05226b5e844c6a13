"""What the lines of a journal add up to: a record, as far as it has come."""

from __future__ import annotations

import math
import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from researcher.observations import shape_of
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

    def __init__(self, first: Number = 0) -> None:
        self.steps: list[Number] = []
        self.values: list[Number | None] = []
        self.times: list[Number | None] = []
        self.following = first

    def add(self, step: Number | None, value: Number | None, time: Number | None) -> None:
        """A value at a step takes the place of what was observed there before."""
        step = self.following if step is None else step
        self.following = step + 1 if type(step) is int else _after(step)
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
        self._first: Number = 0  # the step of the first value of a curve that is new
        self._before = 0.0  # seconds that earlier processes recorded for
        self._begun = 0.0  # when the present one began

    def add(self, line: Line) -> None:
        """Take in one more line.

        Raises:
            ValueError: it makes no sense; nothing of it is taken in.
        """
        _check(line)
        points = line.observed or {}
        if str in map(type, points.values()):
            points = {name: _number(value) for name, value in points.items()}
        kept = self._restored(line) if line.kept else {}
        if line.resumed:
            self._resume(line)
        for series in line.series or ():
            self._restore(series)
        self.last = max(self.last, line.time)
        step, fold, time = line.step, line.fold, round(line.time, 3)
        for name, value in points.items():
            curve = self._curves.get(name)
            if fold is not None or type(curve) is not Curve:
                curve = self._curve(name, fold)
            if curve is None:
                self.odd += 1
            else:
                curve.add(step, value, time)  # type: ignore[arg-type]
        for name, single in kept.items():
            self._keep(name, single)
        self._ours.update(annotated(self._ours, line))
        self._ours.update(line.ours or {})
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
        """What the ``researcher`` part of the record says beside curves: notes, tags, files, error, single values.

        A number among the latter is one of a record that was resumed, and is what it looks like.
        """
        kept = [name for name in self._order if name in self._kept and shape_of(self._kept[name]) != "number"]
        return {**self._ours, **({"values": kept} if kept else {})}

    def series(self) -> dict[str, Any]:
        """What the ``researcher`` part says of curves: the steps where they are not 0, 1, 2 and so on, known times."""
        curves = {name: self._curves[name] for name in self._order if name in self._curves}
        uneven = {name: curve for name, curve in curves.items() if not _counted(curve)}
        parts = {
            "steps": {name: _each(curve, lambda c: [*c.steps]) for name, curve in uneven.items()},
            "times": {name: _each(curve, lambda c: [*c.times]) for name, curve in curves.items() if _timed(curve)},
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
        found = self._curves.get(name)
        if found is None:
            self._order[name] = None
            found = self._curves[name] = Curve(self._first) if fold is None else {}
        if isinstance(found, Curve):
            return found if fold is None else None
        if fold is not None and fold not in found:
            found[fold] = Curve(self._first)
        return None if fold is None else found[fold]

    def _restored(self, line: Line) -> dict[str, Any]:
        notes = Notes(line.texts, line.keys)
        return {name: notes.restored(value, pointer("", name)) for name, value in (line.kept or {}).items()}

    def _keep(self, name: str, value: Any) -> None:
        if name in self._curves:
            self.odd += 1
        else:
            self._order.setdefault(name)
            self._kept[name] = value

    def _restore(self, series: Series) -> None:
        curve = self._curve(series.name, series.fold)
        if curve is not None:
            times: Sequence[Number | None] = series.times or [None] * len(series.values)
            for step, value, time in zip(series.steps, series.values, times, strict=True):
                curve.add(step, None if value is None else _number(value), time)

    def _resume(self, line: Line) -> None:
        self._before, self._begun = self.duration, line.time
        self.status = None
        self._ours.pop("error", None)
        step = line.step
        self._first = step or 0
        for found in self._curves.values():
            for curve in found.values() if isinstance(found, dict) else (found,):
                curve.following = step if step is not None else _after(curve.steps[-1]) if curve.steps else 0


def _check(line: Line) -> None:
    """Refuse what JSON can say, but no writer of ours: what is not finite, and what does not fit together."""
    if not math.isfinite(line.time) or (line.step is not None and not is_step(line.step)):
        raise ValueError("a time or step that is not finite")
    for series in line.series or ():
        if not all(map(is_step, series.steps)) or len({len(series.steps), len(series.values)}) > 1:
            raise ValueError("a curve that makes no sense")
        if len(series.times) not in (0, len(series.values)):
            raise ValueError("times that are not those of the curve")
        for value in series.values:
            if isinstance(value, str):
                _number(value)


def is_step(step: Number) -> bool:
    """Whether it is a number that can be a step: one that floats reach."""
    return abs(step) <= sys.float_info.max


def _number(value: Number | str) -> Number:
    """A number of a line; NaN and infinity are written as text."""
    if isinstance(value, str):
        if value not in TOKENS:
            raise ValueError(f"{value!r} is no number")
        return TOKENS[value]
    return value


def _after(step: Number) -> Number:
    """The step after it; of a float too large for that to be another one, an integer."""
    return step + 1 if step + 1 > step else int(step) + 1


def annotated(ours: Mapping[str, Any], line: Line) -> dict[str, Any]:
    """What a line changes in the notes, files and tags of the ``researcher`` part of a record."""
    found: dict[str, Any] = {}
    if line.note is not None:
        found["notes"] = [*_listed(ours, "notes"), line.note]
    if line.file is not None:
        path = line.file.get("path")
        others = [file for file in _listed(ours, "files") if not isinstance(file, dict) or file.get("path") != path]
        found["files"] = [*others, line.file]
    if line.tags or line.untagged:
        tags = [tag for tag in _listed(ours, "tags") if tag not in (line.untagged or ())] + (line.tags or [])
        found["tags"] = [tag for i, tag in enumerate(tags) if tag not in tags[:i]]
    return found


def _listed(ours: Mapping[str, Any], name: str) -> list[Any]:
    found = ours.get(name)
    return found if isinstance(found, list) else []


def _each(found: Curve | dict[int, Curve], part: Any) -> Any:
    """A part of a curve; of folds a list of them, empty where a fold was left out."""
    if isinstance(found, Curve):
        return part(found)
    return [part(found[fold]) if fold in found else [] for fold in range(max(found) + 1)]


def _counted(found: Curve | dict[int, Curve]) -> bool:
    return found.counted() if isinstance(found, Curve) else all(curve.counted() for curve in found.values())


def _timed(found: Curve | dict[int, Curve]) -> bool:
    """Whether it is known of any value when it was observed."""
    curves = found.values() if isinstance(found, dict) else (found,)
    return any(time is not None for curve in curves for time in curve.times)
