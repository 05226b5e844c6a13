"""Views to choose from: what Hypothesis makes of all that can be chosen."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

import researcher as rs
from researcher.widgets.look import BANDS, SPLITS, TABS
from researcher.widgets.state import ExplorerState

EXPERIMENTS = [
    rs.Experiment({"title": title, "lr": lr, "observations": {"loss": [1.0, lr], "acc": [0.1, 0.2]}})
    for title in ("a", "b")
    for lr in (0.1, 0.2, 0.2)
]


def opened(experiments: list[rs.Experiment] = EXPERIMENTS) -> ExplorerState:
    state = ExplorerState(source="records/")
    state.load(experiments)
    return state


texts = st.text(max_size=8) | st.sampled_from(["NaN", "Infinity", "-Infinity", "a.b", "x/y", "~"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | st.integers(), inner, max_size=3),
    max_leaves=4,
)
kept = st.one_of(
    st.lists(values | st.just(rs.ABSENT), min_size=1, max_size=4),
    st.fixed_dictionaries({"min": st.floats(allow_nan=False)}, optional={"max": st.floats(allow_nan=False)}),
    st.builds(lambda text: {"contains": text}, texts.filter(bool)),
)
some = st.lists(st.sampled_from(EXPERIMENTS), unique_by=id)
pairs = st.lists(st.tuples(texts, st.booleans()), max_size=3)
choosable: dict[str, st.SearchStrategy[Any]] = {
    "visible": some,
    "query": texts | st.sampled_from(["lr > 0.1", "title == 'a' and final.loss < 1"]),
    "filters": st.dictionaries(texts, kept, max_size=3),
    "observations": st.lists(texts, max_size=3),
    "x": texts,
    "zoom": st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)),
    "smoothing": st.floats(0, 0.999),
    "sort": pairs,
    "selected": some,
    "tab": st.sampled_from(TABS),
    "band": st.sampled_from(BANDS),
    "log_y": st.booleans(),
    "split": st.floats(*SPLITS[:2]),
    "group": texts,
    "columns": st.lists(texts, max_size=3),
    "scatter": st.tuples(texts, texts, texts),
}
chosen = st.fixed_dictionaries({}, optional=choosable)


def same(a: object, b: object) -> bool:
    """Whether two views are equal, NaN like NaN."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)
