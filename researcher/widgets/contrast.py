"""What differs between settings or experiments, as rows of text that a page can show."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from researcher.analysis.differences import Row, differences
from researcher.analysis.seeds import looks_like_a_seed
from researcher.experiment import Experiment
from researcher.params import ABSENT, as_float, distinct, is_number, label, number_label, value_key
from researcher.summary import lower_is_better
from researcher.tables.summaries import summaries_of
from researcher.widgets.settings import Setting

_LONGEST = 2000  # characters of a value on hover
_LISTED = 12  # of several values of a setting on hover
_LONG = 12  # characters of a common beginning from which on it is left out

Rows = list[dict[str, Any]]


def contrast(settings: Sequence[Setting], seeds: Collection[str], observed: Sequence[str]) -> list[list[Any]]:
    """The sections of the table: pairs of a name and rows, each with a cell for each setting.

    A cell has its ``text``, the ``full`` text for hovering, and its ``kind`` (``absent``, ``warn``, ``common`` for what
    most of them have, or nothing); maybe the ``spread`` of a mean, whether it is the ``best`` of its row, and
    ``part``: what part of the largest number in its row it is.

    Args:
        settings: one a column.
        seeds: params that are left out.
        observed: the observations to compare.
    """
    members = [e for setting in settings for e in setting.members]
    ends = np.cumsum([len(setting.members) for setting in settings]).tolist()
    spans = [slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    found = differences(members)
    left_out = {"title", *seeds}
    params = [row for row in found.params if row.name not in left_out]
    return [
        ["params", _rows(params, spans)],
        ["environment", _rows(found.environment, spans)],
        ["observations", _results(members, spans, observed)],
    ]


def names_of(settings: Sequence[Setting], seeds: Collection[str]) -> list[str]:
    """What to call settings: by their titles, and where several share one by what differs, too."""
    titles = [setting.title for setting in settings]
    if len(set(titles)) == len(titles):
        return titles
    rows = [row for row in differences([s.first for s in settings]).params if row.name not in {"title", *seeds}][:2]
    said = [", ".join(f"{row.name} {label(row.values[i])}" for row in rows) for i in range(len(settings))]
    return [f"{title}: {what}" if what else title for title, what in zip(titles, said, strict=True)]


def short(titles: Sequence[str]) -> list[str]:
    """Titles without the words with which all of them begin, where these are long and the rest tells them apart.

    >>> short(["resnet50 on cifar10, adam", "resnet50 on cifar10, sgd"])
    ['…adam', '…sgd']
    """
    begin = os.path.commonprefix(titles)  # noqa: RUF071 - letter by letter is what is meant
    alike = re.match(r".*[\s_,;:/|-]", begin, re.DOTALL)
    if alike is None or alike.end() < _LONG or len(set(titles)) < 2:
        return list(titles)
    return [f"…{title[alike.end() :].lstrip()}" for title in titles]


def _rows(rows: Sequence[Row], spans: Sequence[slice]) -> Rows:
    """The rows in which not all columns have the same values."""
    found = []
    for row in rows:
        columns = [distinct(row.values[span]) for span in spans]
        keys = [",".join(map(value_key, values)) for values in columns]
        if len(set(keys)) > 1:
            most, times = Counter(keys).most_common(1)[0]
            common = most if times * 2 > len(keys) else None
            cells = [_cell(values, key == common) for values, key in zip(columns, keys, strict=True)]
            if not looks_like_a_seed(row.name):
                _add_parts(cells, [_number(values) for values in columns])
            found.append({"name": row.name, "cells": cells})
    return found


def _cell(values: Sequence[object], common: bool) -> dict[str, Any]:
    kind = "common" if common else ""
    if len(values) > 1:
        listed = ", ".join(map(label, values[:_LISTED])) + (", …" if len(values) > _LISTED else "")
        return {"text": f"{len(values)} values", "full": listed[:_LONGEST], "kind": kind}
    if values[0] is ABSENT:
        return {"text": "–", "full": "absent", "kind": "absent"}
    text = label(values[0])
    full = repr(values[0]) if isinstance(values[0], float) else text
    return {"text": text.replace("\n", " ")[:200], "full": full[:_LONGEST], "kind": kind}


def _results(members: Sequence[Experiment], spans: Sequence[slice], observed: Sequence[str]) -> Rows:
    """The final and the best value of each observation, one row where they are the same; means over members."""
    found: Rows = []
    for name in observed:
        final, best = (summaries_of(members, name, which) for which in ("final", "best"))
        there = np.array([e.summary("final", name) is not ABSENT for e in members])
        if not there.any():
            continue
        alike = np.array_equal(final, best, equal_nan=True)
        for which, values in [("final", final)] if alike else [("final", final), ("best", best)]:
            cells = [_mean(values[span][there[span]]) for span in spans]
            numbers = [cell.pop("mean") for cell in cells]
            _mark_best(cells, numbers, lower_is_better(name))
            found.append({"name": name if alike else f"{which}.{name}", "cells": cells})
    return found


def _mean(values: Any) -> dict[str, Any]:
    """The cell of a mean over members; what is not finite is said, and left out of it."""
    finite = values[np.isfinite(values)]
    odd = len(values) - len(finite)
    if not len(values):
        return {"text": "–", "full": "absent", "kind": "absent", "mean": None}
    if not len(finite):
        text = number_label(float(values[0]))
        full = f"none of the {len(values)} is finite" if len(values) > 1 else text
        return {"text": text, "full": full, "kind": "warn", "mean": None}
    mean = float(finite.mean())
    spread = f"± {finite.std(ddof=1):.2g}" if len(finite) > 1 else ""
    full = f"{mean!r}, the mean of {len(finite)} {spread}".rstrip() if len(values) > 1 else repr(mean)
    full += f"; {odd} more ended in NaN or infinity" if odd else ""
    return {"text": aligned(mean), "full": full, "kind": "warn" if odd else "", "mean": mean, "spread": spread}


def aligned(number: float) -> str:
    """A number with four significant digits, the last of them zeros too, so that numbers below each other align.

    >>> [aligned(number) for number in (0.25, 3.0, 12.5, 12345.678)]
    ['0.2500', '3', '12.50', '12350']
    """
    plain = number.is_integer() or not 1e-4 <= abs(number) < 1000
    return number_label(number) if plain else f"{number:#.4g}"


def _mark_best(cells: Sequence[dict[str, Any]], numbers: Sequence[float | None], low: bool) -> None:
    known = [number for number in numbers if number is not None]
    if len(set(known)) > 1:
        best = min(known) if low else max(known)
        for cell, number in zip(cells, numbers, strict=True):
            if number == best:
                cell["best"] = True


def _number(values: Sequence[object]) -> float | None:
    value = values[0]
    return as_float(value) if len(values) == 1 and is_number(value) else None


def _add_parts(cells: Sequence[dict[str, Any]], numbers: Sequence[float | None]) -> None:
    """Say of each number what part of the largest it is; of none where one is below 0 or the largest is 0."""
    finite = [number for number in numbers if number is not None and np.isfinite(number)]
    shown = len(finite) > 1 and min(finite) >= 0 and max(finite) > 0
    for cell, number in zip(cells, numbers, strict=True):
        if shown and number is not None and np.isfinite(number):
            cell["part"] = number / max(finite)
