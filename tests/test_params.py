"""Names, order, equality and labels of the values of params."""

from __future__ import annotations

import json
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from researcher.params import (
    ABSENT,
    distinct,
    flattened,
    label,
    looked_up,
    number_label,
    value_key,
    value_order,
    varying,
)

NAN = math.nan
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("params", "flat"),
    [
        ({"a": 1, "b": {"c": 2, "d": {"e": [3]}}}, {"a": 1, "b.c": 2, "b.d.e": [3]}),
        ({"a": {}, "b": []}, {"a": {}, "b": []}),
        ({"a b": {"": 1}}, {"a b.": 1}),
        ({"a.b": 1}, {"a.b": 1}),
        ({"a.b": 1, "a": {"b": 2}}, {"`a.b`": 1, "a.b": 2}),
        ({"a": {"b": 2, "b.c": 3}, "a.b": {"c": 4}}, {"a.b": 2, "a.`b.c`": 3, "`a.b`.c": 4}),
        ({"w": {0: 1, True: 2, None: 3, 0.5: 4}}, {"w.0": 1, "w.true": 2, "w.null": 3, "w.0.5": 4}),
        ({"w": {None: 1, "None": 2}}, {"w.null": 1, "w.None": 2}),
    ],
)
def test_nested_params_have_dotted_names(params, flat):
    assert flattened(params) == flat


@given(st.dictionaries(st.sampled_from(["a", "b", "a.b", "b.a"]), JSON | st.dictionaries(st.sampled_from("ab"), JSON)))
def test_no_value_is_lost_by_naming_it(params):
    def leaves(value):
        return sum(map(leaves, value.values())) if isinstance(value, dict) and value else 1

    assert len(flattened(params)) == sum(map(leaves, params.values()))


def test_values_are_looked_up_by_their_path():
    params = {"a": {"b": {0: None}}, "a.c": 2}
    assert looked_up(params, ("a", "b", "0")) is None
    assert looked_up(params, ("a", "c")) == 2
    assert looked_up(params, ("a", "x")) is looked_up(params, ("a", "b", "0", "x")) is ABSENT


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (NAN, float("nan")), ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}), ([1, [2]], (1.0, (2,))), (0.0, -0.0)],
)
def test_the_same_value_has_the_same_key(one, other):
    assert value_key(one) == value_key(other)
    assert len(distinct([one, other])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (1, "1"),
        (None, "null"),
        (None, ABSENT),
        ("absent", ABSENT),
        (NAN, "NaN"),
        ([1], [1, 1]),
        ([], {}),
        ({1: 2}, {"1": 2}),
        (0.1, math.nextafter(0.1, 1)),
        (math.inf, 10**400),
    ],
)
def test_different_values_have_different_keys(one, other):
    assert value_key(one) != value_key(other)


@given(JSON, JSON)
def test_values_that_differ_as_json_differ_here(one, other):
    if value_key(one) == value_key(other):
        assert json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True) or one == other
    assert value_key(one) == value_key(json.loads(json.dumps(one)))


def test_values_of_all_kinds_have_one_order():
    ordered = [False, True, -math.inf, -1, 0.5, 10**400, math.inf, NAN, "a", "b", [1], {"a": 1}, None, ABSENT]
    assert repr(distinct(reversed(ordered))) == repr(ordered)


@given(st.lists(JSON))
def test_any_values_can_be_ordered(values):
    assert sorted(map(value_order, values)) == sorted(map(value_order, reversed(values)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("relu", "relu"),
        (256, "256"),
        (True, "True"),
        (None, "None"),
        ([1, "é"], '[1, "é"]'),
        ({"a": NAN}, '{"a": NaN}'),
        (0.1 + 0.2, "0.3"),
        (ABSENT, "absent"),
    ],
)
def test_the_label_of_a_value(value, text):
    assert label(value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.5, "-0.5"),
        (1234.5, "1234"),
        (99999.0, "100000"),
        (1e6, "1e+06"),
        (1e-300, "1e-300"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (NAN, "NaN"),
    ],
)
def test_the_label_of_a_number_has_four_digits(number, text):
    assert number_label(number) == text


def test_the_params_that_vary():
    params = [{"a": 1, "b": NAN, "o": {"x": 1}}, {"a": 1.0, "b": NAN, "o": {"x": 2}, "c": None}]
    assert varying(params) == ["o.x", "c"]
    assert varying([]) == varying(params[:1]) == []


def test_there_is_one_absence():
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert not ABSENT
