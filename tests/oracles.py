"""Slow and clear ways to what the package finds quickly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import researcher as rs
from researcher.params import ABSENT, flattened
from researcher.summary_names import summary_named
from researcher.tables.facets import OWN


def values_of(experiments: Sequence[rs.Experiment], name: str) -> list[Any]:
    """A column: a param, else a number of an observation, what the record says of itself, or a final value."""
    found = [flattened(e.params).get(name, ABSENT) for e in experiments]
    summary = summary_named(name)
    if any(value is not ABSENT for value in found):
        return found
    if summary is not None:
        return [e.summary(*summary) for e in experiments]
    return [e.look_up((name,)) if name in OWN else e.summary("final", name) for e in experiments]
