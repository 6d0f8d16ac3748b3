"""Bands and semitones hold the power that sounds in them, whatever the gain."""

from __future__ import annotations

import numpy as np
import pytest

from edm.analysis.structure.spectrum import BAND_EDGES_HZ, spectrum_of
from sounds import silence, sine


@pytest.mark.parametrize("hz", [55.0, 110.0, 440.0, 1000.0, 6000.0, 12000.0])
def test_a_sine_is_in_its_band(hz: float) -> None:
    bands = spectrum_of(sine(hz, 2.0)).bands[5:-5].mean(axis=0)
    edges = np.array(BAND_EDGES_HZ)
    assert int(bands.argmax()) == int(np.searchsorted(edges, hz, "right") - 1)


@pytest.mark.parametrize(("hz", "semitone"), [(110.0, 0), (220.0, 12), (440.0, 24), (466.16, 25), (1661.2, 47)])
def test_a_note_is_at_its_semitone(hz: float, semitone: int) -> None:
    assert int(spectrum_of(sine(hz, 2.0)).pitches[2:-2].mean(axis=0).argmax()) == semitone


def test_gain_changes_nothing() -> None:
    samples = sine(300.0, 1.0)
    np.testing.assert_allclose(
        spectrum_of(samples).bands, spectrum_of(samples * np.float32(0.01)).bands, rtol=1e-3, atol=1e-6
    )


def test_frames_are_centred_on_their_hop() -> None:
    samples = silence(4.0)
    samples[100 * 1024] = 1.0
    bands = spectrum_of(samples).bands.sum(axis=1)
    assert int(bands.argmax()) == 100


@pytest.mark.parametrize("seconds", [1e-4, 0.01, 1.0])
def test_silence_has_no_power(seconds: float) -> None:
    spectrum = spectrum_of(silence(seconds))
    assert len(spectrum.bands) >= 1
    assert len(spectrum.pitches) >= 1
    assert not spectrum.bands.any()
    assert not spectrum.pitches.any()
