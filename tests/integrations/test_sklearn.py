"""scikit-learn: what a search and a training with partial_fit leave among the records."""

from __future__ import annotations

import numpy as np
import pytest

import researcher as rs

pytest.importorskip("sklearn")
pytestmark = pytest.mark.frameworks

from sklearn.exceptions import NotFittedError  # noqa: E402 - it may be missing
from sklearn.experimental import enable_halving_search_cv  # noqa: E402, F401
from sklearn.linear_model import LogisticRegression, SGDClassifier  # noqa: E402
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV  # noqa: E402
from sklearn.naive_bayes import GaussianNB  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import MinMaxScaler, StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402


def test_each_candidate_of_a_grid_is_an_experiment(tmp_path, digits):
    search = GridSearchCV(SVC(gamma=0.1), {"C": [0.1, 1.0]}, cv=3, return_train_score=True).fit(*digits)
    returned = rs.integrations.sklearn.record_search(search, tmp_path, {"title": "digits", "C": "of the candidate"})
    experiments = rs.all_experiments(tmp_path)
    assert [e.path for e in experiments] == [e.path for e in returned]
    assert [e.params["C"] for e in experiments] == [0.1, 1.0]
    assert experiments.params_that_vary() == ["C"]
    first, results = experiments[0], search.cv_results_
    shared = {"title": "digits", "search": "GridSearchCV", "estimator": "SVC", "n_splits": 3, "scoring": None}
    assert {**shared, "gamma": 0.1, "kernel": "rbf"}.items() <= first.params.items()
    assert "verbose" not in first.params
    for kind in ("test", "train"):
        assert first.observations[f"{kind}_score"] == [[results[f"split{i}_{kind}_score"][0]] for i in range(3)]
        assert first.observations[f"mean_{kind}_score"] == results[f"mean_{kind}_score"][0]
    assert first.observations["rank_test_score"] == results["rank_test_score"][0]
    assert first.duration == pytest.approx(3 * (results["mean_fit_time"][0] + results["mean_score_time"][0]))
    assert experiments.best("mean_test_score").params["C"] == search.best_params_["C"]


def test_parts_of_a_pipeline_are_told_by_name(tmp_path, digits):
    pipeline = make_pipeline(StandardScaler(), SVC())
    grid = {"standardscaler": [StandardScaler(with_mean=False), MinMaxScaler()], "svc__C": [1.0]}
    search = GridSearchCV(pipeline, grid, cv=2, scoring=["accuracy", "f1_macro"], refit=False).fit(*digits)
    standard, minmax = rs.integrations.sklearn.record_search(search, tmp_path)
    assert standard.params["estimator"] == "Pipeline"
    assert standard.params["standardscaler"] == "StandardScaler"
    assert standard.params["standardscaler__with_mean"] is False
    assert standard.params["svc"] == "SVC"
    assert standard.params["svc__C"] == 1.0
    assert standard.params["scoring"] == ["accuracy", "f1_macro"]
    assert "steps" not in standard.params
    assert minmax.params["standardscaler"] == "MinMaxScaler"
    assert "standardscaler__with_mean" not in minmax.params
    assert len(minmax.observations["test_accuracy"]) == len(minmax.observations["test_f1_macro"]) == 2


def test_of_a_random_search_every_try_is_recorded(tmp_path, digits):
    search = RandomizedSearchCV(DecisionTreeClassifier(), {"max_depth": range(1, 9)}, n_iter=3, cv=2, random_state=0)
    found = rs.integrations.sklearn.record_search(search.fit(*digits), tmp_path)
    assert [e.params["max_depth"] for e in found] == [p["max_depth"] for p in search.cv_results_["params"]]


def test_of_a_halving_search_every_iteration_is_recorded(tmp_path, digits):
    grid = {"max_depth": [1, 2, 4]}
    search = HalvingGridSearchCV(DecisionTreeClassifier(), grid, cv=2, min_resources=64, random_state=0).fit(*digits)
    rs.integrations.sklearn.record_search(search, tmp_path)
    experiments = rs.all_experiments(tmp_path)
    assert [e.params["n_resources"] for e in experiments] == list(search.cv_results_["n_resources"])
    assert len({e.hash for e in experiments}) == len(experiments)


@pytest.mark.filterwarnings("ignore:(?s).*fits failed:sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite:UserWarning")
def test_a_candidate_that_cannot_be_fitted_has_scores_that_are_not_numbers(tmp_path, digits):
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [2, -1]}, cv=2).fit(*digits)
    _, broken = rs.integrations.sklearn.record_search(search, tmp_path)
    assert np.isnan(broken.observations["test_score"]).all()


def test_a_search_must_be_fitted(tmp_path):
    with pytest.raises(NotFittedError):
        rs.integrations.sklearn.record_search(GridSearchCV(SVC(), {"C": [1.0]}), tmp_path)


def test_each_epoch_of_partial_fit_is_observed(tmp_path, digits):
    x, y = digits
    model = MLPClassifier((8,), random_state=0)
    experiment = rs.integrations.sklearn.record_partial_fit(
        model,
        x[:192],
        y[:192],
        tmp_path,
        epochs=4,
        validation=(x[192:], y[192:]),
        params={"title": "mlp", "alpha": "mine"},
    )
    assert [e.path for e in rs.all_experiments(tmp_path)] == [experiment.path]
    assert experiment.status == "finished"
    known = {"estimator": "MLPClassifier", "epochs": 4, "hidden_layer_sizes": [8], "learning_rate_init": 0.001}
    assert {"title": "mlp", "alpha": "mine", **known}.items() <= experiment.params.items()
    assert set(experiment.observations) == {"fit_time", "loss", "train_score", "validation_score"}
    assert {len(curve) for curve in experiment.observations.values()} == {4}
    assert experiment.observations["loss"] == model.loss_curve_
    assert experiment.observations["validation_score"][-1] == model.score(x[192:], y[192:])


@pytest.mark.parametrize(
    ("scoring", "names"),
    [
        ("accuracy", {"accuracy"}),
        (["accuracy", "f1_macro"], {"accuracy", "f1_macro"}),
        ({"hits": lambda model, x, y: sum(model.predict(x) == y)}, {"hits"}),
        (lambda model, x, y: sum(model.predict(x) == y), {"score"}),
    ],
)
def test_scores_have_the_names_of_their_scorers(tmp_path, digits, scoring, names):
    rs.integrations.sklearn.record_partial_fit(GaussianNB(), *digits, tmp_path, epochs=2, scoring=scoring)
    (experiment,) = rs.all_experiments(tmp_path)
    assert set(experiment.observations) == {"fit_time", *(f"train_{name}" for name in names)}


def test_labels_that_are_not_there_yet_can_be_told(tmp_path, digits):
    x, y = digits
    few = y < 5
    model = SGDClassifier(random_state=0)
    rs.integrations.sklearn.record_partial_fit(model, x[few], y[few], tmp_path, epochs=1, classes=range(10))
    assert list(model.classes_) == list(range(10))


def test_each_training_can_be_a_fold_of_one_experiment(tmp_path, digits):
    with rs.Recorder({"title": "folds"}, tmp_path) as recorder:
        for fold in range(3):
            rs.integrations.sklearn.record_partial_fit(GaussianNB(), *digits, recorder, epochs=2, fold=fold)
    (experiment,) = rs.all_experiments(tmp_path)
    assert [len(curve) for curve in experiment.observations["train_score"]] == [2, 2, 2]


def test_a_given_recorder_is_written_to_and_not_ended(tmp_path, digits):
    with rs.Recorder({"title": "mine"}, tmp_path) as recorder:
        so_far = rs.integrations.sklearn.record_partial_fit(SGDClassifier(), *digits, recorder, epochs=2)
        assert len(so_far.observations["train_score"]) == 2
        assert recorder.status == "running"
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.params == {"title": "mine"}


@pytest.mark.parametrize(("error", "status"), [(ValueError("broken"), "failed"), (KeyboardInterrupt(), "interrupted")])
def test_a_training_that_breaks_off_is_recorded(tmp_path, digits, error, status):
    calls = []

    def score(*_):
        calls.append(1)
        if len(calls) == 3:
            raise error
        return 0.5

    with pytest.raises(type(error)):
        rs.integrations.sklearn.record_partial_fit(SGDClassifier(), *digits, tmp_path, epochs=9, scoring=score)
    (experiment,) = rs.all_experiments(tmp_path)
    assert experiment.status == status
    assert len(experiment.observations["train_score"]) == 2


def test_an_estimator_needs_partial_fit(tmp_path, digits):
    with pytest.raises(AttributeError, match="partial_fit"):
        rs.integrations.sklearn.record_partial_fit(LogisticRegression(), *digits, tmp_path, epochs=1)


def test_a_training_that_is_pruned_stops_after_the_epoch(pruned, digits):
    experiment = pruned(
        lambda recorder: rs.integrations.sklearn.record_partial_fit(GaussianNB(), *digits, recorder, epochs=4),
        "train_score",
    )
    assert len(experiment.observations["train_score"]) == 2
