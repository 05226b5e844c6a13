"""Whatever is done to the state, in whatever order: it stays consistent, and its view can be opened again."""

from __future__ import annotations

import itertools
import json
import math
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from choosable import same
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from oracles import values_of

import researcher as rs
from researcher.analysis.repeats import repeat_numbers
from researcher.errors import DamagedRecordWarning, QueryError
from researcher.params import ABSENT, label, value_key
from researcher.storage.directory import RecordsDirectory
from researcher.tables.facets import kept_of
from researcher.widgets.choosing import NAMED, choose
from researcher.widgets.code import code_of
from researcher.widgets.look import BANDS, TABS
from researcher.widgets.shown import frame_of
from researcher.widgets.state import ExplorerState
from researcher.widgets.viewing import apply_view, view_of

names = st.sampled_from(["activation", "lr", "depth", "seed", "title", "loss", "best.loss", "status", "nothing"])
places = st.lists(st.integers(0, 9), max_size=4)
params = st.fixed_dictionaries(
    {"activation": st.sampled_from(["relu", "tanh"]), "lr": st.sampled_from([0.1, 0.01, math.nan, None])},
    optional={"depth": st.sampled_from([1, 2, "deep", [1]]), "seed": st.integers(0, 2), "title": st.sampled_from("ab")},
)
curves = st.lists(st.sampled_from([1.0, 0.5, math.nan, math.inf]), max_size=4)
kept = st.one_of(
    st.lists(st.sampled_from(["relu", 0.1, math.nan, None, 1, "deep", [1], ABSENT, "running"]), min_size=1, max_size=3),
    st.builds(lambda low, high: {"min": low, "max": high}, st.sampled_from([0, 0.02]), st.sampled_from([0.2, 2])),
    st.builds(lambda text: {"contains": text}, st.sampled_from(["re", "A", "0."])),
)
looks = {
    "tab": st.sampled_from(TABS),
    "group": names | st.sampled_from(["", "repeats"]),
    "colour": names | st.just(""),
    "band": st.sampled_from(BANDS),
    "folded": st.booleans(),
    "seed": st.sampled_from(["", "depth"]),
    "columns": st.lists(names, max_size=3, unique=True),
    "observations": st.lists(st.sampled_from(["loss", "score", "nothing"]), max_size=2, unique=True),
    "sort": st.lists(st.tuples(names, st.booleans()), max_size=2),
    "zoom": st.sampled_from([(), (0.0, 1.5)]),
    "smoothing": st.sampled_from([0.0, 0.6]),
}
queries = st.sampled_from(
    ["", "lr < 0.05", "final.loss <= 0.5 or has(depth)", "status == 'running'", "lr <", "nix == 1"]
)


class Explored(RuleBasedStateMachine):
    """Somebody explores a directory while others record, delete and damage."""

    @initialize()
    def open(self) -> None:
        self.path = Path(tempfile.mkdtemp())
        self.directory, self.apart = RecordsDirectory(self.path), RecordsDirectory(self.path)
        self.state, self.untouched = ExplorerState(source=str(self.path)), ExplorerState(source=str(self.path))
        self.running: list[rs.Recorder] = []
        self.colours: dict[int, int] = {}
        self.understood = ""

    def teardown(self) -> None:
        for recorder in self.running:
            recorder.finish()
        shutil.rmtree(self.path)

    # What happens to the records.

    def look(self) -> None:
        for directory, state in ((self.directory, self.state), (self.apart, self.untouched)):
            change = directory.refresh()
            if change.listed:
                state.load(directory.experiments, directory.damaged)
            state.grow(change.grown)

    @rule(params=params, loss=curves, score=st.none() | st.integers(0, 3))
    def record(self, params: dict[str, Any], loss: list[float], score: int | None) -> None:
        rs.record_experiment(params, self.path, {"loss": loss, **({} if score is None else {"score": score})})
        self.look()

    @rule(params=params)
    def start(self, params: dict[str, Any]) -> None:
        if not self.running:
            self.running.append(rs.Recorder(params, self.path).start())
            self.look()

    @precondition(lambda self: self.running)
    @rule(loss=st.floats(0, 2), ends=st.booleans())
    def observe(self, loss: float, ends: bool) -> None:
        self.running[0].observe(loss=loss)
        if ends:
            self.running.pop().finish()
        self.look()

    @rule(place=st.integers(0, 9), how=st.sampled_from(["delete", "damage", "replace"]))
    def change(self, place: int, how: str) -> None:
        files = sorted(self.path.glob("*.json"))
        if not files:
            return
        file = files[place % len(files)]
        file.unlink()
        if how == "damage":
            file.write_text("{")
        elif how == "replace":
            file.write_text('{"activation": "elu", "observations": {"score": [2.0, 3.0]}}')
        self.look()

    # What is chosen.

    def some(self, places: list[int]) -> list[rs.Experiment]:
        return [self.state.experiments[place] for place in places if place < len(self.state.experiments)]

    @rule(query=queries)
    def ask(self, query: str) -> None:
        self.state.query = self.untouched.query = query

    @rule(filters=st.dictionaries(names, kept, max_size=2))
    def filter(self, filters: dict[str, Any]) -> None:
        for state in (self.state, self.untouched):
            choose(state, {"filters": filters})

    @rule(name=names, kept=kept)
    def keep(self, name: str, kept: Any) -> None:
        for state in (self.state, self.untouched):
            state.keep(name, kept_of(name, kept))

    @rule(places=places)
    def look_at(self, places: list[int]) -> None:
        chosen = self.state.rows_of(self.some(places))
        self.state.look_at(self.some(places))
        self.untouched.look_at(self.untouched.at(chosen))

    @rule()
    def clear(self) -> None:
        self.state.clear()
        self.untouched.clear()

    @rule(verb=st.sampled_from(["select", "pin", "see", "compare_to"]), places=places, on=st.booleans())
    def mark(self, verb: str, places: list[int], on: bool) -> None:
        more = (on,) if verb in ("pin", "see") else ()
        getattr(self.state, verb)(self.some(places), *more)

    @rule(chosen=st.fixed_dictionaries({}, optional=looks))
    def take_a_look(self, chosen: dict[str, Any]) -> None:
        for state in (self.state, self.untouched):
            choose(state, chosen)

    # What holds.

    @invariant()
    def only_what_is_loaded_is_chosen(self) -> None:
        state, loaded = self.state, set(self.state.experiments)
        for name in ("visible", "drawn", "selected", "pinned", "baseline", "unseen", "among"):
            found = [*(getattr(state, name) or ())]
            assert len(set(found)) == len(found)
            assert loaded.issuperset(found), name
        assert {*state.drawn} <= {*state.visible} - {*state.unseen}
        assert sum(state.statuses.values()) == len(state.experiments)
        assert set(state.observed) == {name for e in state.experiments for name in e.observed()}

    @invariant()
    def visible_is_what_the_slow_way_finds(self) -> None:
        state = self.state
        mistake = mistake_in(state.query)
        assert state.mistake == mistake
        if not mistake:
            self.understood = state.query
        passed = {
            param: [passes(value, kept) for value in values_of(state.experiments, param)]
            for param, kept in state.filters.items()
        }
        matching = set(matched(state.experiments, self.understood))
        if state.among is not None:
            matching &= set(state.among)
        loaded = [*state.experiments]
        n = len(loaded)
        wanted = {loaded[i] for i in range(n) if all(own[i] for own in passed.values())} & matching
        assert {*state.visible} == wanted
        for facet in state.facets:
            others = [own for name, own in passed.items() if name != facet.name]
            counted = [i for i in range(n) if loaded[i] in matching and all(own[i] for own in others)]
            assert sum(state.counts[facet.name]) == len(counted)

    @invariant()
    def nothing_depends_on_which_experiments_were_touched(self) -> None:
        touched, untouched = ([s.data.names[row] for row in s.rows.tolist()] for s in (self.state, self.untouched))
        assert untouched == touched
        assert self.untouched.numbers.tolist() == self.state.numbers.tolist()
        assert len({*self.untouched.numbers.tolist()}) == len(self.untouched.experiments)

    @invariant()
    def folded_repeats_stand_side_by_side(self) -> None:
        if self.state.folded:
            numbers = repeat_numbers(self.state.experiments, self.state.seed or None)
            shown = [numbers[self.state.row(e)] for e in self.state.visible]
            changes = sum(1 for a, b in itertools.pairwise(shown) if a != b)
            assert changes == max(0, len(set(shown)) - 1)

    @invariant()
    def colours_are_kept(self) -> None:
        now = {self.state.number(e): slot for e in self.state.experiments if (slot := self.state.slot(e)) is not None}
        assert self.colours.items() <= {**self.colours, **now}.items()
        assert all(self.colours.get(number, slot) == slot for number, slot in now.items())
        self.colours |= now

    @invariant()
    def the_frame_is_the_table(self) -> None:
        assert frame_of(self.state).index.to_list() == [e.name for e in self.state.visible]

    @invariant()
    def the_view_opens_again(self) -> None:
        view = json.loads(json.dumps(view_of(self.state), allow_nan=False))
        other = ExplorerState(source=str(self.path))
        other.load(self.directory.experiments)
        assert apply_view(other, view) == ()
        equal(self.state, other, self.state.mistake != ())

    @rule()
    def the_code_opens_it_again(self) -> None:
        space: dict[str, Any] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DamagedRecordWarning)
            exec(code_of(self.path, self.state), space)
        try:
            equal(self.state, space["explorer"].state, self.state.mistake != ())
            assert same(space["explorer"].view, view_of(self.state))
        finally:
            space["explorer"].close()


def equal(state: ExplorerState, other: ExplorerState, mistaken: bool) -> None:
    """Whether two states of the same records show the same; of a query with a mistake there is no last good result."""
    assert same(view_of(state), view_of(other))
    shown = [*NAMED] if not mistaken else [name for name in NAMED if name != "visible"]
    for name in shown:
        assert [e.name for e in getattr(other, name)] == [e.name for e in getattr(state, name)], name
    if not mistaken:
        assert {f.name for f in other.facets} == {f.name for f in state.facets}
        for facet in state.facets:
            assert other.counts[facet.name] == state.counts[facet.name]


def mistake_in(query: str) -> tuple[()] | tuple[int, str]:
    """Position and reason of the mistake in a query, or nothing."""
    try:
        rs.query.parse(query)
    except QueryError as error:
        return error.at, error.reason
    return ()


def matched(experiments: tuple[rs.Experiment, ...], query: str) -> Iterator[rs.Experiment]:
    found = rs.query.parse(query)
    return (e for e in experiments if found.matches(e.look_up))


def passes(value: object, kept: Any) -> bool:
    """Whether a filter keeps a value, read off what the README says of filters."""
    if not isinstance(kept, dict):
        return value_key(value) in map(value_key, kept)
    if "contains" in kept:
        return value is not ABSENT and kept["contains"].lower() in label(value).lower()
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and kept.get("min", -math.inf) <= value <= kept.get("max", math.inf)  # type: ignore[operator]


TestExplored = Explored.TestCase
TestExplored.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.generate],  # what is slow shrinks for minutes
)
