"""An Explorer follows its directory while it is open, and no longer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from parts import errors, view

import researcher as rs
from researcher.storage.directory import Change, RecordsDirectory
from researcher.widgets.header import HeaderView
from researcher.widgets.watch import Watch

Explore = Callable[..., rs.Explorer]
SOON = 20.0  # seconds


def when(explorer: rs.Explorer, condition: Callable[[], bool]) -> threading.Event:
    """An event that is set as soon as a change of what is visible makes the condition true."""
    event = threading.Event()

    def look(_change: object = None) -> None:
        if condition():
            event.set()

    explorer.observe(look, ["visible", "selected"])
    look()
    return event


def watching() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "researcher-watch"}


@pytest.mark.parametrize("exists", [True, False])
def test_an_empty_or_missing_directory_wakes_up_with_its_first_record(
    explore: Explore, tmp_path: Path, exists: bool
) -> None:
    path = tmp_path / "records"
    if exists:
        path.mkdir()
    explorer = explore(path, filters={"lr": [0.1]})
    awake = when(explorer, lambda: len(explorer.visible) == 1)
    rs.record_experiment({"title": "first", "lr": 0.1}, path, {"loss": [1.0, 0.5]})
    assert awake.wait(SOON)
    with explorer.state.lock:
        assert explorer.visible[0].title == "first"
        assert explorer.observations == ["loss"]
        assert view(explorer, HeaderView).header.notice == ""


def test_a_new_record_appears_and_changes_nothing_else(explore: Explore, records: Path) -> None:
    explorer = explore(records, query="depth == 64")
    first = explorer.visible[0]
    explorer.selected = [first]
    explorer.state.sort, explorer.state.zoom = (("title", True),), (0.5, 1.5)
    slot = explorer.state.slot(first)
    appeared = when(explorer, lambda: len(explorer.visible) == 3)
    rs.record_experiment({"title": "gelu 64", "activation": "gelu", "depth": 64}, records, {"loss": [1.0]})
    assert appeared.wait(SOON)
    with explorer.state.lock:
        assert [e.title for e in explorer.visible] == ["tanh 64", "relu 64", "gelu 64"]
        assert list(explorer.selected) == [first]
        assert explorer.visible[1] is first  # an unchanged record stays the same object
        assert (explorer.query, explorer.state.zoom) == ("depth == 64", (0.5, 1.5))
        assert explorer.state.slot(first) == slot


def test_a_deleted_record_leaves_and_is_no_longer_selected(explore: Explore, records: Path) -> None:
    explorer = explore(records)
    doomed = explorer.visible[0]
    explorer.selected = explorer.visible[:2]
    gone = when(explorer, lambda: len(explorer.visible) == 5 and len(explorer.selected) == 1)
    assert doomed.path is not None
    doomed.path.unlink()
    explorer.observations = ["accuracy"]  # drawn again while the record is gone already
    assert gone.wait(SOON)
    with explorer.state.lock:
        assert doomed not in explorer.state.drawn
        assert errors(explorer) == []


def test_an_observer_that_raises_is_heard_and_stops_nothing(
    explore: Explore, records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    explorer = explore(records)

    def refuse(change: object) -> None:
        raise ZeroDivisionError(change)

    explorer.observe(refuse, ["visible", "frame"])
    header = view(explorer, HeaderView).header
    for i in range(2):
        appeared = threading.Event()
        header.observe(lambda _change, appeared=appeared: appeared.set(), "total")
        rs.record_experiment({"title": f"new {i}"}, records)
        assert appeared.wait(SOON)
    explorer.query = "depth == 64"
    assert len(explorer.visible) == header.visible == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_close_ends_the_watch_and_may_be_called_twice(records: Path) -> None:
    before = watching()
    explorer = rs.Explorer(records)
    (thread,) = watching() - before
    explorer.close()
    explorer.close()
    thread.join(SOON)
    assert not thread.is_alive()
    rs.record_experiment({"title": "late"}, records)
    assert len(explorer.visible) == 6


def test_an_observer_may_close_the_explorer(records: Path) -> None:
    explorer = rs.Explorer(records)
    closed = threading.Event()

    def end(_change: object) -> None:
        explorer.close()
        closed.set()

    explorer.observe(end, "visible")
    rs.record_experiment({"title": "the last"}, records)
    assert closed.wait(SOON)  # closed by the watch's own thread
    again = rs.Explorer(records)
    with again.state.lock:  # as when the page's message is answered
        rs.record_experiment({"title": "not seen"}, records)
        again.close()
    assert len(again.visible) == 7


def test_an_explorer_that_could_not_be_made_leaves_no_watch(records: Path) -> None:
    before = watching()
    with pytest.raises(TypeError):
        rs.Explorer(records, nonsense=1)
    with pytest.raises(Exception, match="query"):
        rs.Explorer(records, query=5)
    assert watching() <= before


def test_a_look_at_what_did_not_change_tells_nothing(records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Counted(RecordsDirectory):
        looked = 0
        often = threading.Event()

        def refresh(self) -> Change:
            changed = super().refresh()
            self.looked += 1
            if self.looked == 3:
                self.often.set()
            return changed

    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    monkeypatch.setattr("researcher.storage.watching.POLL", 0.1)
    told: list[Change] = []
    watch = Watch(directory := Counted(records), lambda change, _error: told.append(change), threading.Lock())
    assert directory.often.wait(SOON)
    watch.stop()
    assert told == [Change(True, ())]
