"""The Explorer as Python sees it: its traits both ways, and everything it may be pointed at."""

from __future__ import annotations

import math
import pydoc
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import traitlets as t
from parts import errors, say, view, views

import researcher as rs
from researcher.errors import DamagedRecordWarning, QueryError, UnknownNameWarning
from researcher.widgets.choosing import choices
from researcher.widgets.filters import FiltersView
from researcher.widgets.header import HeaderView
from researcher.widgets.panels import PanelsView
from researcher.widgets.query import QueryView
from researcher.widgets.state import ExplorerState
from researcher.widgets.table import TableView

Explore = Callable[..., rs.Explorer]


def titles(experiments: Any) -> list[str]:
    return [e.title for e in experiments]


def changes(explorer: rs.Explorer, name: str) -> list[Any]:
    """A list that grows by the new value with each change of a trait."""
    seen: list[Any] = []
    explorer.observe(lambda change: seen.append(change.new), name)
    return seen


# Traits


def test_query_both_ways(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    seen, visible = changes(explorer, "query"), changes(explorer, "visible")
    explorer.query = "depth == 64"
    assert titles(explorer.visible) == ["relu 64", "tanh 64"]
    say(view(explorer, QueryView).line, verb="ask", text="depth > 64")
    assert explorer.query == "depth > 64"
    assert seen == ["depth == 64", "depth > 64"]
    assert [len(found) for found in visible] == [2, 4]


def test_filters_both_ways(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    seen = changes(explorer, "filters")
    explorer.filters = {"depth": np.array([64, 128]), "activation": []}
    assert len(explorer.visible) == 4
    say(view(explorer, FiltersView).filters, verb="choose", param="activation", keys=['"relu"'])
    assert titles(explorer.visible) == ["relu 64", "relu 128"]
    assert seen == [{"depth": (64, 128)}, {"depth": (64, 128), "activation": ("relu",)}]
    explorer.filters = {"title": [rs.ABSENT]}
    assert len(explorer.visible) == 0
    assert errors(explorer) == []


@pytest.mark.parametrize("wrong", ["relu", 64, {"a": 1}, None])
def test_a_filter_that_is_no_list_is_refused_and_nothing_changes(explore: Explore, records: Path, wrong: Any) -> None:
    explorer = explore(records, filters={"depth": [64]})
    with pytest.raises(t.TraitError, match="give a list"):
        explorer.filters = {"activation": wrong}
    assert explorer.filters == {"depth": (64,)}
    assert len(explorer.visible) == 2


def test_a_filter_on_an_unknown_param_shows_nothing_and_can_be_seen(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    with pytest.warns(UnknownNameWarning, match="filters: no experiment has unknown_param"):
        explorer.filters = {"unknown_param": [1]}
    assert len(explorer.visible) == 0
    assert view(explorer, FiltersView).filters.chosen == {"unknown_param": ["1"]}
    assert "unknown_param" in [f["name"] for f in view(explorer, FiltersView).filters.facets]
    assert errors(explorer) == []


def test_an_observer_may_itself_choose(explore: Explore, records: Path) -> None:
    explorer = explore(records)

    def narrow(_change: object) -> None:
        explorer.filters, explorer.selected = {"activation": ["relu"]}, explorer.visible[:1]

    explorer.observe(narrow, "query")
    say(view(explorer, QueryView).line, verb="ask", text="depth > 64")
    assert explorer.filters == explorer.state.filters == {"activation": ("relu",)}
    assert titles(explorer.visible) == titles(explorer.state.visible) == ["relu 128", "relu 256"]
    assert len(explorer.selected) == len(explorer.state.selected) == 1


def test_observations_both_ways(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    assert sorted(explorer.observations) == ["accuracy", "loss"]
    seen = changes(explorer, "observations")
    explorer.observations = ["loss"]
    assert len(view(explorer, PanelsView).overlay.figures) == 1
    with pytest.warns(UnknownNameWarning, match="observations: no experiment has nonsense"):
        explorer.observations = ["nonsense", "score"]
    explorer.observations = []
    assert seen == [["loss"], ["nonsense", "score"], []]
    assert errors(explorer) == []


def test_selected_both_ways(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    seen = changes(explorer, "selected")
    explorer.selected = rs.all_experiments(records).where("depth == 64")
    table = view(explorer, TableView).table
    assert len(table.selected) == 2
    say(table, verb="select", numbers=table.selected[:1])
    assert isinstance(explorer.selected, rs.Experiments)
    assert titles(explorer.selected) == ["relu 64"]
    assert [len(found) for found in seen] == [2, 1]
    assert explorer.selected.frame().loc[:, "depth"].tolist() == [64]
    for wrong in ([1], 5, "relu", [rs.Experiment({"title": "elsewhere"})]):
        with pytest.raises(t.TraitError):
            explorer.selected = wrong
    assert titles(explorer.selected) == ["relu 64"]


def test_pinned_baseline_and_unseen_both_ways(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    seen = changes(explorer, "baseline")
    first, second, *_ = explorer.visible
    explorer.pinned, explorer.baseline, explorer.unseen = [second.name], first, rs.all_experiments(records)[:1]
    table = view(explorer, TableView).table
    assert [len(marked) for marked in (table.pinned, table.baseline, table.unseen)] == [1, 1, 1]
    assert explorer.pinned[0] is second
    assert explorer.baseline is first is explorer.unseen[0]
    say(table, verb="compare_to", numbers=table.pinned)
    assert explorer.baseline is second
    explorer.baseline = first.name
    explorer.baseline = None
    assert seen == [first, second, first, None]
    for wrong in (5, "nobody", [first], rs.Experiment({"title": "elsewhere"})):
        with pytest.raises(t.TraitError):
            explorer.baseline = wrong
    assert explorer.baseline is None
    assert explore(records, pinned=[first.name], baseline=first.name).baseline is not None
    assert errors(explorer) == []


def test_the_frame_is_the_table_as_shown(explore: Explore, records: Path) -> None:
    explorer = explore(records, sort=[("depth", True)], query="depth < 200")
    frames = changes(explorer, "frame")
    assert [*explorer.frame.columns] == ["title", "activation", "depth", "loss", "accuracy", "score"]
    assert explorer.frame["depth"].tolist() == [128, 128, 64, 64]
    assert [*explorer.frame.index] == [e.name for e in explorer.visible]
    explorer.columns = ["best.loss", "epochs", "status"]
    assert [*explorer.frame.columns] == ["title", "best.loss", "epochs", "status"]
    assert explorer.frame["status"].tolist() == ["finished"] * 4
    assert len(frames) == 1
    explorer.folded = True
    assert len(explorer.frame) == 4


def test_visible_and_frame_both_ways(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    frames = changes(explorer, "frame")
    assert explorer.frame.shape[0] == 6
    explorer.query = "activation == 'tanh'"
    assert len(frames) == 1
    explorer.frame = explorer.frame.sort_values("depth", ascending=False).head(2)
    assert titles(explorer.visible) == ["tanh 256", "tanh 128"]
    assert explorer.query == ""
    assert frames[-1]["depth"].tolist() == [256, 128]
    explorer.visible = explorer.visible[::-1]
    assert frames[-1]["depth"].tolist() == [128, 256]
    assert len(frames) == 3
    with pytest.raises(t.TraitError, match="nobody"):
        explorer.frame = explorer.frame.rename(index=lambda _name: "nobody")
    with pytest.raises(t.TraitError, match="DataFrame"):
        explorer.frame = [1, 2]
    assert errors(explorer) == []


def test_a_frame_of_repeats_names_them_all(explore: Explore) -> None:
    explorer = explore([rs.Experiment({"a": a}) for a in (1, 1, 2)])
    explorer.frame = explorer.frame.query("a == 1")
    assert len(explorer.visible) == 2


def test_what_is_given_at_first_is_chosen(explore: Explore, records: Path) -> None:
    explorer = explore(
        records, query="depth > 64", filters={"activation": ["relu"]}, observations=["loss"], selected=[]
    )
    assert titles(explorer.visible) == ["relu 128", "relu 256"]
    assert explorer.observations == ["loss"]


def test_an_unknown_keyword_names_the_near_miss(records: Path) -> None:
    with pytest.raises(TypeError, match="'filter'; did you mean filters"):
        rs.Explorer(records, filter={})
    with pytest.raises(TypeError, match="'zzz'; known are query"):
        rs.Explorer(records, zzz=1)


def test_help_teaches() -> None:
    text = re.sub(r"[\s|]+", " ", pydoc.plain(pydoc.render_doc(rs.Explorer)))
    names = [*choices(ExplorerState()), "frame"]
    assert [name for name in names if not rs.Explorer.class_traits()[name].__doc__] == []
    for doc in (rs.Explorer.class_traits()[name].__doc__ for name in names):
        assert re.sub(r"[\s|]+", " ", doc) in text
    assert [name for name in names if f"``{name}``" not in (rs.Explorer.__doc__ or "")] == []


# What it may be pointed at


def test_a_directory_that_is_missing_empty_or_a_file(explore: Explore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for name, said in (("missing", "There is no directory"), ("empty", "record_experiment"), ("file", "director")):
        explorer = explore(tmp_path / name)
        assert len(explorer.visible) == 0
        notice = view(explorer, HeaderView).header.notice
        assert said in notice
        assert ("wakes up" in notice) == (name != "file")
        assert explorer.frame.empty
        explorer.query, explorer.filters = "lr < 1", {"lr": [1]}
        assert errors(explorer) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("observations", ["los"], "observations: no experiment has los; did you mean loss"),
        ("x", "acuracy", "x: no experiment has acuracy; did you mean accuracy"),
        ("group", "repeat", "group: no experiment has repeat; did you mean repeats"),
        ("colour", "activaton", "colour: no experiment has activaton; did you mean activation"),
        ("filters", {"dept": [64]}, "filters: no experiment has dept; did you mean depth"),
        ("query", "dept > 64", "no experiment has dept, so nothing is known of it; did you mean depth"),
    ],
)
def test_a_slip_of_the_pen_is_warned_of_where_it_was_written(
    explore: Explore, records: Path, name: str, value: Any, said: str
) -> None:
    explorer = explore(records)
    with pytest.warns(UnknownNameWarning, match=said) as warned:
        setattr(explorer, name, value)
    assert [warning.filename for warning in warned] == [__file__]
    explorer.group, explorer.colour, explorer.x, explorer.objective = "repeats", "final.loss", "time", "loss"
    say(view(explorer, QueryView).line, verb="ask", text="dep > 64")  # seen in the page
    assert errors(explorer) == []


def test_a_query_that_cannot_be_understood_is_refused_in_python_and_pointed_at_in_the_page(
    explore: Explore, records: Path
) -> None:
    explorer = explore(records, query="depth > 64")
    with pytest.raises(QueryError, match="write == to compare"):
        explorer.query = "depth = 64"
    assert (explorer.query, len(explorer.visible)) == ("depth > 64", 4)
    say(view(explorer, QueryView).line, verb="ask", text="depth = 64")
    assert explorer.query == "depth = 64"
    assert explorer.state.mistake


def test_a_trait_that_it_does_not_have_is_refused(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    with pytest.raises(AttributeError, match="an Explorer has no 'smooting'; did you mean smoothing"):
        explorer.smooting = 0.3


def test_one_experiment_or_one_name_will_do_for_a_list(explore: Explore, records: Path) -> None:
    one = rs.all_experiments(records)[0]
    explorer = explore(records, observations="loss", selected=one)
    assert (explorer.observations, titles(explorer.selected)) == (["loss"], [one.title])
    explorer.selected, explorer.observations = explorer.visible[1], "score"
    assert (titles(explorer.selected), explorer.observations) == (["relu 128"], ["score"])
    assert titles(explore(one).visible) == [one.title]


def test_a_list_of_experiments(explore: Explore, records: Path) -> None:
    explorer = explore(rs.all_experiments(records).where("depth == 64"))
    assert len(explorer.visible) == 2
    assert view(explorer, HeaderView).header.source == "a list"
    assert "no experiments" in view(explore([]), HeaderView).header.notice
    for wrong in (5, [1, 2], {"title": "a"}):
        with pytest.raises(TypeError, match="shows a records directory, its URL, or a list of experiments, and not"):
            rs.Explorer(wrong)  # type: ignore[arg-type]


ODD: dict[str, list[dict[str, Any]]] = {
    "one": [{"lr": 0.1, "observations": {"loss": [1.0, 0.5]}}],
    "no observations": [{"lr": 0.1}, {"lr": 0.2}],
    "scalars only": [{"lr": 0.1, "observations": {"score": 1}}, {"lr": 0.2, "observations": {"score": 2.5}}],
    "one step": [{"observations": {"loss": [1.0]}}, {"observations": {"loss": [[2.0], [3.0]]}}],
    "unequal": [
        {"i": i, "observations": {"loss": [1.0] * i, "acc": [[0.1] * i, [0.2], []], "late": [None] * i + [1.0]}}
        for i in range(5)
    ],
    "not finite": [
        {"i": i, "observations": {"loss": [1.0, bad, 2.0, bad], "all": [bad] * 3, "folds": [[bad, 1.0], [1.0]]}}
        for i, bad in enumerate([math.nan, math.inf, -math.inf, 10**400])
    ],
    "mixed shapes": [
        {"i": i, "observations": {"x": value}}
        for i, value in enumerate([1, [1.0], [[1.0]], "text", None, {}, [], True])
    ],
    "params of all kinds": [
        {"x": x, "observations": {"loss": [1.0, 2.0]}}
        for x in [
            *[{"a": 1}, {"a": {"b": []}}, {}, [1, [2]], None, True, 1, 1.0, "1", "", "<b>"],
            *[math.nan, math.inf, 10**400],
        ]
    ],
    "odd names": [{"": 1, "a.b": {"c": 1}, "a": {"b.c": 2}, "title": None}, {"": 2, "title": 5, "loss": 3}],
    "titles of all kinds": [{"title": title} for title in ("<script>alert(1)</script>", None, 5, {"a": 1}, ["x"], "")],
    "param and observation of one name": [{"loss": i, "observations": {"loss": [i, 2 * i]}} for i in range(3)],
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_experiments_are_shown_without_an_error(
    explore: Explore, name: str, recwarn: pytest.WarningsRecorder
) -> None:
    explorer = explore([rs.Experiment(data) for data in ODD[name]])
    assert len(explorer.visible) == len(ODD[name])
    state = explorer.state
    for observations in (list(state.observed), [], ["nonsense"], list(state.observed)[:1]):
        explorer.observations = observations
    for column in ("title", *(f.name for f in state.facets), *state.observed):
        state.sort = ((column, True),)
        assert len(explorer.visible) == len(ODD[name])
    for facet in state.facets:
        for value in facet.values:
            explorer.filters = {facet.name: [value]}
            assert len(explorer.visible) == state.counts[facet.name][facet.values.index(value)] > 0
    explorer.filters = {}
    explorer.selected = explorer.visible
    state.zoom = (0.5, 1.5)
    explorer.query = "final.loss > 0 or true"
    assert explorer.frame.shape[0] == len(ODD[name])
    assert errors(explorer) == []
    assert {warned.category for warned in recwarn} <= {UnknownNameWarning}  # of nonsense


def test_ten_thousand_distinct_titles(explore: Explore) -> None:
    made = [
        rs.Experiment({"title": f"run {i}", "lr": i % 7, "observations": {"loss": [1.0, 1 / (i + 1)]}})
        for i in range(10_000)
    ]
    explorer = explore(made)
    explorer.query = "lr == 3 and final.loss < 0.01"
    assert 0 < len(explorer.visible) < 1500
    explorer.filters = {"title": ["run 500", "run 501"]}
    assert titles(explorer.visible) == ["run 500"] if 500 % 7 == 3 else len(explorer.visible) <= 1
    explorer.filters, explorer.query = {}, ""
    assert len(explorer.visible) == 10_000
    assert len(explorer.state.drawn) < 200
    assert errors(explorer) == []


def test_a_damaged_record_is_counted_and_named(explore: Explore, records: Path) -> None:
    (records / "bad.json").write_text('{"lr": 0.1')
    with pytest.warns(DamagedRecordWarning, match=r"bad\.json") as caught:
        explorer = explore(records)
    assert caught[0].filename.startswith(str(Path(__file__).parent))  # the line to blame is not ours
    assert len(explorer.visible) == 6
    ((path, reason),) = view(explorer, HeaderView).header.damaged
    assert Path(path).name == "bad.json"
    assert reason


def test_a_directory_of_damaged_records_only(explore: Explore, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    with pytest.warns(DamagedRecordWarning):
        explorer = explore(tmp_path)
    assert view(explorer, HeaderView).header.notice.startswith("No record can be read; the damaged files are listed")


def test_records_that_are_deleted_while_shown(explore: Explore, records: Path) -> None:
    experiments = rs.all_experiments(records)
    for file in records.glob("relu*"):
        file.unlink()
    explorer = explore(experiments)  # listed before, and never read since
    explorer.selected = explorer.visible
    explorer.observations = ["loss"]
    explorer.query = "final.loss > 0"
    explorer.query = ""
    assert len(explorer.visible) == 6
    assert errors(explorer) == []
    assert "no longer readable" in view(explorer, PanelsView).caption.value


def test_a_directory_without_write_permission(explore: Explore, records: Path) -> None:
    records.chmod(0o500)
    try:
        assert len(explore(records).visible) == 6
    finally:
        records.chmod(0o700)


def test_records_of_the_2020_package(explore: Explore) -> None:
    explorer = explore(Path(__file__).parents[1] / "data" / "records-2020")
    assert [e.hash for e in explorer.visible] == [
        "6576g326g7112",
        "8231213hj9812nba8hnsd",
        "d45dee5991986a5b8215706f5e904b3e",
    ]
    explorer.query = "title == 'test' and final.mse < 1"
    assert [e.n_folds() for e in explorer.visible] == [5]
    explorer.query = ""
    assert "mse" in explorer.observations
    explorer.filters = {"model": ["rnn"]}
    assert [e.title for e in explorer.visible] == ["cool_experiment"]


def test_experiments_from_a_parquet_file(explore: Explore, records: Path, tmp_path: Path) -> None:
    rs.all_experiments(records).to_parquet(tmp_path / "all.parquet")
    explorer = explore(rs.read_parquet(tmp_path / "all.parquet"))
    explorer.query = "depth > 100"
    explorer.observations = ["loss", "accuracy"]
    assert len(explorer.visible) == 4
    assert errors(explorer) == []


def test_what_is_not_shown_at_first_is_made_when_it_is_opened(explore: Explore, records: Path) -> None:
    explorer = explore(records, tab="scatter")
    assert PanelsView not in map(type, views(explorer))  # a figure that nobody sees has no size: an error in the page
    explorer.tab = "curves"
    panels = view(explorer, PanelsView)
    assert len(panels.overlay.figures) == 2
    explorer.tab = "scatter"
    explorer.query = "depth == 64"
    explorer.tab = "curves"
    assert view(explorer, PanelsView) is panels
    assert len(panels.overlay.panels[0]["numbers"]) == 2
    assert errors(explorer) == []


def test_records_that_lie_deeper_are_told_of(tmp_path):
    rs.record_experiment({"title": "relu"}, tmp_path / "alice")
    explorer = rs.Explorer(tmp_path)
    assert f"There are records in {tmp_path / 'alice'}; each of these" in view(explorer, HeaderView).header.notice


def test_of_very_many_members_of_groups_some_are_read_and_that_is_told(explore: Explore, tmp_path: Path) -> None:
    for i in range(4_400):
        side = i % 2 if i < 4_200 else 2
        (tmp_path / f"{i:04}.json").write_text(f'{{"side": {side}, "observations": {{"loss": [1.0, {i}.0]}}}}')
    explorer = explore(tmp_path)
    explorer.group = "side"
    panels, table = view(explorer, PanelsView), view(explorer, TableView)
    assert "4,000 of 4,400 experiments are read, taken evenly from each group" in panels.caption.value
    assert "n = 200 to 1,900" in panels.caption.value
    assert [len(numbers) for numbers in panels.overlay.members.values()] == [2_100, 2_100, 200]
    swatches = np.frombuffer(table.table.swatches, dtype="<i2")
    assert np.bincount(swatches).tolist() == [2_100, 2_100, 200]
    explorer.query = "side == 1"
    assert "are read" not in panels.caption.value
    assert "n = 2,100" in panels.caption.value
