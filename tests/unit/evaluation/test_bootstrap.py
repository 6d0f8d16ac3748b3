"""Values of many tracks become one, and its interval is that of the percentile bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from edm.evaluation import bootstrap
from edm.evaluation.bootstrap import aggregate, percentile_interval, resample
from edm.evaluation.metrics import Aggregate

NAN = float("nan")
ALL: list[Aggregate] = ["mean", "rms", "mean_absolute", "median", "median_absolute"]

values = st.lists(st.floats(-1000, 1000).map(lambda x: round(x, 3)) | st.just(NAN), min_size=1, max_size=12)


def spread(column: list[float]) -> np.ndarray:
    """The same values in five columns, one for each way."""
    return np.repeat(np.array(column)[:, None], len(ALL), axis=1)


def test_each_way_by_hand() -> None:
    # 3, -4, 0, no value: mean -1/3; rms sqrt(25/3); mean of 3, 4, 0 is 7/3; medians 0 and 3.
    assert aggregate(spread([3, -4, 0, NAN]), ALL).tolist() == pytest.approx([-1 / 3, (25 / 3) ** 0.5, 7 / 3, 0, 3])


def test_a_median_of_an_even_number_is_half_way() -> None:
    assert aggregate(np.array([[1.0], [10.0], [2.0], [4.0]]), ["median"]).tolist() == [3.0]


def test_columns_without_a_value_and_tables_without_a_track_are_nan() -> None:
    assert np.isnan(aggregate(spread([NAN, NAN]), ALL)).all()
    assert np.isnan(aggregate(np.empty((0, 5)), ALL)).all()
    assert np.isnan(resample(np.empty((0, 5)), ALL, resamples=7)).all()
    assert resample(spread([NAN]), ALL, resamples=7).shape == (7, 5)
    assert percentile_interval(np.array([NAN, NAN])) is None


def test_what_is_too_large_for_a_number_is_none() -> None:
    assert np.isnan(aggregate(np.array([[1e200], [1.0]]), ["rms"])).all()


@given(values)
def test_aggregates_are_those_of_numpy(column: list[float]) -> None:
    known = np.array([value for value in column if not np.isnan(value)])
    if len(known):
        expected = [
            np.mean(known),
            np.sqrt(np.mean(known**2)),
            np.mean(np.abs(known)),
            np.median(known),
            np.median(np.abs(known)),
        ]
        assert aggregate(spread(column), ALL) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(values, st.integers(0, 5))
def test_each_resample_aggregates_tracks_drawn_with_replacement(column: list[float], seed: int) -> None:
    # The draws are made again from the seed, and aggregated the long way.
    n = len(column)
    drawn = np.random.default_rng(seed).integers(0, n, (4, n))
    expected = [aggregate(spread([column[track] for track in row]), ALL) for row in drawn]
    assert resample(spread(column), ALL, resamples=4, seed=seed) == pytest.approx(
        np.array(expected), rel=1e-9, abs=1e-9, nan_ok=True
    )


def test_batches_change_nothing_but_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    table = spread(np.random.default_rng(1).normal(size=50).tolist())
    whole = resample(table, ALL, resamples=33, seed=2)
    monkeypatch.setattr(bootstrap, "_DRAWS_AT_ONCE", 350)
    assert resample(table, ALL, resamples=33, seed=2) == pytest.approx(whole, rel=1e-12)


def test_seeds_repeat_and_differ() -> None:
    table = spread(list(range(20)))
    assert np.array_equal(resample(table, ALL, seed=1), resample(table, ALL, seed=1))
    assert not np.array_equal(resample(table, ALL, seed=1), resample(table, ALL, seed=2))


@given(st.floats(-1e6, 1e6))
def test_one_track_has_an_interval_of_its_value(value: float) -> None:
    draws = resample(spread([value]), ALL, resamples=10)
    for column, number in zip(draws.T, aggregate(spread([value]), ALL), strict=True):
        assert percentile_interval(column) == (number, number)


def test_percentiles_by_hand() -> None:
    # Of 0 … 40 the 2.5 % point is 1 and the 97.5 % point 39; NaN is not one of them.
    assert percentile_interval(np.array([*range(41), NAN])) == pytest.approx((1, 39))
    assert percentile_interval(np.arange(41.0), confidence_level=0.5) == pytest.approx((10, 30))


@pytest.mark.parametrize(("how", "statistic"), [("mean", np.mean), ("median", np.median)])
def test_intervals_agree_with_scipy(how: Aggregate, statistic: object) -> None:
    sample = np.random.default_rng(5).gamma(2.0, 1.0, 80)
    ours = percentile_interval(resample(sample[:, None], [how], resamples=20_000)[:, 0])
    theirs = scipy.stats.bootstrap(
        (sample,), statistic, n_resamples=20_000, method="percentile", random_state=np.random.default_rng(6)
    ).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.03)


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(7)
    held = 0
    for seed in range(400):
        hits = (rng.uniform(size=60) < 0.7).astype(float)
        low, high = percentile_interval(resample(hits[:, None], ["mean"], resamples=300, seed=seed)[:, 0]) or (1, 0)
        held += low <= 0.7 <= high
    # 0.95 of 400, less what a percentile interval of 60 hits and misses lacks, within three standard errors.
    assert 0.90 <= held / 400 <= 0.98
