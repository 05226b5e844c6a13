"""Tell the points of curves from single values among what is observed at one time."""

from __future__ import annotations

import contextlib
import numbers
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from researcher.checking import no_dict
from researcher.errors import NotRecordable, ObservationConflict, ResearcherError
from researcher.experiment import Experiment
from researcher.params import is_number
from researcher.plain import plain
from researcher.storage.lines import FOLDS, Line, is_step, number_text
from researcher.storage.strict import Notes, pointer
from researcher.storage.whole import held

_SAID = {"curve": "a curve without folds", "folds": "a curve of each fold", "kept": "a single value"}
_COMES = {"curve": "a number without a fold", "folds": "a number of a fold"}
_DECIMAL = re.compile(r"[-+]?\d*\.\d+(e[-+]?\d+)?", re.IGNORECASE)
_TAKEN = {"format", "status", "recorded_at", "id", "writer", "resumes", "steps", "times", "values", "texts", "keys"}
_TAKEN |= {"notes", "tags", "files", "error"}


class Observed(NamedTuple):
    """What was observed at one time: points of curves, single values, and an error for each that is neither.

    And a hint for each single value that looks as if it was meant to be a point.
    """

    step: float | None
    fold: int | None
    points: dict[str, float]
    kept: dict[str, Any]
    refused: list[ResearcherError]
    hints: list[str]

    def line(self, time: float) -> Line | None:
        """The line of the journal that says so; None if nothing is left to say."""
        notes = Notes()
        points = {name: number_text(value) for name, value in self.points.items()}
        kept = {name: notes.strict(value, pointer("", name)) for name, value in self.kept.items()}
        if not points and not kept:
            return None
        noted = notes.as_dict()
        return Line(time, points or None, self.step, self.fold, kept or None, noted.get("texts"), noted.get("keys"))


def sorted_out(observations: Mapping[Any, Any], step: object, fold: object, kinds: dict[str, str]) -> Observed:
    """Sort observations by what they are.

    Args:
        observations: by name.
        step: of the points.
        fold: of the points.
        kinds: what each name was observed as before: ``curve``, ``folds`` or ``kept``; new names are added.

    Raises:
        NotRecordable: the step or the fold is none.
    """
    found = Observed(step_of(step), _fold_of(fold), {}, {}, [], [])
    for given, value in observations.items():
        try:
            name, known = _checked(given, value)
            number = is_number(known)
            if found.fold is not None and not number:
                raise NotRecordable(f"{_named(name)} is no number, and only numbers belong to a fold", value)
            kind = "kept" if not number else "curve" if found.fold is None else "folds"
            if name not in kinds and (hint := _hint(name, value, known)):
                found.hints.append(hint)
            before = kinds.setdefault(name, kind)
            if before != kind:
                comes = _COMES.get(kind) or f"{known!r:.40}, which is no number"
                raise ObservationConflict(
                    f"{name!r} was observed as {_SAID[before]}, and now comes {comes}; give one of them another name"
                )
        except (NotRecordable, ObservationConflict) as error:
            found.refused.append(error.with_traceback(None))  # which leads to all that is here, the recorder too
            continue
        (found.points if number else found.kept)[name] = known
    return found


def wholes(
    observations: Mapping[Any, Any], time: float, kinds: dict[str, str]
) -> tuple[list[Line], list[ResearcherError]]:
    """Lines that hold whole observations, and an error for each that has no place in a record.

    Args:
        observations: by name: a number, a list (a value a step), a list of lists (a list a fold), anything else.
        time: seconds since the start.
        kinds: see `sorted_out`.
    """
    good: dict[str, Any] = {}
    refused: list[ResearcherError] = []
    for given, value in observations.items():
        try:
            name, known = _checked(given, value)
            if name in kinds:
                raise ObservationConflict(f"{name!r} was observed before; give one of them another name")
        except (NotRecordable, ObservationConflict) as error:
            refused.append(error.with_traceback(None))
            continue
        good[name] = known
    found = Experiment({"observations": good})
    shapes = {"curve": "curve", "folds": "folds"}
    kinds.update({name: shapes.get(found.shape(name), "kept") for name in good})
    return [*held(found, time)], refused


def facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a record is to say of itself, as strict JSON.

    Raises:
        NotRecordable: a value has no place in a record, or a name is one that records use already.
    """
    for name in given:
        if name in _TAKEN:
            raise NotRecordable(f"{name!r} is what a record says of itself already; use another name", name)
    found: dict[str, Any] = Notes().strict(plain(given, "facts"))
    return found


def joined(mapping: object, observations: dict[str, Any]) -> tuple[dict[Any, Any], list[ResearcherError]]:
    """The observations of a mapping and of keywords together, and an error if the mapping is none."""
    if isinstance(mapping, Mapping):
        return {**mapping, **observations}, []
    return observations, [no_dict(mapping, "observations")]


def step_of(step: object) -> float | None:
    """The step as a plain number.

    Raises:
        NotRecordable: it is no finite number.
    """
    found: float | None = plain(step, "step")
    if found is None or (type(found) in (int, float) and is_step(found)):
        return found
    raise NotRecordable(f"step={step!r}: it must be a finite number", step)


def _fold_of(fold: object) -> int | None:
    """The fold as a plain number.

    Raises:
        NotRecordable: it is no integer from 0 on.
    """
    found = plain(fold, "fold")
    if found is None or (type(found) is int and 0 <= found < FOLDS):
        return found
    raise NotRecordable(f"fold={fold!r}: folds are counted from 0, and there are at most {FOLDS:,}", fold)


def _checked(name: object, value: object) -> tuple[str, Any]:
    """Name and value as plain values."""
    if not isinstance(name, str):
        raise NotRecordable(f"the observation {name!r} has a name of the type {type(name).__name__}; use text", name)
    name = str.__str__(name)
    known = value if type(value) is float else _plain(name, value)
    if known is None:
        raise NotRecordable(f"{_named(name)} is {value}; leave it out, or observe float('nan')", value)
    return name, known


def _hint(name: str, value: object, known: object) -> str:
    """What to say of a number in disguise, as it was given and as a plain value; nothing of all else."""
    if isinstance(known, str) and _DECIMAL.fullmatch(known):
        what, how = f"the text {known!r}", "float(...)"
    elif isinstance(known, list) and len(known) == 1 and is_number(known[0]) and not isinstance(value, (list, tuple)):
        what, how = f"of the type {type(value).__name__} and has one element", ".item()"
    else:
        return ""
    return f"{_named(name)} is {what}; it is kept as such, and not drawn. For a curve observe {how} of it."


def _plain(name: str, value: Any) -> Any:
    try:
        return plain({name: value}, "observations")[name]
    except NotRecordable:
        if isinstance(value, numbers.Number):  # Decimal, Fraction
            with contextlib.suppress(ArithmeticError, TypeError, ValueError):
                return float(value)  # type: ignore[arg-type]
        raise


def _named(name: str) -> str:
    return f'observations["{name}"]'
