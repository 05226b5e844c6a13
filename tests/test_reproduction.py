"""Experiments run again: what differs now, and whether the result held."""

from __future__ import annotations

import functools
import itertools
import json
import math
import random
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from kernels import execute, kernel

import researcher as rs
from researcher.errors import CannotReproduce, NotRunnable
from researcher.reproduction.changes import changes_since
from researcher.reproduction.finding import found_function

PARAMS = {"title": "forest", "depth": 3}
_count = itertools.count()


def forest(params):
    from sklearn.datasets import make_classification
    from sklearn.ensemble import RandomForestClassifier

    x, y = make_classification(60, random_state=0)
    found = RandomForestClassifier(4, max_depth=params["depth"]).fit(x[:40], y[:40])
    return {"probabilities": found.predict_proba(x[40:])[:, 0], "importances": found.feature_importances_}


def noisy(params):
    return {"loss": [1.0, 0.5 + random.random() / 100]}


def counting(params):
    return {"n": next(_count)}


def test_scikit_learn_is_reproduced_bit_for_bit_with_its_seed_and_not_without(tmp_path):
    seeded = rs.run(forest, {**PARAMS, "seed": 3}, tmp_path)
    found = rs.reproduce(seeded, tell=None)
    assert found.held
    assert [verdict.outcome for verdict in found.verdicts] == ["identical", "identical"]
    assert repr(found.repeat.observations) == repr(seeded.observations)
    without = rs.reproduce(rs.run(forest, PARAMS, tmp_path / "without"), tell=None)
    assert not without.held
    assert "different" in {verdict.outcome for verdict in without.verdicts}
    assert "its params have no seed, so this may be chance" in without.answer


def test_the_repeat_points_to_its_original_and_is_a_repeat(tmp_path):
    original = rs.run(noisy, {"seed": 1}, tmp_path)
    found = rs.reproduce(original, tell=None)
    assert found.original is original
    loaded = rs.load_experiment(tmp_path, found.repeat.name)
    assert loaded.ours["reproduces"] == original.path.name
    assert (loaded.hash, loaded.params) == (original.hash, original.params)
    assert len(rs.all_experiments(tmp_path)) == 2


def test_what_differs_now_is_said_before_it_runs(tmp_path):
    said = []
    original = rs.run(noisy, {"seed": 1}, tmp_path)
    text = json.loads(original.path.read_text())
    text["researcher"]["environment"]["packages"] |= {"numpy": "0.1", "gone-package": "1.0"}
    text["researcher"]["environment"]["python"] = "2.7"
    original.path.write_text(json.dumps(text))

    def other(params):
        assert len(said) == 1
        return noisy(params)

    found = rs.reproduce(rs.load_experiment(tmp_path, original.name), other, tell=said.append)
    assert said == [found.changes]
    rows = {row.name: row.values for row in found.changes.rows}
    assert rows["packages.numpy"] == ("0.1", np.__version__)
    assert rows["packages.gone-package"] == ("1.0", rs.ABSENT)
    assert rows["python"][0] == "2.7"
    assert "-def noisy(params):" in found.changes.source
    assert "+    def other(params):" in found.changes.source
    assert "packages.numpy: 0.1 then" in repr(found.changes)
    assert "none now" in repr(found.changes)


def test_nothing_differs_where_nothing_does(tmp_path, capsys):
    found = rs.reproduce(rs.run(noisy, {"seed": 1}, tmp_path))
    assert (found.changes.rows, found.changes.source) == ((), "")
    assert "nothing that is recorded differs now" in capsys.readouterr().out


# The answer


def answer(tmp_path, then, now, others=(), **more):
    """The verdicts on one observation, with other repeats that differ in their seed."""
    for seed, value in enumerate(others):
        rs.record_experiment({"lr": 1, "seed": 100 + seed}, tmp_path, {"x": value})
    original = rs.record_experiment({"lr": 1, "seed": 1}, tmp_path, then)
    return rs.reproduce(original, lambda params: now, tell=None, **more)


@pytest.mark.parametrize(
    ("then", "now", "outcome"),
    [
        ([1.0, float("nan")], [1.0, float("nan")], "identical"),
        ([1.0, 2.0], [1.0, 2.0 + 1e-6], "within tolerance"),
        ([0.0, 2.0], [1e-6, 2.0], "within tolerance"),
        ([[1.0], [2.0, 3.0]], [[1.0], [2.0, 3.000001]], "within tolerance"),
        ([0.0], [1e-9], "different"),
        ([1.0, 2.0], [1.0, 2.0 + 1e-5], "different"),
        ([1.0, 2.0], [1.0, 2.0, 2.0], "different"),
        ([1.0, 2.0], [1.0, float("nan")], "different"),
        ([1.0, float("inf")], [1.0, float("inf")], "identical"),
        ("relu", "tanh", "different"),
        ("relu", "relu", "identical"),
        (3, 3.0, "identical"),
    ],
)
def test_values_are_identical_within_tolerance_or_different(tmp_path, then, now, outcome):
    found = answer(tmp_path, {"x": then}, {"x": now})
    (verdict,) = found.verdicts
    assert verdict.outcome == outcome
    assert found.held == verdict.held == (outcome != "different")


def test_the_tolerance_is_what_was_asked_for_and_is_stated(tmp_path):
    found = answer(tmp_path, {"x": [1.0, 2.0]}, {"x": [1.0, 2.1]}, tolerance=0.1)
    assert [verdict.outcome for verdict in found.verdicts] == ["within tolerance"]
    assert "(tolerance 0.1)" in found.answer


def test_a_final_value_is_compared_with_those_of_the_repeats(tmp_path):
    others = [0.9, 1.0, 1.1, 1.05]
    (inside,) = answer(tmp_path / "a", {"x": [0.0, 0.95]}, {"x": [0.0, 1.2]}, others).verdicts
    ends = np.array([*others, 0.95])
    half = 2.776445 * ends.std(ddof=1) * math.sqrt(1 + 1 / 5)
    assert (inside.outcome, inside.n) == ("within the spread of repeats", 5)
    assert (inside.low, inside.high) == pytest.approx((ends.mean() - half, ends.mean() + half))
    assert "5 repeats, of which 95 % end from" in inside.details
    (outside,) = answer(tmp_path / "b", {"x": [0.0, 0.95]}, {"x": [0.0, 1.3]}, others).verdicts
    assert outside.outcome == "different"
    (lonely,) = answer(tmp_path / "c", {"x": [0.95]}, {"x": [1.2]}).verdicts
    assert "no other repeats" in lonely.details


def test_reproductions_do_not_count_as_repeats(tmp_path):
    original = rs.run(noisy, {"lr": 1}, tmp_path)
    assert [rs.reproduce(original, noisy, tell=None).verdicts[0].n for _ in range(3)] == [1, 1, 1]
    rs.run(noisy, {"lr": 1}, tmp_path)
    assert rs.reproduce(original, noisy, tell=None).verdicts[0].n == 2


def test_what_is_missing_or_new_is_said(tmp_path):
    found = answer(tmp_path, {"a": 1.0, "b": 2.0}, {"b": 2.0, "c": 3.0})
    assert {v.observation: v.outcome for v in found.verdicts} == {"a": "missing", "b": "identical", "c": "new"}
    assert not found.held
    assert answer(tmp_path, {"a": 1.0, "b": 2.0}, {"b": 2.0}, observations=["b"]).held


def test_the_answer_has_faces_that_obey_no_text(tmp_path):
    evil = "<script>alert(1)</script>"
    original = rs.record_experiment({"title": evil}, tmp_path, {evil: [1.0], "x": evil})
    found = rs.reproduce(original, lambda params: {evil: [2.0], "x": f"{evil}!"}, tell=None)
    for face in (found._repr_html_(), found.changes._repr_html_()):
        assert "<script" not in face
    assert "&lt;script&gt;" in found._repr_html_()
    assert "not reproduced: 2 different" in repr(found)


# Which function it is


def test_what_cannot_be_found_is_an_error_that_says_what_to_do(tmp_path):
    cases = {
        "does not say which function": rs.record_experiment({"i": 1}, tmp_path),
        "partial, a method, a local function": rs.run(functools.partial(counting), {"i": 2}, tmp_path),
        "does not say which": rs.Experiment({"i": 3}),
    }
    for said, experiment in cases.items():
        with pytest.raises(CannotReproduce, match=f"(?s){said}.*Pass the function"):
            rs.reproduce(experiment, records=tmp_path)
    with pytest.raises(CannotReproduce, match="no record; say where"):
        rs.reproduce(rs.Experiment({"i": 3}), counting)
    with pytest.raises(CannotReproduce, match="has no observation 'los'; it has: n"):
        rs.reproduce(rs.run(counting, {"i": 4}, tmp_path), observations=["los"])
    with rs.Recorder({"i": 5}, tmp_path) as recorder, pytest.raises(CannotReproduce, match="still running"):
        rs.reproduce(recorder.experiment, counting)


def script_run(directory, code, *arguments):
    """Run a script in a directory."""
    (directory / "train.py").write_text(textwrap.dedent(code))
    command = [sys.executable, directory / "train.py", directory / "records", *arguments]
    around = {"PYTHONPATH": str(Path(rs.__file__).parents[1]), "PATH": "/usr/bin:/bin", "HOME": str(directory)}
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, env=around)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return rs.all_experiments(directory / "records")


GUARDED = """
    import sys
    import researcher as rs
    SCALE = 2

    def train(params):
        return params["lr"] * SCALE

    if __name__ == "__main__":
        rs.run(train, {"lr": 1.5}, sys.argv[1])
"""


def test_a_function_of_a_script_is_found_in_it(tmp_path, monkeypatch):
    (experiment,) = script_run(tmp_path, GUARDED)
    monkeypatch.chdir("/")
    found = rs.reproduce(experiment, tell=None)
    assert found.held
    assert found.changes.source == ""
    (tmp_path / "train.py").write_text(textwrap.dedent(GUARDED.replace("SCALE = 2", "SCALE = 3")))
    assert "-SCALE = 2\n+SCALE = 3\n" in rs.reproduce(experiment, tell=None).changes.source
    (tmp_path / "train.py").write_text(textwrap.dedent(GUARDED.replace("* SCALE", "* SCALE + 1")))
    found = rs.reproduce(experiment, tell=None)
    assert not found.held
    assert '-    return params["lr"] * SCALE\n+    return params["lr"] * SCALE + 1' in found.changes.source
    (tmp_path / "train.py").write_text("")
    with pytest.raises(
        CannotReproduce, match=r"no function train in train\.py any more|no function train in .*train\.py"
    ):
        rs.reproduce(experiment, tell=None)
    (tmp_path / "train.py").unlink()
    with pytest.raises(CannotReproduce, match=r"the script .*train\.py is gone"):
        rs.reproduce(experiment, tell=None)


def test_a_script_that_runs_experiments_when_it_is_loaded_is_not_run_so(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", str(tmp_path / "records")])
    (experiment,) = script_run(tmp_path, GUARDED.replace('if __name__ == "__main__":', "if True:"))
    with pytest.raises(NotRunnable, match=r"train\.py runs experiments as soon as it is loaded. Put what begins"):
        rs.reproduce(experiment, tell=None)
    assert len(rs.all_experiments(tmp_path / "records")) == 1


def test_a_module_that_is_gone_is_an_error(tmp_path):
    experiment = rs.run(counting, {"i": 1}, tmp_path)
    record = experiment.path.read_text()
    experiment.path.write_text(record.replace('"module": "test_reproduction"', '"module": "no_such_module_here"'))
    with pytest.raises(CannotReproduce, match=r"no_such_module_here cannot be imported.*Pass the function"):
        found_function(rs.load_experiment(tmp_path, experiment.name))


def of_a_notebook(directory, source, needs=""):
    """An experiment that a function of a notebook was run for."""
    experiment = rs.run(counting, {"i": 1}, directory)
    text = json.loads(experiment.path.read_text())
    entry = {"notebook": "nb.ipynb", "module": "__main__", "function": "train", "source": source, "needs": needs}
    text["researcher"]["environment"]["entry"] = entry
    text["observations"] = {"result": 3.0}
    experiment.path.write_text(json.dumps(text))
    return rs.load_experiment(directory, experiment.name)


def test_a_function_of_a_notebook_is_made_of_its_source_only_where_that_is_trusted(tmp_path):
    experiment = of_a_notebook(
        tmp_path,
        "def train(params):\n    return np.float64(params['i']) + more()\n",
        "import numpy as np\ndef more():\n    return 2\n",
    )
    with pytest.raises(CannotReproduce, match=r"(?s)trust_source=True.*def train\(params\)"):
        rs.reproduce(experiment, tell=None)
    found = rs.reproduce(experiment, trust_source=True, tell=None)
    assert found.held
    assert found.changes.source == ""


def test_nothing_that_looks_at_a_record_runs_its_code(tmp_path):
    ran = tmp_path / "ran"
    code = f"import pathlib\npathlib.Path({str(ran)!r}).touch()\ndef train(params):\n    return 3\n"
    experiment = of_a_notebook(tmp_path / "records", code)
    (loaded,) = rs.all_experiments(tmp_path / "records")
    for look in (repr, rs.Experiment._repr_html_, changes_since, lambda e: e.data, lambda e: e.observations):
        look(loaded)
    with pytest.raises(CannotReproduce):
        rs.reproduce(experiment, tell=None)
    assert not ran.exists()
    rs.reproduce(experiment, trust_source=True, tell=None)
    assert ran.exists()


def test_a_source_that_was_changed_when_it_was_recorded_is_not_run(tmp_path):
    experiment = of_a_notebook(tmp_path, "def train(params):\n    return '***'\n")
    experiment.ours["environment"]["entry"]["source_changed"] = "credentials or length"
    with pytest.raises(CannotReproduce, match="not complete: credentials or length"):
        rs.reproduce(experiment, trust_source=True, tell=None)
    broken = of_a_notebook(tmp_path / "broken", "def train(params) return 1")
    with pytest.raises(CannotReproduce, match="the recorded source of train fails: SyntaxError"):
        rs.reproduce(broken, trust_source=True, tell=None)


def test_a_notebook_closed_is_reproduced_in_another_process(tmp_path):
    code = """
        import math as m
        from collections import Counter
        import researcher as rs
        FACTORS = [1, 2]

        class Layer:
            def value(self):
                return m.sqrt(FACTORS[1])

        def helper(x):
            return Counter("aab")["a"] * x + Layer().value()

        def train(params):
            return helper(params["lr"])

        rs.run(train, {"lr": 0.5}, "records");
    """
    with kernel(tmp_path) as (_, client):
        execute(client, textwrap.dedent(code))
    (experiment,) = rs.all_experiments(tmp_path / "records")
    assert rs.reproduce(experiment, trust_source=True, tell=None).held
