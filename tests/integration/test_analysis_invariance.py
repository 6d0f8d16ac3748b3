"""What must change nothing, and what must scale: properties of the whole analysis."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr

from edm.analysis.rhythm import Rhythm
from edm.analysis.track import analyze_track
from edm.model import AnalysisOptions, FloatArray
from integration.hearing import distances_s, hear, heard_track
from sounds import RATE, silence, track_at, with_offset, write_audio

NETWORK = pytest.param("network", marks=pytest.mark.weights)
DETECTORS = pytest.mark.parametrize("detector", [NETWORK, "flux"])
BPM, STYLE = 127.97, "techno"


def samples() -> FloatArray:
    return heard_track(BPM, STYLE, "flux")[0].samples


def assert_same(rhythm: Rhythm, detector: str, *, shift_s: float = 0.0, tempo: float = 1.0) -> None:
    """Against the plain hearing of the track: same tempo, same beats where both have them."""
    plain = heard_track(BPM, STYLE, detector)[1]
    assert plain.tempo.bpm is not None
    assert rhythm.tempo.bpm == pytest.approx(plain.tempo.bpm * tempo, abs=0.002)
    expected_s = plain.beats.times_s / tempo + shift_s
    # One more or less at an end is the cut, not the analysis.
    assert abs(len(rhythm.beats.times_s) - len(expected_s)) <= 2 + shift_s * BPM / 60
    inside = rhythm.beats.times_s[rhythm.beats.times_s > shift_s]
    assert np.abs(distances_s(inside, expected_s)[:-2]).max() < 0.002


@DETECTORS
@pytest.mark.parametrize("shift_s", [0.0101, 0.25, 3.3337])
def test_shifting_the_sound_shifts_the_beats(detector: str, shift_s: float) -> None:
    lead = silence(shift_s)
    rhythm = hear(np.concatenate([lead, samples()]), detector)
    assert_same(rhythm, detector, shift_s=len(lead) / RATE)


@DETECTORS
@pytest.mark.parametrize("gain", [0.01, 0.3, 4.0])
def test_gain_changes_nothing(detector: str, gain: float) -> None:
    assert_same(hear(samples() * np.float32(gain), detector), detector)


@DETECTORS
def test_polarity_changes_nothing(detector: str) -> None:
    assert_same(hear(-samples(), detector), detector)


@DETECTORS
@pytest.mark.parametrize("offset", [0.1, -0.5])
def test_a_dc_offset_changes_nothing(detector: str, offset: float) -> None:
    assert_same(hear(with_offset(samples(), offset), detector), detector)


@DETECTORS
@pytest.mark.parametrize("rate", [22050, 32000, 48000, 96000])
def test_the_sample_rate_changes_nothing(detector: str, rate: int) -> None:
    resampled = soxr.resample(samples(), RATE, rate, quality="VHQ")
    assert_same(hear(resampled, detector, rate=rate), detector)


@DETECTORS
@pytest.mark.parametrize("stretch", [0.93, 1.04])
def test_the_grid_scales_with_time(detector: str, stretch: float) -> None:
    # The same samples declared at another rate play at another speed.
    rate = round(RATE / stretch)
    rhythm = hear(samples(), detector, rate=rate)
    assert_same(rhythm, detector, tempo=rate / RATE)


@DETECTORS
def test_reading_twice_gives_the_same_numbers_bit_for_bit(detector: str) -> None:
    first, second = (hear(samples()[: 20 * RATE], detector) for _ in range(2))
    assert first.tempo == second.tempo
    assert first.grid == second.grid
    np.testing.assert_array_equal(first.beats.times_s, second.beats.times_s)


@pytest.mark.parametrize(
    ("suffix", "tempo_within_bpm"), [(".wav", 0.002), (".flac", 0.002), (".ogg", 0.005), (".m4a", 0.005)]
)
def test_format_and_channels_of_the_file_change_nothing(tmp_path: Path, suffix: str, tempo_within_bpm: float) -> None:
    plain = heard_track(BPM, STYLE, "flux")[1]
    stereo = np.stack([samples(), samples()], axis=1)
    for name, sound in (("mono", samples()), ("stereo", stereo))[1 if suffix == ".m4a" else 0 :]:
        found = analyze_track(write_audio(tmp_path / f"{name}{suffix}", sound), AnalysisOptions(detector="flux"))
        assert found.tempo is not None
        assert found.beats is not None
        assert found.tempo.bpm == pytest.approx(plain.tempo.bpm, abs=tempo_within_bpm)
        assert np.abs(distances_s(found.beats.times_s, plain.beats.times_s)[:-2]).max() < 0.002


def test_a_low_rate_and_unequal_channels_of_a_file_change_nothing(tmp_path: Path) -> None:
    low = soxr.resample(samples(), RATE, 22050, quality="VHQ")
    wide = np.stack([1.2 * low, 0.8 * low], axis=1).astype(np.float32)
    found = analyze_track(write_audio(tmp_path / "wide.wav", wide, 22050, "FLOAT"), AnalysisOptions(detector="flux"))
    assert found.tempo is not None
    assert found.sample_rate == 22050
    assert found.tempo.bpm == pytest.approx(heard_track(BPM, STYLE, "flux")[1].tempo.bpm, abs=0.002)


@DETECTORS
def test_more_of_the_same_music_is_more_exact(detector: str) -> None:
    short = hear(track_at(BPM, 15.0, STYLE, 0.137, 3).samples, detector)
    long = heard_track(BPM, STYLE, detector)[1]
    assert short.grid.end_drift_ms is not None
    assert long.grid.end_drift_ms is not None
    assert long.grid.end_drift_ms / 40.0 < short.grid.end_drift_ms / 15.0
