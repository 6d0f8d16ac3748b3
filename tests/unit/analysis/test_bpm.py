"""Tempo of samples in memory, for library users."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr

from edm.analysis.bpm import analyze_bpm, hear_rhythm
from edm.errors import InputError, ModelsMissingError
from edm.model import Audio
from sounds import RATE, silence, track_at

SAMPLES = track_at(127.97, 25.0, "techno", 0.2, 1).samples


def test_tempo_of_samples() -> None:
    tempo = analyze_bpm(Audio(SAMPLES, RATE, RATE), detector="flux")
    assert tempo.bpm == pytest.approx(127.97, abs=0.005)
    assert (tempo.source, tempo.stability) == ("flux", "constant")
    assert 0.5 < tempo.confidence <= 1.0


def test_another_rate_is_resampled_first() -> None:
    low = np.ascontiguousarray(soxr.resample(SAMPLES, RATE, 16000, quality="VHQ"))
    tempo = analyze_bpm(Audio(low, 16000, 16000), detector="flux")
    assert tempo.bpm == pytest.approx(127.97, abs=0.02)


def test_it_is_the_tempo_of_the_whole_analysis() -> None:
    audio = Audio(SAMPLES, RATE, RATE)
    assert analyze_bpm(audio, detector="flux") == hear_rhythm(audio, detector="flux").tempo


def test_limits_are_kept() -> None:
    tempo = analyze_bpm(Audio(SAMPLES, RATE, RATE), detector="flux", min_bpm=200, max_bpm=300)
    assert tempo.bpm == pytest.approx(2 * 127.97, abs=0.01)


def test_silence_has_no_tempo() -> None:
    tempo = analyze_bpm(Audio(silence(5.0), RATE, RATE), detector="flux")
    assert (tempo.bpm, tempo.stability, tempo.confidence) == (None, "none", 0.0)


def test_an_unknown_detector_is_an_input_error() -> None:
    with pytest.raises(InputError, match="unknown detector"):
        analyze_bpm(Audio(SAMPLES, RATE, RATE), detector="ears")


def test_the_folder_of_the_networks_is_taken_at_its_word(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissingError):
        analyze_bpm(Audio(SAMPLES, RATE, RATE), detector="network", models_dir=tmp_path)
    assert analyze_bpm(Audio(SAMPLES, RATE, RATE), models_dir=tmp_path).source == "flux"


@pytest.mark.weights
def test_auto_uses_the_networks() -> None:
    assert analyze_bpm(Audio(SAMPLES, RATE, RATE)).source == "network"
