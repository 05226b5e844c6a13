"""Everything that a record can hold, for the laws of Hypothesis."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from researcher.reserved import RESERVED


def tokens_and_texts():
    lone = st.text(st.characters(), max_size=8).filter(lambda text: text == _merged(text))
    return st.one_of(lone, st.sampled_from(["NaN", "Infinity", "-Infinity", "\ud800", "a/b~c", ""]))


def _merged(text):
    """As any reader of JSON joins a high surrogate and a low one behind it."""
    return json.loads(json.dumps(text))


def plain_dicts(keys, values):
    def text(pair):
        return pair[0] if isinstance(pair[0], str) else json.dumps(pair[0])

    return st.lists(st.tuples(keys, values), unique_by=text, max_size=4).map(dict)


NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([2**64, -(2**63) - 1, 10**300, -0.0, 5e-324]))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, tokens_and_texts())
KEYS = st.one_of(tokens_and_texts(), st.none(), st.booleans(), NUMBERS)
VALUES = st.recursive(
    SCALARS | st.lists(NUMBERS | st.none(), max_size=4),
    lambda inner: st.lists(inner, max_size=4) | plain_dicts(KEYS, inner),
    max_leaves=12,
)
PARAMS = plain_dicts(tokens_and_texts().filter(lambda name: name not in RESERVED), VALUES)
OBSERVATIONS = plain_dicts(tokens_and_texts(), VALUES)
