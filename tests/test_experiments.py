"""A list of experiments: filtering, the best, tables."""

from __future__ import annotations

import math
import re

import pytest

import researcher as rs
from researcher.errors import QueryError, UnknownNameWarning


def experiment(i, observations=None, **params):
    return rs.Experiment({**params, "hash": f"{i:032x}"[::-1], "observations": observations or {}})


@pytest.fixture
def experiments():
    return rs.Experiments(
        [
            experiment(1, {"loss": [3, 1, 2], "acc": 0.5}, title="a", lr=0.1, optimizer={"name": "adam"}),
            experiment(2, {"loss": [[4, 2], [2, 4]], "acc": math.nan}, title="b", lr=0.01, optimizer={"name": "sgd"}),
            experiment(3, {"note": "x"}, title="c", lr=0.1, depth=10**30),
        ],
        damaged=[("x.json", "it is empty")],
    )


def titles(experiments):
    return "".join(e.title for e in experiments)


def test_a_query_filters(experiments):
    assert titles(experiments.where("lr == 0.1")) == "ac"
    assert titles(experiments.where("optimizer.name == 'adam' or has(depth)")) == "ac"
    assert titles(experiments.where("min.loss < 2")) == "a"
    assert titles(experiments.where("")) == "abc"
    assert isinstance(experiments.where("lr > 1"), rs.Experiments)
    with pytest.raises(QueryError):
        experiments.where("lr <")


def test_a_name_that_none_has_is_warned_of_with_its_near_misses(experiments):
    with pytest.warns(UnknownNameWarning, match="did you mean optimizer.name") as warned:
        assert experiments.where("optimiser.name == 'adam'") == []
    assert warned[0].filename == __file__
    experiments.where("has(optimizer) and status == 'finished'")


@pytest.mark.parametrize(
    ("observation", "mode", "title"),
    [("loss", None, "a"), ("loss", "max", "b"), ("acc", None, "a"), ("acc", "min", "a")],
)
def test_the_best(experiments, observation, mode, title):
    assert experiments.best(observation, mode).title == title


def test_the_best_of_nothing_is_an_error(experiments):
    with pytest.raises(ValueError, match=r"no experiment has a number for the observation 'note'; .*: loss, acc"):
        experiments.best("note")
    with pytest.raises(ValueError, match="observed were: none"):
        rs.Experiments().best("loss")
    with pytest.raises(ValueError, match="it is 'min' or 'max'"):
        experiments.best("loss", "least")


def test_the_params_that_vary(experiments):
    assert experiments.params_that_vary() == ["title", "lr", "optimizer.name", "depth"]
    assert experiments[:1].params_that_vary() == rs.Experiments().params_that_vary() == []


def test_the_frame_has_a_row_an_experiment(experiments):
    frame = experiments.frame()
    assert frame.columns.tolist() == ["title", "lr", "optimizer.name", "depth", "loss", "acc"]
    assert frame.index.tolist() == [e.name for e in experiments]
    assert frame["lr"].tolist() == [0.1, 0.01, 0.1]
    assert frame["loss"].tolist()[:2] == [2, 3]
    assert frame["depth"].tolist()[2] == 10**30
    assert frame.isna()["loss"].tolist() == [False, False, True]
    assert rs.Experiments().frame().empty


def test_an_observation_called_as_a_param_has_a_column_of_its_own():
    frame = rs.Experiments([experiment(1, {"lr": [1, 2]}, lr=0.5)]).frame()
    assert frame.to_dict("records") == [{"lr": 0.5, "final.lr": 2}]


def test_it_is_a_list(experiments):
    assert isinstance(experiments[1:], rs.Experiments)
    assert titles(experiments[::-1]) == "cba"
    assert experiments[-1].title == "c"
    assert len(experiments) == 3


def test_its_repr_says_how_many(experiments):
    assert repr(experiments).startswith("<3 experiments, 1 damaged>\n[<Experiment a_")
    assert repr(rs.Experiments()) == "<0 experiments>"
    assert repr(experiments[2:]).startswith("<1 experiment>")
    assert repr(rs.Experiments(list(experiments) * 10)).endswith(" 10 more]")


def test_in_a_notebook_it_is_a_small_table(experiments):
    page = experiments._repr_html_()
    for shown in (
        "<th>title</th><th>hash</th><th>lr</th>",
        "<td>adam</td>",
        "<td>0.01</td>",
        "3 experiments, 1 damaged",
    ):
        assert shown in page
    many = rs.Experiments(experiment(i, title="<b>") for i in range(100))._repr_html_()
    assert many.count("<tr>") == 21
    assert "<b>" not in many
    assert "<th>status</th>" not in page
    failed = rs.Experiment({"title": "d", "researcher": {"format": 1, "status": "failed"}})
    assert "<td>failed</td>" in rs.Experiments([*experiments, failed])._repr_html_()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("loss < 1", "loss was observed; say which value of it: final.loss, or"),
        ("observations.`log loss` < 1", "say which value of it: final.`log loss`, or"),
        ("title == relu", 'if it is a text, write "relu"'),
        ("los < 1", "did you mean loss?"),
    ],
)
def test_a_near_miss_is_answered_with_what_was_meant(query, said):
    experiments = rs.Experiments([rs.Experiment({"title": "x", "observations": {"loss": [0.5], "log loss": 0.5}})])
    with pytest.warns(UnknownNameWarning, match=re.escape(said)):
        assert not experiments.where(query)


def test_a_name_to_sort_by_that_nothing_has_is_told():
    experiments = rs.Experiments([rs.Experiment({"lr": lr, "observations": {"loss": [lr]}}) for lr in (0.2, 0.1)])
    with pytest.warns(
        UnknownNameWarning, match="no experiment has lrr, so nothing is known of it; did you mean lr"
    ) as w:
        experiments.sort_by("lrr", "lr", "loss", "final.loss", "duration", "tags")
    assert len(w) == 1
    assert not rs.Experiments().sort_by("lrr")


def test_a_table_in_a_cell_has_the_first_columns_and_names_the_others():
    wide = rs.Experiments(
        experiment(i, {f"o{j}": i for j in range(9)}, **{f"<p{j}>": i for j in range(20)}) for i in (1, 2)
    )
    page = wide._repr_html_()
    assert page.count("<th>&lt;p") == page.count("<th>o") == 8
    assert "; in frame() also &lt;p8&gt;, &lt;p9&gt;, " in page
    assert page.endswith("&lt;p15&gt;, …")
