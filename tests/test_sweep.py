"""Sweeps: every setting once, whatever happens to the processes."""

from __future__ import annotations

import functools
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import cloudpickle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels import execute, kernel
from processes import run
from scipy import stats

import researcher as rs
from researcher.errors import EngineError, NotRecordable, NotRunnable, NotSendable, SpaceError, SweepWarning
from researcher.sweeps.settings import seeds_of, settings_of


def train(params):
    return {"loss": params["lr"] * params.get("depth", 1)}


def params_of(space, n=None, repeats=None, seed=0):
    return [setting.params for setting in settings_of(space, n, seeds_of(space, repeats, seed), seed)]


# What a space stands for.


def test_a_grid_is_every_combination_in_the_order_of_the_space(tmp_path):
    experiments = rs.sweep(train, {"lr": [0.1, 0.2], "depth": range(1, 4), "data": "mnist"}, tmp_path, n_jobs=1)
    assert [e.params for e in experiments] == [
        {"lr": lr, "depth": depth, "data": "mnist"} for lr in (0.1, 0.2) for depth in (1, 2, 3)
    ]
    assert [e.hash for e in experiments] == [rs.get_hash(e.params) for e in experiments]
    assert experiments.best("loss").params == {"lr": 0.1, "depth": 1, "data": "mnist"}


def test_a_space_may_be_nested_and_params_may_follow_from_others():
    space = {
        "title": lambda params: f"{params['optimizer']['name']}-{params['seed']}",
        "optimizer": {"name": ["adam", "sgd"], "betas": [[0.9, 0.99]]},
        "rates": np.array([0.5]),
    }
    assert params_of(space, repeats=2) == [
        {"title": f"{name}-{seed}", "optimizer": {"name": name, "betas": [0.9, 0.99]}, "rates": 0.5, "seed": seed}
        for seed in (0, 1)
        for name in ("adam", "sgd")
    ]


def test_several_spaces_are_one_after_the_other_and_what_they_share_is_there_once():
    spaces = [{"kernel": "linear", "C": [1, 10]}, {"kernel": "rbf", "C": 1, "gamma": rs.uniform(0, 1)}, {"C": 1}]
    found = params_of([*spaces, {"kernel": "linear", "C": 10}], n=2)
    assert [sorted(params) for params in found] == [*[["C", "kernel"]] * 2, *[["C", "gamma", "kernel"]] * 2, ["C"]]


def test_all_distributions_are_drawn_from():
    space = {
        "uniform": rs.uniform(2, 3),
        "log": rs.log_uniform(1e-4, 1e-2),
        "whole": rs.integers(1, 3),
        "one": rs.choice(["a", [1, 2]]),
        "scipy": stats.loguniform(1, 10),
        "discrete": stats.randint(0, 5),
    }
    found = params_of(space, n=200)
    assert len(found) == 200
    for params in found:
        assert 2 <= params["uniform"] < 3
        assert 1e-4 <= params["log"] <= 1e-2
        assert params["one"] in ("a", [1, 2])
        assert 1 <= params["scipy"] <= 10
        assert type(params["discrete"]) is int
    assert {params["whole"] for params in found} == {1, 2, 3}
    assert 60 < sum(params["log"] < 1e-3 for params in found) < 140


@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 9), st.sets(st.integers(), min_size=1, max_size=3))
def test_more_of_a_space_only_adds_to_what_there_is(n, repeats, seed, depths):
    space = {"lr": rs.log_uniform(1e-4, 1), "depth": sorted(depths)}
    more = {"momentum": rs.uniform(0, 1), "lr": space["lr"], "depth": [*depths, "new"]}

    def hashes(space, n, repeats):
        found = [{k: v for k, v in params.items() if k != "momentum"} for params in params_of(space, n, repeats, seed)]
        return {rs.get_hash(params) for params in found}

    assert len(hashes(space, n, repeats)) == n * repeats * len(depths)
    assert hashes(space, n, repeats) == hashes(space, n, repeats)
    assert hashes(space, n, repeats) < hashes(more, n + 2, repeats + 1)


def test_repeats_have_the_seeds_that_follow(tmp_path):
    experiments = rs.sweep(train, {"lr": [0.1, 0.2]}, tmp_path, repeats=3, seed=7, n_jobs=1)
    assert [e.params["seed"] for e in experiments] == [7, 7, 8, 8, 9, 9]
    assert all(e.ours["seeded"]["seed"] == e.params["seed"] for e in experiments)


@pytest.mark.parametrize(
    ("space", "more", "said"),
    [
        ({"lr": []}, {}, r'space\["lr"\] is empty'),
        ({"optimizer": {"lr": np.array([])}}, {}, r'space\["optimizer"\]\["lr"\] is empty'),
        ({"lr": itertools.count()}, {}, r'space\["lr"\] is a count, which may have no end'),
        ({"lr": {0.1, 0.2}}, {}, r'space\["lr"\] is a set, which has no order'),
        ({"lr": rs.uniform(0, 1)}, {}, r'space\["lr"\] is a distribution, which has no end; say how many'),
        ({"lr": [0.1]}, {"n": 3}, "nothing in the space is a distribution"),
        ({"lr": rs.uniform(0, 1)}, {"n": 0}, "n=0"),
        ({"lr": [0.1]}, {"repeats": 0}, "repeats=0"),
        ({"lr": [0.1]}, {"seed": -1}, "seed=-1"),
        ({"lr": [0.1], "seed": [1, 2]}, {"repeats": 2}, r'space\["seed"\] is there'),
        ({str(i): range(10) for i in range(7)}, {}, "10,000,000 points"),
        ("lr", {}, "a space is a dict"),
        ([["lr"]], {}, "a space is a dict"),
    ],
)
def test_a_space_that_makes_no_sense_is_refused_before_anything_runs(tmp_path, space, more, said):
    with pytest.raises(SpaceError, match=said):
        rs.sweep(train, space, tmp_path / "records", n_jobs=1, **more)
    assert not (tmp_path / "records").exists()


@pytest.mark.parametrize("make", [lambda: rs.choice([]), lambda: rs.uniform(2, 1), lambda: rs.log_uniform(0, 1)])
def test_a_distribution_that_makes_no_sense_is_refused(make):
    with pytest.raises(SpaceError):
        make()


def test_params_that_no_record_holds_are_refused_before_anything_runs(tmp_path):
    with pytest.raises(NotRecordable, match=r'params\["hash"\] has a name that a record keeps for itself'):
        rs.sweep(train, {"lr": [0.1, 0.2], "hash": "x"}, tmp_path / "records", n_jobs=1)
    with pytest.raises(NotRecordable, match=r'params\["optimizer"\] is the class'):
        rs.sweep(train, {"lr": 0.1, "optimizer": ["adam", dict]}, tmp_path / "records", n_jobs=1)
    assert not (tmp_path / "records").exists()


# What is run, and what is not run again.


def test_what_is_finished_is_not_run_again(tmp_path):
    calls = []

    def counted(params):
        calls.append(params)
        return train(params)

    rs.record_experiment({"lr": 0.2, "depth": 1}, tmp_path, {"loss": 1.0})
    rs.sweep(counted, {"lr": [0.1, 0.2], "depth": 1}, tmp_path, n_jobs=1)
    found = rs.sweep(counted, {"lr": [0.3, 0.2, 0.1], "depth": 1}, tmp_path, n_jobs=1)
    assert calls == [{"lr": 0.1, "depth": 1}, {"lr": 0.3, "depth": 1}]
    assert [e.params["lr"] for e in found] == [0.2, 0.1, 0.3]
    assert len(rs.all_experiments(tmp_path)) == 3


def test_an_original_comes_before_its_reproduction(tmp_path):
    (original,) = rs.sweep(train, {"lr": [0.1]}, tmp_path, n_jobs=1)
    rs.reproduce(original, train, tell=None)
    (found,) = rs.sweep(train, {"lr": [0.1]}, tmp_path, n_jobs=1)
    assert found.name == original.name
    assert len(rs.all_experiments(tmp_path)) == 2


def test_a_failure_stops_nothing_and_is_tried_again_if_that_is_wanted(tmp_path):
    fails = [True]

    def fragile(params):
        if params["depth"] == 2 and fails[0]:
            raise ValueError("too deep\nfor words")
        return train(params)

    space = {"lr": [0.1, 0.2], "depth": [1, 2]}
    said = r"of 4 experiments of the sweep 2 failed:\n  2 × ValueError: too deep\n"
    with pytest.warns(SweepWarning, match=said) as caught:
        found = rs.sweep(fragile, space, tmp_path, n_jobs=1)
    assert caught[0].filename == __file__
    assert [e.status for e in found] == ["finished", "failed"] * 2
    assert "fragile" in found[1].ours["error"]["traceback"]

    fails[0] = False
    left = rs.sweep(fragile, space, tmp_path, n_jobs=1, retry_failed=False)
    assert [e.status for e in left] == ["finished", "failed"] * 2
    mended = rs.sweep(fragile, space, tmp_path, n_jobs=1)
    assert {e.status for e in mended} == {"finished"}
    assert Counter(e.status for e in rs.all_experiments(tmp_path)) == {"finished": 4, "failed": 2}


def test_the_bar_has_the_best_so_far(tmp_path, capsys):
    space = {"lr": [0.3, 0.1, 0.2]}
    rs.sweep(train, space, tmp_path, n_jobs=1, progress=True, objective="loss")
    assert "best loss=0.1" in capsys.readouterr().err
    rs.sweep(train, {"lr": [0.3, 0.1, 0.2, 0.4]}, tmp_path, n_jobs=1, progress=True, objective="loss", mode="max")
    assert "4/4" in (bar := capsys.readouterr().err)
    assert "best loss=0.4" in bar


def test_a_function_that_cannot_be_called_so_is_refused_before_anything_runs(tmp_path):
    with pytest.raises(NotRunnable):
        rs.sweep(lambda lr, depth, width: 0, {"lr": [0.1, 0.2]}, tmp_path / "records")
    assert not (tmp_path / "records").exists()


# Other processes.


class Model:
    def __init__(self, lock):
        self.lock = lock

    def __call__(self, params):
        return train(params)


LOCK = threading.Lock()


def with_global(params):
    with LOCK:
        return train(params)


@pytest.fixture
def as_in_a_notebook():
    """The functions of this file are sent whole, and not by the name of a module."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda params: LOCK, "the variable 'LOCK' of .*, a lock,"),
        (lambda params: with_global(params), "the variable 'LOCK' of the variable 'with_global' of .*, a lock,"),
        (functools.partial(train, lock=threading.Lock()), "the argument 'lock' of train, a lock,"),
        (Model([threading.Lock()]), "the item 0 of the attribute 'lock' of Model, a lock,"),
    ],
)
def test_what_cannot_be_sent_is_named(tmp_path, function, said, as_in_a_notebook):
    with pytest.raises(NotSendable, match=f"cannot be sent to another process: {said} cannot be pickled"):
        rs.sweep(function, {"lr": [0.1, 0.2]}, tmp_path / "records", n_jobs=2)
    assert not (tmp_path / "records").exists()


SCRIPT = """
import os, sys, time
import researcher as rs

def train(params, recorder):
    for step in range(2):
        recorder.observe(loss=params["lr"] / (step + 1))
        time.sleep(params["pause"])
    {more}

if __name__ == "__main__":
    space = {{"lr": rs.uniform(0, 1), "depth": list(range({depths})), "pause": {pause}}}
    found = rs.sweep(train, space, sys.argv[1], n={n}, repeats=2, n_jobs=2)
    print(len(found), *sorted({{e.status for e in found}}))
"""


def started(tmp_path, script):
    """The script in a process group of its own, so that all its processes can be killed at once."""
    command = [sys.executable, "-c", script, str(tmp_path / "records")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_until(condition, process):
    while not condition():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def finished_in(records):
    return len(list(records.glob("*.json")))


def test_a_sweep_that_is_killed_again_and_again_finishes_every_setting_exactly_once(tmp_path):
    script = SCRIPT.format(depths=10, n=10, pause=0.005, more="")
    records = tmp_path / "records"
    drawn = random.Random()
    for kills in range(1, 3):
        process = started(tmp_path, script)
        enough = finished_in(records) + drawn.randint(1, 60)
        wait_until(lambda: finished_in(records) >= enough, process)  # noqa: B023
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert finished_in(records) < 60 * kills + 30
    process = started(tmp_path, script)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (0, "200 finished\n", "")
    experiments = rs.all_experiments(records)
    done = Counter(e.hash for e in experiments.where("status == 'finished'"))
    assert len(done) == 200
    assert set(done.values()) == {1}
    assert {e.status for e in experiments} <= {"finished", "interrupted"}
    assert len(experiments.where("status == 'interrupted'")) <= 2 * 2


HANDED_OUT_AGAIN = """
import os, signal, sys
from concurrent.futures import Executor, Future
import researcher as rs

class Cluster(Executor):
    def submit(self, function, *given):  # first by a worker that is killed before its record is in place
        worker = os.fork()
        if not worker:
            def die(event, said):
                if event == "os.link" and str(said[1]).endswith(".json"):
                    os.kill(os.getpid(), signal.SIGKILL)
            sys.addaudithook(die)
            function(*given)
            os._exit(0)
        assert os.waitpid(worker, 0)[1] == signal.SIGKILL
        future = Future()
        future.set_result(function(*given))
        return future

def train(params):
    return {"loss": params["lr"]}

print(*(e.status for e in rs.sweep(train, {"lr": [0.1, 0.2]}, sys.argv[1], engine=Cluster())))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_a_killed_worker_had_finished_is_not_run_again_by_another(tmp_path):
    assert run(HANDED_OUT_AGAIN, tmp_path) == "finished finished\n"
    assert Counter(e.params["lr"] for e in rs.all_experiments(tmp_path)) == {0.1: 1, 0.2: 1}
    assert len(rs.recover(tmp_path)) == 2
    assert [e.status for e in rs.all_experiments(tmp_path)] == ["finished", "finished"]


def test_an_interrupt_ends_the_workers_and_says_how_to_go_on(tmp_path):
    script = SCRIPT.format(depths=10, n=10, pause=0.05, more="")
    records = tmp_path / "records"
    process = started(tmp_path, script)
    wait_until(lambda: finished_in(records) >= 3, process)
    process.send_signal(signal.SIGINT)  # to it alone, as an interrupt of a kernel may be
    _, err = process.communicate(timeout=60)
    said = err.strip().splitlines()[-1]
    experiments = rs.all_experiments(records)
    finished = len(experiments.where("status == 'finished'"))
    told = int(said.split("interrupted. ")[1].split(" of 200 ")[0])
    assert finished - 2 <= told <= finished
    assert said.endswith("experiments are finished and recorded. Call it again to go on: what is finished is skipped")
    assert {e.status for e in experiments} <= {"finished", "interrupted"}  # so nobody writes any more


WAITING = """
import sys, time
from pathlib import Path
from researcher.sweeps.carrying import Carrying
from researcher.sweeps.engines import engine_for
from researcher.sweeps.job import Job
from researcher.sweeps.plan import Listed
from researcher.sweeps.settings import settings_of

class Impatient(Listed):
    patience = 0.5
    def look(self):
        raise KeyboardInterrupt

if __name__ == "__main__":
    settings = settings_of({"lr": list(range(40))}, None, [None], 0)
    engine = engine_for(None, Job(lambda params: time.sleep(600), Path(sys.argv[1]), None, {}), 2, 40)
    engine.window = 40  # more than loky hands on, so that some wait in this process
    try:
        Carrying(Impatient(settings, settings), engine, print).carry_out()
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_an_interrupt_ends_the_workers_while_settings_wait_for_them(tmp_path):
    out, err = started(tmp_path, WAITING).communicate(timeout=60)
    assert out == "interrupted\n", err


def test_what_ran_while_a_worker_was_killed_runs_again(tmp_path):
    once = """
    if params["depth"] == 3 and not os.path.exists("killed"):
        open("killed", "w").close()
        os.kill(os.getpid(), 9)
    """
    script = f"import os; os.chdir({str(tmp_path)!r})" + SCRIPT.format(depths=8, n=2, pause=0.01, more=once)
    out, err = started(tmp_path, script).communicate(timeout=120)
    assert (out, err) == ("32 finished\n", "")
    done = Counter(e.hash for e in rs.all_experiments(tmp_path / "records").where("status == 'finished'"))
    assert len(done) == 32
    assert set(done.values()) == {1}


def test_a_setting_that_kills_its_worker_is_given_up_and_the_others_go_on(tmp_path):
    always = "if params['depth'] == 3 and params['seed'] == 1: os.kill(os.getpid(), 9)"
    script = SCRIPT.format(depths=8, n=1, pause=0.01, more=always)
    out, err = started(tmp_path, script).communicate(timeout=120)
    assert out == "16 finished interrupted\n"
    assert "of 16 experiments of the sweep 1 lost:\n  1 × its worker was killed" in err


def test_what_a_run_does_to_its_surroundings_stays_with_it(tmp_path, as_in_a_notebook):
    seen = []

    def greedy(params):
        seen.append(params["lr"])
        return {"seen": len(seen)}

    for n_jobs in (2, 2):
        found = rs.sweep(greedy, {"lr": [0.1, 0.2, 0.3, 0.4, 0.5]}, tmp_path, n_jobs=n_jobs)
    assert [e.final_observations("seen") for e in found] == [1] * 5


CELL = """
import time
import researcher as rs
offset = 0.25

def train(params, recorder):
    recorder.observe(loss=params["lr"] + offset)
    time.sleep(0.05)
"""


def test_functions_of_a_notebook_are_swept_and_an_interrupt_of_the_kernel_ends_that(tmp_path):
    with kernel(tmp_path) as (manager, client):
        execute(client, CELL)
        client.execute("rs.sweep(train, {'lr': rs.uniform(0, 1)}, 'records', n=200, n_jobs=2)")
        records = tmp_path / "records"
        while finished_in(records) < 3:
            assert manager.is_alive()
            time.sleep(0.005)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=60)["content"]
        assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
        assert "experiments are finished and recorded. Call it again to go on" in reply["evalue"]
        again = "assert len(rs.sweep(train, {'lr': rs.uniform(0, 1)}, 'records', n=20, n_jobs=2)) == 20"
        execute(client, again)
    experiments = rs.all_experiments(records)
    assert {e.status for e in experiments} <= {"finished", "interrupted"}
    entry = experiments.where("status == 'finished'")[-1].ours["environment"]["entry"]
    assert entry["source"].startswith("def train(params, recorder):\n    recorder.observe(")


# Engines that are there already.


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, lambda n: ProcessPoolExecutor(n, get_context("spawn"))])
def test_any_executor_will_do(tmp_path, kind, as_in_a_notebook):
    offset = 0.25
    with kind(2) as executor:
        found = rs.sweep(lambda params: params["lr"] + offset, {"lr": [0.25, 0.5, 0.75]}, tmp_path, engine=executor)
        assert sorted(e.final_observations("result") for e in found) == [0.5, 0.75, 1.0]
        assert executor.submit(abs, -1).result() == 1  # it is not ours to shut down


def test_an_executor_that_breaks_ends_the_sweep_and_says_how_to_go_on(tmp_path, as_in_a_notebook):
    def deadly(params):
        if params["lr"] == 0.5 and not (tmp_path / "killed").exists():
            (tmp_path / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return params["lr"]

    space, records = {"lr": [0.1, 0.2, 0.5, 0.6, 0.7]}, tmp_path / "records"
    with (
        ProcessPoolExecutor(1, get_context("spawn")) as executor,
        pytest.raises(EngineError, match=r"a worker was killed.*\. 2 of 5 experiments are finished .* Call it again"),
    ):
        rs.sweep(deadly, space, records, engine=executor)
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        assert {e.status for e in rs.sweep(deadly, space, records, engine=executor)} == {"finished"}
    assert len(rs.all_experiments(records)) == 6
    with pytest.raises(EngineError, match="the engine takes no more jobs"):
        rs.sweep(deadly, {"lr": [0.8]}, records, engine=executor)


@pytest.mark.parametrize(("more", "said"), [({"engine": "slurm"}, "engine='slurm'"), ({"n_jobs": 0}, "n_jobs=0")])
def test_an_engine_that_is_none_is_refused(tmp_path, more, said):
    with pytest.raises(EngineError, match=said):
        rs.sweep(train, {"lr": [0.1]}, tmp_path, **more)


def test_an_objective_that_none_observed_is_warned_of(tmp_path):
    space = {"lr": [0.1, 0.2]}
    with pytest.warns(SweepWarning, match="the objective 'los' was not observed; observed were: loss"):
        found = rs.sweep(lambda params: {"loss": params["lr"]}, space, tmp_path, objective="los", n_jobs=1)
    assert len(found) == 2
