"""Experiments as columns: the same as what each experiment says of itself."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

import researcher as rs
from researcher.coded import coded

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf, 10**30]),
    st.text(max_size=2), st.just(rs.ABSENT), st.lists(st.integers(0, 2), max_size=2),
)  # fmt: skip


@given(st.lists(VALUES, max_size=12), st.lists(VALUES, max_size=12))
def test_a_column_holds_exactly_what_it_is_made_of(values, others):
    column = coded(values)
    assert repr(column.listed()) == repr(values)
    assert len({repr(value) for value in column.values}) == len(column.values)
    assert repr(column.mapped(lambda value: [value]).listed()) == repr([v if v is rs.ABSENT else [v] for v in values])
    n = min(len(values), len(others))
    either = coded(values[:n]).or_else(coded(others[:n]))
    assert repr(either.listed()) == repr([b if a is rs.ABSENT else a for a, b in zip(values, others, strict=False)])
    assert len({repr(value) for value in either.values}) == len(either.values)
