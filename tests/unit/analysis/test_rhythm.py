"""The decisions in their order, on evidence made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.rhythm import DEFAULT_BPM_RANGE, Rhythm, analyze_rhythm, no_rhythm
from edm.model import TimeArray
from unit.analysis.made import RATE, attacks_on, beats_at, evidence_on


def offbeats(beats_s: TimeArray) -> TimeArray:
    return beats_s[:-1] + 0.5 * np.diff(beats_s)


def rhythm_of(beats_s: TimeArray, duration_s: float, **limits: float | None) -> Rhythm:
    """Drums on the beats, hats on the beats and between them, a downbeat in four."""
    every_s = np.sort(np.concatenate([beats_s, offbeats(beats_s)])) if len(beats_s) else beats_s
    evidence = evidence_on(beats_s, duration_s, downbeats_s=beats_s[::4], onsets_s=every_s, high_s=every_s)
    return analyze_rhythm(evidence, attacks_on(every_s, duration_s), sample_rate=RATE, **limits)


@settings(max_examples=8)
@given(st.floats(95.0, 180.0), st.floats(0.1, 0.3))
def test_a_plain_beat_is_found_whole(bpm: float, offset_s: float) -> None:
    beats_s = beats_at(bpm, 40.0, offset_s)
    rhythm = rhythm_of(beats_s, 40.0)
    assert rhythm.tempo.bpm == pytest.approx(bpm, abs=0.002)
    np.testing.assert_allclose(rhythm.beats.times_s[:20], beats_s[:20], atol=0.002)
    assert rhythm.beats.positions[0] == 1
    assert rhythm.grid.first_beat_s == rhythm.beats.times_s[0]
    assert rhythm.grid.first_downbeat_s == rhythm.beats.downbeats_s[0]


@settings(max_examples=15)
@given(st.floats(60.0, 200.0), st.floats(40.0, 150.0), st.floats(2.0, 3.0))
def test_limits_an_octave_apart_are_never_left(bpm: float, low: float, span: float) -> None:
    rhythm = rhythm_of(beats_at(bpm, 30.0), 30.0, min_bpm=low, max_bpm=low * span)
    if rhythm.tempo.bpm is not None:
        assert low <= rhythm.tempo.bpm <= low * span
        assert all(0.999 * low <= one.bpm <= 1.001 * low * span for one in rhythm.grid.segments)


@settings(max_examples=8)
@given(st.floats(60.0, 200.0))
def test_without_limits_tempo_lies_in_the_usual_range(bpm: float) -> None:
    found = rhythm_of(beats_at(bpm, 30.0), 30.0).tempo.bpm
    assert found is None or DEFAULT_BPM_RANGE[0] <= found <= DEFAULT_BPM_RANGE[1]


@settings(max_examples=8)
@given(st.floats(60.0, 200.0))
def test_scores_are_probabilities(bpm: float) -> None:
    tempo = rhythm_of(beats_at(bpm, 30.0), 30.0).tempo
    scores = [alternative.score for alternative in tempo.alternatives]
    assert 0.0 <= tempo.confidence <= 1.0
    assert all(0.0 < score <= 1.0 for score in scores)
    assert sum(scores) <= 1.0 + 1e-9
    assert len(scores) <= 3
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("duration_s", [0.0, 0.01, 1.0, 2.99])
def test_less_than_three_seconds_have_no_rhythm(duration_s: float) -> None:
    beats_s = beats_at(120.0, duration_s) if duration_s > 0.2 else np.zeros(0)
    assert rhythm_of(beats_s, duration_s).tempo.bpm is None


def test_no_beats_have_no_rhythm() -> None:
    rhythm = rhythm_of(np.zeros(0), 30.0)
    assert rhythm.tempo == no_rhythm("network").tempo
    assert rhythm.grid == no_rhythm("network").grid


def test_no_rhythm_names_its_source() -> None:
    rhythm = no_rhythm("flux")
    assert (rhythm.tempo.source, rhythm.tempo.stability, rhythm.tempo.bpm) == ("flux", "none", None)
    assert len(rhythm.beats.times_s) == len(rhythm.beats.positions) == 0
    assert rhythm.grid.verdict == "unsure"


def test_residual_and_drift_of_a_straight_beat_are_small() -> None:
    grid = rhythm_of(beats_at(126.0, 60.0), 60.0).grid
    assert grid.verdict == "locked"
    assert grid.max_residual_ms is not None
    assert grid.end_drift_ms is not None
    assert grid.max_residual_ms < 1.0
    assert grid.end_drift_ms < 1.0


def test_a_loose_player_leaves_a_residual() -> None:
    beats_s = beats_at(126.0, 60.0)
    loose_s = beats_s + 0.006 * np.sin(np.arange(len(beats_s)) / 9.0)
    tight, loose = rhythm_of(beats_s, 60.0).grid, rhythm_of(loose_s, 60.0).grid
    assert tight.max_residual_ms is not None
    assert loose.max_residual_ms is not None
    assert tight.end_drift_ms is not None
    assert loose.end_drift_ms is not None
    assert loose.max_residual_ms > 3.0 > tight.max_residual_ms
    assert loose.end_drift_ms > tight.end_drift_ms


def test_beats_lie_inside_the_track() -> None:
    beats_s = rhythm_of(beats_at(131.0, 33.3), 33.3).beats.times_s
    assert beats_s[0] >= 0.0
    assert beats_s[-1] < 33.3
