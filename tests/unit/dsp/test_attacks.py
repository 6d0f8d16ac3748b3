"""When sounds begin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.dsp.attacks import HOP, attack_strength
from sounds import RATE, click_track, noise, silence, sine, with_offset


@settings(max_examples=25)
@given(st.integers(1000, 80_000))
def test_a_sound_begins_in_the_step_that_holds_its_first_sample(start: int) -> None:
    samples = silence(2.0)
    samples[start:] = 0.5 * np.cos(np.arange(len(samples) - start) * 0.3).astype(np.float32)
    # The difference into the first sample is the attack.
    assert attack_strength(samples).argmax() == start // HOP


@settings(max_examples=15)
@given(st.floats(0.003, 30.0))
def test_gain_changes_nothing(gain: float) -> None:
    samples = click_track(130.0, 3.0) + noise(3.0, level=0.01)
    np.testing.assert_allclose(attack_strength(samples * np.float32(gain)), attack_strength(samples), atol=0.01)


def test_polarity_changes_nothing() -> None:
    samples = click_track(130.0, 3.0)
    np.testing.assert_array_equal(attack_strength(-samples), attack_strength(samples))


@settings(max_examples=10)
@given(st.floats(-0.9, 0.9))
def test_an_offset_changes_nothing(offset: float) -> None:
    samples = click_track(130.0, 3.0, 0.1)
    assert np.abs(attack_strength(with_offset(samples, offset)) - attack_strength(samples)).max() < 0.01


@settings(max_examples=15)
@given(st.integers(0, 40))
def test_whole_steps_of_silence_shift_the_curve(steps: int) -> None:
    samples = click_track(130.0, 3.0, 0.1)
    later = np.concatenate([silence(steps * HOP / RATE), samples])
    np.testing.assert_allclose(attack_strength(later)[steps:], attack_strength(samples), atol=0.05)


@pytest.mark.parametrize("length", [0, 1, HOP - 1, HOP, HOP + 1, 10 * HOP])
def test_there_is_one_value_a_step_and_one_for_the_rest(length: int) -> None:
    strength = attack_strength(noise(1.0)[:length])
    assert strength.shape == (length // HOP + 1,)
    assert strength.dtype == np.float32
    assert np.isfinite(strength).all()


def test_nothing_begins_in_silence() -> None:
    assert not attack_strength(silence(1.0)).any()


def test_a_steady_tone_begins_once() -> None:
    strength = attack_strength(sine(441.0, 2.0))
    assert strength[10:-2].max() < 0.1 * strength[:3].max()


def test_what_begins_is_never_negative() -> None:
    assert (attack_strength(noise(2.0)) >= 0).all()
