"""Sounds drawn by lot keep to their pitch, their length and their level."""

from __future__ import annotations

import numpy as np
import pytest

from edm.demo.harmony import Tonality
from edm.demo.palette import Palette, draw_palette

RATE = 22050


@pytest.fixture(scope="module")
def palette() -> Palette:
    return draw_palette(np.random.default_rng(4), Tonality(9, "minor"), hard=0.5, rate=RATE)


def centroid_hz(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound))
    return float(np.sum(spectrum * np.fft.rfftfreq(len(sound), 1 / RATE)) / spectrum.sum())


@pytest.mark.parametrize("voice", ["bass", "pad", "lead", "arp", "vocal"])
@pytest.mark.parametrize("frequency_hz", [82.4, 220.0, 587.3])
def test_a_tone_has_the_pitch_that_was_asked_for(palette: Palette, voice: str, frequency_hz: float) -> None:
    sound = palette.tone(voice, frequency_hz, length_s=1.0, brightness=0.0)
    padded = np.abs(np.fft.rfft(sound, 1 << 18))
    assert np.argmax(padded) * RATE / (1 << 18) == pytest.approx(frequency_hz, rel=0.008)


def test_a_brighter_tone_has_more_of_the_high_and_no_other_level(palette: Palette) -> None:
    dull, bright = (palette.tone("bass", 110.0, length_s=1.0, brightness=brightness) for brightness in (0.0, 1.0))
    assert centroid_hz(bright) > 1.5 * centroid_hz(dull)
    assert np.std(bright) == pytest.approx(np.std(dull), rel=0.1)


def test_a_tone_lasts_as_long_as_it_is_asked_to_and_is_made_once(palette: Palette) -> None:
    short = palette.tone("pad", 330.0, length_s=0.5, brightness=0.5)
    long = palette.tone("pad", 330.0, length_s=2.0, brightness=0.5)
    assert len(short) >= 0.5 * RATE
    assert len(long) >= 2.0 * RATE
    assert palette.tone("pad", 330.0, length_s=1.0, brightness=0.5) is long


def test_drums_are_heard_from_their_first_sample_and_end_in_silence(palette: Palette) -> None:
    for name, drum in palette.drums.items():
        assert drum.dtype == np.float32
        assert np.all(np.isfinite(drum))
        assert np.abs(drum).max() < 2.5
        assert drum[-1] == 0.0
        assert name in palette.gains
        assert name == "soft_kick" or abs(drum[0]) > 0.1


def test_two_seeds_have_no_sound_in_common(palette: Palette) -> None:
    other = draw_palette(np.random.default_rng(5), Tonality(9, "minor"), hard=0.5, rate=RATE)
    assert not any(np.array_equal(palette.drums[name], other.drums[name]) for name in palette.drums)
    assert not any(palette.timbres[name] == other.timbres[name] for name in palette.timbres)
