"""Sweeps on ray: a worker is killed."""

from __future__ import annotations

import os
import signal

import pytest
from clusters import each_finished_once, slow, when_recorded

import researcher as rs
from researcher.errors import EngineError

ray = pytest.importorskip("ray")
pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore:Tip. In future versions of Ray:FutureWarning"),
    pytest.mark.filterwarnings("ignore:os.fork.. was called:RuntimeWarning"),  # JAX, if it was loaded before
]


def test_a_killed_worker_costs_nothing_and_every_setting_finishes_exactly_once(tmp_path, monkeypatch):
    with pytest.raises(EngineError, match=r"call ray\.init"):
        rs.sweep(slow(0), {"lr": [0.1]}, tmp_path, engine=ray)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    train, workers = slow(0.01), tmp_path / "workers"
    workers.mkdir()

    def told(params, recorder):
        (workers / str(os.getpid())).touch()
        train(params, recorder)

    try:
        records = tmp_path / "records"
        killed = when_recorded(records, 50, lambda: os.kill(int(next(workers.iterdir()).name), signal.SIGKILL))
        found = rs.sweep(told, {"lr": rs.uniform(0, 1)}, records, n=200, engine=ray)
        killed.join()
    finally:
        ray.shutdown()
    assert {e.status for e in found} == {"finished"}
    assert len(list(workers.iterdir())) > 2
    assert each_finished_once(records) == 200
