"""Waveforms: bands where they sound, columns in time, silence flat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.errors import InputError
from edm.model import Audio, FloatArray
from edm.pictures.waveform import BANDS, COLUMNS_PER_S, Waveform, pooled, summarise_waveform
from tests import sounds


def audio(samples: FloatArray, rate: int = sounds.RATE) -> Audio:
    return Audio(np.asarray(samples, np.float32), rate, rate)


def tone(hz: float, seconds: float = 2.0, rate: int = sounds.RATE) -> FloatArray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
@pytest.mark.parametrize(("hz", "band"), [(60.0, "low"), (1000.0, "mid"), (3600.0, "high")])
def test_a_tone_stands_in_its_band_alone(hz: float, band: str, rate: int) -> None:
    levels = summarise_waveform(audio(tone(hz, rate=rate), rate)).levels
    inner = levels[:, 2:-2].astype(float)
    row = BANDS.index(band)
    assert inner[row].min() >= 240
    # A thirtieth of the amplitude, and three times that where a gain lifts it.
    assert np.delete(inner, row, axis=0).max() < 80


def test_sound_is_seen_when_it_is_heard() -> None:
    samples = np.concatenate([np.zeros(sounds.RATE, np.float32), tone(100.0, 1.0), np.zeros(sounds.RATE, np.float32)])
    low = summarise_waveform(audio(samples)).levels[0]
    assert len(low) == 3 * COLUMNS_PER_S
    assert low[: COLUMNS_PER_S - 2].max() == 0
    assert low[COLUMNS_PER_S + 2 : 2 * COLUMNS_PER_S - 2].min() > 200
    assert low[2 * COLUMNS_PER_S + 2 :].max() == 0


def test_half_the_amplitude_is_a_square_root_of_a_half_of_the_level() -> None:
    samples = np.concatenate([tone(100.0), 0.5 * tone(100.0)])
    low = summarise_waveform(audio(samples)).levels[0].astype(float)
    quarter = len(low) // 4
    assert low[3 * quarter] / low[quarter] == pytest.approx(np.sqrt(0.5), abs=0.02)


@pytest.mark.parametrize("count", [0, 1, 7, 44100])
def test_silence_is_flat(count: int) -> None:
    waveform = summarise_waveform(audio(np.zeros(count, np.float32)))
    assert waveform.columns >= 1
    assert waveform.levels.max() == 0


def test_a_long_track_gets_longer_columns() -> None:
    assert summarise_waveform(audio(tone(100.0, 5.0)), most_columns=50).columns == 50


def test_no_column_is_none_too_few() -> None:
    with pytest.raises(InputError):
        summarise_waveform(audio(tone(100.0)), most_columns=0)
    with pytest.raises(InputError):
        pooled(Waveform(1.0, np.zeros((3, 4), np.uint8)), 0)


def test_an_impulse_is_not_lost_between_frames() -> None:
    samples = np.zeros(10 * sounds.RATE, np.float32)
    samples[123_456] = 1.0
    waveform = summarise_waveform(audio(samples), most_columns=100)
    loudest = int(waveform.levels[2].argmax())
    assert loudest == pytest.approx(100 * 123_456 / len(samples), abs=1)


@given(st.integers(1, 300), st.integers(1, 400), st.integers(0, 99))
def test_pooling_keeps_the_loudest(columns: int, wanted: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 256, (3, columns), dtype=np.uint8)
    fewer = pooled(Waveform(1.0, levels), wanted)
    assert fewer.columns == min(columns, wanted)
    assert (fewer.levels.max(axis=1) == levels.max(axis=1)).all()


@given(st.floats(0.01, 30.0))
def test_gain_changes_nothing(gain: float) -> None:
    samples = sounds.noise(0.5, seed=3)
    one, other = (summarise_waveform(audio(samples * g)).levels.astype(int) for g in (1.0, gain))
    assert np.abs(one - other).max() <= 1
