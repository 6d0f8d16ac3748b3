"""The field's beat scores: values by hand, and mir_eval's on whatever it takes."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import mir_eval.beat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.evaluation import beat_agreement
from edm.evaluation.beat_agreement import (
    cemgil,
    continuity,
    f_measure,
    goto,
    information_gain,
    nearest_indices,
    p_score,
)
from edm.model import TimeArray

GRID = 10.0 + 0.5 * np.arange(100)
EMPTY = np.zeros(0)


# Milliseconds give ties and beats of one frame, fractions give everything else.
_instants = st.one_of(st.integers(0, 12_000).map(lambda ms: ms / 1000), st.floats(0, 12, width=32))


@st.composite
def beats(draw: st.DrawFn) -> TimeArray:
    return _apart(draw(st.lists(_instants, max_size=40)))


@st.composite
def tracked(draw: st.DrawFn) -> tuple[TimeArray, TimeArray]:
    """A grid, and an estimate at a simple ratio of its tempo, not quite in time, with beats missing."""
    reference = draw(st.integers(0, 500)) / 1000 + 60 / draw(st.integers(60, 200)) * np.arange(draw(st.integers(2, 40)))
    indices = np.arange(0, len(reference) - 0.9, draw(st.sampled_from([1, 1, 1, 0.5, 2, 1.5])))
    indices = indices[draw(st.lists(st.booleans() | st.just(True), min_size=len(indices), max_size=len(indices)))]
    late = draw(st.lists(st.integers(-80, 80), min_size=len(indices), max_size=len(indices)))
    estimate = np.interp(indices, np.arange(len(reference)), reference) + np.array(late) / 1000
    return reference, _apart(estimate.clip(0).tolist())


pairs = st.one_of(st.tuples(beats(), beats()), tracked())


def _apart(times: list[float]) -> TimeArray:
    sorted_times = np.unique(np.array(times, dtype=np.float64))
    return sorted_times[np.append(True, np.diff(sorted_times) > 1e-6)] if len(sorted_times) else sorted_times


def _theirs(function: Callable[..., object], *arguments: object) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments)


@given(pairs)
@settings(max_examples=300, deadline=None)
def test_continuity_is_that_of_mir_eval(pair: tuple[TimeArray, TimeArray]) -> None:
    assert continuity(*pair) == pytest.approx(_theirs(mir_eval.beat.continuity, *pair), abs=1e-12)


@given(pairs)
@settings(max_examples=300, deadline=None)
def test_p_score_is_that_of_mir_eval(pair: tuple[TimeArray, TimeArray]) -> None:
    # mir_eval crashes where all reference beats fall in one frame; asked not to, ours is 0.
    start = min((times[0] for times in pair if len(times)), default=0.0)
    frames = np.unique(np.ceil((pair[0] - start) * 100))
    expected = _theirs(mir_eval.beat.p_score, *pair) if len(frames) != 1 else 0.0
    assert p_score(*pair) == expected


@given(pairs)
@settings(max_examples=200, deadline=None)
def test_cemgil_is_that_of_mir_eval(pair: tuple[TimeArray, TimeArray]) -> None:
    assert cemgil(*pair) == pytest.approx(_theirs(mir_eval.beat.cemgil, *pair)[0], abs=1e-12)  # type: ignore[index]


@given(pairs)
@settings(max_examples=200, deadline=None)
def test_what_is_left_to_mir_eval_is_the_same_for_short_tracks_and_never_warns(
    pair: tuple[TimeArray, TimeArray],
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours = f_measure(*pair, window_s=0.07), goto(*pair), information_gain(*pair)
    beat = mir_eval.beat
    assert ours == tuple(_theirs(function, *pair) for function in (beat.f_measure, beat.goto, beat.information_gain))


@given(beats(), beats())
@settings(max_examples=200, deadline=None)
def test_nearest_is_the_first_of_the_smallest_distances(times: TimeArray, queries: TimeArray) -> None:
    if len(times):
        assert nearest_indices(times, queries).tolist() == [int(np.argmin(np.abs(times - one))) for one in queries]


def test_of_two_as_near_the_earlier_is_meant() -> None:
    assert nearest_indices(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.5, 9.0])).tolist() == [0, 1, 2]


def test_a_late_grid_has_the_gaussian_of_its_lateness() -> None:
    assert cemgil(GRID, GRID + 0.03) == pytest.approx(np.exp(-(0.03**2) / (2 * 0.04**2)))


def test_half_the_tempo_by_hand() -> None:
    estimate = GRID[::2]
    assert f_measure(GRID, estimate, window_s=0.07) == pytest.approx(2 / 3)
    assert cemgil(GRID, estimate) == pytest.approx(2 / 3)
    assert p_score(GRID, estimate) == 0.5
    assert continuity(GRID, estimate) == (0, 0, 1, 1)


def test_double_tempo_by_hand() -> None:
    estimate = 10.0 + 0.25 * np.arange(199)
    assert f_measure(GRID, estimate, window_s=0.07) == pytest.approx(200 / 299)
    assert p_score(GRID, estimate) == pytest.approx(100 / 199)
    assert continuity(GRID, estimate) == (0, 0, 1, 1)


def test_the_off_beat_by_hand() -> None:
    estimate = GRID[:-1] + 0.25
    assert f_measure(GRID, estimate, window_s=0.07) == 0
    assert p_score(GRID, estimate) == 0
    assert continuity(GRID, estimate) == (0, 0, 1, 1)
    assert goto(GRID, estimate) == 0
    # All errors are alike, but for one at the end.
    assert information_gain(GRID, estimate) > 0.98


def test_one_missing_beat_splits_the_longest_row() -> None:
    # The beat after the hole has an interval twice too long: 50 right, two not, 48 right.
    cmlc, cmlt, _, _ = continuity(GRID, np.delete(GRID, 50))
    assert (cmlc, cmlt) == (0.5, 0.98)


def test_the_first_estimate_is_held_against_the_interval_after_it() -> None:
    reference = np.array([0.0, 1.0, 2.0, 2.5, 3.0, 3.5])
    assert continuity(reference, reference[2:])[:2] == (4 / 6, 4 / 6)


def test_of_two_estimates_of_a_beat_one_counts() -> None:
    # Both around 10.5 are in phase with it, but only the first follows at the right interval.
    estimate = np.array([10.0, 10.46, 10.54, 11.0, 11.5])
    reference = np.array([10.0, 10.5, 11.0, 11.5])
    assert continuity(reference, estimate)[1] == 4 / 5


def test_p_score_counts_lags_of_a_fifth_of_the_median_interval() -> None:
    # 0.5 s: ten frames.
    assert p_score(GRID, GRID + 0.095) == 1
    assert p_score(GRID, GRID + 0.105) == 0


def test_p_score_of_beats_within_one_frame_is_nothing() -> None:
    assert p_score(np.array([1.001, 1.002]), np.array([1.0, 2.0])) == 0


@pytest.mark.parametrize("name", ["cemgil", "continuity", "goto", "information_gain", "p_score"])
@pytest.mark.parametrize("empty", [0, 1], ids=["reference", "estimate"])
def test_nothing_scores_nothing(name: str, empty: int) -> None:
    pair = [EMPTY if side == empty else GRID for side in (0, 1)]
    assert not np.any(getattr(beat_agreement, name)(*pair))


@pytest.mark.parametrize("name", ["cemgil", "continuity", "goto", "information_gain", "p_score"])
def test_times_later_than_mir_eval_takes_score_the_same(name: str) -> None:
    # Whole 1024ths, so that a shift is exact.
    reference = np.arange(1, 200) * 512 / 1024
    estimate = np.sort(reference + np.random.default_rng(3).integers(-80, 80, 199) / 1024)
    score = getattr(beat_agreement, name)
    assert score(reference + 65536, estimate + 65536) == pytest.approx(score(reference, estimate), abs=1e-12)


def test_matching_is_the_same_later_than_mir_eval_takes() -> None:
    reference = np.arange(1, 200) * 512 / 1024
    estimate = reference + np.random.default_rng(3).integers(-40, 40, 199) / 1024
    early = f_measure(reference, estimate, window_s=0.02)
    assert 0.1 < early < 0.9
    assert f_measure(reference + 65536, estimate + 65536, window_s=0.02) == early


def test_a_hit_at_the_very_edge_of_the_window_is_one_at_any_hour() -> None:
    reference = np.arange(1, 200) * 512 / 1024 + 65536
    assert f_measure(reference, reference + 20 / 1024, window_s=20 / 1024) == 1
