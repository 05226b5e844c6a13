"""Columns of experiments: as if each experiment were asked, however they are found."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from oracles import values_of

import researcher as rs
from researcher.analysis.repeats import _without, repeat_numbers
from researcher.analysis.seeds import _may_be_a_seed, looks_like_a_seed
from researcher.params import ABSENT, flattened, label, value_key, value_order
from researcher.storage.directory import RecordsDirectory
from researcher.tables.columns import Columns

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from([1.0, 0.5, math.nan, -0.0]), st.sampled_from("ab"),
    st.lists(st.integers(0, 1), max_size=1), st.dictionaries(st.sampled_from("xy"), st.integers(0, 1), max_size=1),
)  # fmt: skip
PARAMS = st.dictionaries(
    st.sampled_from(["title", "seed", "run", "lr", "opt"]),
    st.one_of(VALUES, st.sampled_from(["relu 1", "relu 2", "a-b"])),
    max_size=4,
)
NUMBERS = st.one_of(st.integers(-3, 3), st.floats(allow_nan=True))
OBSERVATIONS = st.dictionaries(
    st.sampled_from(["loss", "lr", "note"]), st.one_of(st.lists(NUMBERS), NUMBERS, st.none())
)
RECORDS = st.lists(st.tuples(PARAMS, OBSERVATIONS, st.sampled_from(["", "h1", "h2"])), max_size=8)


def experiments(rows: list[tuple[dict[str, Any], dict[str, Any], str]]) -> list[rs.Experiment]:
    return [
        rs.Experiment({**params, **({"hash": own} if own else {}), "observations": observed})
        for params, observed, own in rows
    ]


@given(RECORDS)
def test_a_column_holds_what_each_experiment_says(rows: list[Any]) -> None:
    some = experiments(rows)
    columns = Columns(some)
    assert list(columns.params) == list(dict.fromkeys(name for e in some for name in flattened(e.params)))
    assert list(columns.observed) == list(dict.fromkeys(name for e in some for name in e.observed()))
    assert columns.titles == [e.title or e.hash[:8] for e in some]
    more = ("final.loss", "best.loss", "at.1.loss", "best_step.loss", "status", "tags", "nonsense")
    for name in (*columns.params, *columns.observed, *more):
        values, column, facet = values_of(some, name), columns.column(name), columns.facet(name)
        assert list(map(value_key, column.values)) == list(map(value_key, values))
        assert column.there.tolist() == [value is not ABSENT for value in values]
        assert [facet.keys[code] for code in facet.codes] == list(map(value_key, values))
        assert list(facet.values) == sorted(facet.values, key=value_order)
        assert set(facet.keys) == set(map(value_key, values))
        expected = (
            values if column.numeric else [ABSENT if v is ABSENT else facet.keys.index(value_key(v)) for v in values]
        )
        numbers = [math.nan if value is ABSENT else float(value) for value in expected]
        np.testing.assert_array_equal(column.numbers, numbers)


@given(RECORDS, st.sampled_from([None, (), "seed", "lr", ("seed", "run")]))
def test_repeats_are_those_that_each_pair_says(rows: list[Any], seed: Any) -> None:
    some = experiments(rows)
    assert repeat_numbers(some, seed).tolist() == one_by_one(some, seed)


def one_by_one(some: list[rs.Experiment], seed: Any) -> list[int]:
    """The slow and clear way to repeats: each experiment is put to the first that it is like."""
    flats = [flattened(e.params) for e in some]
    names = dict.fromkeys(name for flat in flats for name in flat)
    if seed is None:
        seed = [
            name for name in names if looks_like_a_seed(name) and all(_may_be_a_seed(flat.get(name)) for flat in flats)
        ]
    seeds = sorted({seed} if isinstance(seed, str) else set(seed))
    common = [frozenset((n, value_key(v)) for n, v in flat.items() if n not in {*seeds, "title"}) for flat in flats]
    own = [tuple(value_key(flat.get(name, ABSENT)) for name in seeds) for flat in flats]
    stands: dict[Any, set[Any]] = {}
    for flat, key, mine in zip(flats, common, own, strict=True):
        stands.setdefault((key, value_key(flat.get("title", ABSENT))), set()).add(mine)
    groups: dict[Any, int] = {}
    by_hash: dict[str, int] = {}
    for e, flat, key in zip(some, flats, common, strict=True):
        title = flat.get("title", ABSENT)
        if isinstance(title, str) and len(stands[key, value_key(title)]) == 1:
            for name in seeds:
                title = _without(title, label(flat.get(name, "")))
        if e.hash not in by_hash:
            by_hash[e.hash] = groups.setdefault((key, value_key(title)), len(groups))
    return [by_hash[e.hash] for e in some]


@given(RECORDS, RECORDS, st.data())
def test_columns_from_before_some_grew_are_those_made_afterwards(before: Any, after: Any, data: Any) -> None:
    some, later = experiments(before), experiments(after)
    asked = ["final.loss", "min.loss", "at.1.loss", "lr", "status"]
    columns = Columns(some)
    for name in data.draw(st.lists(st.sampled_from(asked))):
        columns.column(name)
    grown = data.draw(st.lists(st.sampled_from(range(len(some))), unique=True)) if some else []
    for row, new in zip(grown, later, strict=False):
        params = some[row].params
        some[row].become(rs.Experiment({**params, "observations": new.observations}))
    columns.grow(grown)
    fresh = Columns(some)
    for name in asked:
        assert list(map(value_key, columns.column(name).values)) == list(map(value_key, fresh.column(name).values))
    assert set(columns.observed) >= set(fresh.observed)


def test_columns_hold_what_was_there_though_more_records_have_come(tmp_path: Path) -> None:
    rs.record_experiment({"title": "first"}, tmp_path, observations={"loss": [1.0, 2.0]})
    directory = RecordsDirectory(tmp_path)
    directory.refresh()
    columns = Columns(directory.experiments)
    assert columns.summary("final", "loss")[0].tolist() == [2.0]
    rs.record_experiment({"title": "second"}, tmp_path, observations={"loss": [1.0, 3.0]})
    directory.refresh()
    assert Columns(directory.experiments).summary("final", "loss")[0].tolist() == [2.0, 3.0]
    assert columns.summary("min", "loss")[0].tolist() == [1.0]
