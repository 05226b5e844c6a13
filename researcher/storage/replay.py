"""What the lines of a journal add up to: a record, as far as it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from researcher.observations import shape_of
from researcher.storage.curve import Curve, Curves, after, curves_in, part_of
from researcher.storage.lines import Line, Number, Series, check, number
from researcher.storage.strict import Notes, pointer


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
        self._curves: dict[str, Curves] = {}
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
        check(line)
        points = line.observed or {}
        if str in map(type, points.values()):
            points = {name: number(value) for name, value in points.items()}
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
            name: self._kept[name] if name in self._kept else part_of(self._curves[name], lambda curve: [*curve.values])
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
        uneven = {name: found for name, found in curves.items() if not all(c.counted() for c in curves_in(found))}
        timed = {name: found for name, found in curves.items() if any(c.timed() for c in curves_in(found))}
        parts = {
            "steps": {name: part_of(found, lambda curve: [*curve.steps]) for name, found in uneven.items()},
            "times": {name: part_of(found, lambda curve: [*curve.times]) for name, found in timed.items()},
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
                curve.add(step, None if value is None else number(value), time)

    def _resume(self, line: Line) -> None:
        self._before, self._begun = self.duration, line.time
        self.status = None
        self._ours.pop("error", None)
        step = line.step
        self._first = step or 0
        for found in self._curves.values():
            for curve in curves_in(found):
                curve.following = step if step is not None else after(curve.steps[-1]) if curve.steps else 0


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
