"""The view as code: valid, readable, and executing it opens the same view."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from choosable import EXPERIMENTS, chosen, opened, same
from hypothesis import given, settings

import researcher as rs
from researcher.widgets.choosing import choose
from researcher.widgets.code import code_of
from researcher.widgets.literal import WIDTH, width
from researcher.widgets.state import ExplorerState
from researcher.widgets.viewing import view_of


class Explorer:
    """What of an Explorer the code speaks of: keywords and attributes choose."""

    def __init__(self, records: Any, **chosen: Any) -> None:
        self.__dict__["records"] = records
        self.__dict__["state"] = opened()
        assert choose(self.state, chosen) == ()

    def __setattr__(self, name: str, value: Any) -> None:
        assert choose(self.state, {name: value}) == ()


def executed(code: str, **names: Any) -> Any:
    assert code.startswith("import researcher as rs\n")
    space = {"rs": SimpleNamespace(Explorer=Explorer, ABSENT=rs.ABSENT), **names}
    exec(compile(code.partition("\n")[2], "code", "exec"), space)
    return space["explorer"]


def formatted(code: str) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff) if ruff.exists() else shutil.which("ruff") or "ruff"]
    command += ["format", "--isolated", f"--line-length={WIDTH}", "-"]
    return subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout


@given(chosen)
def test_executing_the_code_opens_an_equal_view(chosen: dict[str, Any]) -> None:
    state = opened()
    choose(state, chosen)
    code = code_of("records/", state)
    explorer = executed(code)
    assert explorer.records == "records/"
    assert same(view_of(explorer.state), view_of(state))
    assert code.isprintable() or "\n" in code


@settings(max_examples=25)  # each runs ruff
@given(chosen)
def test_the_layout_is_that_of_black_and_ruff(chosen: dict[str, Any]) -> None:
    state = opened()
    choose(state, chosen)
    code = code_of("records/", state)
    if all(width(line) <= WIDTH for line in code.splitlines()):
        assert formatted(code) == code


plain = chosen.map(lambda found: {name: value for name, value in found.items() if name not in ("visible", "selected")})


@settings(max_examples=20)  # each builds an Explorer
@given(plain)
def test_the_explorer_takes_the_code(chosen: dict[str, Any]) -> None:
    state = opened()
    choose(state, chosen)
    space: dict[str, Any] = {"experiments": EXPERIMENTS}
    exec(compile(code_of(None, state), "code", "exec"), space)
    try:
        assert same(space["explorer"].view, view_of(state))
    finally:
        space["explorer"].close()


def test_nothing_chosen_is_one_short_call() -> None:
    assert code_of("records/", opened()) == 'import researcher as rs\n\nexplorer = rs.Explorer("records/")\nexplorer\n'
    assert "rs.Explorer(experiments)\n" in code_of(None, opened())
    code = code_of(Path("re'cords"), opened())
    assert executed(code).records == "re'cords"
    assert executed(code_of(None, opened()), experiments=EXPERIMENTS).records is EXPERIMENTS


def test_it_reads_as_a_person_would_write_it() -> None:
    state = opened()
    state.query = 'title == "a"'
    state.filters = {"lr": (0.1, rs.ABSENT, float("nan")), "title": {"contains": "it's"}}
    state.sort = (("loss", True),)
    state.smoothing = 0.6
    state.zoom = (0.0, 40.5)
    state.select(EXPERIMENTS[:1])
    code = code_of("records/", state)
    assert (
        code
        == f"""\
import researcher as rs

explorer = rs.Explorer(
    "records/",
    query='title == "a"',
    filters={{"lr": [0.1, rs.ABSENT, float("nan")], "title": {{"contains": "it's"}}}},
    zoom=[0.0, 40.5],
    smoothing=0.6,
    sort=[("loss", True)],
)
explorer.selected = ["{EXPERIMENTS[0].name}"]
explorer
"""
    )
    assert formatted(code) == code
    assert same(view_of(executed(code).state), view_of(state))


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_long_lists_stand_one_a_line(n: int) -> None:
    state = ExplorerState()
    state.load(EXPERIMENTS)
    state.filters = {f"param {i}": tuple(range(10**8, 10**8 + 9)) for i in range(n)}
    state.look_at(EXPERIMENTS)
    state.filters = {f"param {i}": tuple(range(10**8, 10**8 + 9)) for i in range(n)}
    state.select(EXPERIMENTS)
    code = code_of("a" * 20, state)
    assert formatted(code) == code
    assert max(map(len, code.splitlines())) <= WIDTH
