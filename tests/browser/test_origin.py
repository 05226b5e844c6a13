"""Where one experiment came from, in a real notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import researcher as rs
from researcher.storage import texts

from .alone import alone
from .conftest import OpenNotebook

SETUP = alone("origin", "OriginView", "code")
NASTY = "<img src=x onerror=\"document.title = 'taken'\">"
PATCH = f"@@ -1 +1 @@\n-lr = 0.1\n+lr = 0.2  # {NASTY}\n"


def train(params: dict[str, Any]) -> dict[str, Any]:
    return {"loss": [params["lr"], 0.25]}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An experiment with a patch and texts that would be taken for HTML, and its reproduction."""
    path = tmp_path_factory.mktemp("recorded") / "records"
    experiment = rs.run(train, {"title": NASTY, "lr": 0.1, "seed": 1}, path)
    rs.reproduce(experiment, train, tell=None)
    assert experiment.path
    record = json.loads(experiment.path.read_text())
    record["researcher"]["environment"]["code"] = {
        "commit": "0" * 40,
        "branch": NASTY,
        "changed": True,
        "patch": texts.keep(path, PATCH, ".patch"),
    }
    experiment.path.write_text(json.dumps(record))
    return path


@pytest.mark.parametrize(("theme", "width"), [("light", 1400), ("dark", 520)])
def test_code_patch_and_reproduction_are_there_to_read(
    open_notebook: OpenNotebook, records: Path, theme: str, width: int
) -> None:
    notebook = open_notebook([SETUP], files=[records], theme=theme, width=width)
    notebook.run_all()
    page = notebook.page
    view = page.locator(".rs-origin")
    page.get_by_text("Select an experiment in the table").wait_for()
    page.locator(".rs-tr").nth(0).click()
    expect(view.locator("h4")).to_contain_text(NASTY)
    expect(view.get_by_role("region", name="is reproduced by").get_by_role("row")).to_have_text(
        ["lossidentical0.25 then, 0.25 now"]
    )
    expect(view.get_by_label("source", exact=True)).to_contain_text("def train(params")
    view.get_by_text("changes since the commit").click()
    expect(view.locator(".rs-added")).to_have_text(f"+lr = 0.2  # {NASTY}\n", use_inner_text=False)
    notebook.screenshot(f"origin-{theme}-{width}")
    assert view.locator("img").count() == 0
    assert page.title() != "taken"
    assert view.evaluate("element => element.scrollWidth <= element.clientWidth")

    copy = view.get_by_role("button", name="copy the code: vary")
    copy.click()
    expect(copy).to_have_text("copied")
    expect(copy).to_have_text("copy")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
    copy.click()
    expect(copy).to_have_text("selected: copy it")
    assert "rs.run(train, params" in page.evaluate("getSelection().toString()")
    view.get_by_role("button", name="show both").click()
    expect(view).to_be_hidden()  # another tab is open
    assert notebook.add_and_run("print(len(state.selected), state.tab)") == "2 differences"
