"""Where one experiment came from, Python to run it again, and its reproduction beside it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import traitlets as t

from researcher.environment.origin import origin_of
from researcher.experiment import Experiment
from researcher.reproduction.verdicts import independent, verdict_on
from researcher.widgets.again import code_to_run_again, code_to_vary
from researcher.widgets.state import ExplorerState
from researcher.widgets.view import Face, View, module

_TOLERANCE = 1e-6  # as `researcher.reproduce` has it


class OriginFace(Face):
    """Facts, code to copy and texts to read."""

    _esm = module("origin.js")
    notice = t.Unicode().tag(sync=True)
    """Why nothing is shown, or the empty text."""
    title = t.Unicode().tag(sync=True)
    facts: t.List[Any] = t.List().tag(sync=True)
    """Pairs of a name and a text."""
    codes: t.List[Any] = t.List().tag(sync=True)
    """Pairs of a name and Python to paste."""
    texts: t.List[Any] = t.List().tag(sync=True)
    """Name and text of what there is to read."""
    others: t.List[Any] = t.List().tag(sync=True)
    """Of each original or reproduction: ``said``, ``number``, and ``rows`` of observation, outcome and details."""


class OriginView(View):
    """Shows the selected experiment, or the first of several."""

    tab: ClassVar[str] = "code"
    watches: ClassVar[tuple[str, ...]] = ("experiments", "selected", "growth")

    def __init__(self, state: ExplorerState) -> None:
        self.page = OriginFace()
        self.hear(self.page, {"select_both": self._select_both})
        super().__init__(state, self.page)

    def render(self) -> None:
        """Show what the record says, and what was made of it since."""
        page, selected = self.page, self.state.selected
        with page.hold_sync():
            page.notice = "" if selected else "Select an experiment in the table to see where it came from."
            if not selected:
                page.title, page.facts, page.codes, page.texts, page.others = "", [], [], [], []
                return
            experiment = selected[0]
            origin = origin_of(experiment)
            more = f", the first of {len(selected):,} selected" if len(selected) > 1 else ""
            page.title = f"{experiment.title or 'no title'} ({experiment.hash[:8]}){more}"
            page.facts = [list(fact) for fact in origin.facts]
            page.codes = [["run again", code_to_run_again(experiment)], ["vary", code_to_vary(experiment)]]
            packages = "\n".join(f"{name} {version}" for name, version in origin.packages.items())
            found = {"source": origin.source, "script": origin.script, "changes since the commit": origin.patch}
            page.texts = [[name, text] for name, text in {**found, "packages": packages}.items() if text]
            page.others = self._others(experiment)

    def _others(self, experiment: Experiment) -> list[dict[str, Any]]:
        """The experiment that it reproduces, and those that reproduce it, each compared with its original."""
        state = self.state
        alike = [state.experiments[row] for row, own in enumerate(state.data.hashes) if own == experiment.hash]
        found = []
        for other in alike:
            for said, original, repeat in (("reproduces", other, experiment), ("is reproduced by", experiment, other)):
                if original is not repeat and original.path and repeat.ours.get("reproduces") == original.path.name:
                    rows = _compared(original, repeat, [e for e in self._repeats(experiment) if e is not repeat])
                    found.append({"said": f"{said} {other.name}", "number": state.number(other), "rows": rows})
        return found

    def _repeats(self, experiment: Experiment) -> list[Experiment]:
        """The experiments that are the same but for the seed, as `researcher.reproduce` counts them."""
        groups = self.state.repeats()
        rows = np.flatnonzero(groups == groups[self.state.row(experiment)])
        return independent([e for row in rows if (e := self.state.experiments[row]).status == "finished"])

    def _select_both(self, number: int) -> None:
        """Select the experiment and another one, and show what differs between them."""
        self.state.select([self.state.selected[0], *self.state.numbered([number])])
        self.state.tab = "differences"


def _compared(original: Experiment, repeat: Experiment, repeats: list[Experiment]) -> list[list[Any]]:
    names = dict.fromkeys([*original.observations, *repeat.observations])
    verdicts = [verdict_on(name, original, repeat, repeats, _TOLERANCE) for name in names]
    return [[verdict.observation, verdict.outcome, verdict.details, verdict.held] for verdict in verdicts]
