"""A tempo is scored as papers score it, and as a DJ hears it."""

from __future__ import annotations

import math

import mir_eval
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.evaluation.metrics import TEMPO_METRICS
from edm.evaluation.tempo import (
    OCTAVES,
    TEMPO_BANDS,
    TOLERANCES,
    error_histogram,
    score_tempo,
    signed_error,
    tempo_band,
    tolerance_curve,
)

tempi = st.floats(30, 400)
HITS = [key for key in TEMPO_METRICS if key.startswith(("accuracy", "within"))]
ERRORS = [key for key in TEMPO_METRICS if key not in HITS]
ABSOLUTE_ERRORS = [key for key in ERRORS if key not in {"oe1", "oe2"}]


def value(key: str, reference: float, estimate: float, **options: float) -> float:
    score = score_tempo(reference, estimate, **options)[key]  # type: ignore[arg-type]
    assert score is not None
    return score


def test_every_metric_of_the_table_is_scored_and_in_its_order() -> None:
    assert list(score_tempo(128.0, 127.0, duration_s=300.0)) == list(TEMPO_METRICS)
    assert set(score_tempo(128.0, None)) == set(TEMPO_METRICS)


@given(tempi, st.floats(0, 7200))
def test_the_right_tempo_hits_everything_and_has_no_error(bpm: float, duration: float) -> None:
    scores = score_tempo(bpm, bpm, duration_s=duration)
    assert [scores[key] for key in HITS] == [1.0] * len(HITS)
    assert [scores[key] for key in ERRORS] == [0.0] * len(ERRORS)


@given(tempi)
def test_no_tempo_misses_everything_and_has_no_error(bpm: float) -> None:
    scores = score_tempo(bpm, None, duration_s=300.0)
    assert [scores[key] for key in HITS] == [0.0] * len(HITS)
    assert [scores[key] for key in ERRORS] == [None] * len(ERRORS)


@pytest.mark.parametrize(
    ("reference", "estimate", "accuracy1", "accuracy2"),
    [
        (100.0, 104.0, 1, 1),  # the limit itself is within
        (100.0, 96.0, 1, 1),
        (100.0, 104.001, 0, 0),
        (128.0, 64.0, 0, 1),
        (128.0, 256.0, 0, 1),
        (90.0, 30.0, 0, 1),
        (60.0, 180.0, 0, 1),
        (60.0, 187.2, 0, 1),  # 4 % of 180 are 7.2
        (60.0, 187.3, 0, 0),
        (128.0, 192.0, 0, 0),  # 3/2 is no octave
        (128.0, 512.0, 0, 0),  # nor are 4 times
    ],
)
def test_accuracies_hold_at_four_percent(reference: float, estimate: float, accuracy1: int, accuracy2: int) -> None:
    scores = score_tempo(reference, estimate)
    assert (scores["accuracy1"], scores["accuracy2"]) == (accuracy1, accuracy2)


def test_the_tolerance_can_be_chosen() -> None:
    assert value("accuracy1", 100.0, 107.5, tolerance=0.08) == 1.0
    assert value("accuracy1", 100.0, 102.0, tolerance=0.01) == 0.0
    assert value("accuracy2", 100.0, 51.0, tolerance=0.01) == 0.0
    assert value("accuracy1", 100.0, 100.0, tolerance=0.0) == 1.0


@pytest.mark.parametrize("reference", [64.0, 87.5, 99.99, 128.0, 174.07, 199.9])
@pytest.mark.parametrize(
    ("key", "limit"), [("within_0p5", 0.5), ("within_0p05", 0.05), ("within_0p01", 0.01), ("within_0p005", 0.005)]
)
def test_absolute_limits_include_their_value_at_any_tempo(reference: float, key: str, limit: float) -> None:
    for estimate in (reference + limit, reference - limit):
        assert value(key, reference, estimate) == 1.0
        assert value(f"{key}_octave", reference, estimate / 2) == 1.0
    assert value(key, reference, reference + limit + 1e-6) == 0.0
    assert value(f"{key}_octave", reference, (reference - limit - 1e-6) * 3) == 0.0


def test_the_forgiven_octave_is_measured_at_the_level_of_the_reference() -> None:
    # 256.08 / 2 is 128.04: 0.04 off, though 256.08 is 0.08 from twice the reference.
    scores = score_tempo(128.0, 256.08)
    assert scores["within_0p05_octave"] == 1.0
    assert scores["within_0p05"] == scores["within_0p01_octave"] == 0.0
    assert scores["mae_bpm"] == pytest.approx(128.08)


def test_octave_errors_are_those_of_schreiber_urbano_and_mueller() -> None:
    half = score_tempo(128.0, 64.0)
    assert (half["oe1"], half["oe2"], half["aoe1"], half["aoe2"]) == (-1.0, 0.0, 1.0, 0.0)
    # 150 of 100: log2(1.5) = 0.58496; at half the speed log2(0.75) = -0.41504, which is nearer to 0.
    wrong = score_tempo(100.0, 150.0)
    assert wrong["oe1"] == pytest.approx(0.5849625)
    assert wrong["oe2"] == pytest.approx(-0.4150375)
    assert wrong["aoe2"] == pytest.approx(0.4150375)
    # 70 of 100: log2(0.7) = -0.51457, doubled log2(1.4) = 0.48543.
    assert value("oe2", 100.0, 70.0) == pytest.approx(0.4854268)


@pytest.mark.parametrize(
    ("reference", "estimate", "duration", "drift"),
    [
        # 420 s * (1 - 128 / 128.02) = 65.615 ms; * (1 - 128 / 129.2) = 3.901 s
        (128.0, 128.02, 420.0, 65.615),
        (128.0, 129.2, 420.0, 3900.929),
        (128.0, 127.98, 420.0, 65.635),
        (128.0, 64.01, 420.0, 65.615),
        (128.0, 64.0, 420.0, 0.0),
        (60.0, 180.0, 420.0, 0.0),
        (128.0, 129.0, 0.0, 0.0),
    ],
)
def test_drift_is_what_is_heard_at_the_end(reference: float, estimate: float, duration: float, drift: float) -> None:
    assert value("drift_ms", reference, estimate, duration_s=duration) == pytest.approx(drift, abs=1e-3)


def test_a_track_of_unknown_length_has_no_drift() -> None:
    assert score_tempo(128.0, 129.0)["drift_ms"] is None


@given(tempi, tempi, st.floats(1, 3600))
def test_scores_keep_their_order(reference: float, estimate: float, duration: float) -> None:
    scores = {key: v for key, v in score_tempo(reference, estimate, duration_s=duration).items() if v is not None}
    limits = ["within_0p005", "within_0p01", "within_0p05", "within_0p5"]
    assert scores["accuracy1"] <= scores["accuracy2"]
    for octave in ("", "_octave"):
        found = [scores[key + octave] for key in limits]
        assert found == sorted(found)
    assert all(scores[key] <= scores[f"{key}_octave"] for key in limits)
    assert scores["aoe2"] <= scores["aoe1"]
    assert all(scores[key] >= 0 for key in ABSOLUTE_ERRORS)
    assert all(math.isfinite(score) for score in scores.values())


@given(tempi, tempi, st.floats(0.5, 2))
def test_octave_errors_do_not_depend_on_the_scale(reference: float, estimate: float, factor: float) -> None:
    one = score_tempo(reference, estimate)
    other = score_tempo(reference * factor, estimate * factor)
    assert one["oe1"] == pytest.approx(other["oe1"], abs=1e-9)
    assert one["aoe2"] == pytest.approx(other["aoe2"], abs=1e-9)


@given(tempi, tempi)
def test_swapping_the_two_turns_octave_errors_round(reference: float, estimate: float) -> None:
    one, other = score_tempo(reference, estimate), score_tempo(estimate, reference)
    assert one["oe1"] == -other["oe1"]  # type: ignore[operator]
    assert one["aoe2"] == pytest.approx(other["aoe2"], abs=1e-12)


@given(tempi, st.floats(-0.2, 0.2), st.sampled_from(OCTAVES), st.floats(1, 900))
def test_another_octave_changes_nothing_that_forgives_it(bpm: float, off: float, k: float, duration: float) -> None:
    one = score_tempo(bpm, bpm * 2**off, duration_s=duration)
    other = score_tempo(bpm, k * bpm * 2**off, duration_s=duration)
    assert other["oe2"] == pytest.approx(one["oe2"], abs=1e-9)
    assert other["drift_ms"] == pytest.approx(one["drift_ms"], abs=1e-6)


@given(tempi, tempi, st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_a_wider_tolerance_loses_no_hit(reference: float, estimate: float, tolerances: list[float]) -> None:
    for key in ("accuracy1", "accuracy2"):
        hits = [value(key, reference, estimate, tolerance=tolerance) for tolerance in sorted(tolerances)]
        assert hits == sorted(hits)


@given(tempi, tempi, st.floats(0.001, 1))
def test_accuracy1_is_the_detection_of_mir_eval(reference: float, estimate: float, tolerance: float) -> None:
    # One tempo, all the weight: the slot of the second one is 0, which mir_eval takes for none.
    truth, found = np.array([0.0, reference]), np.array([estimate, estimate])
    p_score, _, _ = mir_eval.tempo.detection(truth, 0.0, found, tol=tolerance)
    distance = abs(estimate - reference) - tolerance * reference
    if abs(distance) > 1e-8:  # at the limit itself they may differ by what binary fractions add
        assert value("accuracy1", reference, estimate, tolerance=tolerance) == p_score


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_a_tempo_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(InputError, match="reference tempo should be more than 0"):
        score_tempo(bad, 128.0)
    with pytest.raises(InputError, match="estimate tempo should be more than 0"):
        score_tempo(128.0, bad)
    with pytest.raises(InputError):
        tempo_band(bad)
    with pytest.raises(InputError):
        signed_error(bad, 128.0)


def test_durations_and_tolerances_out_of_range_are_refused() -> None:
    for duration in (-1.0, math.nan, math.inf):
        with pytest.raises(InputError, match="duration"):
            score_tempo(128.0, 128.0, duration_s=duration)
    for tolerance in (-0.01, 4.0, math.nan):
        with pytest.raises(InputError, match="tolerance"):
            score_tempo(128.0, None, tolerance=tolerance)


@given(st.floats(5e-324, 1e308), st.floats(5e-324, 1e308), st.floats(0, 1e9))
def test_no_tempo_however_absurd_makes_a_number_that_is_none(
    reference: float, estimate: float, duration: float
) -> None:
    with np.errstate(all="raise"):
        scores = score_tempo(reference, estimate, duration_s=duration)
    assert all(score is None or math.isfinite(score) for score in scores.values())


def test_signed_errors_tell_fast_from_slow() -> None:
    assert signed_error(128.0, 127.5) == -0.5
    assert signed_error(128.0, 64.5) == -63.5
    assert signed_error(128.0, 64.5, octave_free=True) == 1.0
    assert signed_error(60.0, 180.3, octave_free=True) == pytest.approx(0.1)
    assert signed_error(100.0, 150.0, octave_free=True) == -25.0


@pytest.mark.parametrize(
    ("bpm", "band"),
    [
        (117.999, "<118"),
        (118.0, "118–132"),
        (131.999, "118–132"),
        (132.0, "132–150"),
        (150.0, "150–180"),
        (180.0, "150–180"),
        (180.001, ">180"),
        (1.0, "<118"),
    ],
)
def test_bands_open_with_their_lower_limit_and_the_last_takes_180(bpm: float, band: str) -> None:
    assert tempo_band(bpm) == band


@given(st.lists(tempi, min_size=2, max_size=10))
def test_bands_are_in_the_order_of_tempo(bpms: list[float]) -> None:
    places = [TEMPO_BANDS.index(tempo_band(bpm)) for bpm in sorted(bpms)]
    assert places == sorted(places)


def test_a_tolerance_curve_by_hand() -> None:
    reference = np.array([100.0, 100.0, 128.0, 140.0])
    estimate = np.array([102.0, 50.5, 128.0, np.nan])  # 2 % off; half, 1 % off; right; none
    curve = tolerance_curve(reference, estimate)
    one = dict(zip(curve["tolerance"], curve["accuracy1"], strict=True))
    two = dict(zip(curve["tolerance"], curve["accuracy2"], strict=True))
    assert [one[x] for x in (0.001, 0.009, 0.01, 0.018, 0.02, 0.1)] == [0.25, 0.25, 0.25, 0.25, 0.5, 0.5]
    assert [two[x] for x in (0.001, 0.009, 0.01, 0.018, 0.02, 0.1)] == [0.25, 0.25, 0.5, 0.5, 0.75, 0.75]


@given(st.lists(st.tuples(tempi, st.none() | tempi), min_size=1, max_size=20))
def test_a_tolerance_curve_is_the_mean_of_its_tracks(pairs: list[tuple[float, float | None]]) -> None:
    reference = np.array([pair[0] for pair in pairs])
    estimate = np.array([math.nan if pair[1] is None else pair[1] for pair in pairs])
    curve = tolerance_curve(reference, estimate)
    assert curve["tolerance"] == sorted(TOLERANCES)
    for key in ("accuracy1", "accuracy2"):
        at_four_percent = curve[key][TOLERANCES.index(0.04)]  # type: ignore[literal-required]
        hits = [score_tempo(r, e)[key] for r, e in pairs]
        assert at_four_percent == pytest.approx(np.mean(np.array(hits, dtype=float)), abs=1e-6)
        assert curve[key] == sorted(curve[key])  # type: ignore[literal-required]


def test_a_tolerance_curve_of_no_tracks_is_empty() -> None:
    assert tolerance_curve(np.array([]), np.array([])) == {"tolerance": [], "accuracy1": [], "accuracy2": []}
    with pytest.raises(InputError, match="2 references"):
        tolerance_curve(np.array([1.0, 2.0]), np.array([1.0]))


def test_a_histogram_by_hand_hides_nothing() -> None:
    errors = [-87.0, -0.5, -0.49, 0.0, 1e-9, -1e-9, 0.02, 0.5, 0.5001, 1000.0, None, math.nan, math.inf]
    histogram = error_histogram(errors, limit=0.5, unit="bpm", bins=5)
    assert histogram["edges"] == [-0.5, -0.3, -0.1, 0.1, 0.3, 0.5]
    assert histogram["counts"] == [1, 2, 0, 4, 0, 1, 3]
    assert histogram["unit"] == "bpm"


@given(st.lists(st.floats(allow_nan=False) | st.none()), st.floats(0.01, 1000), st.integers(0, 20))
def test_a_histogram_counts_every_error_once(errors: list[float | None], limit: float, half: int) -> None:
    histogram = error_histogram(errors, limit=limit, unit="ms", bins=2 * half + 1)
    assert sum(histogram["counts"]) == sum(error is not None for error in errors)
    assert len(histogram["counts"]) == len(histogram["edges"]) + 1 == 2 * half + 3


def test_a_histogram_without_a_middle_is_refused() -> None:
    with pytest.raises(InputError, match="odd number of bins, not 10"):
        error_histogram([], limit=1.0, unit="ms", bins=10)
    with pytest.raises(InputError, match="more than 0, not 0"):
        error_histogram([], limit=0.0, unit="ms")
