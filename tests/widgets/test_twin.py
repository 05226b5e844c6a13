"""The static twin: what it shows, and that it follows the view in a real kernel."""

from __future__ import annotations

import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

import researcher as rs
from researcher.widgets.leisure import Leisure
from researcher.widgets.state import ExplorerState
from researcher.widgets.still import COLUMNS, ROWS, still_of

NASTY = '<script>alert(1)</script><img src=x onerror="alert(2)">'


class Outline(HTMLParser):
    """Rows, images and text of a piece of HTML, without its attributes: what every sanitiser leaves."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.images: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.images += [value or "" for name, value in attrs if name == "src"]

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


def opened(experiments: list[rs.Experiment]) -> ExplorerState:
    state = ExplorerState(source="records/")
    state.load(experiments)
    return state


# What it shows


def test_picture_table_and_caption(records: Path) -> None:
    state = opened(rs.all_experiments(records))
    state.query, state.sort = "depth > 64", (("depth", True),)
    shown = Outline(still_of(state)[0])
    assert [image.partition(",")[0] for image in shown.images] == ["data:image/png;base64"]
    assert shown.tags.count("tr") == 5
    assert shown.text.index("tanh 256") < shown.text.index("relu 128")
    assert "records/ · 4 of 6 experiments · query: depth > 64 · sorted by depth descending" in shown.text
    assert not {"style", "script", "link"} & set(shown.tags)
    assert "style=" not in still_of(state)[0]


def test_it_is_small_and_says_what_it_leaves_out() -> None:
    params = {f"param{i}": i for i in range(30)}
    state = opened([rs.Experiment({"i": i, **{name: v + i for name, v in params.items()}}) for i in range(10_000)])
    shown = Outline(still_of(state)[0])
    assert shown.tags.count("tr") == ROWS + 1
    assert shown.tags.count("th") == COLUMNS
    assert f"the first {ROWS} rows · {COLUMNS} of 32 columns" in shown.text
    assert "img" not in shown.tags


def test_texts_of_users_are_texts() -> None:
    data = {"title": NASTY, NASTY: NASTY, "observations": {NASTY: [1.0, 2.0]}}
    state = opened([rs.Experiment(data), rs.Experiment({"title": "x" * 1000, NASTY: 2})])
    state.source, state.filters = NASTY, {NASTY: (NASTY, 2)}
    shown = Outline(still_of(state)[0])
    assert NASTY in shown.text
    assert "script" not in shown.tags
    assert shown.tags.count("img") == 1
    assert "x" * 100 not in shown.text


def test_what_cannot_be_shown_is_said_and_nothing_is_raised(records: Path) -> None:
    experiments = rs.all_experiments(records)
    for file in records.glob("*.json"):
        file.unlink()
    assert Outline(still_of(opened(experiments))[0]).tags.count("tr") == 7
    state = opened([rs.Experiment({"title": "a", "observations": {"loss": [1.0, 2.0]}})])
    state.zoom = ("from", "to")
    shown = Outline(still_of(state)[0])
    assert "The picture could not be shown: ValueError" in shown.text
    assert shown.tags.count("tr") == 2


# Work that can wait


def test_work_is_done_once_and_the_latest_first() -> None:
    leisure, done, over = Leisure(pause=0.05), list[str](), threading.Event()
    held = threading.Event()
    leisure.ask("holding", held.wait)
    leisure.ask("holding", held.wait)
    for name in ("a", "b", "a", "c"):
        leisure.ask(name, lambda name=name: done.append(name))
    leisure.ask("forgotten", lambda: done.append("forgotten"))
    leisure.forget("forgotten")
    leisure.ask("last", lambda: done.append("last"))
    leisure.ask("first of all", lambda: None)
    held.set()
    leisure.ask("over", over.set)
    while not over.is_set() or len(done) < 4:
        over.wait(10)
        time.sleep(0.01)
    assert sorted(done) == ["a", "b", "c", "last"]
    assert done.index("last") < done.index("c") < done.index("a") < done.index("b")
    leisure.end()
    leisure.ask("too late", lambda: done.append("too late"))
    assert "too late" not in done


def test_an_error_is_reported_and_the_next_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    leisure, over = Leisure(pause=0.01), threading.Event()
    leisure.ask("next", over.set)
    leisure.ask("wrong", lambda: 1 / 0)
    assert over.wait(30)
    leisure.end()
    assert [hook.exc_type for hook in told] == [ZeroDivisionError]


def test_it_rests_much_longer_than_it_works() -> None:
    leisure, times, over = Leisure(pause=0.0, share=20), list[float](), threading.Event()

    def work() -> None:
        begun = time.thread_time()
        times.append(time.monotonic())
        while time.thread_time() - begun < 0.02:
            pass
        times.append(time.monotonic())
        if len(times) < 6:
            leisure.ask("work", work)
        else:
            over.set()

    leisure.ask("work", work)
    assert over.wait(60)
    leisure.end()
    assert times[2] - times[1] > 0.35
    assert times[4] - times[3] > 0.35


# In a kernel


class Kernel:
    """A real kernel, and all that it publishes."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, code: str) -> list[dict[str, Any]]:
        """What a cell displays. AssertionError if it fails."""
        asked = self.client.execute(code, store_history=True)
        found = []
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != asked:
                continue
            assert message["msg_type"] != "error", "\n".join(message["content"].get("traceback", ()))
            if message["content"].get("execution_state") == "idle":
                return found
            if message["msg_type"] in ("display_data", "update_display_data", "stream"):
                found.append(message)

    def update(self, timeout: float = 60) -> dict[str, Any] | None:
        """The next update of a display, or None if there is none in time."""
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0:
            try:
                message = self.client.get_iopub_msg(timeout=left)
            except queue.Empty:
                return None
            if message["msg_type"] == "update_display_data":
                return message["content"]  # type: ignore[no-any-return]
        return None


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=120)
    try:
        kernel = Kernel(client)
        kernel.run("import researcher as rs\nfrom researcher.widgets import leisure, twin")
        kernel.run("twin._leisure = leisure.Leisure(pause=0.05, share=1)")  # which rests for half a minute otherwise
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def twin_of(content: dict[str, Any]) -> tuple[str, str]:
    """Its display id, and what it shows."""
    html = content["data"]["text/html"]
    name = re.match(r'<div data-twin="([\w-]+)">', html)
    assert name
    assert name[1] == content["transient"]["display_id"]
    return name[1], html


def test_it_stands_beside_the_live_explorer_and_follows_it(kernel: Kernel, records: Path) -> None:
    live, twin = kernel.run(f"explorer = rs.Explorer({str(records)!r})\nexplorer")
    assert "application/vnd.jupyter.widget-view+json" in live["content"]["data"]
    assert live["content"]["data"]["text/html"] == ""
    name, html = twin_of(twin["content"])
    assert "6 experiments" in html

    kernel.run("explorer.query = 'depth == 64'")
    content = kernel.update()
    assert content is not None
    assert twin_of(content)[0] == name
    assert "2 of 6 experiments" in content["data"]["text/html"]
    picture = Outline(content["data"]["text/html"]).images
    assert picture != Outline(html).images

    kernel.run("explorer.state.smoothing = 0.5; explorer.selected = explorer.visible[:1]")
    content = kernel.update()
    assert content is not None
    assert "1 selected" in content["data"]["text/html"]

    live, again = kernel.run("explorer")  # a second place follows along
    assert twin_of(again["content"])[0] == name
    kernel.run(f"rs.record_experiment({{'title': 'new', 'depth': 64}}, {str(records)!r}, {{'loss': [1.0, 0.1]}})")
    content = kernel.update()
    assert content is not None
    assert "3 of 7 experiments" in content["data"]["text/html"]

    kernel.run("explorer.state.notice = 'nothing that is seen'; explorer.close(); explorer.state.query = ''")
    assert kernel.update(timeout=1) is None


def test_it_rests_while_no_page_shows_it(kernel: Kernel, records: Path) -> None:
    kernel.run(f"explorer = rs.Explorer({str(records)!r})\nexplorer")
    kernel.run("explorer.state.show('a page'); explorer.state.hide('a page'); explorer.query = 'depth == 64'")
    assert kernel.update(timeout=1) is None
    kernel.run("explorer.state.show('another page')")
    content = kernel.update()
    assert content is not None
    assert "2 of 6 experiments" in content["data"]["text/html"]
    kernel.run("explorer.state.show('one more')")
    assert kernel.update(timeout=1) is None
    kernel.run("explorer.close()")


def test_it_never_stops_the_cell(kernel: Kernel, tmp_path: Path) -> None:
    code = f"explorer = rs.Explorer({str(tmp_path / 'missing')!r})\nexplorer.state.zoom = ('a', 'b')\nexplorer"
    _, twin = kernel.run(code)
    assert "0 experiments" in twin["content"]["data"]["text/html"]
    assert kernel.run("explorer.close(); print('and on')")[-1]["content"]["text"] == "and on\n"


def test_captured_output_is_left_alone(kernel: Kernel, records: Path) -> None:
    kernel.run(f"%%capture found\nexplorer = rs.Explorer({str(records)!r})\ndisplay(explorer)")
    kernel.run("explorer.query = 'depth == 64'")
    assert kernel.update(timeout=1) is None
    assert kernel.run("print(len(found.outputs)); explorer.close()")[-1]["content"]["text"] == "2\n"


def test_without_a_notebook_it_is_said_in_words() -> None:
    code = "import researcher as rs\nrs.Explorer([rs.Experiment({'lr': 1})])._ipython_display_()\nprint('done')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("done\n")
