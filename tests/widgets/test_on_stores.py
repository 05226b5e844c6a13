"""Explorers on records that lie on a store: they wake up, grow, and show no credentials."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import stores
from processes import until

import researcher as rs
from researcher.errors import BadAddress
from researcher.widgets.code import code_of
from researcher.widgets.report import html_of

PARAMS = {"title": "relu", "lr": 0.1}


@pytest.mark.usefixtures("spool")
def test_an_explorer_on_a_store_wakes_up_grows_and_keeps_its_objects(
    explore: Callable[..., rs.Explorer], tmp_path: Path
) -> None:
    url = f"memory://{tmp_path.name}"
    explorer = explore(url)
    assert explorer.state.source == f"{url}/"
    assert "wakes up when the first record appears" in explorer.state.notice
    with rs.Recorder(PARAMS, url) as recorder:
        recorder.observe(loss=0.5)
        until(lambda: len(explorer.state.experiments) == 1)
        (kept,) = explorer.state.experiments
        assert (kept.status, kept.observations) == ("running", {"loss": [0.5]})
        recorder.observe(loss=0.25)
        until(lambda: kept.observations == {"loss": [0.5, 0.25]})  # of the same machine, without waiting for the store
    until(lambda: kept.status == "finished")
    assert list(explorer.state.experiments) == [kept]
    assert f'"{url}"' in code_of(url, explorer.state)


def test_an_explorer_on_s3_shows_no_credentials(explore: Callable[..., rs.Explorer], s3: stores.S3) -> None:
    url = f"{s3.new_bucket()}/records"
    rs.record_experiment(PARAMS, url, {"loss": [0.5, 0.25]})
    explorer = explore(url)
    assert [e.title for e in explorer.state.visible] == ["relu"]
    shown = [explorer.state.source, explorer.state.notice, code_of(url, explorer.state), html_of(explorer.state, url)]
    assert url in shown[0]
    for name, value in s3.environment.items():
        assert name == "AWS_DEFAULT_REGION" or all(value not in text for text in shown)


def test_an_explorer_on_no_place_says_so(explore: Callable[..., rs.Explorer]) -> None:
    with pytest.raises(BadAddress, match="holds a password"):
        explore("s3://key:the-secret@bucket/records")
