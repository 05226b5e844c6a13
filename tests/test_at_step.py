"""What observations were at a step, and when they were best."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import researcher as rs
from researcher.params import ABSENT
from researcher.query import name_of, quoted
from researcher.summary_names import summary_named
from researcher.tables.tabling import table_of

NAN = math.nan


def experiment(observation: Any, steps: Any = None) -> rs.Experiment:
    ours = {} if steps is None else {"researcher": {"format": 1, "steps": {"loss": steps}}}
    return rs.Experiment({"observations": {"loss": observation}, **ours})


@pytest.mark.parametrize(
    ("observation", "steps", "at_2", "best_step"),
    [
        ([3.0, 1.0, 2.0], None, 2.0, 1),
        ([3.0, 1.0], None, ABSENT, 1),  # it does not get there
        ([3.0, 1.0, 2.0], [0, 1, 100], 1.0, 1),
        ([3.0, 1.0], [5, 6], ABSENT, 6),  # it begins later
        ([3.0, 1.0, 2.0], [2, 2, 0], 1.0, 2),  # the last at a step, in whatever order they were recorded
        ([3.0, 1.0, NAN], None, NAN, 1),
        ([1.0, 1.0, 1.0], [7, 2, 2], 1.0, 2),
        ([NAN, NAN, NAN], None, NAN, NAN),
        ([[3.0, 1.0, 5.0], [4.0, 3.0, 1.0]], None, 3.0, 1.5),
        ([[3.0, 1.0, 5.0], [4.0, 3.0], []], None, 5.0, 1),  # one fold gets there
        (0.5, None, ABSENT, ABSENT),
        ("text", None, ABSENT, ABSENT),
    ],
)
def test_the_value_at_a_step_and_the_step_of_the_best(observation, steps, at_2, best_step):
    found = experiment(observation, steps)
    assert repr(found.summary("at.2", "loss")) == repr(at_2)
    assert repr(found.look_up(("best_step", "loss"))) == repr(best_step)


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(-9, 9)), min_size=1, max_size=9), st.integers(0, 9))
def test_it_is_the_last_value_at_or_before_the_step(points, step):
    steps, values = map(list, zip(*points, strict=True))
    before = {s: value for s, value in points if s <= step}  # of several the last
    expected = before[max(before)] if before and max(steps) >= step else ABSENT
    assert experiment(values, steps).look_up(("at", str(step), "loss")) == expected


@pytest.mark.parametrize("name", ["at.100.loss", "at.100.val.loss", "best_step.loss", "layers.0.units", "a.`0.5`.b"])
def test_names_with_digits_are_written_as_they_are_read(name):
    assert quoted(name_of(name)) == name


@pytest.mark.parametrize("name", ["at.loss", "at.1.5", "at.-1.loss", "at.١.loss", "at.1e3.loss", f"at.{'9' * 16}.loss"])
def test_what_names_no_step_is_no_summary(name):
    assert summary_named(name) in (None, ("at.1", "5"))


def test_a_param_of_that_name_comes_first():
    found = rs.Experiment({"at": {"1": {"loss": "a param"}}, "observations": {"loss": [2.0, 1.0]}})
    assert found.look_up(("at", "1", "loss")) == "a param"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for i in range(300):  # more than are asked one by one
        rs.record_experiment({"title": f"{i}"}, tmp_path, {"loss": [float(i), 1.0 / (i + 1)][: 1 + i % 3]})
    return tmp_path


def test_queries_sorts_and_tables_know_it_of_many(directory):
    experiments = rs.all_experiments(directory)
    assert [int(e.title) for e in experiments.where("at.1.loss < 0.01")] == [i for i in range(100, 300) if i % 3]
    assert [e.title for e in experiments.sort_by("at.0.loss", descending=True)[:2]] == ["299", "298"]
    assert len(experiments.where("best_step.loss == 1")) == 200
    with pytest.warns(rs.errors.UnknownNameWarning, match=r"at\.1\.lss"):
        assert not experiments.where("at.1.lss < 1")


def test_each_record_is_read_once_for_a_step(directory):
    experiments = rs.all_experiments(directory)
    table_of(experiments[:100]).numbers("at.1", "loss")
    for e in experiments[:100]:
        e.path.unlink()
    found = table_of(experiments[::-1]).numbers("at.1", "loss")
    assert found.there.tolist() == [i % 3 > 0 for i in reversed(range(300))]
    assert experiments[1].summary("at.1", "loss") is ABSENT  # asked itself, it finds no record
