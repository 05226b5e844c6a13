"""A list of experiments that answers questions."""

from __future__ import annotations

import html
import os
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, SupportsIndex, overload

from researcher.errors import UnknownNameWarning
from researcher.experiment import Experiment
from researcher.exporting import columns_of, to_arrow, to_csv, to_polars
from researcher.observations import lower_is_better
from researcher.params import ABSENT, flattened, label, leaves, varying
from researcher.places import Place
from researcher.query import Query, parse, quoted

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_SHOWN = 20  # rows of the table in a notebook
_OWN_NAMES = {"status", "title", "timestamp", "duration", "hash", "tags", "notes"}


class Experiments(list[Experiment]):
    """A list of experiments, oldest first, that can be filtered, compared and shown as a table.

    Attributes:
        damaged: path and reason of each file of the records directory that is not a readable record.
    """

    def __init__(self, experiments: Iterable[Experiment] = (), damaged: Iterable[tuple[Place, str]] = ()) -> None:
        super().__init__(experiments)
        self.damaged = list(damaged)

    def where(self, query: str) -> Experiments:
        """The experiments that a query matches, in the same order; an empty query matches all.

        A name that no experiment has matches nothing, and a warning names the near misses. The language is
        described in `researcher.query`.

        Args:
            query: such as ``"lr < 0.01 and activation_function == 'relu'"``.

        Raises:
            QueryError: the query cannot be understood; the message points at the mistake.
        """
        parsed = parse(query)
        for sentence in self.unknown(parsed):
            warnings.warn(sentence, UnknownNameWarning, stacklevel=2)
        return Experiments(e for e in self if parsed.matches(e.look_up))

    def best(self, observation: str, mode: Literal["min", "max"] | None = None) -> Experiment:
        """The experiment whose observation reached the best value at any step (of folds: on average).

        Args:
            observation: its name.
            mode: ``min`` or ``max``; if not given, ``min`` where the name says loss, error or the like, else ``max``.

        Raises:
            ValueError: no experiment has a number for it, or ``mode`` is neither.
        """
        mode = mode or ("min" if lower_is_better(observation) else "max")
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode!r}: it is 'min' or 'max'")
        found = [(value, e) for e in self if isinstance(value := e.summary(mode, observation), (int, float))]
        found = [(value, e) for value, e in found if value == value]
        if not found:
            names = ", ".join(self.observed()) or "none"
            raise ValueError(f"no experiment has a number for the observation {observation!r}; observed were: {names}")
        choose = min if mode == "min" else max
        return choose(found, key=lambda pair: pair[0])[1]

    def params_that_vary(self) -> list[str]:
        """The dotted names of the params that differ among these experiments; being absent differs."""
        return varying(e.params for e in self)

    def observed(self) -> list[str]:
        """The names of all observations that have a number, in order of first appearance."""
        return list(dict.fromkeys(name for e in self for name in e.observed()))

    def frame(self) -> pd.DataFrame:
        """A pandas DataFrame: a row an experiment, a column a param, then the final value of each observation.

        Its index is each record's name, which is unique in a directory. An observation that is called as a param is
        takes the column ``final.NAME``. What an experiment does not have is NaN (None among text).
        """
        import pandas as pd

        columns = columns_of(self)
        known = {name: [None if value is ABSENT else value for value in values] for name, values in columns.items()}
        return pd.DataFrame(known, index=pd.Index([e.name for e in self], name="experiment"))

    def to_pandas(self) -> pd.DataFrame:
        """The same as `frame`."""
        return self.frame()

    def to_polars(self) -> pl.DataFrame:
        """The columns of `frame` as a Polars DataFrame, the names of the records in the first, null for what is absent.

        Raises:
            MissingExtra: polars or pyarrow is not installed.
        """
        return to_polars(self)

    def to_arrow(self) -> pa.Table:
        """The same as an Arrow table; see `researcher.exporting.to_arrow`.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        return to_arrow(self)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the columns of `frame` as CSV; see `researcher.exporting.csv_text` for its cells.

        Raises:
            CannotWrite: the file cannot be written.
        """
        to_csv(self, path)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write them as a Parquet file, nothing lost; see `researcher.parquet` for its columns.

        Raises:
            MissingExtra: pyarrow is not installed.
            CannotWrite: the file cannot be written; what was there still is.
        """
        from researcher.parquet import to_parquet

        to_parquet(self, path)

    def unknown(self, query: Query) -> list[str]:
        """A sentence for each name in a query that no experiment has, with the near misses."""
        known = {path[:n] for e in self for path, _ in leaves(e.params) for n in range(1, len(path) + 1)}
        return [
            self._near_misses(path)
            for path in query.names
            if self
            and ".".join(path) not in _OWN_NAMES
            and path not in known
            and all(e.look_up(path) is ABSENT for e in self)
        ]

    def _near_misses(self, path: tuple[str, ...]) -> str:
        import difflib

        names = {name for e in self for name in flattened(e.params)} | _OWN_NAMES
        names |= {f"{kind}.{name}" for name in self.observed() for kind in ("final", "min", "max", "best")}
        near = difflib.get_close_matches(".".join(path), sorted(names), n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        return f"no experiment has {quoted(path)}, so nothing is known of it{hint}"

    @overload
    def __getitem__(self, index: SupportsIndex) -> Experiment: ...
    @overload
    def __getitem__(self, index: slice) -> Experiments: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Experiment | Experiments:
        found = super().__getitem__(index)
        return Experiments(found) if isinstance(found, list) else found

    def __repr__(self) -> str:
        damaged = f", {len(self.damaged)} damaged" if self.damaged else ""
        shown = ",\n ".join(map(repr, list(self)[:_SHOWN]))
        more = f",\n … {len(self) - _SHOWN} more" if len(self) > _SHOWN else ""
        return f"<{len(self)} experiments{damaged}>" + (f"\n[{shown}{more}]" if self else "")

    def _repr_html_(self) -> str:
        """A small table: the params that vary and the final values."""
        shown = Experiments(list(self)[:_SHOWN])
        names = [name for name in self.params_that_vary() if name != "title"]
        observed = shown.observed()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in ("title", *names, *observed))
        body = "".join(f"<tr>{_cells(e, names, observed)}</tr>" for e in shown)
        damaged = f", {len(self.damaged)} damaged" if self.damaged else ""
        more = f", the first {_SHOWN} shown" if len(self) > _SHOWN else ""
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{len(self)} experiments{damaged}{more}"
        )


def _cells(experiment: Experiment, names: list[str], observed: list[str]) -> str:
    flat = flattened(experiment.params)
    values = [experiment.title or experiment.hash[:8], *(flat.get(name, ABSENT) for name in names)]
    values += [experiment.summary("final", name) for name in observed]
    return "".join(f"<td>{'' if value is ABSENT else html.escape(label(value))}</td>" for value in values)
