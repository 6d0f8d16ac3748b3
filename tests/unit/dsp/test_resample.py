"""Sample rates of a record."""

from __future__ import annotations

import numpy as np
import pytest

from edm.dsp.resample import resampled
from edm.model import Audio
from sounds import silence, sine


def test_at_the_right_rate_the_record_is_the_same() -> None:
    audio = Audio(sine(440.0, 0.5), 44100, 44100)
    assert resampled(audio, 44100) is audio


@pytest.mark.parametrize("rate", [8000, 22050, 48000, 96000])
def test_a_tone_keeps_its_pitch_level_and_length(rate: int) -> None:
    audio = Audio(sine(1000.0, 1.0, rate=rate), rate, rate, ("kept",))
    found = resampled(audio, 44100)
    assert (found.sample_rate, found.native_sample_rate, found.warnings) == (44100, rate, ("kept",))
    assert found.samples.dtype == np.float32
    assert found.samples.flags.c_contiguous
    assert found.duration_s == pytest.approx(1.0, abs=2e-4)
    middle = slice(4410, 39690)
    expected = sine(1000.0, 1.0)
    np.testing.assert_allclose(found.samples[middle], expected[middle], atol=2e-3)


def test_nothing_stays_nothing() -> None:
    assert len(resampled(Audio(silence(0.0), 48000, 48000), 44100).samples) == 0
