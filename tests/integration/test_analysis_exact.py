"""Synthesised tracks at exact tempos: tempo to 0.005 BPM, the octave, the phase and the downbeat.

Plain tracks are counted in their written tempo by everybody. Hard ones (slow, or half of a common tempo) may be
counted in another level; their tempo must be as exact there.
"""

from __future__ import annotations

import numpy as np
import pytest

from integration.hearing import distances_s, hear, heard_track, ratio_error_bpm
from sounds import click_track, track_at

NETWORK = pytest.param("network", marks=pytest.mark.weights)
DETECTORS = pytest.mark.parametrize("detector", [NETWORK, "flux"])

PLAIN = [
    (101.7, "house"),
    (110.03, "house"),
    (117.9, "techno"),
    (124.3, "house"),
    (127.97, "techno"),
    (132.01, "trance"),
    (138.6, "trance"),
    (149.5, "trance"),
    (160.2, "techno"),
]
FAST = [(165.3, "dnb"), (173.97, "dnb"), (174.0, "dnb"), (180.0, "dnb")]
SLOW = [(87.5, "hiphop"), (93.31, "hiphop")]
HARD = [(70.0, "hiphop"), (72.4, "techno"), (78.75, "house"), (83.1, "dnb")]

EVERYTHING = pytest.mark.parametrize(("bpm", "style"), PLAIN + FAST + SLOW + HARD)
COUNTED_AS_WRITTEN = pytest.mark.parametrize(("bpm", "style"), PLAIN + FAST + SLOW)


@DETECTORS
@EVERYTHING
def test_tempo_is_exact_at_its_level(bpm: float, style: str, detector: str) -> None:
    _, rhythm = heard_track(bpm, style, detector)
    assert rhythm.tempo.bpm is not None
    assert ratio_error_bpm(rhythm.tempo.bpm, bpm) <= 0.005


@DETECTORS
@COUNTED_AS_WRITTEN
def test_tempo_is_counted_as_written(bpm: float, style: str, detector: str) -> None:
    _, rhythm = heard_track(bpm, style, detector)
    assert rhythm.tempo.bpm == pytest.approx(bpm, abs=0.005)


@DETECTORS
@COUNTED_AS_WRITTEN
def test_first_beat_is_right_to_three_milliseconds(bpm: float, style: str, detector: str) -> None:
    track, rhythm = heard_track(bpm, style, detector)
    assert rhythm.grid.first_beat_s == pytest.approx(track.beats.times_s[0], abs=0.003)


@DETECTORS
@COUNTED_AS_WRITTEN
def test_every_beat_is_right_to_three_milliseconds(bpm: float, style: str, detector: str) -> None:
    track, rhythm = heard_track(bpm, style, detector)
    assert len(rhythm.beats.times_s) == len(track.beats.times_s)
    np.testing.assert_allclose(rhythm.beats.times_s, track.beats.times_s, atol=0.003)


@pytest.mark.weights
@COUNTED_AS_WRITTEN
def test_downbeat_is_right(bpm: float, style: str) -> None:
    track, rhythm = heard_track(bpm, style, "network")
    assert rhythm.grid.first_downbeat_s == pytest.approx(track.beats.downbeats_s[0], abs=0.003)
    assert rhythm.grid.beats_per_bar == 4
    np.testing.assert_array_equal(rhythm.beats.positions, track.beats.positions)


@DETECTORS
@COUNTED_AS_WRITTEN
def test_a_constant_track_is_locked_on_one_line(bpm: float, style: str, detector: str) -> None:
    track, rhythm = heard_track(bpm, style, detector)
    grid = rhythm.grid
    assert (rhythm.tempo.stability, grid.verdict, len(grid.segments)) == ("constant", "locked", 1)
    assert grid.bpm == rhythm.tempo.bpm == grid.segments[0].bpm
    assert grid.segments[0].end_s == pytest.approx(track.duration_s, abs=0.02)


@DETECTORS
@COUNTED_AS_WRITTEN
def test_predicted_drift_covers_the_real_one(bpm: float, style: str, detector: str) -> None:
    track, rhythm = heard_track(bpm, style, detector)
    assert rhythm.tempo.bpm is not None
    assert rhythm.grid.end_drift_ms is not None
    real_drift_ms = 1e3 * track.duration_s * abs(rhythm.tempo.bpm / bpm - 1)
    assert real_drift_ms <= 3 * rhythm.grid.end_drift_ms + 0.1
    assert rhythm.grid.end_drift_ms < 3.0


@pytest.mark.weights
@pytest.mark.parametrize("pickup_beats", [1, 2, 3])
def test_beats_before_the_first_bar_are_no_downbeats(pickup_beats: int) -> None:
    track = track_at(126.4, 40.0, "house", 0.3, 1, pickup_beats=pickup_beats)
    beats = hear(track.samples, "network").beats
    np.testing.assert_array_equal(beats.positions[:8], track.beats.positions[:8])


@pytest.mark.weights
@pytest.mark.parametrize(("bpm", "style"), [(92.0, "hiphop"), (121.3, "techno")])
def test_bars_of_three_beats_are_heard(bpm: float, style: str) -> None:
    track = track_at(bpm, 45.0, style, 0.2, 1, beats_per_bar=3)
    rhythm = hear(track.samples, "network")
    assert rhythm.grid.beats_per_bar == 3
    assert rhythm.grid.first_downbeat_s == pytest.approx(track.beats.downbeats_s[0], abs=0.003)


@DETECTORS
@pytest.mark.parametrize("offset_s", [0.0, 0.0004, 0.0017])
def test_a_track_cut_on_its_first_beat_keeps_it(offset_s: float, detector: str) -> None:
    rhythm = hear(track_at(128.0, 30.0, "techno", offset_s).samples, detector)
    assert rhythm.grid.first_beat_s == pytest.approx(offset_s, abs=0.003)


@DETECTORS
def test_a_long_silence_before_the_music_has_grid_beats_on_the_same_line(detector: str) -> None:
    track = track_at(129.37, 50.0, "house", 12.345)
    rhythm = hear(track.samples, detector)
    assert rhythm.tempo.bpm == pytest.approx(129.37, abs=0.005)
    late_s = distances_s(track.beats.times_s, rhythm.beats.times_s)
    assert np.abs(late_s).max() < 0.003


@pytest.mark.weights
@pytest.mark.parametrize("bpm", [80.0, 90.0, 100.0, 120.0, 128.0, 140.0, 160.0])
def test_a_metronome_is_counted_click_by_click(bpm: float) -> None:
    tempo = hear(click_track(bpm, 30.0, 0.1), "network").tempo
    assert tempo.bpm == pytest.approx(bpm, abs=0.005)
