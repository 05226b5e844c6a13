"""Which params matter: known answers, what goes together, and what is said when nothing can be said."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import researcher as rs
from researcher.analysis.association import confounded, correlation, cramers_v, rank_correlation
from researcher.analysis.encoding import numbers_of
from researcher.analysis.forest import shares_of
from researcher.analysis.importance import Ranking, params_that_matter
from researcher.storage.reading import read
from researcher.tables.facets import Facet, facets_of


def experiments(n: int, params: Any, observed: Any, seed: int = 0) -> list[rs.Experiment]:
    dice = random.Random(seed)
    found = []
    for i in range(n):
        own = params(i, dice)
        found.append(rs.Experiment({**own, "observations": {"loss": [9.0, observed(own, dice)]}}))
    return found


def facets(*columns: list[Any]) -> list[Facet]:
    rows = [{f"p{j}": value for j, value in enumerate(row)} for row in zip(*columns, strict=True)]
    found = {facet.name: facet for facet in facets_of([rs.Experiment(row) for row in rows])}
    return [found[f"p{j}"] for j in range(len(columns)) if f"p{j}" in found]


def learned(n: int = 80) -> Ranking:
    def params(i: int, dice: random.Random) -> dict[str, Any]:
        optimizer = dice.choice([{"name": "adam"}, {"name": "sgd", "momentum": 0.9}])
        lr, act = 10 ** dice.uniform(-5, -1), dice.choice(["relu", "tanh", None])
        return {"title": f"t{i}", "lr": lr, "act": act, "seed": i, "optimizer": optimizer, "data": "mnist"}

    def observed(own: dict[str, Any], dice: random.Random) -> float:
        return 2 * (math.log10(own["lr"]) + 5) + (own["act"] is None) * 4 + dice.gauss(0, 0.3)

    return params_that_matter(experiments(n, params, observed), "loss")


def test_what_matters_comes_first_and_the_same_every_time() -> None:
    found = learned()
    assert [row.params for row in found][:2] == [("lr",), ("act",)]
    assert {row.params for row in found} == {("lr",), ("act",), ("seed",), ("optimizer.name", "optimizer.momentum")}
    assert [row.matters for row in found] == [True, True, False, False]
    assert found.r2 > 0.8
    assert found.n == 80
    assert len(found) == 4
    assert found == learned()
    lr = found.rows[0].correlations[0]
    assert lr is not None
    assert 0 < lr.low < lr.rank < lr.high < 1
    assert found.rows[1].correlations == (None,)


def test_records_say_what_their_experiments_say_one_by_one(tmp_path: Path) -> None:
    for i in range(12):
        params = {"title": "t", "lr": i % 3, "act": "ab"[i % 2], "data": "mnist"}
        rs.record_experiment(params, tmp_path, {"loss": [9.0, math.nan if i == 5 else i % 3 + i / 100]})
    found = rs.all_experiments(tmp_path)
    assert params_that_matter(found, "loss") == params_that_matter([read(e.path) for e in found], "loss")


def test_what_goes_together_and_what_is_constant_is_said() -> None:
    said = " | ".join(learned().warnings)
    assert "optimizer.name and optimizer.momentum go together" in said
    assert "left out: data" in said
    assert "few" not in said


def test_few_experiments_and_noise_are_said() -> None:
    noise = experiments(12, lambda _, dice: {f"p{j}": dice.random() for j in range(6)}, lambda _, dice: dice.random())
    said = " | ".join(params_that_matter(noise, "loss").warnings)
    assert "12 experiments are few for 6 params" in said
    assert "foretell hardly anything" in said
    assert not any(row.matters for row in params_that_matter(noise, "loss"))


@pytest.mark.parametrize(
    ("n", "observed", "said"),
    [
        (0, lambda _: 1.0, "0 experiments are too few"),
        (7, lambda own: own["lr"], "7 experiments are too few"),
        (20, lambda _: 1.0, "loss is the same in nearly all"),
        (20, lambda _: math.nan, "20 experiments have no finite value and are left out"),
    ],
)
def test_where_nothing_can_be_said(n: int, observed: Any, said: str) -> None:
    given_ = experiments(n, lambda _, dice: {"lr": dice.random()}, lambda own, _: observed(own))
    found = params_that_matter(given_, "loss")
    assert len(found) == 0
    assert math.isnan(found.r2)
    assert any(sentence.startswith(said) for sentence in found.warnings)


def test_labels_are_no_params_and_params_may_be_anything() -> None:
    odd: list[Any] = [1, 2.5, None, math.nan, "auto", True, [1, 2], 10**400]
    given_ = experiments(
        40,
        lambda i, _: {"title": f"t{i}", "path": f"/runs/{i}", "odd": odd[i % 8], **({"x": i} if i % 2 else {})},
        lambda own, dice: dice.random() + (own["odd"] == "auto") * 1e9,
    )
    found = params_that_matter(given_, "loss")
    assert {name for row in found for name in row.params} == {"odd", "x"}
    assert "path" in found.warnings[0]
    assert len(params_that_matter(given_[:16], "loss", "best")) == 2


def test_shares_are_the_parts_of_the_variance() -> None:
    dice = np.random.default_rng(0)
    a, b, c, noise = dice.uniform(size=(4, 600))
    shares, errors, r2 = shares_of([a[:, None], np.stack([b, noise], axis=1), c[:, None]], 2 * a + b)
    assert shares.tolist() == pytest.approx([0.8, 0.2, 0.0], abs=0.06)  # the variances of 2a and b, of their sum's
    assert (errors < 0.1).all()
    assert 0.95 < r2 <= 1
    both, _, _ = shares_of([np.stack([a, b], axis=1)], np.sign(a - 0.5) * np.sign(b - 0.5))
    assert both[0] == pytest.approx(1.0, abs=0.15)  # neither of the two tells anything alone


PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30)


@given(PAIRS)
def test_the_rank_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs, dtype=float).T
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert rank_correlation(a, b) == 0
        assert correlation(a, b) is None
        return
    expected = stats.spearmanr(a, b).statistic
    assert rank_correlation(a, b) == pytest.approx(expected)
    assert rank_correlation(np.append(a, math.nan), np.append(b, 1.0)) == pytest.approx(expected)
    found = correlation(a, b)
    assert (found is None) == (len(a) < 4)
    if found is not None:
        assert -1 <= found.low < found.high <= 1
        assert found.low < 0 < found.high or abs(found.rank) > 0.2


def test_a_perfect_correlation_of_few_is_not_certain() -> None:
    few, many = (correlation(np.arange(n), np.arange(n)) for n in (5.0, 100.0))
    assert few is not None
    assert many is not None
    assert (few.rank, many.rank) == pytest.approx((1, 1))
    assert few.low < 0.3 < 0.99 < many.low


@given(PAIRS)
def test_the_association_is_cramers_with_bergsmas_correction(pairs: list[tuple[int, int]]) -> None:
    found = facets(*map(list, zip(*pairs, strict=True)))
    if len(found) < 2:
        return
    a, b = found
    table = np.zeros((len(a.values), len(b.values)))
    for i, j in zip(a.codes, b.codes, strict=True):
        table[i, j] += 1
    n, (rows, columns) = len(pairs), table.shape
    phi = max(0.0, stats.chi2_contingency(table, correction=False).statistic / n - (rows - 1) * (columns - 1) / (n - 1))
    least = min(k - (k - 1) ** 2 / (n - 1) for k in (rows, columns)) - 1
    expected = min(1.0, math.sqrt(phi / least)) if least > 0 else 0.0
    assert cramers_v(a, b) == pytest.approx(expected, abs=1e-6)
    assert cramers_v(b, a) == pytest.approx(cramers_v(a, b), abs=1e-6)


def test_what_goes_together_is_one_group() -> None:
    dice = random.Random(0)
    a = [dice.choice("xyz") for _ in range(60)]
    renamed, other = [value * 2 for value in a], [dice.choice("pq") for _ in a]
    lr, labels = [dice.random() for _ in a], [f"label {i}" for i in range(60)]
    negative, noise = [-value * 3 for value in lr], [dice.random() for _ in a]
    found = facets(a, other, lr, renamed, noise, negative, labels)
    assert confounded(found) == [[0, 3], [1], [2, 5], [4], [6]]
    assert confounded([]) == []


def test_numbers_keep_their_order_and_nothing_else_is_one() -> None:
    (found,) = facets([10, True, 0.5, "a", math.nan, None, -1, 10**400])
    numbers = numbers_of(found)
    assert np.isnan(numbers[[1, 3, 4, 5]]).all()
    assert np.argsort(numbers[[6, 2, 0, 7]]).tolist() == [0, 1, 2, 3]
