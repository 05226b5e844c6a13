"""The params that matter for the objective, among the visible experiments."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any, ClassVar

import numpy as np
import traitlets as t

from researcher.analysis.association import Correlation
from researcher.analysis.importance import Importance, Ranking, params_that_matter
from researcher.errors import MissingExtra
from researcher.widgets.aim import Aimed, aim_of, show_aim, take_aim
from researcher.widgets.answers import Answers
from researcher.widgets.state import ExplorerState
from researcher.widgets.usual import usual_scatter
from researcher.widgets.view import Face, View, module

HOW = (
    "The share is the permutation importance in random forests, out of bag (Breiman 2001), as a part of the variance "
    "in which the param takes part alone or with others (Gregorutti, Michel and Saint-Pierre 2017); the whisker is "
    "two standard errors to each side (delete-d jackknife, Shao and Wu 1989)."
)


class ImportanceFace(Aimed, Face):
    """A row for each param, the most important first."""

    _esm = module("picks.js", "aim.js", "importance.js")
    notice = t.Unicode().tag(sync=True)
    """Why there is no ranking, or the empty text."""
    rows: t.List[Any] = t.List().tag(sync=True)
    objective = t.Unicode().tag(sync=True)
    """What they matter for."""
    said = t.Unicode().tag(sync=True)
    """What all params together explain, in words."""
    warnings: t.List[Any] = t.List().tag(sync=True)
    how = t.Unicode(HOW).tag(sync=True)
    busy = t.Bool().tag(sync=True)
    """Whether a ranking is worked out; what is shown meanwhile is that of before."""


class ImportanceView(View):
    """Ranks the params of the visible experiments; a click on one shows it against the objective."""

    tab: ClassVar[str] = "params that matter"
    watches: ClassVar[tuple[str, ...]] = ("visible", "observed", "objective", "growth")

    def __init__(self, state: ExplorerState) -> None:
        self.ranking = ImportanceFace()
        self._answers = Answers(self._answered, state.lock)
        self._about: Hashable = None
        self.hear(self.ranking, {"aim": self._aim, "open": self._open})
        super().__init__(state, self.ranking)

    def render(self) -> None:
        """Ask for the ranking, and show it as soon as it is there."""
        state, face = self.state, self.ranking
        which, observation = aim_of(state)
        experiments = state.at(np.sort(state.rows))
        about = (experiments.shelf, tuple(experiments.slots), which, observation)
        with face.hold_sync():
            show_aim(state, face)
            if not observation:
                self._show(Ranking((), 0, math.nan, ()), "Nothing was observed that params could matter for.")
                return
            grown = (e for e in state.grown_since(0) if state.row(e) in state.rows)
            question = (about, max(map(state.version, grown), default=0))
            answer = self._answers.get(
                question, lambda: params_that_matter(experiments, observation, which), patient=about == self._about
            )
            face.busy = answer is None and about != self._about
            if answer is None:
                return
            self._about = about
            if isinstance(answer, MissingExtra):
                self._show(Ranking((), 0, math.nan, ()), str(answer))
            elif isinstance(answer, Exception):
                raise answer
            else:
                self._show(answer, "", f"{which}.{observation}")

    def close(self) -> None:
        """Stop watching the state, and ask for no ranking any more."""
        self._answers.close()
        super().close()

    def _show(self, ranking: Ranking, notice: str, objective: str = "") -> None:
        face = self.ranking
        face.notice, face.busy, face.objective = notice, False, objective
        face.rows = [_row(row) for row in ranking]
        face.said = _said(ranking, objective)
        face.warnings = list(ranking.warnings)

    def _answered(self) -> None:
        self._shown = None
        self._refresh()

    def _aim(self, **chosen: str) -> None:
        take_aim(self.state, **chosen)

    def _open(self, param: str) -> None:
        """Show a param against the objective."""
        state = self.state
        which, observation = aim_of(state)
        with state.hold_trait_notifications():
            state.scatter = (param, f"{which}.{observation}", usual_scatter(state)[2])
            state.tab = "scatter"


def _row(row: Importance) -> dict[str, Any]:
    """A row of the ranking; places on its line are parts of it, which stands for all of the variance."""
    low, high = (min(1.0, max(0.0, row.share + side * 2 * row.error)) for side in (-1, 1))
    params = [
        {"name": name, "correlation": None if correlation is None else _correlation(correlation)}
        for name, correlation in zip(row.params, row.correlations, strict=True)
    ]
    share, error = round(100 * row.share), 100 * row.error
    return {
        "params": params,
        "share": min(1.0, max(0.0, row.share)),
        "low": low,
        "high": high,
        "matters": row.matters,
        "text": f"{max(0, share)} %",
        "full": f"{100 * row.share:.1f} % of the variance, standard error {error:.1f} %"
        + ("" if row.matters else "; not told from chance"),
    }


def _correlation(found: Correlation) -> dict[str, Any]:
    if found.low > 0:
        way = "rises"
    elif found.high < 0:
        way = "falls"
    else:
        way = "unclear"
    rank, low, high = (f"{number:+.2f}".replace("-", "−") for number in (found.rank, found.low, found.high))
    full = f"rank correlation {rank}, 95 % interval {low} to {high}, of {found.n:,} experiments"
    return {"way": way, "rank": found.rank, "low": found.low, "high": found.high, "text": rank, "full": full}


def _said(ranking: Ranking, objective: str) -> str:
    if math.isnan(ranking.r2):
        return ""
    share = max(0, round(100 * ranking.r2))
    return (
        f"All params together explain about {share} % of the variance of {objective} in {ranking.n:,} experiments; "
        "the less that is, the less the order means."
    )
