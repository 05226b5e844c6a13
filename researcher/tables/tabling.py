"""Make a table of any experiments: which of them are rows on a shelf, and which are asked themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from researcher.arrays import Indices
from researcher.experiment import Experiment
from researcher.storage.shelf import Home, Shelf, Slot
from researcher.storage.shelved import Shelved
from researcher.tables.table import Table


def table_of(experiments: Sequence[Experiment]) -> Table:
    """The columns of these experiments.

    >>> table = table_of([Experiment({"lr": lr, "observations": {"loss": [1, 1 / lr]}}) for lr in (2, 4)])
    >>> table.params["lr"].listed(), table.numbers("final", "loss").values.tolist(), table.status.listed()
    ([2, 4], [0.5, 0.25], ['finished', 'finished'])
    """
    shelf: Shelf | None
    if isinstance(experiments, Shelved) and experiments.shelf is not None:
        shelf, slots = experiments.shelf, [*experiments.slots]
    else:
        homes = [e.home for e in experiments]
        shelf = next((home.shelf for home in homes if isinstance(home, Home)), None)
        pairs = zip(experiments, homes, strict=True)
        slots = [home.row if isinstance(home, Home) and home.shelf is shelf else e for e, home in pairs]
    loose: dict[int, Experiment] = {}
    try:
        rows = _as_rows(experiments, slots)
    except TypeError:
        rows = np.array([slot if isinstance(slot, int) else -1 for slot in slots], dtype=np.intp)
        loose = {place: slot for place, slot in enumerate(slots) if not isinstance(slot, int)}
    moved = shelf.moved() if shelf is not None else {}
    places = np.flatnonzero(np.isin(rows, [*moved])).tolist() if moved else []
    if places:
        loose |= {place: moved[int(rows[place])] for place in places}
        rows = rows.copy()
        rows[places] = -1
    return Table(shelf, rows, dict(sorted(loose.items())))


def _as_rows(experiments: Sequence[Experiment], slots: list[Slot]) -> Indices:
    """The slots as an array, which is kept, as it is much quicker to see that they are still the same.

    Raises:
        TypeError: some are no rows.
    """
    kept = experiments.kept if isinstance(experiments, Shelved) else None
    if kept is None or kept[0] != slots:
        kept = slots, np.array(slots, dtype=np.intp)
        if isinstance(experiments, Shelved):
            experiments.kept = kept
    return kept[1]
