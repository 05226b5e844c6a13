"""Tell the points of curves from single values among what is observed at one time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from researcher.errors import NotRecordable, ObservationConflict, ResearcherError
from researcher.plain import plain

FOLDS = 10_000  # a fold beyond is taken for a mistake: a record lists all folds below it too
_SAID = {"curve": "a curve without folds", "folds": "a curve of each fold", "kept": "a single value"}


class Observed(NamedTuple):
    """What was observed at one time: points of curves, single values, and an error for each that is neither."""

    points: dict[str, float]
    kept: dict[str, Any]
    refused: list[ResearcherError]


def sorted_out(observations: Mapping[Any, Any], fold: int | None, kinds: dict[str, str]) -> Observed:
    """Sort observations by what they are.

    Args:
        observations: by name.
        fold: of the points.
        kinds: what each name was observed as before: ``curve``, ``folds`` or ``kept``; new names are added.
    """
    found = Observed({}, {}, [])
    for name, value in observations.items():
        try:
            known = _checked(name, value)
            number = isinstance(known, (int, float)) and not isinstance(known, bool)
            kind = "kept" if not number else "curve" if fold is None else "folds"
            if fold is not None and not number:
                raise NotRecordable(f"{_named(name)} is no number, and only numbers belong to a fold", value)
            before = kinds.setdefault(name, kind)
            if before != kind:
                raise ObservationConflict(
                    f"{name!r} was observed as {_SAID[before]}, and now comes {_SAID[kind]}; "
                    "give one of them another name"
                )
        except (NotRecordable, ObservationConflict) as error:
            found.refused.append(error)
            continue
        (found.points if number else found.kept)[name] = known
    return found


def step_of(step: object) -> int | float | None:
    """The step as a plain number.

    Raises:
        NotRecordable: it is no finite number.
    """
    found = plain(step, "step")
    if found is None or (isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found)):
        return found
    raise NotRecordable(f"step={step!r}: it must be a finite number", step)


def fold_of(fold: object) -> int | None:
    """The fold as a plain number.

    Raises:
        NotRecordable: it is no integer from 0 on.
    """
    found = plain(fold, "fold")
    if found is None or (type(found) is int and 0 <= found < FOLDS):
        return found
    raise NotRecordable(f"fold={fold!r}: folds are counted from 0, and there are at most {FOLDS:,}", fold)


def _checked(name: object, value: object) -> Any:
    if not isinstance(name, str):
        raise NotRecordable(f"the observation {name!r} has a name of the type {type(name).__name__}; use text", name)
    if value is None:
        raise NotRecordable(f"{_named(name)} is None; leave it out, or observe float('nan')", value)
    return plain(value, _named(name))


def _named(name: str) -> str:
    return f'observation["{name}"]'
