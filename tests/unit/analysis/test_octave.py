"""The octave, alone: which ratios are offered, what the cues say, who breaks a tie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.octave import (
    RATIOS,
    Candidate,
    OctaveWeights,
    best_offset,
    candidates,
    cues,
    probabilities,
    weights_for,
)
from edm.analysis.periodicity import periodicity
from unit.analysis.made import FRAMES_PER_S, beats_at, evidence_on, pulses

NEUTRAL = OctaveWeights(1.0, 1.0, alternation=1.0, offbeat=1.0, unexplained=-1.0, prior=0.0)
PROMISED_RATIOS = (1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0, 3.0)
SOURCES = pytest.mark.parametrize("source", ["network", "flux", "librosa"])

rows = st.lists(st.tuples(st.floats(50.0, 240.0), *[st.floats(-8.0, 8.0) for _ in range(5)]), min_size=1, max_size=12)


def chances(
    rows_given: list[tuple[float, ...]], weights: OctaveWeights = NEUTRAL, tag_bpm: float | None = None
) -> np.ndarray:
    table = np.array(rows_given)
    return probabilities(table[:, 0], table[:, 1:], weights, tag_bpm=tag_bpm)


@given(rows, st.sampled_from(["network", "flux"]), st.none() | st.floats(30.0, 300.0))
def test_probabilities_sum_to_one(rows_given: list[tuple[float, ...]], source: str, tag_bpm: float | None) -> None:
    likelihood = chances(rows_given, weights_for(source), tag_bpm)
    assert likelihood.shape == (len(rows_given),)
    assert likelihood.sum() == pytest.approx(1.0)
    assert (likelihood >= 0).all()


@given(rows)
def test_the_order_of_candidates_does_not_matter(rows_given: list[tuple[float, ...]]) -> None:
    np.testing.assert_allclose(chances(rows_given)[::-1], chances(rows_given[::-1]), atol=1e-12)


@given(rows, st.floats(-3.0, 3.0))
def test_what_all_candidates_share_does_not_matter(rows_given: list[tuple[float, ...]], shared: float) -> None:
    shifted = [(bpm, *(cue + shared for cue in row)) for bpm, *row in rows_given]
    np.testing.assert_allclose(chances(shifted), chances(rows_given), atol=1e-9)


@SOURCES
def test_a_tag_breaks_a_tie(source: str) -> None:
    weights = weights_for(source)
    # Equal evidence, and tempos as far below the prior's centre as above it.
    tied = [(128.0 / 2**0.5, 0.0, 0.0, 0.0, 0.0, 0.0), (128.0 * 2**0.5, 0.0, 0.0, 0.0, 0.0, 0.0)]
    assert chances(tied, weights) == pytest.approx([0.5, 0.5])
    for favoured in (0, 1):
        assert chances(tied, weights, tied[favoured][0]).argmax() == favoured


@SOURCES
def test_a_tag_cannot_overrule_clear_evidence(source: str) -> None:
    weights = weights_for(source)
    clear = [(90.0, 0.0, 0.0, 0.0, 0.0, 0.0), (180.0, 0.0, 1.0, 1.0, 1.0, -1.0)]
    assert chances(clear, weights)[1] > 0.95
    assert chances(clear, weights, 90.0).argmax() == 1


@given(rows, st.floats(50.0, 240.0))
def test_a_tag_far_from_all_candidates_changes_nothing(rows_given: list[tuple[float, ...]], tag_bpm: float) -> None:
    if all(abs(bpm / tag_bpm - 1) > 0.021 for bpm, *_ in rows_given):
        np.testing.assert_allclose(chances(rows_given, tag_bpm=tag_bpm), chances(rows_given))


@pytest.mark.parametrize(("tag_bpm", "favoured"), [(127.0, True), (129.9, True), (124.0, False), (132.0, False)])
def test_a_tag_favours_what_lies_within_two_per_cent(tag_bpm: float, favoured: bool) -> None:
    tied = [(128.0, 0.0, 0.0, 0.0, 0.0, 0.0), (64.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    assert (chances(tied, NEUTRAL, tag_bpm)[0] > 0.6) == favoured


@SOURCES
def test_the_prior_is_soft_and_lies_where_dance_music_does(source: str) -> None:
    even = [(bpm, 0.0, 0.0, 0.0, 0.0, 0.0) for bpm in (64.0, 128.0, 200.0)]
    likelihood = chances(even, weights_for(source))
    assert likelihood.argmax() == 1
    assert likelihood.min() > 0.01


@given(st.floats(50.0, 240.0), st.floats(40.0, 120.0), st.floats(1.2, 4.0))
@settings(max_examples=25)
def test_every_promised_ratio_in_range_is_offered_and_none_outside(pulse: float, low: float, span: float) -> None:
    high = low * span
    evidence = evidence_on(beats_at(120.0, 10.0), 10.0)
    offered = candidates(pulse, evidence, min_bpm=low, max_bpm=high)
    # A tempo is known to a few hundredths of a per cent; a limit may be that much off, and no more.
    assert all(low * 0.999 <= candidate.bpm <= high * 1.001 for candidate in offered)
    for ratio in PROMISED_RATIOS:
        if low <= pulse * ratio <= high:
            assert any(candidate.bpm == pytest.approx(pulse * ratio) for candidate in offered)


def test_promised_ratios_are_in_the_table() -> None:
    assert all(any(ratio == pytest.approx(known) for known in RATIOS) for ratio in PROMISED_RATIOS)
    assert list(RATIOS) == sorted(RATIOS)


def test_no_ratio_in_range_is_no_candidate() -> None:
    assert candidates(120.0, evidence_on(beats_at(120.0, 10.0), 10.0), min_bpm=127.0, max_bpm=128.0) == []


@settings(max_examples=25)
@given(st.floats(60.0, 200.0), st.floats(0.0, 1.0))
def test_the_offset_is_where_the_beats_are(bpm: float, phase: float) -> None:
    period_s = 60.0 / bpm
    offset_s = phase * period_s
    curve = pulses(beats_at(bpm, 30.0, offset_s), 30.0)
    found_s = best_offset(curve, bpm, frames_per_s=FRAMES_PER_S)
    assert 0.0 <= found_s <= period_s
    away_s = abs((found_s - offset_s + period_s / 2) % period_s - period_s / 2)
    assert away_s < 0.0125  # a frame and a little


@settings(max_examples=10)
@given(st.floats(60.0, 200.0), st.floats(0.01, 100.0))
def test_the_offset_does_not_depend_on_scale(bpm: float, gain: float) -> None:
    curve = pulses(beats_at(bpm, 20.0, 0.2), 20.0)
    scaled = curve * np.float32(gain)
    assert best_offset(scaled, bpm, frames_per_s=FRAMES_PER_S) == best_offset(curve, bpm, frames_per_s=FRAMES_PER_S)


def cue_named(name: str, bpm: float, beats_s: np.ndarray, *, onsets_s: np.ndarray, high_s: np.ndarray) -> float:
    evidence = evidence_on(beats_s, 40.0, onsets_s=onsets_s, high_s=high_s)
    beat_lines = periodicity(evidence.beat, frames_per_s=FRAMES_PER_S)
    onset_lines = periodicity(evidence.onsets.total, frames_per_s=FRAMES_PER_S)
    names = ("beat_lines", "onset_lines", "alternation", "offbeat", "unexplained")
    return float(dict(zip(names, cues(Candidate(bpm, 0.1), evidence, beat_lines, onset_lines), strict=True))[name])


EIGHTHS, QUARTERS, HALVES = (beats_at(bpm, 40.0) for bpm in (240.0, 120.0, 60.0))


def test_lines_are_strong_at_the_tempo_that_is_there() -> None:
    strong = cue_named("beat_lines", 120.0, QUARTERS, onsets_s=QUARTERS, high_s=QUARTERS)
    assert strong > cue_named("beat_lines", 100.0, QUARTERS, onsets_s=QUARTERS, high_s=QUARTERS) + 1


def test_alternation_tells_a_tempo_twice_too_fast() -> None:
    assert cue_named("alternation", 120.0, QUARTERS, onsets_s=QUARTERS, high_s=QUARTERS) > -0.2
    assert cue_named("alternation", 120.0, HALVES, onsets_s=HALVES, high_s=HALVES) < -1.0


def test_offbeat_tells_a_tempo_twice_too_slow() -> None:
    assert cue_named("offbeat", 120.0, QUARTERS, onsets_s=QUARTERS, high_s=QUARTERS) < -1.0
    assert cue_named("offbeat", 120.0, EIGHTHS, onsets_s=EIGHTHS, high_s=EIGHTHS) > -0.2


def test_unexplained_tells_a_tempo_of_another_metre() -> None:
    right = cue_named("unexplained", 120.0, QUARTERS, onsets_s=QUARTERS, high_s=QUARTERS)
    assert cue_named("unexplained", 150.0, QUARTERS, onsets_s=QUARTERS, high_s=QUARTERS) > right + 1


def test_cues_are_finite_where_nothing_sounds() -> None:
    nothing = np.zeros(0)
    for bpm in (60.0, 120.0, 200.0):
        for name in ("beat_lines", "onset_lines", "alternation", "offbeat", "unexplained"):
            assert np.isfinite(cue_named(name, bpm, nothing, onsets_s=nothing, high_s=nothing))
