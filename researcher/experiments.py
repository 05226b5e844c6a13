"""A list of experiments that answers questions."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, MutableSequence, Sequence
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, overload

from researcher.errors import UnknownNameWarning
from researcher.experiment import Experiment
from researcher.exporting import to_arrow, to_csv, to_pandas, to_polars
from researcher.near_misses import unknown_name
from researcher.params import Path, varying
from researcher.places import Place
from researcher.query import Query, name_of, parse
from researcher.reserved import OWN
from researcher.storage.shelf import Slot
from researcher.storage.shelved import Shelved, shelved
from researcher.summary import lower_is_better
from researcher.tables import one_by_one

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from researcher.tables.table import Table

_SHOWN = 20  # experiments in its repr
_FEW = 200


class Experiments(Shelved, MutableSequence[Experiment]):
    """A list of experiments, oldest first, that can be filtered, sorted, compared and shown as a table.

    It is used as a list is. Of a records directory an `Experiment` is made when it is touched, and no curve is decoded
    before; what is asked of all of them is found on columns. It is the same object as long as anybody has it, and what
    was decoded for it goes with it, so that one can go through the curves of all.

    Attributes:
        damaged: path and reason of each file of the records directory that is not a readable record.
    """

    def __init__(self, experiments: Iterable[Experiment] = (), damaged: Iterable[tuple[Place, str]] = ()) -> None:
        if isinstance(experiments, Shelved):
            super().__init__(experiments.shelf, experiments.slots)
        else:
            super().__init__(None, experiments)
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
        table = None if self._are_few() else self._table()
        for sentence in self._unknown(parsed.names, table):
            warnings.warn(sentence, UnknownNameWarning, stacklevel=2)
        if table is None:
            return self.at(one_by_one.matching(parsed, self))
        from researcher.tables.matching import matching

        return self.at(matching(parsed, table).nonzero()[0].tolist())

    def sort_by(self, *names: str, descending: bool | Sequence[bool] = False) -> Experiments:
        """The experiments in another order; those that are alike keep theirs.

        Text, numbers and other values in one column are ordered by their kind first. An experiment without a value
        comes last, whichever way the others are ordered. Of a name that no experiment has, a warning names the near
        misses.

        Args:
            *names: of params and of what else a query may speak of, such as ``final.loss`` or ``timestamp``, the most
                important first; written as in a query.
            descending: whether the largest comes first; of all names, or of each.

        Raises:
            QueryError: one of the names is none.
            ValueError: ``descending`` has another length than the names.
        """
        from researcher.tables.sorting import order

        ways = [descending] * len(names) if isinstance(descending, bool) else [*descending]
        if len(ways) != len(names):
            raise ValueError(f"there are {len(names)} names, and descending says something of {len(ways)}")
        paths, table = list(map(name_of, names)), self._table()
        for sentence in self._unknown([path for path in paths if ".".join(path) not in table.observed], table):
            warnings.warn(sentence, UnknownNameWarning, stacklevel=2)
        return self.at(order(table, [*zip(paths, ways, strict=True)]).tolist())

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
        few = self._are_few()
        place = one_by_one.best(observation, mode, self) if few else self._table().best(observation, mode)
        if place is None:
            names = ", ".join(self.observed()) or "none"
            raise ValueError(f"no experiment has a number for the observation {observation!r}; observed were: {names}")
        return self[place]

    def params_that_vary(self) -> list[str]:
        """The dotted names of the params that differ among these experiments; being absent differs."""
        if self._are_few():
            return varying(e.params for e in self)
        return [name for name, column in self._table().params.items() if column.varies()]

    def observed(self) -> list[str]:
        """The names of all observations that have a number, in order of first appearance."""
        return one_by_one.observed(self) if self._are_few() else [*self._table().observed]

    def frame(self) -> pd.DataFrame:
        """A pandas DataFrame: a row an experiment, a column a param, then the final value of each observation.

        Its index ``experiment`` is each record's name, which is unique in a directory. An observation that is called as
        a param is takes the column ``final.NAME``. What an experiment does not have is NaN, or None among objects.
        """
        return to_pandas(self)

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
        return self._unknown(query.names, None if self._are_few() else self._table())

    def _unknown(self, names: Iterable[Path], table: Table | None) -> list[str]:
        asked = [path for path in names if self and ".".join(path) not in OWN]
        if table is None:
            missing = [path for path in asked if not one_by_one.knows(path, self)]
        else:
            missing = [path for path in asked if not table.knows(path)]
        return [unknown_name(path, self._table().params, self.observed()) for path in missing]

    def _are_few(self) -> bool:
        """Whether to ask one after the other is quicker than to import what columns need."""
        return len(self) <= _FEW and "numpy" not in sys.modules

    def _table(self) -> Table:
        from researcher.tables.tabling import table_of

        return table_of(self)

    def at(self, places: Iterable[int]) -> Experiments:
        """The experiments in these places, in this order."""
        return Experiments(super().at(places))

    @overload
    def __getitem__(self, index: SupportsIndex) -> Experiment: ...
    @overload
    def __getitem__(self, index: slice) -> Experiments: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Experiment | Experiments:
        found = super().__getitem__(index)
        return Experiments(found) if isinstance(found, Shelved) else found

    @overload
    def __setitem__(self, index: SupportsIndex, value: Experiment) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[Experiment]) -> None: ...
    def __setitem__(self, index: SupportsIndex | slice, value: Experiment | Iterable[Experiment]) -> None:
        self.slots[index] = value if isinstance(value, Experiment) else self._slots_of(value)  # type: ignore[index, assignment]

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        del self.slots[index]

    def insert(self, index: SupportsIndex, value: Experiment) -> None:
        """Put an experiment before the place ``index``."""
        self.slots.insert(index, value)

    def extend(self, values: Iterable[Experiment]) -> None:
        """Put experiments behind the others."""
        self.slots += self._slots_of(values)

    def _slots_of(self, values: Iterable[Experiment]) -> list[Slot]:
        """Experiments as slots among these: rows, where they are of the same shelf."""
        given = shelved(values)
        self.shelf = self.shelf or given.shelf
        return given.slots if given.shelf is self.shelf else [*given]

    def sort(self, *, key: Callable[[Experiment], Any], reverse: bool = False) -> None:
        """Sort in place, as `list.sort` does; see `sort_by` for what is quick."""
        keys = [*map(key, self)]
        self.slots = self.at(sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)).slots

    def copy(self) -> Experiments:
        """A list of the same experiments."""
        return Experiments(self, self.damaged)

    __copy__ = copy

    def __add__(self, other: Iterable[Experiment]) -> Experiments:
        joined = self[:]
        joined.extend(other)
        return joined

    def __radd__(self, other: Iterable[Experiment]) -> Experiments:
        joined = Experiments(other)
        joined.extend(self)
        return joined

    def __reduce__(self) -> tuple[object, ...]:
        return Experiments, ([*self], self.damaged)

    def counted(self) -> str:
        """How many there are, in words."""
        damaged = f", {len(self.damaged):,} damaged" if self.damaged else ""
        return f"{len(self):,} experiment{'' if len(self) == 1 else 's'}{damaged}"

    def __repr__(self) -> str:
        shown = ",\n ".join(map(repr, self[:_SHOWN]))
        more = f",\n … {len(self) - _SHOWN:,} more" if len(self) > _SHOWN else ""
        return f"<{self.counted()}>" + (f"\n[{shown}{more}]" if self else "")

    def _repr_html_(self) -> str:
        from researcher.notebook import experiments_html

        return experiments_html(self)
