"""What differs between the selected experiments, and whether a difference between two settings is real."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets as t

from researcher.experiment import Experiment
from researcher.widgets.aim import Aimed, aim_of, show_aim, take_aim
from researcher.widgets.answers import Answers
from researcher.widgets.contrast import contrast, names_of, short
from researcher.widgets.plan import looks_of
from researcher.widgets.settings import Setting, Settings
from researcher.widgets.state import ExplorerState
from researcher.widgets.versus import Versus
from researcher.widgets.view import Face, View, module

_EACH = 6  # experiments with a column each; of more there is a column for each setting
_COLUMNS = 24  # settings with a column


class DifferencesFace(Aimed, Face):
    """A table of what differs, and a comparison below it."""

    _esm = module("picks.js", "aim.js", "versus.js", "differences.js")
    notice = t.Unicode().tag(sync=True)
    """Why there is no table, or the empty text."""
    heads: t.List[Any] = t.List().tag(sync=True)
    """Title, number of repeats (0 for a single experiment), colour and dashes of each column."""
    sections: t.List[Any] = t.List().tag(sync=True)
    """Pairs of a name and rows; see `researcher.widgets.contrast.contrast`."""
    said = t.Unicode().tag(sync=True)
    """What the columns are."""
    question = t.Unicode().tag(sync=True)
    """Why two settings cannot be compared, or the empty text."""
    versus = t.Dict().tag(sync=True)
    """See `researcher.widgets.versus`."""
    colours: t.List[Any] = t.List().tag(sync=True)
    """Those of the two settings that are compared."""
    busy = t.Bool().tag(sync=True)
    """Whether a comparison is worked out."""
    all_repeats = t.Bool().tag(sync=True)


class DifferencesView(View):
    """Compares the selected experiments."""

    tab: ClassVar[str] = "differences"
    watches: ClassVar[tuple[str, ...]] = (
        *("experiments", "selected", "drawn", "observed", "growth", "objective", "seed", "all_repeats"),
        *("group", "colour", "dash", "observations"),
    )

    def __init__(self, state: ExplorerState) -> None:
        self.table = DifferencesFace()
        self._settings = Settings(state)
        self._answers = Answers(self._answered, state.lock)
        self._versus = Versus(self._answers)
        self._looks: dict[Experiment, list[str]] = {}
        self.hear(self.table, {"aim": self._aim, "take_all_repeats": self._take_all_repeats})
        super().__init__(state, self.table)

    def render(self) -> None:
        """Compare what is selected, params and results side by side, then two settings by their means."""
        state, table = self.state, self.table
        chosen = self._settings.of(state.selected, state.all_repeats)
        each = len(state.selected) <= _EACH
        columns = [Setting((e,), (e,)) for e in state.selected] if each else chosen[:_COLUMNS]
        self._looks = looks_of(state, [setting.first for setting in (*columns, *chosen[:_COLUMNS])])
        with table.hold_sync():
            table.notice = _notice(len(state.selected))
            show_aim(state, table)
            table.all_repeats = state.all_repeats
            if table.notice:
                table.heads, table.sections, table.said = [], [], ""
            else:
                seeds = () if each else self._settings.seeds()
                titles = [column.title for column in columns] if each else names_of(columns, seeds)
                table.heads = [
                    {**self._head(column, each), "title": title, "short": brief}
                    for column, title, brief in zip(columns, titles, short(titles), strict=True)
                ]
                table.sections = contrast(columns, seeds, state.observed)
                table.said = _said(len(state.selected), len(chosen), each)
            self._compare(chosen)

    def close(self) -> None:
        """Stop watching the state, and ask for no answer any more."""
        self._answers.close()
        super().close()

    def _compare(self, chosen: list[Setting]) -> None:
        """Compare two settings."""
        table = self.table
        which, observation = aim_of(self.state)
        table.question = "" if table.notice else _question(len(chosen), observation)
        if table.notice or table.question:
            table.versus, table.busy = {}, False
            return
        titles = names_of(chosen, self._settings.seeds())
        table.colours = [self._head(setting, False)["swatch"][0] for setting in chosen]
        table.versus, table.busy = self._versus.of(chosen[0], chosen[1], titles, which, observation)

    def _answered(self) -> None:
        self._shown = None
        self._refresh()

    def _head(self, setting: Setting, each: bool) -> dict[str, Any]:
        swatch = self._looks.get(setting.first, ["", ""])
        n = 0 if each else len(setting.members)
        return {"n": n, "swatch": swatch, "hash": setting.first.hash[:8]}

    def _aim(self, **chosen: str) -> None:
        take_aim(self.state, **chosen)

    def _take_all_repeats(self, on: bool) -> None:
        self.state.all_repeats = bool(on)


def _notice(n: int) -> str:
    if n > 1:
        return ""
    return "Select two or more experiments in the table to see what differs" + (
        "." if not n else ": one is selected. Ctrl and a click takes one more."
    )


def _said(n: int, n_settings: int, each: bool) -> str:
    if each:
        return f"{n} experiments are selected"
    said = f"{n:,} experiments of {n_settings:,} settings are selected; a column is a setting with its repeats"
    return said + (f"; the first {_COLUMNS} are shown" if n_settings > _COLUMNS else "")


def _question(n: int, observation: str) -> str:
    if not observation:
        return "Nothing was observed that could be compared."
    if n == 1:
        return "What is selected are repeats of one setting; select some of another to ask whether the two differ."
    if n > 2:
        return f"What is selected are {n:,} settings; select experiments of two to ask whether these differ."
    return ""
