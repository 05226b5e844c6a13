"""One experiment: what it says of itself and of another."""

from __future__ import annotations

import math

import pytest

import researcher as rs
from researcher import ABSENT

PARAMS = {"title": "deep", "lr": 0.1, "optimizer": {"name": "adam", "betas": [0.9, 0.99]}}
OBSERVATIONS = {"loss": [[3, 1, 2], [5, 3]], "val_accuracy": [0.1, 0.9, 0.5], "note": "fine", "test": 0.97}


@pytest.fixture(params=["recorded", "loaded", "in memory"])
def experiment(request, tmp_path):
    """The same experiment, wherever it comes from."""
    recorded = rs.record_experiment(PARAMS, tmp_path, OBSERVATIONS, duration=2.5)
    if request.param == "in memory":
        return rs.Experiment(recorded.data)
    return recorded if request.param == "recorded" else rs.load_experiment(tmp_path, recorded.name)


def test_it_gives_back_what_was_recorded(experiment):
    assert experiment.params == PARAMS
    assert experiment.observations == OBSERVATIONS
    assert list(experiment.data) == [*PARAMS, "hash", "timestamp", "observations", "duration", "researcher"]
    assert experiment.hash == experiment.get_hash() == rs.get_hash(PARAMS)
    assert experiment.identifier() == f"deep_{experiment.hash[:8]}"
    assert (experiment.title, experiment.duration, experiment.status) == ("deep", 2.5, "finished")


def test_data_is_one_dict_and_params_a_new_one(experiment):
    assert experiment.data is experiment.data
    experiment.params.clear()
    assert experiment.params == PARAMS


def test_its_observations_are_summed_up(experiment):
    assert experiment.n_folds() == 2
    assert experiment.has_observation("note")
    assert not experiment.has_observation("accuracy")
    assert experiment.observed() == ["loss", "val_accuracy", "test"]
    assert [experiment.summary(which, "loss") for which in ("final", "min", "max", "best")] == [2.5, 2.0, 4.0, 2.0]
    assert experiment.summary("best", "val_accuracy") == 0.9
    assert experiment.summary("final", "note") is experiment.summary("final", "nothing") is ABSENT


def test_its_final_observations(experiment):
    assert experiment.final_observations("loss") == [2, 3]
    assert experiment.final_observations("val_accuracy") == 0.5
    assert (experiment.final_observations("test"), experiment.final_observations("note")) == (0.97, "fine")
    with pytest.raises(KeyError, match="nothing"):
        experiment.final_observations("nothing")


@pytest.mark.parametrize("empty", [[], [[], [1]]])
def test_what_is_empty_has_no_final_observation(empty):
    with pytest.raises(ValueError, match=r"'loss' of .* is empty"):
        rs.Experiment({"observations": {"loss": empty}}).final_observations("loss")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("lr",), 0.1),
        (("optimizer", "name"), "adam"),
        (("optimizer",), PARAMS["optimizer"]),
        (("final", "loss"), 2.5),
        (("best", "val_accuracy"), 0.9),
        (("status",), "finished"),
        (("title",), "deep"),
        (("duration",), 2.5),
        (("hash",), rs.get_hash(PARAMS)),
        (("depth",), ABSENT),
        (("lr", "x"), ABSENT),
        (("final", "nothing"), ABSENT),
    ],
)
def test_a_query_looks_names_up(experiment, path, expected):
    assert experiment.look_up(path) == expected


def test_a_param_comes_before_our_own_name():
    params = {"status": "mine", "final.loss": 7, "final": {"acc": 8}, "class_weight": {0: 1.0, True: 2.0}}
    experiment = rs.Experiment({**params, "observations": {"loss": 1, "acc": 2, "f1": 3}})
    found = [experiment.look_up(path) for path in (("status",), ("final", "loss"), ("final", "acc"), ("final", "f1"))]
    assert found == ["mine", 7, 8, 3]
    assert experiment.look_up(("class_weight", "0")) == 1.0
    assert experiment.look_up(("class_weight", "true")) == 2.0


def test_two_experiments_are_compared_by_their_params():
    one = rs.Experiment({"lr": 1, "nan": math.nan, "flag": True, "o": {"a": 1, "b": 2}, "hash": "x"})
    other = rs.Experiment({"lr": 1.0, "nan": math.nan, "flag": 1, "o": {"b": 2, "a": 3}, "hash": "y"})
    assert one.common_values(other) == other.common_values(one) == 3
    assert one.differing_values(other) == {"flag": (True, 1), "o.a": (1, 3)}
    assert one.differing_values(rs.Experiment({"o": {"a": 1, "b": 2}})) == {
        "lr": (1, ABSENT),
        "nan": (one.params["nan"], ABSENT),
        "flag": (True, ABSENT),
    }


def test_its_repr_is_helpful(experiment):
    assert repr(experiment) == (
        f"<Experiment deep_{experiment.hash[:8]} finished: lr=0.1, optimizer.name=adam, optimizer.betas=[0.9, 0.99]>"
    )
    assert len(repr(rs.Experiment({f"param{i}": i for i in range(1000)}))) < 200


def test_its_html_shows_params_and_final_values_and_runs_nothing():
    page = rs.Experiment({"title": "<script>", "<b>": "<i>", "observations": {"<u>": 0.25}})._repr_html_()
    assert "&lt;script&gt;" in page
    assert "<th style='text-align:left'>final &lt;u&gt;</th><td style='text-align:left'>0.25</td>" in page
    assert not any(tag in page for tag in ("<script>", "<i>", "<u>"))


def test_its_html_tells_what_failed_what_was_remarked_and_the_curves_in_small():
    ours = {"format": 1, "status": "failed", "error": {"type": "ValueError", "message": "<lr>"}, "tags": ["odd"]}
    data = {"title": "relu", "researcher": {**ours, "notes": [{"text": "see & redo"}]}}
    curves = {"loss": [3, 2, 1], "acc": [[0.0, 1.0], [0.0, 1.0, 1.0]], "score": [0.5], "none": [[], []]}
    page = rs.Experiment({**data, "observations": curves})._repr_html_()
    for shown in ("ValueError: &lt;lr&gt;", "tags: odd", "note: see &amp; redo", ">█▅▁<", ">▁██<"):
        assert shown in page


def test_a_repeat_is_told_apart(tmp_path):
    for _ in range(2):
        repeat = rs.record_experiment({"title": "relu"}, tmp_path)
    assert repr(repeat) == f"<Experiment relu_{repeat.hash[:8]}-2 finished>"
    assert f"{repeat.hash[:8]}-2" in rs.all_experiments(tmp_path)._repr_html_()


def test_without_a_title_it_is_called_by_its_hash():
    experiment = rs.Experiment({"hash": "0123456789abcdef"})
    assert experiment.identifier() == experiment.name == "01234567"


def test_observations_that_are_looked_at_first_are_those_of_the_data(tmp_path):
    path = rs.record_experiment({"lr": 0.1}, tmp_path, {"loss": [0.5, 0.25]}).path
    wanted = rs.load_experiment(tmp_path, path.name).data
    (found,) = rs.all_experiments(tmp_path)
    observations = found.observations
    path.unlink()
    assert found.observations is observations
    assert found.data["observations"] is observations
    assert repr(found.data) == repr(wanted)
