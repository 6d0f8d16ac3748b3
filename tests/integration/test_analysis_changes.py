"""Music that stops, changes or wanders: beats through breaks, and grids of several pieces."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from edm.analysis.rhythm import Rhythm
from edm.demo.synth import SynthTrack
from integration.hearing import distances_s, found_share, hear
from sounds import RATE, beatless_pad, constant_beats, ramped_beats, silence, track_at, track_on

NETWORK = pytest.param("network", marks=pytest.mark.weights)
DETECTORS = pytest.mark.parametrize("detector", [NETWORK, "flux"])

CHANGES = {
    "a slower half": np.concatenate([constant_beats(128, duration_s=45), 45 + constant_beats(100, duration_s=45)]),
    "a faster half": np.concatenate([constant_beats(120, duration_s=40), 40 + constant_beats(140, duration_s=40)]),
    "a slow ramp": ramped_beats(125, 130, duration_s=60),
    "a fast ramp": ramped_beats(120, 140, duration_s=60),
    "a band without a click": np.cumsum(0.5 * (1 + 0.02 * np.sin(np.arange(110) / 10))),
}
VARIABLE = pytest.mark.parametrize("name", CHANGES)


@lru_cache(maxsize=16)
def changing(name: str, detector: str) -> tuple[SynthTrack, Rhythm]:
    track = track_on(CHANGES[name], "house", 2)
    return track, hear(track.samples, detector)


@DETECTORS
def test_beats_go_on_through_a_break_without_drums(detector: str) -> None:
    track = track_at(126.13, 75.0, "trance", 0.4, 5)
    (rest,) = [section for section in track.sections if section.label == "breakdown"]
    assert rest.end_s - rest.start_s > 7.0
    beats_s = hear(track.samples, detector).beats.times_s
    truth_s = track.beats.times_s
    inside = (truth_s >= rest.start_s) & (truth_s < rest.end_s)
    assert np.abs(distances_s(truth_s[inside], beats_s)).max() < 0.003


@DETECTORS
@pytest.mark.parametrize("filling", ["silence", "pad"])
def test_the_grid_holds_across_a_hole_of_twenty_seconds(detector: str, filling: str) -> None:
    track = track_at(133.3, 70.0, "techno", 0.25, 4)
    samples = track.samples.copy()
    hole = slice(25 * RATE, 45 * RATE)
    samples[hole] = silence(20.0) if filling == "silence" else beatless_pad(20.0)
    rhythm = hear(samples, detector)
    assert rhythm.tempo.stability == "constant"
    assert len(rhythm.beats.times_s) == len(track.beats.times_s)
    np.testing.assert_allclose(rhythm.beats.times_s, track.beats.times_s, atol=0.003)


@DETECTORS
@VARIABLE
def test_a_changing_tempo_is_called_variable(name: str, detector: str) -> None:
    _, rhythm = changing(name, detector)
    assert rhythm.tempo.stability == "variable"
    assert rhythm.grid.verdict == "variable"
    assert (rhythm.grid.max_residual_ms, rhythm.grid.end_drift_ms) == (None, None)


@DETECTORS
@VARIABLE
def test_segments_cover_a_changing_track_without_gaps(name: str, detector: str) -> None:
    track, rhythm = changing(name, detector)
    segments = rhythm.grid.segments
    assert len(segments) >= 2
    assert segments[0].start_s == 0.0
    assert segments[-1].end_s == pytest.approx(track.duration_s, abs=0.02)
    assert [segment.end_s for segment in segments[:-1]] == [segment.start_s for segment in segments[1:]]
    for segment in segments:
        assert segment.end_s > segment.start_s
        assert segment.start_s - 1e-6 <= segment.first_beat_s < segment.start_s + 60.0 / segment.bpm + 1e-6


@DETECTORS
@VARIABLE
def test_beats_follow_a_changing_tempo(name: str, detector: str) -> None:
    track, rhythm = changing(name, detector)
    beats_s, truth_s = rhythm.beats.times_s, track.beats.times_s
    assert (np.diff(beats_s) > 0).all()
    assert found_share(beats_s, truth_s) >= 0.94
    assert np.mean(np.abs(distances_s(beats_s, truth_s)) < 0.07) >= 0.94
    assert np.median(np.abs(distances_s(beats_s, truth_s))) < 0.010


@DETECTORS
@pytest.mark.parametrize(("name", "first_bpm", "last_bpm"), [("a slower half", 128, 100), ("a faster half", 120, 140)])
def test_each_half_has_its_own_exact_tempo(name: str, first_bpm: float, last_bpm: float, detector: str) -> None:
    _, rhythm = changing(name, detector)
    segments = rhythm.grid.segments
    assert segments[0].bpm == pytest.approx(first_bpm, abs=0.02)
    assert segments[-1].bpm == pytest.approx(last_bpm, abs=0.02)
    lasting = max(segments, key=lambda segment: segment.end_s - segment.start_s)
    assert rhythm.tempo.bpm == rhythm.grid.bpm == lasting.bpm


@DETECTORS
def test_a_ramp_is_climbed_step_by_step(detector: str) -> None:
    _, rhythm = changing("a slow ramp", detector)
    bpms = [segment.bpm for segment in rhythm.grid.segments]
    assert bpms == sorted(bpms)
    assert 125.0 < bpms[0] < 126.5
    assert 128.5 < bpms[-1] < 130.0


@DETECTORS
def test_positions_count_through_a_change(detector: str) -> None:
    _, rhythm = changing("a slower half", detector)
    positions = rhythm.beats.positions
    assert set(positions) == {1, 2, 3, 4}
    assert (np.diff(positions) % 4 == 1).all()
