"""The query of an Explorer: which experiments it matches, and what is wrong or odd about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from researcher.errors import QueryError
from researcher.experiment import Experiment
from researcher.experiments import Experiments
from researcher.query import parse
from researcher.tables.matching import matching
from researcher.tables.tabling import table_of

Mask = npt.NDArray[np.bool_]


class Asked:
    """The last query that could be understood, and its answer, kept until it must be found anew.

    Attributes:
        mistake: position and reason of the mistake in the query; the last good one is asked meanwhile.
        hint: what is odd about it: names that no experiment has.
    """

    def __init__(self) -> None:
        self.mistake: tuple[int, str] | tuple[()] = ()
        self.hint = ""
        self._query = parse("")
        self._answered: str | None = None
        self._answer: Mask = np.zeros(0, dtype=bool)

    def forget(self) -> None:
        """The experiments are others now."""
        self._answered = None

    def answer(self, query: str, experiments: Sequence[Experiment]) -> Mask:
        """Which experiments the query matches."""
        try:
            self._query, self.mistake = parse(query), ()
        except QueryError as error:
            self.mistake = (error.at, error.reason)
        if self._answered != self._query.text:
            self._answered = self._query.text
            self._answer, self.hint = np.ones(len(experiments), dtype=bool), ""
            if self._answered.strip():
                self._answer = matching(self._query, table_of(experiments))
                self.hint = "\n".join(Experiments(experiments).unknown(self._query))
        return self._answer

    def grow(self, rows: Collection[int], experiments: Sequence[Experiment]) -> bool:
        """Ask again of these experiments, which stand in these rows; returns whether the answer changed."""
        if not self._answered:
            return False
        places, fresh = [*rows], np.array([self._query.matches(e.look_up) for e in experiments], dtype=bool)
        changed = bool((self._answer[places] != fresh).any())
        self._answer[places] = fresh
        return changed
