"""What docs/archive.md says of the columns, as DuckDB, Polars, pandas and Dask find them."""

from __future__ import annotations

import datetime
import math
import re
from pathlib import Path

import pytest

import researcher as rs

DOCS = (Path(__file__).parents[1] / "docs" / "archive.md").read_text()
TYPES = {  # of the documentation, in DuckDB and in Polars
    "text": ("VARCHAR", "String"),
    "timestamp": ("TIMESTAMP", "Datetime('us', None)"),
    "timestamp, UTC": ("TIMESTAMP WITH TIME ZONE", "Datetime('us', 'UTC')"),
    "boolean": ("BOOLEAN", "Boolean"),
    "int": ("BIGINT", "Int64"),
    "float": ("DOUBLE", "Float64"),
    "list of text": ("VARCHAR[]", "List(String)"),
    "list of int": ("BIGINT[]", "List(Int64)"),
    "list of float": ("DOUBLE[]", "List(Float64)"),
    "list of list of float": ("DOUBLE[][]", "List(List(Float64))"),
}
NAN = math.nan
AT = "2026-01-02T03:04:05.678901+00:00"
FOLDS = [[1.0, NAN], [None, 4.0, 5.0]]
RECORDS = [
    {
        "title": "one",
        "optimizer": {"name": "adam"},
        "lr": 0.005,
        "depth": 3,
        "flag": True,
        "layers": [1, 2],
        "betas": [1, 0.5],
        "odd": "as it is",
        "deep": [[[[[1]]]]],
        "wide": [{"a": 1}],
        "seed": 2**70,
        "nothing": None,
        "hash": "0123456789abcdef",
        "timestamp": "2026-01-02_04:04:05",
        "duration": 2,
        "researcher": {
            "format": 1,
            "status": "finished",
            "recorded_at": AT,
            "tags": ["b", "a"],
            "notes": [{"at": AT, "text": "diverged"}],
            "steps": {"loss": [10, 20, 30]},
            "times": {"loss": [0.5, 1.5, 2.5]},
        },
        "observations": {"loss": [1, NAN, 0.5], "score": 0.9, "folds": FOLDS, "words": "no numbers"},
    },
    {
        "title": "two",
        "lr": 2,
        "odd": [1, "b"],
        "seed": 1,
        "observations": {"loss": [3, None], "folds": [7, 8]},
    },
]
WANTED = {
    "experiment": ("text", ["one", "two"]),
    "hash": ("text", ["0123456789abcdef", "bd2f352d220976ac43b6a71c204b5433"]),
    "title": ("text", ["one", "two"]),
    "status": ("text", ["finished", "finished"]),
    "timestamp": ("timestamp", [datetime.datetime(2026, 1, 2, 4, 4, 5), None]),
    "recorded_at": ("timestamp, UTC", [datetime.datetime.fromisoformat(AT), None]),
    "duration": ("float", [2.0, None]),
    "tags": ("list of text", [["b", "a"], []]),
    "notes": ("list of text", [["diverged"], []]),
    "params.optimizer.name": ("text", ["adam", None]),
    "params.lr": ("float", [0.005, 2.0]),
    "params.depth": ("int", [3, None]),
    "params.flag": ("boolean", [True, None]),
    "params.layers": ("list of int", [[1, 2], None]),
    "params.betas": ("list of float", [[1.0, 0.5], None]),
    "params.odd": ("text", ["as it is", '[1, "b"]']),
    "params.deep": ("text", ["[[[[[1]]]]]", None]),
    "params.wide": ("list of text", [['{"a": 1}'], None]),
    "params.seed": ("float", [2.0**70, 1.0]),
    "params.nothing": ("text", [None, None]),
    "final.loss": ("float", [0.5, NAN]),
    "min.loss": ("float", [0.5, 3.0]),
    "max.loss": ("float", [1.0, 3.0]),
    "first.loss": ("float", [1.0, 3.0]),
    "n.loss": ("int", [3, 2]),
    "nan.loss": ("int", [1, 1]),
    "final.score": ("float", [0.9, None]),
    "min.folds": ("float", [2.5, 7.0]),
    "n.folds": ("int", [5, 2]),
    "nan.folds": ("int", [2, 0]),
    "max.folds": ("float", [3.0, 8.0]),
    "observations.loss": ("list of float", [[1.0, NAN, 0.5], [3.0, None]]),
    "observations.score": ("list of float", [[0.9], None]),
    "observations.folds": ("list of list of float", [FOLDS, [[7.0, 8.0]]]),
    "steps.loss": ("list of float", [[10.0, 20.0, 30.0], None]),
    "times.loss": ("list of float", [[0.5, 1.5, 2.5], None]),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    directory = tmp_path_factory.mktemp("archive")
    rs.Experiments([rs.Experiment(data, name=data["title"]) for data in RECORDS]).to_parquet(directory / "all.parquet")
    return directory / "all.parquet"


def test_the_documentation_names_the_columns():
    rows = re.findall(r"^\| (`.*?) \| (.*?) \| .*\|$", DOCS, re.MULTILINE)
    told = {name: kind for names, kind in rows for name in re.findall(r"`(.+?)`", names)}
    always = {name: kind for name, kind in told.items() if "." not in name}
    assert always == {name: kind for name, (kind, _) in WANTED.items() if "." not in name} | {"record": "text"}
    for name, (kind, _) in WANTED.items():
        if "." in name:
            known = told[f"{name.partition('.')[0]}.NAME"]
            assert any(word in known for word in kind.replace("list of list", "list").split(" of ")), name


def test_duckdb(path):
    import duckdb

    found = duckdb.sql(f"FROM '{path}'")
    types = dict(zip(found.columns, map(str, found.types), strict=True))
    assert {name: types[name] for name in WANTED} == {name: TYPES[kind][0] for name, (kind, _) in WANTED.items()}
    columns = found.to_arrow_table().to_pydict()
    assert {name: repr(plain(columns[name])) for name in WANTED} == listed(WANTED)


def test_polars(path):
    import polars as pl

    found = pl.scan_parquet(path).collect()
    types = {name: re.sub(r"time_(unit|zone)=", "", str(kind)) for name, kind in found.schema.items()}
    assert {name: types[name] for name in WANTED} == {name: TYPES[kind][1] for name, (kind, _) in WANTED.items()}
    assert {name: repr(plain(found[name].to_list())) for name in WANTED} == listed(WANTED)


@pytest.mark.parametrize("tool", ["pandas", "dask"])
@pytest.mark.filterwarnings("ignore:The inplace keyword")  # dask calls pandas that way
def test_pandas_and_dask(path, tool):
    import dask
    import dask.dataframe as dd
    import pandas as pd

    if tool == "pandas":
        found = pd.read_parquet(path)
    else:
        with dask.config.set({"scheduler": "synchronous", "dataframe.convert-string": False}):
            found = dd.read_parquet(path).compute()
    columns = {name: repr(plain([*found[name]], missing=NAN)) for name in WANTED}
    assert columns == listed(WANTED, missing=NAN)


def plain(value, missing=None):
    """The value as plain Python. In pandas NaN is all that is missing, and integers beside it are floats."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list):
        return [plain(item, missing) for item in value]
    if value is None or value != value:
        return NAN if isinstance(value, float) else missing
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return float(value) if type(value) is int and missing is not None else value


def listed(wanted, missing=None):
    return {name: repr(plain(values, missing)) for name, (_, values) in wanted.items()}


def test_the_queries_of_the_documentation(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    (block,) = re.findall(r"## Queries\n+```python\n(.*?)```", DOCS, re.DOTALL)
    results = [eval(query, modules) for modules, query in queries(block)]
    assert results[0].fetchall() == [("one", 0.5)]
    assert results[1].to_dicts() == [{"title": "one", "final.loss": 0.5}]
    assert results[2]["params.lr"].to_list() == [0.005, 2.0]


def queries(block):
    modules = {}
    for statement in block.split("\n\n"):
        if statement.startswith("import"):
            exec(statement, modules)
        else:
            yield modules, statement.strip()


def test_names_that_differ_in_case_alone(tmp_path):
    import duckdb

    rs.Experiments([rs.Experiment({"LR": 2, "lr": 1})]).to_parquet(tmp_path / "both.parquet")
    found = duckdb.sql(f"""SELECT "params.LR", "params.lr_1" FROM '{tmp_path}/both.parquet'""")
    assert found.fetchall() == [(2, 1)]
