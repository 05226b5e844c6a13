"""What can be saved: the table as CSV, the view as a report, and the menu that makes them."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from comm.base_comm import BaseComm
from hypothesis import given
from hypothesis import strategies as st
from parts import say

import researcher as rs
from researcher.widgets.code import code_of
from researcher.widgets.report import html_of
from researcher.widgets.save import SaveView
from researcher.widgets.sheet import columns_of
from researcher.widgets.shown import csv_of
from researcher.widgets.state import ExplorerState
from researcher.widgets.still import still_of

NASTY = '<img src=x onerror="alert(1)"></td>'


def opened(*data: dict[str, Any]) -> ExplorerState:
    state = ExplorerState(source="records/")
    state.load([rs.Experiment(each) for each in data])
    return state


@pytest.fixture
def state(records: Path) -> ExplorerState:
    found = ExplorerState(source="records/")
    found.load(rs.all_experiments(records))
    return found


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


# CSV


def test_csv_is_the_table_as_it_is_shown(state: ExplorerState) -> None:
    state.query, state.sort = "depth > 64", (("depth", True),)
    head, *body = rows(csv_of(state))
    assert head == ["experiment", "title", "activation", "depth", "loss", "accuracy", "score"]
    assert [row[1] for row in body] == ["relu 256", "tanh 256", "relu 128", "tanh 128"]
    assert [row[0] for row in body] == [e.name for e in state.visible]
    assert body[0][2:5] == ["relu", "256", repr(1.0 / 256)]
    state.columns = ("final.loss", "nobody has it", "timestamp", "depth")
    head, *body = rows(csv_of(state))
    assert head[1:] == ["title", "final.loss", "nobody has it", "timestamp", "depth"]
    assert body[0][2:4] == [repr(1.0 / 256), ""]
    pd.to_datetime(body[0][4])


def test_csv_follows_rfc_4180() -> None:
    text = csv_of(opened({"title": 'a "b", c\nd', "x": 1}, {"title": "e", "x": 2}))
    assert text.split("\r\n")[0] == "experiment,title,x"
    assert text.endswith("\r\n")
    assert '"a ""b"", c\nd",1\r\n' in text
    assert len(rows(text)) == 3


def test_csv_says_numbers_in_full_and_leaves_out_what_is_not_there() -> None:
    values = [0.1 + 0.2, 1e-300, math.nan, math.inf, -math.inf, 10**40, True, None, [1, "é"], {}, "", "NaN"]
    text = csv_of(opened(*({"i": i, "x": value} for i, value in enumerate(values)), {"i": 99}))
    head, *body = rows(text)
    column = [row[head.index("x")] for row in body]
    assert column == [
        *("0.30000000000000004", "1e-300", "NaN", "Infinity", "-Infinity", "1" + "0" * 40, "True", "None"),
        *('[1, "é"]', "{}", "", "NaN", ""),
    ]
    frame = pd.read_csv(io.StringIO(csv_of(opened(*({"i": i, "x": value} for i, value in enumerate(values[:5]))))))
    assert frame["x"].tolist()[:2] == values[:2]
    assert np.isnan(frame["x"][2])
    assert frame["x"].tolist()[3:] == [math.inf, -math.inf]


@given(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"]), st.text(max_size=8))
def test_text_that_a_spreadsheet_would_run_is_harmless(sign: str, rest: str) -> None:
    text = csv_of(opened({"title": f"{sign}{rest}", f"{sign}cmd": 1}, {"title": "b", f"{sign}cmd": -5}))
    head, *body = rows(text)
    assert head[2] == f"'{sign}cmd"
    assert body[0][1] == f"'{sign}{rest}"
    assert body[1][2] == "-5"  # a number is a number
    assert not any(cell.startswith(sign) for row in (head, body[0]) for cell in row)


def test_a_param_and_an_observation_of_one_name_have_a_column_each() -> None:
    state = opened(*({"loss": i, "observations": {"loss": [i, 2.5 * i]}} for i in (1, 2)))
    assert columns_of(state) == ("title", "loss", "final.loss")
    assert [row[2:] for row in rows(csv_of(state))[1:]] == [["1", "2.5"], ["2", "5.0"]]


def test_csv_of_nothing_has_a_head() -> None:
    assert csv_of(opened()) == "experiment,title\r\n"


# Report


class Page(HTMLParser):
    """What is in a page: its tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_report_says_what_is_looked_at(state: ExplorerState) -> None:
    state.query, state.filters = "depth > 64", {"activation": ("relu",), "depth": {"min": 100}}
    state.sort = (("depth", True),)
    page = Page(html_of(state, "records/"))
    for words in ("records/", "2 of 6 experiments", "depth > 64", "activation is relu; depth is at least 100"):
        assert words in page.text
    assert "depth descending" in page.text
    assert code_of("records/", state) in page.text
    (picture,) = [attrs for tag, attrs in page.tags if tag == "img"]
    assert picture["alt"] == "curves of loss, accuracy"
    kind, _, data = str(picture["src"]).partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(data).startswith(b"\x89PNG")
    assert len([tag for tag, _ in page.tags if tag == "tr"]) == 3
    assert page.text.index("relu 256") < page.text.index("relu 128")


def test_report_needs_nothing_else_and_runs_nothing() -> None:
    data = {"title": NASTY, NASTY: NASTY, "observations": {NASTY: [1.0, 2.0], "</title><script>": 3}}
    state = opened(data, {"title": "b", NASTY: 1})
    state.source = state.query = NASTY
    state.query, state.filters, state.sort = "", {NASTY: (NASTY, 1)}, ((NASTY, False),)
    page = Page(html_of(state, NASTY))
    assert NASTY in page.text
    assert "script" not in {tag for tag, _ in page.tags}
    assert len([tag for tag, _ in page.tags if tag == "img"]) == 1
    for tag, attrs in page.tags:
        assert not any(name.startswith("on") or name == "href" for name in attrs)
        assert tag == "img" or "src" not in attrs
    assert any("default-src 'none'" in str(attrs.get("content")) for _, attrs in page.tags)


def test_report_of_many_experiments_is_cut_and_says_so() -> None:
    state = opened(*({"lr": i} for i in range(2_500)))
    page = Page(html_of(state))
    assert "The first 2,000 of 2,500 rows" in page.text
    assert len([tag for tag, _ in page.tags if tag == "tr"]) == 2_001
    assert "Curves" not in page.text


# Folded repeats


def test_repeats_that_share_a_row_share_it_in_every_file() -> None:
    losses = [(0, 0, 0.5), (0, 1, 0.3), (1, 0, 0.1), (2, 0, None), (2, 1, None)]
    made = [
        {"title": "ab"[depth > 1], "depth": depth, "seed": seed, "observations": {} if v is None else {"loss": v}}
        for depth, seed, v in losses
    ]
    state = opened(*made)
    state.folded, state.sort = True, (("loss", False),)
    head, *body = rows(csv_of(state))
    assert head == ["experiment", "title", "n", "depth", "seed", "loss", "loss std"]
    assert [row[1:5] for row in body] == [
        ["a", "1", "1", "0"],
        ["a", "2", "0", "2 values"],
        ["b", "2", "2", "2 values"],
    ]
    assert [row[5] for row in body] == ["0.1", "0.4", ""]
    assert [row[6][:9] for row in body] == ["", "0.1414213", ""]
    assert body[1][0] == state.visible[1].name
    assert "2 values" in Page(html_of(state)).text
    state.folded = False
    assert len(rows(csv_of(state))) == 6


def test_folded_rows_of_a_picture_are_counted_as_rows() -> None:
    state = opened(*({"depth": i // 3, "seed": i % 3, "observations": {"loss": i}} for i in range(90)))
    state.folded = True
    found, caption = still_of(state)
    assert len([tag for tag, _ in Page(found).tags if tag == "tr"]) == 21
    assert "the first 20 rows" in caption
    state.query = "depth < 20"
    assert "rows" not in still_of(state)[1]


# The menu


@pytest.fixture
def view(state: ExplorerState) -> Iterator[SaveView]:
    found = SaveView(state, "my records/")
    yield found
    found.close()


class Comm(BaseComm):
    """A comm that remembers what the page is sent."""

    def publish_msg(self, msg_type: str, data: Any = None, buffers: Any = None, **_: Any) -> None:
        if msg_type == "comm_msg" and data["method"] == "custom":
            self.__dict__.setdefault("sent", []).append((data["content"], buffers))


def made(view: SaveView, what: str) -> tuple[dict[str, Any], bytes]:
    """What the page is sent when it asks for something."""
    view.menu.comm = comm = Comm()
    say(view.menu, verb="make", what=what, page="p1")
    ((answer, buffers),) = comm.sent
    assert answer["page"] == "p1"
    assert answer["what"] == what
    assert view.trouble == ""
    json.dumps(answer)
    return answer, buffers[0] if buffers else b""


def test_files_are_made_when_they_are_asked_for(view: SaveView, state: ExplorerState) -> None:
    answer, content = made(view, "csv")
    assert (answer["name"], answer["type"]) == ("my-records-table.csv", "text/csv")
    assert content.decode() == csv_of(state)
    answer, content = made(view, "html")
    assert answer["name"] == "my-records-report.html"
    assert b"my records/" in content
    answer, content = made(view, "png")
    assert answer["name"] == "my-records-curves.png"
    assert content.startswith(b"\x89PNG")
    answer, content = made(view, "svg")
    assert re.search(rb"<svg ", content)
    state.query = "depth == 64"
    assert made(view, "code")[0]["text"] == code_of("my records/", state)


def test_what_cannot_be_made_is_told(view: SaveView, state: ExplorerState) -> None:
    state.observations = ()
    answer, content = made(view, "png")
    assert "no curve" in answer["trouble"]
    assert content == b""
    assert "nothing called 'exe'" in made(view, "exe")[0]["trouble"]
