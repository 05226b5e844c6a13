"""The table of experiments in other tools: the same columns everywhere, what is absent told from NaN."""

from __future__ import annotations

import csv
import math

import pytest
from processes import run

import researcher as rs
from researcher.errors import CannotWrite


@pytest.fixture
def experiments():
    first = {"title": "=a,b", "lr": 1, "layers": [1, 2], "odd": True, "loss": "mse"}
    second = {"title": "é", "lr": 0.5, "optimizer": {"name": "adam"}, "odd": None}
    return rs.Experiments(
        [
            rs.Experiment({**first, "observations": {"loss": [3, 1], "acc": math.nan}}),
            rs.Experiment({**second, "observations": {"loss": 2.5}}),
        ]
    )


def expected(experiments):
    return {
        "experiment": [e.name for e in experiments],
        "title": ["=a,b", "é"],
        "lr": [1.0, 0.5],
        "layers": [[1, 2], None],
        "odd": [True, None],
        "loss": ["mse", None],
        "optimizer.name": [None, "adam"],
        "final.loss": [1.0, 2.5],
        "acc": [math.nan, None],
    }


def test_arrow_and_polars_have_typed_columns_and_tell_nan_from_absent(experiments):
    table = experiments.to_arrow()
    assert repr(table.to_pydict()) == repr(expected(experiments))
    assert table.schema.field("lr").type == "double"
    assert table.schema.field("odd").type == "bool"
    assert repr(experiments.to_polars().to_dict(as_series=False)) == repr(expected(experiments))


def test_pandas_has_the_same_columns(experiments):
    found = experiments.to_pandas()
    assert found.equals(experiments.frame())
    assert [found.index.name, *found.columns] == list(expected(experiments))


def test_csv_is_read_by_anybody(experiments, tmp_path):
    path = tmp_path / "new" / "table.csv"
    experiments.to_csv(path)
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(expected(experiments))
    assert [row[1:] for row in rows] == [
        ["'=a,b", "1", "[1, 2]", "True", "mse", "", "1", "NaN"],
        ["é", "0.5", "", "None", "", "adam", "2.5", ""],
    ]


def test_a_param_keeps_its_name_and_the_column_beside_it_takes_another(tmp_path):
    data = {"experiment": "ablation", "loss": 1, "final.loss": 2, "observations": {"loss": [0.5]}}
    named = rs.Experiments([rs.Experiment(data)])
    row = {"experiment_": named[0].name, "experiment": "ablation", "loss": 1, "final.loss": 2, "final.loss_": 0.5}
    assert named.to_arrow().to_pylist() == named.frame().reset_index().to_dict("records") == [row]
    named.to_csv(tmp_path / "named.csv")
    assert (tmp_path / "named.csv").read_text().split()[0] == ",".join(row)


@pytest.mark.parametrize("value", [2**60 + 1, -(2**53) - 1, 2**63, 2**64])
def test_an_integer_that_no_float_holds_is_itself_in_pandas_beside_what_is_absent(value):
    some = [rs.Experiment({"seed": value, "observations": {"n": value}}), rs.Experiment({"lr": 0.1})]
    found = rs.Experiments(some).frame()
    assert found["seed"].tolist() == found["n"].tolist() == [value, None]


def test_half_of_a_pair_in_one_record_stops_no_frame(tmp_path):
    rs.record_experiment({"lr": 0.1, "data": "donn\udce9es", "\udce9": 1}, tmp_path)
    path = rs.record_experiment({"lr": 0.2, "data": "é"}, tmp_path).path
    path.rename(tmp_path / "\udce9.json")
    found = rs.all_experiments(tmp_path).frame()
    assert [*found.index, *found.columns][1:] == ["\udce9", "lr", "data", "\udce9"]
    assert found["data"].tolist() == ["donn\udce9es", "é"]


def test_csv_that_cannot_be_written(experiments, tmp_path):
    with pytest.raises(CannotWrite, match=r"cannot write .*: Is a directory"):
        experiments.to_csv(tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_experiments(tmp_path):
    none = rs.Experiments()
    none.to_csv(tmp_path / "none.csv")
    none.to_parquet(tmp_path / "none.parquet")
    assert (tmp_path / "none.csv").read_text() == "experiment\n"
    assert rs.read_parquet(tmp_path / "none.parquet") == none.to_polars().to_dicts() == []


def test_without_the_extras_the_error_says_what_to_install():
    script = """
import sys
sys.modules["pyarrow"] = sys.modules["polars"] = None
import researcher as rs
none = rs.Experiments()
for verb in (none.to_arrow, none.to_polars, lambda: none.to_parquet("x.parquet"), lambda: rs.read_parquet("x.parquet")):
    try:
        verb()
    except rs.errors.MissingExtra as error:
        print(error.extra)
"""
    assert run(script).split() == ["archive", "polars", "archive", "archive"]
