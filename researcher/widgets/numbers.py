"""Numbers for experiments, which stay theirs whatever file they lie in, and however often they are read."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from researcher.experiment import Experiment
from researcher.places import Place


class Numbers:
    """Gives each experiment a number: first known by the object, which may move to another file, then by its file."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Experiment, int] = WeakKeyDictionary()
        self._at: dict[Place, int] = {}
        self._paths: dict[int, Place] = {}
        self._given = 0

    def number(self, experiment: Experiment) -> int:
        """Its number; one that is read from the same file has the same."""
        known = self._of.get(experiment)
        if known is not None:
            return known
        path = experiment.path.absolute() if experiment.path else None
        found = self._at.get(path, self._given) if path else self._given
        self._given = max(self._given, found + 1)
        self._of[experiment] = found
        if path:
            self._at[path] = found
        return found

    def keep(self, experiment: Experiment) -> int:
        """The number of an experiment that is shown; what lies in its file from now on is this one."""
        found, path = self.number(experiment), experiment.path
        before = self._paths.get(found)
        if path is not None and path is not before:
            if before is not None and before != path and self._at.get(before.absolute()) == found:
                del self._at[before.absolute()]
            self._paths[found] = path
            self._at[path.absolute()] = found
        return found
