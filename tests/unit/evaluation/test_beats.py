"""Scores of one track: exact cases, and what holds for every metric of the table."""

from __future__ import annotations

import warnings

import mir_eval.beat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.beats import BeatScore, score_beats
from edm.evaluation.metrics import BEAT_METRICS
from edm.model import TimeArray

# 120 BPM in whole 1024ths of a second: sums of such times are exact, so shifts change no digit.
GRID = 10.0 + 0.5 * np.arange(100)
EMPTY = np.zeros(0)
SCALES = [key for key, metric in BEAT_METRICS.items() if metric.unit == "%"]
MIR_EVAL_NAMES = {
    "f_measure": "F-measure",
    "cemgil": "Cemgil",
    "goto": "Goto",
    "p_score": "P-score",
    "cmlc": "Correct Metric Level Continuous",
    "cmlt": "Correct Metric Level Total",
    "amlc": "Any Metric Level Continuous",
    "amlt": "Any Metric Level Total",
    "information_gain": "Information gain",
}


def scored(estimate: TimeArray, reference: TimeArray = GRID) -> dict[str, float | None]:
    """Scores with every fourth beat a downbeat, on both sides."""
    return score_beats(
        reference, estimate, reference_downbeats_s=reference[::4], estimate_downbeats_s=estimate[::4]
    ).scores


@st.composite
def jittered(draw: st.DrawFn) -> TimeArray:
    """`GRID` with some beats gone and the others up to 60 ms out of time."""
    late = draw(st.lists(st.integers(-60, 60), min_size=100, max_size=100))
    gone = draw(st.sets(st.integers(0, 99), max_size=40))
    return np.delete(GRID + np.array(late) / 1024, sorted(gone))


def test_every_metric_of_the_table_is_there_and_no_other() -> None:
    assert scored(GRID).keys() == BEAT_METRICS.keys()
    assert score_beats(GRID, EMPTY).scores.keys() == BEAT_METRICS.keys()


@pytest.mark.parametrize("key", BEAT_METRICS)
def test_a_perfect_estimate_scores_all(key: str) -> None:
    assert scored(GRID)[key] == pytest.approx(1 if key in SCALES else 0, abs=1e-12)


@pytest.mark.parametrize("key", BEAT_METRICS)
def test_an_empty_estimate_scores_nothing(key: str) -> None:
    assert scored(EMPTY)[key] == (0 if key in SCALES else None)


def test_a_late_grid() -> None:
    scores = scored(GRID + 0.03)
    assert (scores["f_measure"], scores["f_measure_20ms"]) == (1, 0)
    assert (scores["f_measure_unbiased"], scores["f_measure_20ms_unbiased"]) == (1, 1)
    assert scores["phase_bias_ms"] == pytest.approx(30)
    assert scores["phase_iqr_ms"] == pytest.approx(0, abs=1e-9)
    assert scores["grid_drift_ms"] == pytest.approx(0, abs=1e-9)
    assert scores["downbeat_position_error"] == 0


def test_a_grid_so_late_that_no_beat_hits_is_whole_without_its_bias() -> None:
    scores = scored(GRID + 0.1)
    assert scores["f_measure"] == 0
    assert scores["phase_bias_ms"] == pytest.approx(100)
    assert scores["f_measure_20ms_unbiased"] == 1


def test_a_grid_that_runs_away() -> None:
    # 60 ms over the track; a third of it has hits within 20 ms, more where half of that is taken out as bias.
    scores = scored(GRID + 0.06 * np.arange(100) / 99)
    assert scores["f_measure"] == 1
    assert scores["f_measure_20ms"] == pytest.approx(33 / 100, abs=0.011)
    assert scores["f_measure_20ms_unbiased"] == pytest.approx(66 / 100, abs=0.011)
    assert scores["grid_drift_ms"] == pytest.approx(60 * 67 / 99)
    assert scores["phase_bias_ms"] == pytest.approx(30)


@pytest.mark.parametrize(("shift", "place"), [(1, 1), (2, 2), (3, -1)])
def test_right_beats_with_shifted_bars(shift: int, place: int) -> None:
    score = score_beats(GRID, GRID, reference_downbeats_s=GRID[::4], estimate_downbeats_s=GRID[shift::4])
    assert score.scores["f_measure"] == 1
    assert score.scores["downbeat_f_measure"] == 0
    assert score.scores["downbeat_position_error"] == place


@pytest.mark.parametrize(
    ("reference", "estimate", "expected"),
    [(None, GRID, None), (EMPTY, GRID, None), (GRID[::4], None, None), (GRID[::4], EMPTY, 0.0)],
)
def test_downbeats_that_nobody_tells_have_no_score(
    reference: TimeArray | None, estimate: TimeArray | None, expected: float | None
) -> None:
    score = score_beats(GRID, GRID, reference_downbeats_s=reference, estimate_downbeats_s=estimate)
    assert score.scores["downbeat_f_measure"] == expected
    assert score.scores["downbeat_position_error"] is None


def test_only_the_annotated_range_counts() -> None:
    whole = 0.5 * np.arange(400)
    score = score_beats(GRID, whole, reference_downbeats_s=GRID[::4], estimate_downbeats_s=whole[::4])
    assert (score.reference_beats, score.estimated_beats) == (100, 100)
    assert (score.reference_downbeats, score.estimated_downbeats) == (25, 25)
    assert score.range_s == (10.0, 59.5)
    assert score.scores == scored(GRID)


def test_the_range_has_seventy_milliseconds_more_at_its_ends() -> None:
    inside = np.array([GRID[0] - 0.0699, GRID[-1] + 0.0699])
    outside = np.array([GRID[0] - 0.0701, GRID[-1] + 0.0701])
    assert score_beats(GRID, inside).estimated_beats == 2
    assert score_beats(GRID, outside).estimated_beats == 0


def test_trimming_drops_the_first_beats_of_both() -> None:
    estimate = np.concatenate((GRID[:20] + 0.2, GRID[20:]))
    score = score_beats(
        GRID, estimate, reference_downbeats_s=GRID[::4], estimate_downbeats_s=estimate[3::4], trim_s=19.6
    )
    assert (score.reference_beats, score.estimated_beats) == (80, 81)
    assert (score.reference_downbeats, score.estimated_downbeats) == (20, 21)
    assert score.range_s == (20.0, 59.5)
    assert score.scores["f_measure"] == pytest.approx(160 / 161)


def test_a_trim_before_the_annotated_range_changes_nothing() -> None:
    assert score_beats(GRID, 0.5 * np.arange(400), trim_s=5.0) == score_beats(GRID, GRID)


@given(jittered())
@settings(max_examples=25, deadline=None)
def test_trimming_is_that_of_mir_eval(estimate: TimeArray) -> None:
    early, late = GRID - 8, estimate - 8
    theirs = mir_eval.beat.evaluate(early, late, min_beat_time=5.0)
    ours = score_beats(early, late, trim_s=5.0).scores
    assert [ours[key] for key in MIR_EVAL_NAMES] == pytest.approx([theirs[name] for name in MIR_EVAL_NAMES.values()])


@given(jittered(), st.integers(-10 * 1024, 40_000 * 1024))
@settings(max_examples=30, deadline=None)
def test_a_shift_of_both_changes_nothing(estimate: TimeArray, shift: int) -> None:
    before, after = scored(estimate), scored(estimate + shift / 1024, GRID + shift / 1024)
    assert list(after.values()) == pytest.approx(list(before.values()), abs=1e-9)


@given(jittered(), st.integers(-64, 64))
@settings(max_examples=50, deadline=None)
def test_a_bias_moves_the_bias_and_no_unbiased_score(estimate: TimeArray, shift: int) -> None:
    before, after = scored(estimate), scored(estimate + shift / 1024)
    assert after["phase_bias_ms"] == pytest.approx(before["phase_bias_ms"] + 1000 * shift / 1024)  # type: ignore[operator]
    for key in ("f_measure_unbiased", "f_measure_20ms_unbiased", "phase_iqr_ms", "grid_drift_ms"):
        assert after[key] == pytest.approx(before[key], abs=1e-9)


@given(jittered())
@settings(max_examples=30, deadline=None)
def test_wider_windows_and_laxer_rules_score_no_less(estimate: TimeArray) -> None:
    scores = {key: value or 0.0 for key, value in scored(estimate).items()}
    assert scores["f_measure"] >= scores["f_measure_20ms"]
    assert scores["f_measure_unbiased"] >= scores["f_measure_20ms_unbiased"]
    assert scores["cmlt"] >= scores["cmlc"]
    assert scores["amlt"] >= scores["amlc"]
    assert scores["amlt"] >= scores["cmlt"]
    assert scores["amlc"] >= scores["cmlc"]


_anything = st.lists(st.floats(-100, 1e5) | st.integers(0, 20).map(float), max_size=12).map(
    lambda times: np.array(sorted(times), dtype=np.float64)
)


def test_an_estimate_beside_two_crowded_beats_is_near_both() -> None:
    scores = score_beats(np.array([0.0, 0.03125]), np.array([0.0])).scores
    assert scores["cemgil"] == pytest.approx((1 + np.exp(-(0.03125**2) / (2 * 0.04**2))) / 1.5)


@given(_anything.filter(lambda times: len(times) > 0), _anything, _anything | st.none(), _anything | st.none())
@settings(max_examples=300, deadline=None)
def test_no_input_crashes_warns_or_leaves_the_scale(
    reference: TimeArray, estimate: TimeArray, bars: TimeArray | None, estimated_bars: TimeArray | None
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        score = score_beats(reference, estimate, reference_downbeats_s=bars, estimate_downbeats_s=estimated_bars)
    for key, value in score.scores.items():
        assert value is None or np.isfinite(value)
        if key in SCALES and not (key == "downbeat_f_measure" and value is None):
            assert value is not None
            # One estimate beside a crowd of reference beats is near them all, by the definition of these two.
            assert 0 <= value <= {"p_score": len(reference), "cemgil": 2}.get(key, 1) + 1e-12


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_very_short_tracks_are_defined(count: int) -> None:
    scores = scored(GRID[:count], GRID[:count])
    assert (scores["f_measure"], scores["cemgil"]) == (1, 1)
    assert scores["goto"] == 0
    assert scores["cmlt"] == scores["p_score"] == (1 if count > 1 else 0)
    assert scores["phase_bias_ms"] == (0 if count > 1 else None)


def test_a_beat_written_twice_counts_once() -> None:
    twice = np.sort(np.concatenate((GRID, GRID[::3], GRID[::5] + 1e-9)))
    assert score_beats(twice, GRID) == score_beats(GRID, twice) == score_beats(GRID, GRID)


def test_a_mix_of_ten_hours_is_scored() -> None:
    mix = 10.0 * np.arange(3600)
    scores = score_beats(mix, mix + 0.03).scores
    assert (scores["f_measure"], scores["f_measure_20ms"], scores["cmlt"], scores["goto"]) == (1, 0, 1, 1)


def test_whole_numbers_are_times_too() -> None:
    seconds: BeatScore = score_beats(np.arange(20), np.arange(20))  # type: ignore[arg-type]
    assert seconds.scores["f_measure"] == 1


@pytest.mark.parametrize(
    ("reference", "estimate", "message"),
    [
        (EMPTY, GRID, "the reference has no beats"),
        (GRID[::-1], GRID, "reference beats must increase; number 1 at 59.000 s comes after 59.500 s"),
        (GRID, np.array([1.0, 3.0, 2.0]), "estimated beats must increase; number 2 at 2.000 s comes after 3.000 s"),
        (GRID, np.array([1.0, np.nan]), "estimated beats must be finite; number 1 is nan"),
        (GRID, np.array([1.0, np.inf]), "estimated beats must be finite; number 1 is inf"),
        (GRID, np.ones((2, 2)), r"estimated beats must be one row of times, not an array of shape \(2, 2\)"),
    ],
)
def test_what_are_no_times_is_refused(reference: TimeArray, estimate: TimeArray, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        score_beats(reference, estimate)


def test_downbeats_are_checked_too() -> None:
    with pytest.raises(InputError, match="estimated downbeats must increase"):
        score_beats(GRID, GRID, reference_downbeats_s=GRID[::4], estimate_downbeats_s=GRID[::-4])


def test_a_track_trimmed_away_is_refused() -> None:
    with pytest.raises(InputError, match=r"no reference beat at or after 60 s; the last is at 59\.500 s"):
        score_beats(GRID, GRID, trim_s=60.0)


@pytest.mark.parametrize("trim_s", [-1.0, float("nan"), float("inf")])
def test_a_trim_that_is_no_time_is_refused(trim_s: float) -> None:
    with pytest.raises(InputError, match="trim_s must be at least 0"):
        score_beats(GRID, GRID, trim_s=trim_s)
