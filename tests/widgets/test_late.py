"""What a page hears when an Explorer is opened: each widget once, with all that it says by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import comm
import comm.base_comm
import ipywidgets as w
import pytest
import traitlets as t

import researcher as rs
from researcher.widgets.late import Area, Column, Text
from researcher.widgets.view import Face, Sheet

Heard = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """What is sent to the page: the kind of a message, and the state in it."""
    messages: Heard = []

    class Told(comm.base_comm.BaseComm):
        def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
            messages.append((msg_type, {**data}.get("state", {})))

    monkeypatch.setattr(comm, "create_comm", Told)
    monkeypatch.setattr(Sheet, "_only", None)
    return messages


class Small(Face):
    _esm = "export default {}"
    said = t.Unicode().tag(sync=True)


def test_the_page_hears_of_a_widget_when_it_is_first_referred_to(heard: Heard) -> None:
    face, text = Small(), Text("a")
    box = Column([Area([face])])
    face.said, text.value = "all of it", "b"
    box.add_class("one")
    assert heard == []
    shown = w.VBox([box, text])
    states = [state for kind, state in heard if kind == "comm_open"]
    assert len(states) == len(heard) == 7  # a box with its layout, the style sheet, and the four of ours
    assert [state["said"] for state in states if "said" in state] == ["all of it"]
    assert {state["value"] for state in states if "value" in state} == {"b"}
    assert {tuple(state["_dom_classes"]) for state in states if "_dom_classes" in state} == {(), ("one",)}
    face.said = "more"
    assert heard[7:] == [("comm_msg", {"said": "more"})]
    for each in (face, text, box, shown):
        each.close()
    assert face.closed
    assert [kind for kind, _ in heard[8:]].count("comm_close") == 4


def test_a_widget_that_is_shown_by_itself_is_known_to_the_page(heard: Heard) -> None:
    column = Column()
    shown = column._repr_mimebundle_()
    assert [kind for kind, _ in heard] == ["comm_open"]
    assert shown["application/vnd.jupyter.widget-view+json"]["model_id"] == column.model_id


def test_the_style_sheet_is_sent_once(heard: Heard) -> None:
    first = Column([Small(), Small()])
    assert first.model_id
    again = Column([Small()])
    assert again.model_id
    assert len([state for _, state in heard if ".rs-explorer" in state.get("_css", "")]) == 1
    w.Widget.close_all()
    last = Column([Small()])
    assert last.model_id
    assert len([state for _, state in heard if ".rs-explorer" in state.get("_css", "")]) == 2


def test_opening_tells_each_face_once(explore: Callable[..., rs.Explorer], records: Path, heard: Heard) -> None:
    explorer = explore(records)
    faces = [state["_anywidget_id"] for _, state in heard if "_anywidget_id" in state]
    assert len(faces) == len({*faces})
    assert not [face for face in faces if "scatter" in face or "importance" in face]  # they are made when opened
    sent = [state for kind, state in heard if kind == "comm_msg"]
    assert not [state for state in sent if {"columns", "facets", "visible", "figures"} & {*state}]
    n = len(heard)
    explorer.tab = "scatter"
    assert [state for _, state in heard[n:] if "scatter" in state.get("_anywidget_id", "")]
