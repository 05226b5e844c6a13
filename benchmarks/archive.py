"""The workload ``archive``: records as Parquet files, written and asked, beside pandas from the JSON files."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import drawn
from benchmarks.peers.json2020 import Json2020
from benchmarks.peers.peer import Peer
from benchmarks.processes import turn
from benchmarks.tables import number, table
from benchmarks.workload import Workload

_VALUES = 50  # of an observation
_LONGEST = 900.0  # seconds
_FINALS = [f"final.{name}" for name in drawn.OBSERVATIONS]


class Size(NamedTuple):
    """How much is done.

    Attributes:
        rounds: how often every reader takes its turn.
        experiments: numbers of experiments.
    """

    rounds: int
    experiments: Sequence[int]


@dataclass
class Findings:
    """What was found of one reader; in seconds, of the quietest round.

    Attributes:
        table: until the table of params and final values was there.
        curves: until the smallest value of each curve of one observation was known, and their sum.
    """

    table: float = math.inf
    curves: float = math.inf


def run(_: Sequence[Peer], size: Size) -> str:
    """Write and ask with each number of experiments, and return the tables."""
    return "\n\n".join(_of(count, size.rounds) for count in size.experiments)


def _of(count: int, rounds: int) -> str:
    found = [Findings() for _ in READERS]
    writing = dict.fromkeys((archived, archived_by_pandas), math.inf)
    with tempfile.TemporaryDirectory() as above:
        directory = Path(above)
        drawn.write(directory / "records", drawn.Workload(count, _VALUES))
        for turns in range(rounds):
            for write in writing:
                (took,) = turn(write, Json2020(), directory, turns, longest=_LONGEST)
                writing[write] = min(writing[write], took)
            for reader in range(len(READERS)) if turns % 2 == 0 else reversed(range(len(READERS))):
                ((tabled, curved),) = turn(asked, Json2020(), directory, reader, count, longest=_LONGEST)
                found[reader].table = min(found[reader].table, tabled)
                found[reader].curves = min(found[reader].curves, curved)
        sizes = {part: _bytes(directory / part) for part in ("records", "archive-0", "pandas-0.parquet")}
    old = found[0]
    rows = []
    for (title, source, _), its in zip(READERS, found, strict=True):
        size = sizes["records" if "JSON" in source else "archive-0"] / sizes["records"]
        ratios = [its.table / old.table, its.curves / old.curves, size]
        rows.append([title, source, *map(number, ratios), number(its.table * 1000)])
    heading = [f"{count:,} experiments", "from", "table ×", "all curves ×", "bytes ×", "table, about ms"]
    ratio = writing[archived] / writing[archived_by_pandas]
    pandas = sizes["pandas-0.parquet"] / sizes["records"]
    written = (
        f"`rs.archive` of {count:,} took {number(ratio)} × what pandas takes for a Parquet file of the same JSON files "
        f"({number(pandas)} × their bytes), about {number(writing[archived] * 1000)} ms."
    )
    return f"{table(heading, rows, text=2)}\n\n{written}"


def _bytes(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def archived(_: Peer, directory: Path, turns: int) -> float:
    """How long `researcher.archive` takes, in seconds."""
    import researcher as rs
    from researcher.storage import part  # noqa: F401 - what it imports is not timed

    begun = time.perf_counter()
    found = rs.archive(directory / "records", directory / f"archive-{turns}")
    took = time.perf_counter() - begun
    if found.damaged or not found.written:
        raise ValueError(f"not all was written: {found}")
    return took


def archived_by_pandas(_: Peer, directory: Path, turns: int) -> float:
    """How long pandas takes to make a Parquet file of the JSON files, in seconds."""
    import pandas as pd
    import pyarrow.parquet  # noqa: F401

    begun = time.perf_counter()
    _flat(pd, directory).to_parquet(directory / f"pandas-{turns}.parquet", compression="zstd")
    return time.perf_counter() - begun


def asked(_: Peer, directory: Path, reader: int, count: int) -> tuple[float, float]:
    """How long a reader takes until the table is there, and anew until all curves were looked at, in seconds.

    Raises:
        ValueError: it found something else than was written.
    """
    tabled, curved = READERS[reader][2](directory)
    begun = time.perf_counter()
    rows, finals = tabled()
    until_table = time.perf_counter() - begun
    begun = time.perf_counter()
    least = curved()
    until_curves = time.perf_counter() - begun
    curves = [drawn.curves(at, _VALUES)["loss"] for at in range(count)]
    wanted = math.fsum(min(value for value in curve if value == value) for curve in curves)
    ends = math.fsum(curve[-1] for curve in curves if curve[-1] == curve[-1])
    if rows != count or not (math.isclose(least, wanted) and math.isclose(finals, ends)):
        raise ValueError(f"{rows} rows, sums {finals} and {least}, not {count}, {ends} and {wanted}")
    return until_table, until_curves


Asks = tuple[Callable[[], tuple[int, float]], Callable[[], float]]  # rows and sum of final losses; sum of least losses


def _json(directory: Path) -> Asks:
    import pandas as pd

    def tabled() -> tuple[int, float]:
        found = _flat(pd, directory)
        return len(found), math.fsum(end for end in found["loss"].map(lambda curve: float(curve[-1])) if end == end)

    return tabled, lambda: math.fsum(_least(_flat(pd, directory)["loss"]))


def _flat(pandas: Any, directory: Path) -> Any:
    """All records, decoded one after the other, as a DataFrame with a column for each param and observation."""
    import json

    found = []
    for path in sorted((directory / "records").iterdir()):
        record = json.loads(path.read_bytes())
        observations = {name: list(map(float, curve)) for name, curve in record.pop("observations").items()}
        del record["researcher"]
        found.append({**record, **observations})
    return pandas.json_normalize(found)


def _least(curves: Any) -> list[float]:
    return [min(value for value in curve if value == value) for curve in curves]


def _records(directory: Path) -> Asks:
    import pandas  # noqa: F401

    import researcher as rs

    return _asked_of(lambda: rs.all_experiments(directory / "records"))


def _archive(directory: Path) -> Asks:
    import pandas  # noqa: F401

    import researcher as rs
    from researcher.storage import parquet  # noqa: F401

    return _asked_of(lambda: rs.read_parquet(directory / "archive-0"))


def _asked_of(load: Callable[[], Any]) -> Asks:
    def tabled() -> tuple[int, float]:
        found = load().frame()
        return len(found), found["loss"].sum()

    return tabled, lambda: math.fsum(_least(e.observations["loss"] for e in load()))


def _pandas(directory: Path) -> Asks:
    import pandas as pd
    import pyarrow.dataset  # noqa: F401

    def tabled() -> tuple[int, float]:
        params = ["title", "params.lr", "params.activation", "params.optimizer.name", "params.seed"]
        found = pd.read_parquet(directory / "archive-0", columns=[*params, *_FINALS])
        return len(found), found["final.loss"].sum()

    def curved() -> float:
        found = pd.read_parquet(directory / "archive-0", columns=["observations.loss"])
        return math.fsum(_least(curve.tolist() for curve in found["observations.loss"]))

    return tabled, curved


def _duckdb(directory: Path) -> Asks:
    import duckdb
    import pyarrow  # noqa: F401

    files = directory / "archive-0" / "*.parquet"
    least = 'list_min(list_filter("observations.loss", lambda x: NOT isnan(x)))'

    def tabled() -> tuple[int, float]:
        found = duckdb.sql(f"SELECT title, COLUMNS('params.*|final.*') FROM '{files}'").fetchnumpy()
        return len(found["title"]), float(found["final.loss"][~(found["final.loss"] != found["final.loss"])].sum())

    return tabled, lambda: float(duckdb.sql(f"SELECT sum({least}) FROM '{files}'").fetchall()[0][0])


def _polars(directory: Path) -> Asks:
    import polars as pl

    files = directory / "archive-0" / "*.parquet"

    def tabled() -> tuple[int, float]:
        found = pl.scan_parquet(files).select("title", pl.col("^params\\..*$"), pl.col("^final\\..*$")).collect()
        return len(found), found["final.loss"].fill_nan(None).sum()

    def curved() -> float:
        least = pl.col("observations.loss").list.eval(pl.element().fill_nan(None)).list.min()
        found: float = pl.scan_parquet(files).select(least.sum()).collect().item()
        return found

    return tabled, curved


READERS: Sequence[tuple[str, str, Callable[[Path], Asks]]] = (
    ("`json.load` of every file, pandas", "JSON", _json),
    ("`rs.all_experiments(...)`", "JSON", _records),
    ("`rs.read_parquet(...)`", "archive", _archive),
    ("pandas", "archive", _pandas),
    ("DuckDB", "archive", _duckdb),
    ("Polars", "archive", _polars),
)

WORKLOAD = Workload(
    run,
    {
        "smallest": Size(rounds=1, experiments=(5,)),
        "quick": Size(rounds=1, experiments=(5_000,)),
        "full": Size(rounds=3, experiments=(1_000, 10_000)),
    },
    needs=("pyarrow", "duckdb", "polars"),
)
