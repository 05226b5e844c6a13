"""Numbers for experiments, which stay theirs whatever file they lie in, and however often they are read."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from researcher.arrays import Indices
from researcher.experiment import Experiment
from researcher.places import Place
from researcher.storage.shelf import Home, Shelf, Slot
from researcher.storage.shelved import Shelved, shelved

_NOBODY = -1


class Numbers:
    """Gives each experiment a number: first known by the object, which may move to another file, then by its file.

    Rows of a shelf have theirs without an object; one that is made of a row has the row's.
    """

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Experiment, int] = WeakKeyDictionary()
        self._rows: WeakKeyDictionary[Shelf, Indices] = WeakKeyDictionary()
        self._files: dict[str, dict[str, int]] = {}  # of each directory, by name
        self._unlisted: dict[str, list[tuple[Shelf, Indices]]] = {}  # rows that are still to be among them
        self._paths: dict[int, Place] = {}
        self._given = 0

    def number(self, experiment: Experiment) -> int:
        """Its number; one that is read from the same file has the same."""
        known = self._known(experiment)
        if known is not None:
            return known
        path = experiment.path
        files = None if path is None else self._files_of(path.parent)
        found = self._next() if files is None or path is None else files.setdefault(path.name, self._given)
        self._given = max(self._given, found + 1)
        self._of[experiment] = found
        return found

    def of(self, experiments: Shelved) -> Indices:
        """The numbers of experiments, of shape ``(n_experiments,)``; -1 for rows whose files were never shown."""
        shelf, rows = experiments.shelf, rows_of(experiments.slots)
        found = np.full(len(rows), _NOBODY, dtype=np.intp)
        if shelf is not None and shelf in self._rows:
            known = np.append(self._rows[shelf], _NOBODY)
            found = known[np.where(rows < len(known) - 1, rows, _NOBODY)]
        elif shelf is not None:
            files = self._files_of(shelf.directory)
            found[:] = [files.get(shelf.heads.names[row], _NOBODY) if row >= 0 else _NOBODY for row in rows.tolist()]
        for place in np.flatnonzero(rows < 0).tolist():
            found[place] = self.number(experiments[place])
        return found

    def shown(self, experiments: Sequence[Experiment]) -> tuple[Shelved, Indices]:
        """These experiments, each once and as it was read last, and their numbers: what lies in their files now."""
        given = shelved(experiments)[:]  # which nobody else changes
        rows = rows_of(given.slots)
        loose = [given[place] for place in np.flatnonzero(rows < 0).tolist()]
        known = [experiment for experiment in loose if self._known(experiment) is not None]
        for experiment in known:  # before others take the numbers of files in which they do not lie any more
            self.keep(experiment)
        if given.shelf is not None:
            self._take(given.shelf, np.unique(rows[rows >= 0]))
        for experiment in loose:
            self.keep(experiment)
        found = self.of(given)
        return (given, found) if len(np.unique(found)) == len(found) else self._told_apart(given, found)

    def _known(self, experiment: Experiment) -> int | None:
        """The number of an object, or of the row that it was made of."""
        known = self._of.get(experiment)
        if known is None and isinstance(experiment.born, Home) and experiment.born.shelf in self._rows:
            numbers = self._rows[experiment.born.shelf]
            row = experiment.born.row
            return int(numbers[row]) if row < len(numbers) and numbers[row] != _NOBODY else None
        return known

    def keep(self, experiment: Experiment) -> None:
        """What lies in the file of an experiment from now on is this one."""
        found, path = self.number(experiment), experiment.path
        before = self._paths.get(found)
        if path is not None and path is not before:
            if before is not None and before != path and self._files_of(before.parent).get(before.name) == found:
                del self._files_of(before.parent)[before.name]
            self._paths[found] = path
            self._files_of(path.parent)[path.name] = found

    def _take(self, shelf: Shelf, rows: Indices) -> None:
        """Give numbers to rows that have none: those of their objects, or of their files, or new ones."""
        known = self._rows.get(shelf, np.zeros(0, dtype=np.intp))
        if len(known) < len(shelf.heads):
            known = np.concatenate([known, np.full(len(shelf.heads) - len(known), _NOBODY, dtype=np.intp)])
        self._rows[shelf] = known
        for row, made in shelf.adopted().items():
            number = self._known(made)
            if number is not None and row < len(known):
                known[row] = number
        fresh = rows[known[rows] == _NOBODY]
        directory = _named(shelf.directory)
        if directory in self._files or directory in self._unlisted:
            files = self._files_of(shelf.directory)
            for row in fresh.tolist():
                known[row] = files.setdefault(shelf.heads.names[row], self._given)
                self._given = max(self._given, int(known[row]) + 1)
        else:
            known[fresh] = np.arange(self._given, self._given + len(fresh))
            self._given += len(fresh)
            self._unlisted[directory] = [(shelf, fresh)]

    def _told_apart(self, experiments: Shelved, numbers: Indices) -> tuple[Shelved, Indices]:
        """What shares number and file is one experiment; of others, that which moved keeps the number."""
        kept, found, at = list[int](), list[int](), dict[int, int]()
        for place, number in enumerate(numbers.tolist()):
            if number in at:
                before = kept[at[number]]
                if experiments[before] is experiments[place] or experiments[before].path == experiments[place].path:
                    kept[at[number]] = place
                    continue
                if _moved(experiments, place) and not _moved(experiments, before):
                    found[at[number]] = self._renumbered(experiments, before, other=place)
                else:
                    number = self._renumbered(experiments, place, other=before)
            at[number] = len(kept)
            kept.append(place)
            found.append(number)
        slots = [*map(experiments.slots.__getitem__, kept)]
        return Shelved(experiments.shelf, slots), np.array(found, dtype=np.intp)

    def _renumbered(self, experiments: Shelved, place: int, other: int) -> int:
        """A new number for one of two that have the same."""
        moved, experiment, slot = experiments[other], experiments[place], experiments.slots[place]
        self._of[moved] = self.number(moved)  # whatever becomes of the row that it was made of
        found = self._of[experiment] = self._next()
        if isinstance(slot, int) and experiments.shelf is not None:
            self._rows[experiments.shelf][slot] = found
        self.keep(experiment)
        return found

    def _files_of(self, directory: Place) -> dict[str, int]:
        """The numbers of the files of a directory."""
        name = _named(directory)
        files = self._files.setdefault(name, {})
        for shelf, rows in self._unlisted.pop(name, ()):
            names, numbers = shelf.heads.names, self._rows[shelf]
            files.update(zip(map(names.__getitem__, rows.tolist()), numbers[rows].tolist(), strict=True))
        return files

    def _next(self) -> int:
        self._given += 1
        return self._given - 1


def rows_of(slots: Sequence[Slot]) -> Indices:
    """The rows of slots, -1 for those that are experiments, of shape ``(n,)``."""
    try:
        return np.array(slots, dtype=np.intp)
    except TypeError:
        return np.array([slot if isinstance(slot, int) else -1 for slot in slots], dtype=np.intp)


def _moved(experiments: Shelved, place: int) -> bool:
    """Whether it is not what was first found in its file."""
    shelf, slot = experiments.shelf, experiments.slots[place]
    return shelf is None or not isinstance(slot, int) or experiments[place].born != Home(shelf, slot)


def _named(directory: Place) -> str:
    return str(directory.absolute())
