"""The experiments of Parquet files as rows of columns, of which an `Experiment` is made when it is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np

from researcher.errors import DamagedRecord
from researcher.experiment import Experiment
from researcher.reserved import ours_of
from researcher.storage import json_texts, layout
from researcher.storage.arrow import pa
from researcher.storage.names import RECORD
from researcher.storage.rows import FOLDED, experiment_of
from researcher.storage.shelf import Home, Shelf, Slot
from researcher.storage.split import put_together
from researcher.storage.strict import may_hold_tokens
from researcher.summary import COUNTS, SUMMARIES

Series = Callable[[str], Any]


class Columns(Protocol):
    """The columns of a group of rows in a file."""

    def of(self, row: int, name: str) -> Series:
        """What gives the value of a row, which is of the experiment of this name, in a column."""


class Archive(Shelf):
    """A shelf of what Parquet files hold. What they say of a number is not asked of the curves."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.contents = self._encoded
        self._series: list[Series] = []  # of each row
        self._kinds: list[bytes] = []  # of each row the types of its series, as text
        self._rows: dict[str, int] = {}  # by the name of the record

    def add(self, heads: pa.Table, columns: Columns) -> list[Slot]:
        """Add the experiments of a group of rows.

        Args:
            heads: their columns but for the params and the series.
            columns: all of them.

        Returns:
            A row for each, or an experiment of its own where its text is for no column.

        Raises:
            ValueError: they are none that `researcher.storage.rows.row_of` made.
        """
        names, texts = heads["experiment"].to_pylist(), heads["record"].to_pylist()
        rows = [
            self._row(name, (text or "").encode(), columns.of(place, name))
            for place, (name, text) in enumerate(zip(names, texts, strict=True))
        ]
        self._know(heads, rows)
        loose = [place for place, row in enumerate(rows) if row is None]
        own = heads.take(pa.array(loose, pa.int64())).to_pylist()
        made = {place: experiment_of(of, columns.of(place, names[place])) for place, of in zip(loose, own, strict=True)}
        return [made[place] if row is None else row for place, row in enumerate(rows)]

    def fresh(self, row: int) -> Experiment:
        """The experiment of a row as it was recorded, a new object; its head is decoded when it is looked at."""
        with self.lock:
            later = partial(_rest, self._series[row]) if self.heads.has_rest(row) else None
            head, known = partial(self._locked, self.heads.head, row), partial(self._locked, self.summaries.of, row)
            name = self.heads.names[row].removesuffix(RECORD)
            return Experiment(head, None, later, name, Home(self, row), known)

    def _row(self, name: str, text: bytes, series: Series) -> int | None:
        """The row of an experiment; None if its text has notes, or its name is that of another one."""
        parts = None if name in self._rows or may_hold_tokens(text) else _parts(text)
        if parts is None:
            return None
        try:
            row = self.heads.add(f"{name}{RECORD}", bytes(parts["data"]))
        except ValueError:
            return None
        self._rows[name] = row
        self._series.append(series)
        self._kinds.append(bytes(parts.get("series", b"{}")))
        return row

    def _know(self, heads: pa.Table, rows: Sequence[int | None]) -> None:
        """Sum up these rows, None for what is none, as far as the columns say all that there is to say."""
        alike: dict[bytes, list[int]] = {}
        for place, row in enumerate(rows):
            if row is not None:
                alike.setdefault(self._kinds[row], []).append(place)
        finals = [heads[name].is_valid().to_numpy() for name in heads.column_names if name.startswith("final.")]
        observed = np.sum(finals, axis=0, dtype=int) if finals else np.zeros(len(rows), dtype=int)
        for text, places in alike.items():
            kinds = json_texts.from_json(text).get("observations", {})
            wanted = [f"{which}.{name}" for which in SUMMARIES for name in kinds]
            if kinds and FOLDED.isdisjoint(kinds.values()) and {*wanted} <= {*heads.column_names}:
                there = [heads[name].is_valid().to_numpy()[places] for name in wanted]
                known = np.array(places)[(observed[places] == len(kinds)) & np.all(there, axis=0)]
                self._put([rows[place] for place in known.tolist()], kinds, heads, known)

    def _put(self, rows: Sequence[Any], kinds: Mapping[str, str], heads: pa.Table, places: Any) -> None:
        """These rows have observations of these kinds alone, and all numbers that sum them up."""
        numbers = {
            which: np.stack([heads[f"{which}.{name}"].to_numpy()[places].astype(float) for name in kinds], axis=1)
            for which in SUMMARIES
        }
        may_be = np.array(["float" not in kind for kind in kinds.values()])
        whole = np.zeros((len(rows), len(kinds)), dtype=np.uint8)
        for bit, (which, found) in enumerate(numbers.items()):
            integers = np.isfinite(found) & (found == np.floor(found)) & (may_be | (which in COUNTS))
            whole |= integers.astype(np.uint8) << bit
        with self.lock:
            self.columns = None
            columns = {which: found.tobytes() for which, found in numbers.items()}
            self.summaries.put_many(rows, [*kinds], columns, whole.tobytes())

    def _encoded(self, wanted: Iterable[str]) -> Iterator[tuple[str, bytes | Exception]]:
        """The observations of these records as in files of their own, or why they cannot be read."""
        for name in wanted:
            try:
                data = self.fresh(self._rows[name.removesuffix(RECORD)]).data
            except (DamagedRecord, OSError) as error:
                yield name, error
                continue
            observations = data.get("observations")
            ours = {"researcher": {"format": layout.FORMAT, **ours_of(data)}}
            yield name, layout.encode(ours, observations if isinstance(observations, dict) else {})


def _parts(content: bytes) -> dict[str, msgspec.Raw] | None:
    """The parts of a text of `researcher.storage.split`; None if there are notes among them, or it is none."""
    try:
        found = json_texts.texts_of(content)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return found if "data" in found and found.keys() <= {"data", "series"} else None


def _rest(series: Series) -> Mapping[str, Any]:
    """The observations and what belongs to them."""
    found = put_together(series("record"), series)
    return {key: found.head[key] for key in ("observations", "researcher") if key in found.head} | (
        found.rest() if found.rest else {}
    )
