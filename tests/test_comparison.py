"""Repeats found by themselves, what differs, and whether a difference is real."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import researcher as rs
from researcher.analysis.comparison import difference_of_means
from researcher.analysis.differences import Row, differences
from researcher.analysis.repeats import repeat_numbers, repeats_of, seed_params
from researcher.analysis.seeds import looks_like_a_seed
from researcher.params import flattened, value_key
from researcher.tables.summaries import summaries_of


def experiments(*params: dict[str, Any]) -> list[rs.Experiment]:
    return [rs.Experiment(given) for given in params]


def seeds(groups: list[rs.Experiments]) -> list[list[Any]]:
    return [[e.params.get("seed") for e in group] for group in groups]


def test_repeats_differ_in_the_seed_alone() -> None:
    given_ = experiments({"lr": 1, "seed": 0}, {"lr": 2, "seed": 0}, {"seed": 1, "lr": 1.0}, {"lr": 1}, {"lr": True})
    assert seeds(repeats_of(given_)) == [[0, 1, None], [0], [None]]
    assert repeat_numbers(given_).tolist() == [0, 1, 0, 0, 2]
    assert seed_params(given_) == ["seed"]
    assert seeds(repeats_of(given_, seed=())) == [[0], [0], [1], [None], [None]]
    assert seeds(repeats_of(given_, seed="lr")) == [[0, 0], [1], [None, None]]
    assert seeds(repeats_of(given_, seed=["lr", "seed"])) == [[0, 0, 1, None, None]]
    assert repeats_of([]) == []


def test_the_same_hash_is_a_repeat_even_where_the_seed_is_named() -> None:
    same = experiments({"lr": 1}, {"lr": 1}, {"lr": 1, "hash": "0123456789"}, {"lr": 2, "hash": "0123456789"})
    assert len(repeats_of(same, seed=())) == 1


def test_names_that_look_like_a_seed() -> None:
    yes = (
        "seed Seed random_seed data.seed dataSeed random_state randomState rng run run_id trial_number fold fold_index"
    )
    no = "seeds seedling lr n_run num_folds folds max_trial runs run_mode seed.value random state number id name prng"
    assert [name for name in yes.split() if not looks_like_a_seed(name)] == []
    assert [name for name in no.split() if looks_like_a_seed(name)] == []


@pytest.mark.parametrize("values", [(True, False), (0.1, 0.2), ([0.5], [1.5]), ({"a": 1}, {"a": 2})])
def test_what_no_seed_can_be_is_a_setting(values: tuple[Any, Any]) -> None:
    assert len(repeats_of(experiments(*({"run": value} for value in values)))) == 2
    assert seed_params(experiments(*({"run": value} for value in values))) == []


def test_a_title_that_names_the_seed_does_not_part_repeats() -> None:
    def n_groups(*titles: str, seeds: tuple[Any, ...] = (1, 2, 3)) -> int:
        return len(repeats_of(experiments(*({"title": t, "seed": s} for t, s in zip(titles, seeds, strict=False)))))

    assert n_groups("relu-seed1", "relu-seed2", "relu-seed3") == 1
    assert n_groups("1: 1 layer", "2: 1 layer") == 2  # only the last place is the seed's
    assert n_groups("layers 12 seed 1", "layers 12 seed 2") == 1
    assert n_groups("relu-1-0.01", "relu-1-0.01", "relu-1-0.01") == 1  # the 1 is of something else
    assert n_groups("lr 0.1", "lr 0.2") == n_groups("lr 1e-3", "lr 1e-4") == 2
    assert n_groups("relu 10", "relu 20") == n_groups("relu", "tanh") == 2
    assert n_groups("alpha", "beta", seeds=("a", "b")) == n_groups("", "a", seeds=(None, "")) == 2


PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "seed": st.one_of(st.integers(0, 2), st.none()),
        "lr": st.one_of(st.sampled_from([0, 0.0, -0.0, 1, 1.0, 0.5, math.nan, True, False, None, "0", "1"])),
        "layers": st.lists(st.integers(0, 1), max_size=1),
        "o": st.fixed_dictionaries({}, optional={"run_id": st.integers(0, 1), "m": st.integers(0, 1)}),
    },
)


@given(st.lists(PARAMS, max_size=12))
def test_every_experiment_is_in_one_group_of_what_is_the_same_but_for_the_seed(params: list[dict[str, Any]]) -> None:
    given_ = experiments(*params)
    groups = repeats_of(given_)
    numbers = repeat_numbers(given_).tolist()
    assert sorted(id(e) for group in groups for e in group) == sorted(map(id, given_))
    assert [given_.index(group[0]) for group in groups] == sorted(given_.index(group[0]) for group in groups)

    def rest(flat: dict[str, object]) -> set[tuple[str, str]]:
        return {(name, value_key(value)) for name, value in flat.items() if name not in ("seed", "o.run_id")}

    for i, j in combinations(range(len(params)), 2):
        assert (numbers[i] == numbers[j]) == (rest(flattened(params[i])) == rest(flattened(params[j])))


def test_differences_are_what_is_not_the_same_in_all() -> None:
    a = {"lr": 0.1, "o": {"name": "adam"}, "same": [1]}
    b = {"lr": 0.1, "o": {"name": "sgd", "momentum": 0.9}, "same": [1]}
    found = differences(experiments({**a, "title": "one"}, {**b, "title": "two"}))
    assert found.params == (
        Row("o.name", ("adam", "sgd")),
        Row("title", ("one", "two")),
        Row("o.momentum", (rs.ABSENT, 0.9)),
    )
    assert found.environment == ()
    lines = repr(found).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["params"], ["o.name", "adam", "sgd"], ["title", "one", "two"], ["o.momentum", "–", "0.9"]
    ]  # fmt: skip


def test_environments_are_compared_among_those_that_have_one() -> None:
    def around(**environment: Any) -> dict[str, Any]:
        return {"lr": 1, "researcher": {"format": 1, **({"environment": environment} if environment else {})}}

    packages = [{"numpy": "1.26", "torch": "2.1"}, {"numpy": "2.0", "torch": "2.1"}]
    found = differences(experiments(around(packages=packages[0]), around(packages=packages[1]), around()))
    assert found.params == ()
    assert found.environment == (Row("packages.numpy", ("1.26", "2.0", rs.ABSENT)),)
    alone = differences(experiments(around(packages=packages[0]), around()))
    assert alone.environment == ()
    assert repr(alone) == "<no differences among 2 experiments>"
    assert "no differences" in alone._repr_html_()


def test_the_table_of_differences_is_text_only() -> None:
    found = differences(experiments({"a": "<script>", "title": "x" * 99}, {"a": "two\nlines", "title": "y"}))
    assert "<script>" not in found._repr_html_()
    assert "two lines" in repr(found)
    assert max(map(len, repr(found).splitlines())) < 120


def test_summaries_are_numbers_and_nan_where_there_is_none() -> None:
    rows = [{"observations": {"loss": value}} for value in ([3.0, 1.0, 2.0], "x", [[1.0], [3.0]], 10**400)]
    found = summaries_of(experiments(*rows, {"a": 1}), "loss")
    assert found.tolist() == pytest.approx([2.0, math.nan, 2.0, math.inf, math.nan], nan_ok=True)
    assert summaries_of(experiments(*rows[:1]), "loss", "best").tolist() == [1.0]


def dealt(a: list[float], b: list[float]) -> float:
    """The p-value by trying every way of dealing the values to the two groups."""
    values = a + b
    observed = math.fsum(b) / len(b) - math.fsum(a) / len(a)
    found = []
    for rows in combinations(range(len(values)), len(a)):
        first = [values[i] for i in rows]
        second = [value for i, value in enumerate(values) if i not in rows]
        found.append(math.fsum(second) / len(b) - math.fsum(first) / len(a))
    less = sum(d <= observed + 1e-9 for d in found) / len(found)
    more = sum(d >= observed - 1e-9 for d in found) / len(found)
    return min(1.0, 2 * min(less, more))


GROUP = st.lists(st.integers(-8, 8).map(lambda i: i / 4), min_size=2, max_size=4)


@settings(max_examples=40)
@given(GROUP, GROUP)
def test_the_p_value_is_that_of_all_ways_of_dealing(a: list[float], b: list[float]) -> None:
    found = difference_of_means(a, b)
    assert found.p == pytest.approx(dealt(a, b))
    assert found.p >= found.least_p - 1e-12
    assert found.difference == pytest.approx(math.fsum(b) / len(b) - math.fsum(a) / len(a))
    assert found.low <= found.difference <= found.high
    assert found == difference_of_means(a, b)
    back = difference_of_means(b, a)
    assert (back.difference, back.low, back.high) == pytest.approx((-found.difference, -found.high, -found.low))
    assert (back.p, back.needed) == (pytest.approx(found.p), found.needed)


def test_the_interval_of_few_repeats_is_that_of_welch() -> None:
    dice = np.random.default_rng(0)
    a, b = dice.normal(0, 1, 5), dice.normal(1, 3, 9)
    found, expected = difference_of_means(a, b), stats.ttest_ind(b, a, equal_var=False).confidence_interval()
    assert found.interval == "Welch"
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_three_repeats_can_tell_nothing_and_four_can() -> None:
    three, four = (difference_of_means([1.0 + 0.01 * i for i in range(n)], [9.0] * n) for n in (3, 4))
    assert (three.told_apart, four.told_apart) == (None, True)
    assert three.least_p == pytest.approx(0.1)
    assert three.verdict.startswith("too few repeats to tell: there are 3 and 3, and it takes at least 4 of each")
    assert "the second mean is 7.985 higher than the first (95 % interval" in four.verdict
    assert "tell them apart (p = 0.029)" in four.verdict


def test_what_does_not_differ_enough_says_how_many_repeats_it_takes() -> None:
    dice = np.random.default_rng(1)
    found = difference_of_means(dice.normal(0.0, 1, 12), dice.normal(0.3, 1, 12))
    assert found.told_apart is False
    assert found.needed is not None
    assert found.needed > 12
    assert f"do not tell them apart (p = {found.p:.2g}); a difference of this size takes about" in found.verdict
    enough = difference_of_means(dice.normal(0, 1, 100), dice.normal(1, 1, 100))
    assert (enough.told_apart, enough.interval) == (True, "bootstrap")
    assert enough.low < 1 < enough.high
    assert enough.needed == pytest.approx(16, abs=6)


def test_diverged_repeats_are_left_out_and_said() -> None:
    found = difference_of_means([1.0, 2.0, math.nan, 1.5, 1.2], [5.0, 6.0, math.inf, 5.5, 5.1])
    assert (found.n, found.left_out, found.told_apart) == ((4, 4), 2, True)
    assert found.verdict.endswith("2 more ended in NaN or infinity and are left out")


@pytest.mark.parametrize(("a", "b"), [([], [1.0]), ([math.nan], [1.0, 2.0]), ([1.0], [2.0]), ([1.0], [2.0] * 50)])
def test_one_value_in_a_group_tells_nothing(a: list[float], b: list[float]) -> None:
    found = difference_of_means(a, b)
    assert (found.told_apart, found.p, found.needed, found.interval) == (None, 1.0, None, "")
    assert "too few repeats" in found.verdict


def test_values_that_do_not_scatter() -> None:
    same = difference_of_means([1.0] * 30, [1.0] * 30)
    assert (same.difference, same.p, same.told_apart) == (0.0, 1.0, False)
    assert "the second mean is the same as the first" in same.verdict
    apart = difference_of_means([1.0] * 30, [2.0] * 30)
    assert (apart.low, apart.high, apart.told_apart, apart.needed) == (1.0, 1.0, True, None)


@pytest.mark.parametrize(
    ("package", "call", "extra"),
    [
        ("scipy", "from researcher.analysis.comparison import difference_of_means as f; f([1.0], [2.0])", "stats"),
        ("sklearn", "from researcher.analysis.forest import shares_of as f; f([], [])", "importance"),
    ],
)
def test_what_is_not_installed_is_said(package: str, call: str, extra: str) -> None:
    code = f"""
import sys
sys.modules[{package!r}] = None
from researcher.errors import MissingExtra
try:
    {call}
except MissingExtra as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert f'pip install "researcher-notebook[{extra}]"' in done.stdout, done.stderr
