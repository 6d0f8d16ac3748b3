"""Differences are told from chance by tests that are exact where tracks are few."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.significance import PairedTest, holm, paired_test

scores = st.integers(0, 20).map(lambda x: x / 20)
pairs = st.lists(st.tuples(scores, scores), min_size=1, max_size=80)


def test_hits_by_hand() -> None:
    # Five gained, none lost, three alike: a coin falls five times on one side in 2 of 32.
    a = np.array([0, 0, 0, 0, 0, 1, 1, 0.0])
    b = np.array([1, 1, 1, 1, 1, 1, 1, 0.0])
    assert paired_test(a, b) == PairedTest("mcnemar", pytest.approx(2 / 32), 1)  # type: ignore[arg-type]
    # Three gained, one lost: 1 + 4 of 16 on that side, doubled.
    a = np.array([0, 0, 0, 1.0])
    assert paired_test(a, 1 - a) == PairedTest("mcnemar", pytest.approx(10 / 16), 1)  # type: ignore[arg-type]


def test_signed_ranks_by_hand() -> None:
    # Differences 0.1, 0.2, 0.3, -0.4, and none: ranks 1, 2, 3, -4. A sum of 4 or less on one side: {}, 1, 2, 3, 4,
    # 1+2, 1+3 are 7 of 16, doubled.
    a, b = np.array([0.5, 0.5, 0.5, 0.5, 0.5]), np.array([0.6, 0.7, 0.8, 0.1, 0.5])
    assert paired_test(a, b) == PairedTest("wilcoxon", pytest.approx(14 / 16), 1)  # type: ignore[arg-type]
    assert paired_test(b, a).direction == -1


def test_five_equal_gains_are_as_likely_as_a_coin_makes_them() -> None:
    # Binary fractions make the five differences unequal in their last digit.
    a = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    assert paired_test(a, a + 0.1).p == pytest.approx(2 / 32)


@given(st.lists(st.integers(-1000, 1000).filter(bool), min_size=1, max_size=50, unique_by=abs))
def test_without_ties_signed_ranks_are_those_of_scipy(differences: list[int]) -> None:
    difference = np.array(differences) / 7
    assert paired_test(np.zeros(len(difference)) + 0.5, difference + 0.5).p == pytest.approx(
        scipy.stats.wilcoxon(difference, method="exact").pvalue, abs=1e-9
    )


@given(st.lists(st.integers(-6, 6).filter(bool), min_size=1, max_size=9))
def test_with_ties_signed_ranks_are_those_of_all_signs(differences: list[int]) -> None:
    # Every way to give signs to the ranks, counted out.
    ranks = scipy.stats.rankdata(np.abs(differences))
    signs = (np.arange(2 ** len(ranks))[:, None] >> np.arange(len(ranks))) & 1
    sums = np.abs(signs @ ranks - ranks.sum() / 2)
    seen = abs(ranks[np.array(differences) > 0].sum() - ranks.sum() / 2)
    base = np.full(len(differences), 0.5)
    assert paired_test(base, base + np.array(differences) / 13).p == pytest.approx(np.mean(sums >= seen - 1e-9))


def test_beyond_fifty_tracks_the_normal_distribution_takes_over_smoothly() -> None:
    rng = np.random.default_rng(1)
    a = rng.normal(size=51)
    b = a + rng.normal(0.25, 1, 51)
    exact = scipy.stats.wilcoxon(b - a, method="exact").pvalue
    assert paired_test(a, b).p == pytest.approx(exact, abs=5e-3)


@given(pairs)
def test_swapping_the_runs_turns_the_direction_and_nothing_else(values: list[tuple[float, float]]) -> None:
    a, b = (np.array(column) for column in zip(*values, strict=True))
    one, other = paired_test(a, b), paired_test(b, a)
    assert (one.name, one.direction) == (other.name, -other.direction)
    assert one.p == pytest.approx(other.p, rel=1e-12)
    assert 0 < one.p <= 1


@given(st.lists(scores, min_size=1, max_size=80))
def test_a_run_does_not_differ_from_itself(values: list[float]) -> None:
    test = paired_test(np.array(values), np.array(values))
    assert (test.p, test.direction) == (1.0, 0)


def test_chance_is_called_significant_one_time_in_twenty() -> None:
    rng = np.random.default_rng(2)
    found = [paired_test(*rng.uniform(size=(2, 30))).p < 0.05 for _ in range(1000)]
    assert 0.03 < np.mean(found) < 0.07


def test_holm_by_hand() -> None:
    # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1: 0.04, 0.06, 0.06 and 0.04, which may not be less than 0.06.
    adjusted = holm({"c": 0.03, "a": 0.01, "d": 0.04, "b": 0.02})
    assert list(adjusted) == ["c", "a", "d", "b"]
    assert adjusted == pytest.approx({"a": 0.04, "b": 0.06, "c": 0.06, "d": 0.06})
    assert holm({"x": 0.7, "y": 0.6}) == {"x": 1.0, "y": 1.0}
    assert holm({}) == {}


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_never_helps(p_values: dict[str, float]) -> None:
    adjusted = holm(p_values)
    ranked = sorted(p_values, key=lambda name: p_values[name])
    assert [adjusted[name] for name in ranked] == sorted(adjusted.values())
    assert all(p_values[name] <= adjusted[name] <= 1 for name in p_values)


def test_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="2 values do not go with 3"):
        paired_test(np.zeros(2), np.zeros(3))
