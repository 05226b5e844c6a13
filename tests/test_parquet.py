"""Parquet: what was saved comes back, and other tools read it as it is."""

from __future__ import annotations

import json
import math
import random
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import NUMBERS, OBSERVATIONS, PARAMS, plain_dicts, tokens_and_texts

import researcher as rs
from researcher import parquet
from researcher.errors import CannotWrite, DamagedRecord, DamagedRecordWarning, NotRecordable, RecordsNotFound
from researcher.summary import SUMMARIES
from researcher.tables.tabling import table_of

NAMES = st.sampled_from(["loss", "Loss", "a.b", "a", "a.list.element", "final.loss"]) | tokens_and_texts()
WHOLE = st.lists(st.integers(-9, 9)) | st.lists(st.integers(-9, 9) | st.sampled_from([0.5, 2.0]))
CURVES = st.lists(st.floats() | st.none()) | st.lists(NUMBERS | st.none()) | WHOLE
SERIES = plain_dicts(NAMES, NUMBERS | CURVES | st.lists(CURVES))
OURS = st.fixed_dictionaries(
    {"format": st.just(1)},
    optional={"steps": SERIES, "times": SERIES, "values": st.lists(NAMES), "tags": st.lists(tokens_and_texts())},
)


def experiment(params, ours, observations):
    return rs.Experiment({**params, "researcher": ours, "observations": observations})


EXPERIMENTS = st.builds(experiment, PARAMS, OURS | st.none() | st.text(), SERIES | OBSERVATIONS | st.none())
MIXED = [experiment({}, {"format": 1}, {"loss": value}) for value in (1, 0.5, [1, 2], [0.5], [[1], [0.5]], [[], [2]])]


@given(st.lists(EXPERIMENTS, max_size=4))
@example(MIXED)
def test_what_was_saved_comes_back(experiments):
    experiments = [rs.Experiment(e.data, name=f"e{i % 3}") for i, e in enumerate(experiments)]
    with tempfile.TemporaryDirectory() as directory:
        rs.Experiments(experiments).to_parquet(f"{directory}/all.parquet")
        found = rs.read_parquet(f"{directory}/all.parquet")
        names = {name for e in experiments for name in e.observed()}
        table = table_of(found)
        listed = {(which, name): table.numbers(which, name).listed() for which in SUMMARIES for name in names}
        assert sorted(map(told, found)) == sorted(map(told, experiments))
        for (which, name), numbers in listed.items():
            assert repr(numbers) == repr([rs.Experiment(e.data).summary(which, name) for e in found])


def told(found):
    """The summaries and all data of an experiment; tells 1 from 1.0, -0.0 from 0.0, and shows NaN."""
    summaries = [(name, which, found.summary(which, name)) for name in found.observed() for which in SUMMARIES]
    return repr((sorted(summaries), rs.Experiment(found.data, rest=dict).data))


def test_a_curve_of_integers_and_floats_is_in_its_column_alone(tmp_path):
    curve = [1, *[0.5, math.nan, None, math.inf] * 1000, 0]
    given = experiment({}, {"format": 1, "steps": {"loss": curve}}, {"loss": curve, "folds": [curve, [0.25, 2]]})
    rs.Experiments([given]).to_parquet(tmp_path / "mixed.parquet")
    assert len(pq.read_table(tmp_path / "mixed.parquet")["record"][0].as_py()) < 300
    assert told(rs.read_parquet(tmp_path / "mixed.parquet")[0]) == told(given)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Four experiments in a file, and the experiments as they were recorded."""
    records = tmp_path_factory.mktemp("records")
    shared = {"title": "relu", "optimizer": {"name": "adam"}, "betas": [1, 0.5], "weights": {0: 1.0}}
    rs.record_experiment({**shared, "lr": 1, "layers": [[1], []]}, records, {"loss": [0.5, 0.25], "acc": 0.5}, 2.5)
    rs.record_experiment(
        {**shared, "lr": 0.1, "odd": True}, records, {"loss": [3, math.nan, None], "folds": [[1, 2], [3]]}
    )
    rs.record_experiment({**shared, "lr": 0.1, "odd": "a"}, records, {"loss": [1, 0.5], "folds": [1.5]})
    with rs.Recorder({**shared, "lr": 2**70, "odd": None}, records) as recorder:
        recorder.observe(step=10, loss=1.0)
        recorder.observe(step=20, loss=0.5)
    rs.all_experiments(records)[3].annotate("diverged", tags=["bad"])
    experiments = rs.all_experiments(records)
    path = tmp_path_factory.mktemp("archive") / "new" / "all.parquet"
    experiments.to_parquet(path)
    return path, experiments


def test_experiments_from_an_archive_are_browsed_and_compared_as_from_records(archive):
    path, experiments = archive
    found = rs.read_parquet(path)
    assert [told(e) for e in found] == [told(e) for e in experiments]
    assert [e.name for e in found] == [e.name for e in experiments]
    assert [e.path for e in found] == [None] * 4
    assert found.frame().equals(experiments.frame())
    assert found.where("min.loss < 0.3").best("loss").name == experiments[0].name
    assert found.where("at.20.loss == 0.5 or n.folds > 2") == [found[1], found[3]]


def test_the_columns_are_typed(archive):
    import pyarrow.parquet as pq

    path, experiments = archive
    table = pq.read_table(path)
    types = {field.name: str(field.type).replace("element: ", "").replace("item: ", "") for field in table.schema}
    assert {name: kind for name, kind in types.items() if name.startswith(("params", "obs", "steps", "final"))} == {
        "params.optimizer.name": "string",
        "params.betas": "list<double>",
        "params.weights.0": "double",
        "params.lr": "double",
        "params.layers": "list<list<int64>>",
        "params.odd": "string",
        "final.loss": "double",
        "final.acc": "double",
        "final.folds": "double",
        "observations.loss": "list<double>",
        "observations.acc": "list<double>",
        "observations.folds": "list<list<double>>",
        "steps.loss": "list<double>",
    }
    columns = table.to_pydict()
    assert columns["experiment"] == [e.name for e in experiments]
    assert columns["title"] == ["relu"] * 4
    assert columns["timestamp"] == [e.timestamp for e in experiments]
    assert [at.timestamp() for at in columns["recorded_at"]] == [e.recorded_at for e in experiments]
    assert (columns["duration"][0], columns["status"][0]) == (2.5, "finished")
    assert (columns["tags"], columns["notes"][3]) == ([[], [], [], ["bad"]], ["diverged"])
    assert columns["params.odd"] == [None, "true", "a", None]
    assert columns["params.lr"] == [1.0, 0.1, 0.1, 2.0**70]
    assert str(columns["observations.loss"][1]) == "[3.0, nan, None]"
    assert columns["observations.folds"] == [None, [[1, 2], [3]], [[1.5]], None]
    assert columns["steps.loss"] == [None, None, None, [10, 20]]
    assert columns["final.folds"] == [None, 2.5, 1.5, None]


def test_duckdb_reads_it(archive):
    import duckdb

    found = duckdb.sql(
        f"""SELECT "params.optimizer.name", "observations.loss"[-1] AS last FROM '{archive[0]}'
        WHERE "params.lr" < 0.5 AND "observations.folds" IS NOT NULL ORDER BY last"""
    )
    assert found.fetchall() == [("adam", 0.5), ("adam", None)]


def test_what_duckdb_writes_is_read(archive, tmp_path):
    import duckdb

    duckdb.sql(f"""COPY (FROM '{archive[0]}' WHERE "params.lr" = 1) TO '{tmp_path}/one.parquet'""")
    duckdb.sql(f"COPY (SELECT experiment, record FROM '{archive[0]}') TO '{tmp_path}/heads.parquet'")
    assert [told(e) for e in rs.read_parquet(tmp_path / "one.parquet")] == [told(archive[1][0])]
    heads = rs.read_parquet(tmp_path / "heads.parquet")
    assert [e.params for e in heads] == [e.params for e in archive[1]]
    with pytest.raises(DamagedRecord, match=r"lacks the column observations\.loss"):
        _ = heads[0].observations


def test_polars_reads_it(archive):
    import polars as pl

    found = pl.scan_parquet(archive[0]).filter(pl.col("params.lr") < 0.5).select(pl.col("observations.folds").explode())
    assert found.collect().to_series().to_list() == [[1, 2], [3], [1.5]]


def test_pandas_reads_it(archive):
    import pandas as pd

    found = pd.read_parquet(archive[0])
    assert found["params.betas"].map(list).to_list() == [[1, 0.5]] * 4
    assert str(found["recorded_at"].dtype) == "datetime64[us, UTC]"


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # dask calls pandas that way
def test_dask_reads_it(archive):
    import dask
    import dask.dataframe as dd

    with dask.config.set(scheduler="synchronous"):
        assert dd.read_parquet(archive[0])["final.loss"].sum().compute() == 0.25 + 0.5 + 0.5


def test_a_directory_of_files_is_read_as_one_and_a_damaged_file_hides_no_other(archive, tmp_path):
    path, experiments = archive
    for i, e in enumerate(reversed(experiments)):
        rs.Experiments([e]).to_parquet(tmp_path / f"{i}.parquet")
    (tmp_path / "2.parquet").write_bytes(path.read_bytes()[:-100])
    (tmp_path / "_notes.parquet").write_bytes(b"")
    with pytest.warns(DamagedRecordWarning, match=r"2\.parquet"):
        found = rs.read_parquet(tmp_path)
    assert [e.name for e in found] == [experiments[i].name for i in (0, 2, 3)]
    assert [path for path, _ in found.damaged] == [tmp_path / "2.parquet"]


@pytest.mark.parametrize("later", [{"loss": [0.5], "accuracy": [1.0]}, {"loss": [[0.5], [0.25]]}])
def test_a_record_that_changes_while_it_is_written_is_in_it_whole(tmp_path, later, monkeypatch):
    monkeypatch.setattr(parquet, "_AT_ONCE", 1)
    paths = [rs.record_experiment({"lr": lr}, tmp_path, {"loss": [lr]}).path for lr in (0.1, 0.2)]
    experiments = rs.all_experiments(tmp_path)
    content = paths[0].read_text()

    class Changing(rs.Experiment):
        """The last one: when it has been looked at, the first one changes."""

        @property
        def data(self):
            paths[0].write_text(content.replace('"loss": [0.1]', json.dumps(later)[1:-1]))
            return super().data

        def apart(self):
            return self

    last = Changing({"lr": 0.3, "observations": {"loss": [0.3]}})
    rs.Experiments([*experiments, last]).to_parquet(tmp_path / "all.parquet")
    found = {e.params["lr"]: e.observations for e in rs.read_parquet(tmp_path / "all.parquet")}
    assert found == {0.1: later, 0.2: {"loss": [0.2]}, 0.3: {"loss": [0.3]}}


def test_a_bit_that_fell_over_changes_no_value(tmp_path):
    data = [{"lr": i / 7, "observations": {"loss": [i + step / 7 for step in range(300)]}} for i in range(20)]
    path = tmp_path / "all.parquet"
    rs.Experiments(map(rs.Experiment, data)).to_parquet(path)
    whole, drawn, outcomes = path.read_bytes(), random.Random(0), set()
    for _ in range(60):
        at = drawn.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << drawn.randrange(8)]) + whole[at + 1 :])
        try:
            found = rs.read_parquet(path)
            assert sorted((e.data for e in found), key=lambda one: one["lr"]) == data
            outcomes.add("whole")
        except DamagedRecord:
            outcomes.add("damaged")
    assert outcomes == {"whole", "damaged"}


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_no_calendar_has_stops_no_file(tmp_path, time):
    odd = experiment({"lr": 0.1}, {"format": 1, "recorded_at": time}, {"loss": [0.5]})
    rs.Experiments([odd]).to_parquet(tmp_path / "all.parquet")
    assert [*map(told, rs.read_parquet(tmp_path / "all.parquet"))] == [told(odd)]


def test_what_is_no_archive(tmp_path):
    import pandas as pd

    pd.DataFrame({"experiment": ["a"]}).to_parquet(tmp_path / "else.parquet")
    (tmp_path / "text.parquet").write_text("text")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DamagedRecord, match="but of no experiments"):
        rs.read_parquet(tmp_path / "else.parquet")
    with pytest.raises(DamagedRecord, match="cannot be read as Parquet"):
        rs.read_parquet(tmp_path / "text.parquet")
    for name in ("missing", "missing.parquet", "empty"):
        with pytest.raises(RecordsNotFound, match=name):
            rs.read_parquet(tmp_path / name)


def test_a_file_that_was_written_anew_gives_no_curves_of_others(archive, tmp_path):
    path = tmp_path / "all.parquet"
    rs.Experiments(archive[1][:2]).to_parquet(path)
    before = rs.read_parquet(path)
    rs.Experiments(archive[1][1:]).to_parquet(path)
    with pytest.raises(DamagedRecord, match="written anew"):
        _ = before[0].observations
    assert before.frame()["lr"].to_list() == [1, 0.1]


def test_what_cannot_be_written_leaves_what_was_there(archive, tmp_path):
    path = tmp_path / "all.parquet"
    archive[1].to_parquet(path)
    before = path.read_bytes()
    with pytest.raises(NotRecordable, match="is a function"):
        rs.Experiments([rs.Experiment({"a": open})]).to_parquet(path)
    with pytest.raises(CannotWrite, match="cannot write"):
        archive[1].to_parquet(path / "below.parquet")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["all.parquet"]


def test_values_of_numpy_in_an_experiment_made_in_memory(tmp_path):
    import numpy as np

    made = rs.Experiment({"lr": np.float32(0.1), "observations": {"loss": np.array([0.5, 0.25])}})
    rs.Experiments([made]).to_parquet(tmp_path / "all.parquet")
    assert rs.read_parquet(tmp_path / "all.parquet")[0].data == {"lr": 0.1, "observations": {"loss": [0.5, 0.25]}}


def test_the_columns_are_documented_once():
    told = parquet.__doc__.partition("\n\n")[2].replace("``", "`")
    assert told in (Path(__file__).parents[1] / "docs" / "archive.md").read_text()
