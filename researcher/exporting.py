"""The table of experiments for other tools: a row an experiment, a column a param, then final values.

Curves are not in it; `Experiments.to_parquet` writes those too. A param is called in it as it is; what else would be
called so, the names of the records or a final value, has an underscore behind its name.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from researcher.errors import CannotWrite, MissingExtra, reason
from researcher.experiment import Experiment
from researcher.params import ABSENT, unused
from researcher.places import place
from researcher.plain import key_text

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

LEADING = "experiment"  # the column of the names of the records
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a spreadsheet takes for a formula


def columns_of(experiments: Sequence[Experiment]) -> dict[str, list[object]]:
    """The params by dotted name, then the final value of each observation; `ABSENT` where an experiment has none.

    An observation that is called as a param is takes the column ``final.NAME``.

    >>> columns_of([Experiment({"lr": 0.1, "observations": {"loss": [2, 1]}}), Experiment({"depth": 3})])
    {'lr': [0.1, absent], 'depth': [absent, 3], 'loss': [1, absent]}
    """
    from researcher.tables.tabling import table_of

    table = table_of(experiments)
    return {name: column.listed() for name, column in table.columns().items()}


def to_pandas(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """A pandas DataFrame, whose index ``experiment`` is the name of each record."""
    from researcher.tables.tabling import table_of

    table = table_of(experiments)
    return framed(table.name, {name: column.cells() for name, column in table.columns().items()})


def framed(names: Sequence[str], columns: Mapping[str, Any]) -> pd.DataFrame:
    """A pandas DataFrame of these columns, whose index is the names of the records."""
    import pandas as pd

    from researcher.tables.coded import as_pandas

    rows, heads = as_pandas(names), as_pandas([*columns])
    index = pd.Index(rows, dtype=rows.dtype, name=unused(LEADING, columns))
    series = (pd.Series(cells, index, dtype=cells.dtype) for cells in columns.values())  # not what pandas finds
    frame = pd.DataFrame(dict(enumerate(series)), index)
    frame.columns = pd.Index(heads, dtype=heads.dtype)
    return frame


def to_arrow(experiments: Sequence[Experiment]) -> pa.Table:
    """An Arrow table, led by the column ``experiment``, the name of each record; null where there is no value.

    Integers and floats in one column are floats; other values of several types are text, as they are or as JSON.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    from researcher.storage import arrow

    columns = _led(experiments)
    return arrow.table({name: [_known(value) for value in values] for name, values in columns.items()})


def _led(experiments: Sequence[Experiment]) -> dict[str, list[object]]:
    """The columns, after that of the names of the records."""
    from researcher.tables.tabling import table_of

    columns = columns_of(experiments)
    return {unused(LEADING, columns): [*table_of(experiments).name], **columns}


def to_polars(experiments: Sequence[Experiment]) -> pl.DataFrame:
    """The same as a Polars DataFrame.

    Raises:
        MissingExtra: polars or pyarrow is not installed.
    """
    try:
        import polars as pl
    except ImportError:
        raise MissingExtra("polars", "a Polars DataFrame needs polars") from None
    return pl.DataFrame(to_arrow(experiments))


def to_csv(experiments: Sequence[Experiment], path: str | os.PathLike[str]) -> None:
    """Write the table as CSV, led by the column ``experiment``; see `csv_text` for its cells.

    Raises:
        CannotWrite: the file cannot be written; what was there still is.
    """
    from researcher.storage.files import replacing

    columns = _led(experiments)
    text = csv_text(columns, zip(*columns.values(), strict=True))
    target = place(path)
    try:
        with replacing(target) as file:
            file.write(text.encode(errors="backslashreplace"))
    except OSError as error:
        raise CannotWrite(f"cannot write {target}: {reason(error)}") from error


def csv_text(names: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """CSV after RFC 4180.

    Numbers have all their digits; NaN and infinity are spelled ``NaN``, ``Infinity`` and ``-Infinity``; lists and
    dicts are JSON; a cell is empty where an experiment has no such value. Text that a spreadsheet would run as a
    formula, because it begins with ``=``, ``+``, ``-``, ``@`` or a control character, has an apostrophe before it.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(map(_cell, names))
    writer.writerows(map(_cell, row) for row in rows)
    return written.getvalue()


def _known(value: object) -> Any:
    return None if value is ABSENT else value


def _cell(value: object) -> str:
    if value is ABSENT:
        return ""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else key_text(value)
    if isinstance(value, (list, tuple, Mapping)):
        return json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_RUN) else text
