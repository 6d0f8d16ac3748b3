"""Pitch classes and tuning of sounds that have known ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.key_profiles import pitch_classes, profile_fits
from edm.analysis.key_spectra import BIN_HZ, SAMPLE_RATE, low_spectra, network_bands
from edm.model import FloatArray
from edm.model.keys import KEYS
from sounds import noise, silence, sine

A4_HZ = 440.0


def tone(hz: float, duration_s: float = 2.0) -> FloatArray:
    return sine(hz, duration_s)


@pytest.mark.parametrize("semitone", range(-24, 24, 5))
def test_a_tone_is_its_pitch_class(semitone):
    chroma = pitch_classes(low_spectra(tone(A4_HZ * 2 ** (semitone / 12)))).chroma
    assert int(chroma.argmax()) == (9 + semitone) % 12
    assert chroma.max() > 0.9
    assert chroma.sum() == pytest.approx(1)


@settings(max_examples=12)
@given(st.floats(-45, 45))
def test_tuning_is_heard_to_a_cent_and_taken_out(cents):
    found = pitch_classes(low_spectra(tone(A4_HZ * 2 ** (cents / 1200))))
    assert found.tuning_cents == pytest.approx(cents, abs=1.5)
    assert found.focus > 0.9
    assert int(found.chroma.argmax()) == 9


@pytest.mark.parametrize("cents", [-50.0, 50.0])
def test_half_way_between_two_pitches_it_is_one_of_them(cents):
    found = pitch_classes(low_spectra(tone(A4_HZ * 2 ** (cents / 1200))))
    assert abs(found.tuning_cents) == pytest.approx(50, abs=2)


def test_noise_has_no_focus_and_silence_no_pitch():
    assert pitch_classes(low_spectra(noise(10.0))).focus < 0.02
    nothing = pitch_classes(low_spectra(silence(3.0)))
    assert nothing.focus == 0
    assert np.all(nothing.chroma == 1 / 12)
    assert np.all(profile_fits(nothing.chroma) == 0)


def test_gain_changes_no_pitch_class():
    spectra = low_spectra(tone(330.0) + tone(220.0))
    assert np.allclose(pitch_classes(spectra).chroma, pitch_classes(spectra / 64).chroma, atol=1e-6)


@given(st.lists(st.floats(0.01, 1), min_size=12, max_size=12).filter(lambda x: np.std(x) > 0.01), st.integers(0, 11))
def test_transposed_pitch_classes_fit_transposed_keys(chroma, semitones):
    fits = profile_fits(np.array(chroma)).reshape(2, 12)
    moved = profile_fits(np.roll(chroma, semitones)).reshape(2, 12)
    assert np.allclose(moved, np.roll(fits, semitones, axis=1))
    assert np.abs(fits).max() <= 1 + 1e-9


@pytest.mark.parametrize("key", KEYS[::5], ids=lambda key: key.name)
def test_a_scale_with_a_strong_triad_fits_its_key(key):
    steps, triad = ((0, 2, 4, 5, 7, 9, 11), (0, 4, 7)) if key.mode == "major" else ((0, 2, 3, 5, 7, 8, 10), (0, 3, 7))
    chroma = np.full(12, 0.05)
    chroma[[(key.pitch_class + step) % 12 for step in steps]] += 0.3
    chroma[[(key.pitch_class + step) % 12 for step in triad]] += 0.3
    assert KEYS[int(profile_fits(chroma).argmax())] == key


@pytest.mark.parametrize("cents", [-40.0, -15.0, 25.0, 40.0])
def test_taking_a_tuning_out_puts_pitches_where_they_would_lie_in_tune(cents):
    factor = 2 ** (cents / 1200)
    low_hz, high_hz = 120 * BIN_HZ, 240 * BIN_HZ
    in_tune = low_spectra(tone(low_hz) + tone(high_hz) / 2)
    played = tone(low_hz * factor) + tone(high_hz * factor) / 2
    as_played, detuned = low_spectra(played), low_spectra(played, tuning_cents=cents)
    assert int(detuned.sum(axis=0).argmax()) == int(in_tune.sum(axis=0).argmax()) == 120
    # The first and the last frame reach beyond the sound; between the tones there is only what leaks from them.
    wanted = network_bands(in_tune)[1:-1]
    left, before = (np.abs(network_bands(x)[1:-1] - wanted)[wanted > 1].mean() for x in (detuned, as_played))
    assert left < before / 3


@pytest.mark.parametrize("samples", [1, 8820, 8821, 3 * 8820])
def test_frames_are_five_a_second_and_the_last_may_be_short(samples):
    assert len(low_spectra(np.ones(samples, np.float32))) == -(-samples * 5 // SAMPLE_RATE)
