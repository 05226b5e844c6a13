"""Sweeps on dask: a worker is killed, a cluster goes away."""

from __future__ import annotations

import os
import signal

import pytest
from clusters import each_finished_once, slow, when_recorded

import researcher as rs
from researcher.errors import EngineError

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.frameworks


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_a_killed_worker_costs_nothing_and_every_setting_finishes_exactly_once(tmp_path, client):
    worker = next(iter(client.run(os.getpid).values()))
    killed = when_recorded(tmp_path, 50, lambda: os.kill(worker, signal.SIGKILL))
    found = rs.sweep(slow(0.01), {"lr": rs.uniform(0, 1)}, tmp_path, n=200, engine=client)
    killed.join()
    assert worker not in client.run(os.getpid).values()
    assert {e.status for e in found} == {"finished"}
    assert each_finished_once(tmp_path) == 200


def test_failures_come_back_and_stop_nothing(tmp_path, client):
    def fragile(params):
        return 1 / params["lr"]

    with pytest.warns(rs.errors.SweepWarning, match="1 × ZeroDivisionError"):
        found = rs.sweep(fragile, {"lr": [0, 1, 2]}, tmp_path, engine=client)
    assert sorted(e.status for e in found) == ["failed", "finished", "finished"]


def test_a_cluster_that_goes_away_is_told_with_how_to_go_on(tmp_path):
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        closed = when_recorded(tmp_path, 2, client.shutdown)
        with pytest.raises(EngineError, match=r"the engine is gone.* of 200 experiments are finished.* Call it again"):
            rs.sweep(slow(0.05), {"lr": rs.uniform(0, 1)}, tmp_path, n=200, engine=client)
        closed.join()
        with pytest.raises(EngineError, match=r"the dask cluster of .* cannot be reached: its client is closed"):
            rs.sweep(slow(0.05), {"lr": rs.uniform(0, 1)}, tmp_path, n=200, engine=client)
