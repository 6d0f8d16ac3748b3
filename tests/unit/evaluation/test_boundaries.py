"""Hits of instants: by hand, and equal to mir_eval wherever it has an opinion."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mir_eval import segment

from edm.evaluation.boundaries import hit_rates, inner_boundaries, median_offset_s
from edm.model import TimeArray

# Thousandths, so that both sides see the same numbers.
CUTS = st.lists(st.integers(1, 119_999), max_size=12, unique=True).map(sorted)


def spans_of(cuts: list[int]) -> list[tuple[float, float]]:
    edges = [0.0, *(cut / 1000 for cut in cuts), 120.0]
    return list(itertools.pairwise(edges))


def at(*times: float) -> TimeArray:
    return np.array(times, dtype=np.float64)


def test_the_first_and_the_last_are_no_boundaries() -> None:
    assert inner_boundaries([(0.0, 10.0), (10.0, 25.0), (26.0, 40.0)]).tolist() == [10.0, 25.0, 26.0]
    assert inner_boundaries([(0.0, 10.0)]).tolist() == inner_boundaries([]).tolist() == []


def test_rates_by_hand() -> None:
    rates = hit_rates(at(10, 20, 30), at(10.5, 29.4), window_s=0.5)
    assert (rates.precision, rates.recall, rates.f) == (0.5, pytest.approx(1 / 3), pytest.approx(0.4))


def test_each_estimate_is_used_once() -> None:
    assert hit_rates(at(10, 11), at(10.5), window_s=1.0).recall == 0.5
    # The first reference must leave the later estimate to the second.
    assert hit_rates(at(10, 12), at(9.5, 11), window_s=1.0).f == 1.0


def test_nothing_to_find_and_nothing_claimed_is_right_and_all_else_with_nothing_is_wrong() -> None:
    assert tuple(hit_rates(at(), at(), window_s=1.0)) == (1.0, 1.0, 1.0)
    assert tuple(hit_rates(at(1), at(), window_s=1.0)) == tuple(hit_rates(at(), at(1), window_s=1.0)) == (0.0, 0.0, 0.0)


@pytest.mark.filterwarnings("ignore:.*intervals are empty")
@given(CUTS, CUTS, st.sampled_from([0.5, 3.0, 0.05]))
def test_rates_are_those_of_mir_eval(reference: list[int], estimate: list[int], window_s: float) -> None:
    ours = hit_rates(inner_boundaries(spans_of(reference)), inner_boundaries(spans_of(estimate)), window_s=window_s)
    if reference or estimate:
        args = np.array(spans_of(reference)), np.array(spans_of(estimate))
        assert tuple(ours) == pytest.approx(segment.detection(*args, window=window_s, trim=True))


@given(CUTS, CUTS)
def test_a_wider_window_never_costs_a_hit(reference: list[int], estimate: list[int]) -> None:
    sides = inner_boundaries(spans_of(reference)), inner_boundaries(spans_of(estimate))
    assert hit_rates(*sides, window_s=0.5).f <= hit_rates(*sides, window_s=3.0).f
    assert hit_rates(*sides, window_s=200.0).f > 0 or bool(reference) != bool(estimate)


def test_the_offset_is_the_median_of_those_that_are_near() -> None:
    assert median_offset_s(at(10, 20, 30), at(10.2, 20.4, 38), window_s=3.0) == pytest.approx(0.3)
    assert median_offset_s(at(10), at(9.9), window_s=3.0) == pytest.approx(-0.1)
    assert median_offset_s(at(10), at(20), window_s=3.0) is median_offset_s(at(), at(1), window_s=3.0) is None
