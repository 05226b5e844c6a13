"""Experiments as columns: the same as what each experiment says of itself."""

from __future__ import annotations

import gc
import json
import math
import pickle
import sys
import tempfile
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import product
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import summary_of

import researcher as rs
from researcher.analysis.importance import params_that_matter
from researcher.analysis.repeats import repeat_numbers, repeats_of
from researcher.arrays import floats
from researcher.errors import UnknownNameWarning
from researcher.params import ABSENT, flattened, value_order, varying
from researcher.query import name_of, parse
from researcher.storage import layout, record_files, summaries
from researcher.storage.directory import RecordsDirectory
from researcher.storage.reading import read
from researcher.summary import SUMMARIES
from researcher.tables import one_by_one
from researcher.tables.coded import coded
from researcher.tables.matching import matching
from researcher.tables.summaries import summaries_of
from researcher.tables.tabling import table_of

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


@given(st.lists(VALUES, max_size=12))
def test_pandas_makes_of_a_column_what_it_makes_of_its_values(values):
    cells = coded(values).cells()
    listed = [None if value is rs.ABSENT else value for value in values]
    expected = pd.Series(listed, dtype=None if listed else object)
    pd.testing.assert_series_equal(pd.Series(cells), expected)


# Columns of a records directory, beside what each file says of itself

NUMBERS = st.one_of(
    st.integers(-3, 3), st.sampled_from([0.5, 1.0, -0.0, 1e300, math.nan, math.inf, 2**53 + 1, 10**30]), st.booleans()
)
SOME = st.one_of(
    NUMBERS, st.sampled_from(["a", "relu", "NaN", "2026-01-31", ""]), st.none(), st.lists(NUMBERS, max_size=2)
)
NESTED = st.dictionaries(st.sampled_from(["x", "y", "y.z"]), SOME | st.dictionaries(st.just("z"), SOME), max_size=2)
PARAMS = st.fixed_dictionaries(
    {}, optional={"a": SOME, "b": SOME | NESTED, "b.x": SOME, "title": SOME, "final": NESTED, "é": strategies.VALUES}
)
CURVE = st.lists(NUMBERS.filter(lambda value: not isinstance(value, bool)) | st.none(), max_size=3)
OBSERVED = st.sampled_from(["loss", "acc", "x"])
USUAL = st.lists(st.sampled_from([2.5, 0.5, 1.0, -0.0, 0.0, 1e300]), min_size=1, max_size=4)
OBSERVATIONS = st.one_of(
    st.dictionaries(OBSERVED, USUAL, min_size=1, max_size=2),
    st.dictionaries(OBSERVED, USUAL.map(lambda curve: [3, *curve, 2]) | st.integers(0, 2), min_size=1, max_size=2),
    st.dictionaries(OBSERVED, st.one_of(CURVE, st.lists(CURVE, max_size=2), NUMBERS, st.text(max_size=1)), max_size=2),
)
OURS = st.fixed_dictionaries(
    {"format": st.just(1), "recorded_at": st.integers(1, 3).map(lambda day: f"2026-01-{day:02}T00:00:00+00:00")},
    optional={
        "status": st.sampled_from(["failed", "finished", None]), "tags": st.lists(st.sampled_from("ab"), max_size=2),
        "steps": st.just({"loss": [0, 10]}), "values": st.just(["acc"]), "notes": st.just([{"text": "n"}]),
    },
)  # fmt: skip
OWN = {
    "hash": st.sampled_from(["ab" * 16, 5]),
    "timestamp": st.sampled_from(["2026-01-31_10:00:00", "x"]),
    "duration": NUMBERS,
}


@st.composite
def contents(draw):
    """The text of a record: of ours, of the 2020 package, or one that only the slow reader reads."""
    head = {**draw(PARAMS), **draw(st.fixed_dictionaries({}, optional=OWN))}
    observations = draw(OBSERVATIONS)
    if draw(st.booleans()):
        return layout.encode({**head, "researcher": draw(OURS)}, observations)
    return json.dumps({**head, **({"observations": observations} if draw(st.booleans()) else {})}).encode()


NAMES = st.sampled_from(
    ["a", "b", "b.x", "b.y.z", "`b.x`", "title", "final.loss", "min.acc", "best.x", "max.loss", "é",
     "first.loss", "n.loss", "nan.acc", "none_has_it", "status", "tags", "notes", "timestamp", "duration", "hash",
     "final.x", "at.1.loss", "at.0.x", "best_step.acc"]
)  # fmt: skip
CONSTANTS = st.sampled_from(
    ["1", "0.5", "-0.0", "nan", "inf", "True", "None", "'a'", "'NaN'", "'2026-01-31'", "9007199254740993", "1e30",
     "['a', 1, 0.5]", "[]", "[None, True]", "[1, [1]]"]
)  # fmt: skip
OPERANDS = NAMES | CONSTANTS
RELATIONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
QUERIES = st.recursive(
    st.one_of(
        st.tuples(OPERANDS, RELATIONS, OPERANDS).map(" ".join),
        st.tuples(NAMES, RELATIONS, CONSTANTS).map(" ".join),
        st.tuples(CONSTANTS, st.just("<="), NAMES, st.just("<"), OPERANDS).map(" ".join),
        st.tuples(NAMES, st.just("* 2 <"), OPERANDS).map(" ".join),
        NAMES.map("has({})".format), NAMES.map("isnan({})".format), NAMES,
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda parts: "({}{}{})".format(*parts)),
        inner.map("not ({})".format),
    ),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=100)
@given(st.lists(contents(), max_size=6), st.lists(QUERIES, min_size=6, max_size=6), st.data())
def test_columns_say_what_each_record_says_of_itself(texts, queries, data):
    with tempfile.TemporaryDirectory() as directory:
        for i, text in enumerate(texts):
            (Path(directory) / f"{i}.json").write_bytes(text)
        with mock.patch.object(summaries, "_FEW", 2):
            experiments = rs.all_experiments(directory)
        if data.draw(st.booleans()):
            experiments = experiments[data.draw(st.integers(0, 2)) :: data.draw(st.sampled_from([1, 2, -1]))]
        for place in data.draw(st.sets(st.integers(0, 5), max_size=2)):  # some are not of the directory
            if place < len(experiments):
                experiments[place] = read(experiments[place].path)
        plain = [read(experiments[i].path) for i in range(len(experiments))]
        if data.draw(st.booleans()):
            experiments = list(experiments)
        check_table(experiments, plain)
        for query in map(parse, queries):
            table = table_of(experiments)
            assert matching(query, table).nonzero()[0].tolist() == one_by_one.matching(query, plain), query.text
        for e in experiments:
            anew = read(e.path)
            for asked in ("params", "ours", "hash", "status", "tags", "timestamp", "data"):
                assert repr(getattr(e, asked)) == repr(getattr(anew, asked))


def unsigned(values):
    """The values, zero without its sign: of two zeros either may be the least or the greatest."""
    return [value + 0.0 if type(value) is float else value for value in values]


def check_table(experiments, plain):
    table = table_of(experiments)
    flat = [flattened(e.params) for e in plain]
    names = [*dict.fromkeys(name for own in flat for name in own)]
    assert [*table.params] == names
    for name, column in table.params.items():
        assert repr(column.listed()) == repr([own.get(name, ABSENT) for own in flat])
    assert [name for name in names if table.params[name].varies()] == varying(e.params for e in plain)
    assert table.observed == one_by_one.observed(plain)
    for which in (*SUMMARIES, "best"):
        for name in ("loss", "acc", "x"):
            numbers = table.numbers(which, name)
            listed = [
                summary_of(name, None if e.shape(name) == "other" else e.observations[name], which) for e in plain
            ]
            assert repr(unsigned(numbers.listed())) == repr(unsigned(listed))
            assert numbers.there.tolist() == [value is not ABSENT for value in listed]
            if which in ("min", "max"):
                assert table.best(name, which) == one_by_one.best(name, which, plain)
    for which, name in product(("at.0", "at.1", "best_step"), ("loss", "x")):
        assert repr(table.numbers(which, name).listed()) == repr([e.summary(which, name) for e in plain])
    for name in ("status", "title"):
        assert getattr(table, name).listed() == [getattr(e, name) for e in plain]
    for name in ("hash", "name"):
        assert getattr(table, name) == [getattr(e, name) for e in plain]
    assert table.recorded_at.tolist() == [e.recorded_at for e in plain]
    for asked in ("hash", "title", "name"):
        ask = {"hash": "hashes"}.get(asked, f"{asked}s")
        assert getattr(rs.Experiments(experiments), ask)() == [getattr(e, asked) for e in plain]
    assert repeat_numbers(experiments).tolist() == repeat_numbers(plain).tolist()
    for which in ("final", "best"):
        listed = [e.summary(which, "loss") for e in plain]
        numbers = floats([value if isinstance(value, (int, float)) else math.nan for value in listed])
        np.testing.assert_array_equal(summaries_of(experiments, "loss", which), numbers)


@given(st.lists(PARAMS, max_size=6), st.sampled_from(["a", "b.x", "title"]), st.booleans())
def test_sorting_keeps_the_order_of_what_is_alike_and_puts_what_is_missing_last(params, name, descending):
    experiments = rs.Experiments(map(rs.Experiment, params))
    values = [e.look_up(name_of(name)) for e in experiments]
    known = [i for i, value in enumerate(values) if value is not ABSENT and value == value]
    rest = [i for i, value in enumerate(values) if value is not ABSENT and value != value]
    there = sorted(known, key=lambda i: value_order(values[i]), reverse=descending)
    expected = [*there, *rest, *(i for i, value in enumerate(values) if value is ABSENT)]
    unknown = experiments and name != "title" and not known and not rest
    with pytest.warns(UnknownNameWarning, match="no experiment has") if unknown else nullcontext():
        found = experiments.sort_by(name, descending=descending)
    assert found == [experiments[i] for i in expected]


def test_integers_that_are_alike_as_floats_only_are_sorted_as_they_are(tmp_path):
    for i, n in enumerate([2**53 + 2, 2**53 + 1, 2**53]):
        rs.record_experiment({"i": i}, tmp_path, {"tokens": [1, n]})
    rs.record_experiment({"i": 3}, tmp_path, {"tokens": [0.5]})
    found = rs.all_experiments(tmp_path)
    for some in (found, rs.Experiments([*found])):
        assert [e.params["i"] for e in some.sort_by("final.tokens")] == [3, 2, 1, 0]
        assert [e.params["i"] for e in some.sort_by("tokens", descending=True)] == [0, 1, 2, 3]


@pytest.fixture
def loaded(tmp_path):
    for i in range(4):
        rs.record_experiment({"lr": 0.1 * i, "depth": i % 2}, tmp_path, {"loss": [1.0, 0.5 / (i + 1)]})
    return rs.all_experiments(tmp_path)


def test_columns_are_asked_while_another_thread_reads_what_is_new(tmp_path, monkeypatch):
    monkeypatch.setattr(record_files, "MUCH", 1)  # so that all is remembered each time
    interval = sys.getswitchinterval()

    def write(numbers):
        for i in numbers:
            content = layout.encode({**layout.stamped({"i": i}, None, "finished")}, {"loss": [1.0, i]})
            (tmp_path / f"{i:04}.json").write_bytes(content)
        directory_.refresh()

    directory_ = RecordsDirectory(tmp_path)
    write(range(200))
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(1) as thread:
            writing = thread.submit(lambda: [write(range(i, i + 3)) for i in range(200, 500, 3)])
            while not writing.done():
                some = rs.Experiments(directory_.experiments)
                frame = some.frame()
                assert frame["loss"].tolist() == frame["i"].tolist() == [*range(len(some))]
            writing.result()
    finally:
        sys.setswitchinterval(interval)


def test_what_changed_after_loading_is_asked_itself(loaded):
    table_of(loaded).look_up(("tags",))
    loaded[1].annotate(tags=["good"])
    assert loaded.where("'good' in tags") == [loaded[1]]
    assert loaded.where("not has(tags)") == [loaded[0], loaded[2], loaded[3]]


def test_experiments_are_used_as_a_list_and_made_once(loaded):
    first, *others = loaded
    assert loaded.where("lr >= 0")[0] is first is loaded[0]
    assert first in loaded
    assert loaded.index(others[1]) == 2
    with pytest.raises(ValueError, match="is not in the list"):
        loaded.index(rs.Experiment({}))
    assert loaded[:] == loaded == [first, *others]
    assert loaded != [*others, first]
    assert loaded != loaded[1:]
    more = loaded + [rs.Experiment({"lr": 9})]  # noqa: RUF005
    assert (len(more), len(loaded)) == (5, 4)
    assert [*more.sort_by("depth", "lr", descending=[True, False])] == [more[1], more[3], more[0], more[2], more[4]]
    del more[0]
    more[0] = more.pop()
    more.insert(0, first)
    assert [e.params["lr"] for e in more] == [0, 9, 0.2, pytest.approx(0.3)]
    assert ([first] + more)[:2] == [first, first]  # noqa: RUF005
    more.sort(key=lambda e: e.params["lr"], reverse=True)
    assert more[0].params == {"lr": 9}
    copy = pickle.loads(pickle.dumps(loaded))
    assert isinstance(copy, rs.Experiments)
    assert [e.data for e in copy] == [e.data for e in loaded]


def test_a_list_that_was_changed_answers_anew(loaded):
    assert loaded.frame()["lr"].to_list() == loaded.frame()["lr"].to_list() == [e.params["lr"] for e in loaded]
    del loaded[0]
    loaded[0], loaded[1] = loaded[1], loaded[0]
    assert loaded.frame()["lr"].to_list() == [e.params["lr"] for e in loaded]
    loaded[0].annotate(tags=["good"])
    loaded.append(rs.Experiment({"lr": 99}))
    assert len(loaded.where("'good' in tags or lr == 99")) == 2
    assert loaded.frame()["lr"].to_list() == [e.params["lr"] for e in loaded]


def test_nothing_is_made_or_decoded_before_it_is_touched(loaded, monkeypatch):
    def made(*_):
        raise AssertionError("an experiment was made")

    monkeypatch.setattr("researcher.storage.shelf.Shelf.fresh", made)
    assert len(loaded.where("lr > 0.05 and final.loss < 0.2").sort_by("final.loss")) == 2
    assert loaded.params_that_vary() == ["lr", "depth"]
    assert loaded.frame().shape == (4, 3)
    assert summaries_of(loaded, "loss").tolist() == loaded.frame()["loss"].tolist()
    assert [len(group) for group in repeats_of(loaded + loaded[1:])] == [1, 2, 2, 2]
    assert params_that_matter(loaded, "loss").n == 4
    assert loaded.at([3, 0]).hashes() == loaded.hashes()[::-3]


def test_one_can_look_at_all_curves_without_keeping_them(loaded):
    seen = [weakref.ref(experiment) for experiment in loaded if experiment.observations]
    gc.collect()
    assert [ref() for ref in seen] == [None] * 4
    loaded.sort(key=lambda experiment: experiment.final_observations("loss"))
    assert [e.params["depth"] for e in loaded] == [1, 0, 1, 0]
    held = loaded[1]
    assert loaded[1] is held is loaded[1:][0]


def test_what_was_made_of_an_experiment_stays_though_nobody_holds_it(loaded, tmp_path):
    loaded[0].annotate(tags=["good"])
    gc.collect()
    assert loaded[0].tags == ["good"]
    assert [e.tags for e in rs.all_experiments(tmp_path)] == [["good"], [], [], []]


def test_the_frame_is_what_pandas_makes_of_the_values():
    values = {
        "i": [1, 2, ABSENT],
        "f": [1.0, math.nan, 2.0],
        "m": [1, "a", None],
        "b": [True, False, True],
        "s": ["x", "y", "z"],
        "big": [10**30, 1, 2],
        "mixed": [1, 2.5, ABSENT],
        "t": [True, ABSENT, 1],
        "n": [None, None, 1],
    }
    rows = [{name: column[i] for name, column in values.items() if column[i] is not ABSENT} for i in range(3)]
    frame = rs.Experiments(map(rs.Experiment, rows)).frame()
    plain = pd.DataFrame({name: [None if v is ABSENT else v for v in column] for name, column in values.items()})
    pd.testing.assert_frame_equal(frame.reset_index(drop=True)[[*values]], plain)
    assert np.array_equal(frame["i"], [1, 2, np.nan], equal_nan=True)
