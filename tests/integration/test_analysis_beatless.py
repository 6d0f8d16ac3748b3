"""Sound without a beat: a plain answer, never an exception, never an invented tempo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edm.analysis.rhythm import Rhythm
from edm.analysis.track import analyze_track
from edm.errors import EmptyAudioError
from edm.model import AnalysisOptions, FloatArray
from integration.hearing import hear, heard_track
from sounds import (
    RATE,
    beatless_pad,
    chords,
    clicks_at,
    noise,
    silence,
    sine,
    speech,
    track_at,
    with_nan,
    with_offset,
    write_audio,
)

NETWORK = pytest.param("network", marks=pytest.mark.weights)
DETECTORS = pytest.mark.parametrize("detector", [NETWORK, "flux"])

IRREGULAR_S = sorted(np.random.default_rng(0).uniform(0.0, 30.0, 60))
BEATLESS: dict[str, FloatArray] = {
    "empty": silence(0.0),
    "one sample": silence(1 / RATE),
    "one second of music": track_at(128.0, 1.0).samples,
    "less than three seconds": track_at(128.0, 2.9).samples,
    "silence": silence(20.0),
    "silence with an offset": with_offset(silence(10.0), 0.5),
    "noise": noise(20.0),
    "quiet noise": noise(20.0, seed=5, level=0.001),
    "noise beyond full scale": noise(10.0, seed=2, level=50.0),
    "speech": speech(40.0),
    "more speech": speech(40.0, seed=1),
    "a pad": beatless_pad(30.0),
    "another pad": beatless_pad(40.0, seed=1),
    "a tone": sine(440.0, 20.0),
    "a low tone": sine(50.0, 20.0),
    "slow chords": chords([(220.0, 261.6, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6)], 4.0),
    "clicks at random": clicks_at(IRREGULAR_S, 30.0),
    "one click": clicks_at([5.0], 10.0),
    "two clicks": clicks_at([5.0, 5.5], 10.0),
}


def assert_no_beat(rhythm: Rhythm, source: str) -> None:
    tempo, grid = rhythm.tempo, rhythm.grid
    assert (tempo.bpm, tempo.stability, tempo.confidence, tempo.source) == (None, "none", 0.0, source)
    assert tempo.alternatives == ()
    assert grid.verdict == "unsure"
    assert (grid.bpm, grid.first_beat_s, grid.first_downbeat_s, grid.beats_per_bar) == (None, None, None, None)
    assert (grid.max_residual_ms, grid.end_drift_ms, grid.segments) == (None, None, ())
    assert len(rhythm.beats.times_s) == len(rhythm.beats.positions) == 0


@DETECTORS
@pytest.mark.parametrize("name", BEATLESS)
def test_no_tempo_is_invented(name: str, detector: str) -> None:
    assert_no_beat(hear(BEATLESS[name], detector), detector)


@DETECTORS
@pytest.mark.parametrize("name", ["silence", "noise", "speech", "a pad"])
def test_limits_invent_no_tempo_either(name: str, detector: str) -> None:
    assert_no_beat(hear(BEATLESS[name], detector, min_bpm=120, max_bpm=130, tag_bpm=128.0), detector)


@DETECTORS
def test_a_beatless_file_gives_a_plain_answer(tmp_path: Path, detector: str) -> None:
    path = write_audio(tmp_path / "speech.flac", speech(15.0))
    found = analyze_track(path, AnalysisOptions(detector=detector))
    assert found.tempo is not None
    assert found.beats is not None
    assert found.grid is not None
    assert_no_beat(Rhythm(found.tempo, found.beats, found.grid), detector)
    assert found.duration_s == pytest.approx(15.0, abs=0.01)


def test_a_one_second_file_gives_a_plain_answer(tmp_path: Path) -> None:
    found = analyze_track(write_audio(tmp_path / "short.wav", track_at(128.0, 1.0).samples))
    assert found.tempo is not None
    assert (found.tempo.bpm, found.tempo.stability) == (None, "none")


@DETECTORS
def test_samples_that_are_no_numbers_are_mended_and_said(tmp_path: Path, detector: str) -> None:
    track, _ = heard_track(127.97, "techno", "flux")
    path = write_audio(tmp_path / "nan.wav", with_nan(track.samples, count=60), subtype="FLOAT")
    found = analyze_track(path, AnalysisOptions(detector=detector))
    assert found.tempo is not None
    assert found.beats is not None
    assert found.tempo.bpm == pytest.approx(127.97, abs=0.005)
    assert np.isfinite(found.beats.times_s).all()
    assert any("60 samples" in warning for warning in found.warnings)


def test_a_file_of_nothing_but_nan_is_silence(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "all_nan.wav", np.full(5 * RATE, np.nan, np.float32), subtype="FLOAT")
    found = analyze_track(path, AnalysisOptions(detector="flux"))
    assert found.tempo is not None
    assert found.tempo.stability == "none"
    assert found.warnings


def test_a_file_without_samples_is_an_error_of_its_own(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "empty.wav", silence(0.0))
    with pytest.raises(EmptyAudioError):
        analyze_track(path, AnalysisOptions(detector="flux"))
