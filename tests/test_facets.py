"""Facets: the params that vary, their distinct values in order, and what filters keep."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import researcher as rs
from researcher.tables.columns import Columns
from researcher.tables.facets import Facet, facets_of, kept_of, with_values
from researcher.tables.narrowing import narrowed


def experiments(*params: dict[str, Any]) -> list[rs.Experiment]:
    return [rs.Experiment(given) for given in params]


def facet(name: str, values: list[Any]) -> Facet:
    (found,) = facets_of(experiments(*({} if value is rs.ABSENT else {name: value} for value in values)))
    assert found.name == name
    return found


def test_only_params_that_vary_have_a_facet_and_absent_is_a_value() -> None:
    found = facets_of(experiments({"a": 1, "b": 1, "o": {"lr": 1}}, {"a": 1, "b": 2, "o": {"lr": 2}, "c": 0}))
    assert {f.name: f.values for f in found} == {"b": (1, 2), "o.lr": (1, 2), "c": (0, rs.ABSENT)}
    assert all(f.varies for f in found)
    assert facets_of([]) == []
    assert facets_of(experiments({"a": 1})) == []


def test_values_of_different_types_are_distinct_and_one_is_one_point_zero() -> None:
    found = facet("x", [True, 1, 1.0, "1", None, "None", math.nan, "NaN", [1], {}, rs.ABSENT, "absent", False, 0])
    assert found.keys == tuple(dict.fromkeys(found.keys))
    assert found.codes[1] == found.codes[2]
    assert len(found.values) == 13
    assert found.values[0] is False
    assert found.values[-1] is rs.ABSENT
    assert found.codes[0] != found.codes[1]


def test_codes_sort_as_values_do() -> None:
    values = [10, 9, 0.5, -3, "b", "a", True, None, rs.ABSENT]
    found = facet("x", values)
    in_order = [values[i] for i in np.argsort(found.codes)]
    assert in_order == [True, -3, 0.5, 9, 10, "a", "b", None, rs.ABSENT]
    assert [found.values[code] for code in found.codes] == values


def test_telling_params_come_first_and_the_title_last() -> None:
    found = facets_of(experiments(*({"title": f"t{i % 2}", "id": i, "act": "ab"[i % 2]} for i in range(60))))
    assert [f.name for f in found] == ["act", "id", "title"]


def test_filters_keep_their_values_and_each_param_is_counted_under_the_others() -> None:
    found = facets_of(experiments({"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}))
    masks = narrowed(found, {"a": [1], "b": (2, 7)}, np.ones(3, dtype=bool))
    assert {name: mask.tolist() for name, mask in masks.items()} == {
        None: [False, True, False],
        "a": [False, True, True],
        "b": [True, True, False],
    }
    assert narrowed([], {}, np.array([True, False]))[None].tolist() == [True, False]


def test_what_is_filtered_for_is_listed_even_where_nobody_has_it() -> None:
    table = Columns(experiments({"a": 1, "b": 1}, {"a": 1, "b": 3}))
    a, b, c = (with_values(table.facet(name), [value]) for name, value in (("a", 1), ("b", 2), ("c", 0)))
    assert (a.values, a.varies, a.chosen([1]).tolist()) == ((1,), False, [True, True])
    assert (b.values, b.varies, b.chosen([2]).tolist()) == ((1, 2, 3), True, [False, False])
    assert b.codes.tolist() == [0, 2]
    assert (c.values, c.chosen([0]).tolist()) == ((0, rs.ABSENT), [False, False])
    nobody = with_values(Columns([]).facet("a"), [1])
    assert nobody.counts(np.zeros(0, dtype=bool)) == [0]


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(width=16), st.text(max_size=2), st.just(rs.ABSENT),
    st.lists(st.integers(0, 2), max_size=2), st.dictionaries(st.sampled_from("ab"), st.integers(0, 1), max_size=1),
)  # fmt: skip


@given(st.lists(st.fixed_dictionaries({"x": VALUES, "y": VALUES}), max_size=12), st.data())
def test_filtering_only_narrows_and_counts_agree_with_masks(rows: list[dict[str, Any]], data: Any) -> None:
    given_ = experiments(*({k: v for k, v in row.items() if v is not rs.ABSENT} for row in rows))
    found = facets_of(given_)
    pick: Callable[[Facet], Any] = lambda f: data.draw(st.lists(st.sampled_from(f.values), max_size=3))  # noqa: E731
    filters = {f.name: pick(f) for f in found if data.draw(st.booleans())}
    masks = narrowed(found, filters, np.ones(len(given_), dtype=bool))
    for f in found:
        assert (masks[None] <= masks[f.name]).all()
        assert sum(f.counts(masks[f.name])) == masks[f.name].sum()
        if f.name in filters:
            assert (masks[None] == (masks[f.name] & f.chosen(filters[f.name]))).all()
        assert f.chosen(f.values).all()
        assert not f.chosen([]).any()


def test_ranges_texts_and_summaries() -> None:
    es = [
        rs.Experiment({"lr": lr, "observations": {"loss": [1.0, loss]}})
        for lr, loss in ((0.1, 0.5), (0.2, 0.25), ("x", 1))
    ]
    filters = {"lr": {"min": 0.15}, "final.loss": {"max": 0.5}}
    masks = narrowed([*map(Columns(es).facet, filters)], filters, np.ones(3, dtype=bool))
    assert masks[None].tolist() == [False, True, False]
    assert masks["lr"].tolist() == [True, True, False]
    assert masks["final.loss"].tolist() == [False, True, False]


@pytest.mark.parametrize(
    "wrong",
    ["relu", 3, None, {"min": "a"}, {"min": float("nan")}, {"contains": 3}, {"contains": "a", "min": 1}, {"x": 1}],
)
def test_a_filter_that_cannot_be_understood_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"filters\['lr'\]"):
        kept_of("lr", wrong)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([1, np.int64(2)], (1, 2)),
        ((rs.ABSENT,), (rs.ABSENT,)),
        ({"min": np.float64(0.5), "max": None}, {"min": 0.5}),
        ({"contains": "a"}, {"contains": "a"}),
        ({}, {}),
    ],
)
def test_a_filter_is_kept_as_plain_values(given: object, kept: object) -> None:
    assert kept_of("lr", given) == kept
