"""The key of chords that are known by construction, however they are tuned and whatever finds it."""

from __future__ import annotations

import numpy as np
import pytest

from edm.analysis.key import analyze_key
from edm.demo.arranged import random_track
from edm.model import Audio, FloatArray, Key
from edm.model.keys import KEYS, KeyName, parse_key, transposed
from sounds import RATE, chords, noise, silence

# I IV I V I, and i iv i v i: semitones of the roots, and of the chords above them.
ROOTS = (0, 5, 0, 7, 0)
TRIADS = {"major": (0, 4, 7), "minor": (0, 3, 7)}


def cadences(key: KeyName, *, cents: float = 0.0, chord_s: float = 0.8, times: int = 4, rate: int = RATE) -> FloatArray:
    tonic_hz = 261.63 * 2 ** (key.pitch_class / 12 + cents / 1200)
    progression = [
        tuple(tonic_hz * 2 ** ((root + step) / 12) for step in (-12, *TRIADS[key.mode])) for root in ROOTS
    ] * times
    return chords(progression, chord_s, rate=rate)


def heard(samples: FloatArray, rate: int = RATE, **options) -> Key:
    found = analyze_key(Audio(samples.astype(np.float32), rate, rate), **options)
    assert found is not None
    return found


@pytest.fixture
def profiles(tmp_path) -> dict:
    """What to hand to `analyze_key` so that it finds no network."""
    return {"models_dir": tmp_path}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_cadences_are_in_their_key(key, profiles):
    found = heard(cadences(key), **profiles)
    assert found.name == key.name
    assert found.source == "profiles"


@pytest.mark.weights
@pytest.mark.parametrize("seed", [5001, 5002, 5003])
def test_arranged_tracks_are_in_their_key(seed, profiles):
    track = random_track(seed, duration_s=90.0)
    by_network, by_profiles = heard(track.samples), heard(track.samples, **profiles)
    assert (by_network.source, by_profiles.source) == ("network", "profiles")
    assert by_network.name == by_profiles.name == track.key


def test_silence_has_no_key(profiles):
    assert analyze_key(Audio(silence(5.0), RATE, RATE), **profiles) is None
    assert analyze_key(Audio(silence(0.0), RATE, RATE), **profiles) is None


@pytest.mark.parametrize("seconds", [3.0, 20.0])
def test_noise_has_no_key(seconds, profiles):
    assert analyze_key(Audio(noise(seconds), RATE, RATE), **profiles) is None


@pytest.mark.parametrize("cents", [-40.0, -25.0, -12.0, 12.0, 25.0, 40.0])
def test_another_tuning_is_heard_and_changes_no_key(cents, profiles):
    for key in (KeyName(0, "major"), KeyName(9, "minor"), KeyName(6, "minor")):
        found = heard(cadences(key, cents=cents), **profiles)
        assert found.name == key.name
        assert found.tuning_cents == pytest.approx(cents, abs=2.0)


@pytest.mark.weights
@pytest.mark.parametrize("cents", [-45.0, 45.0])
def test_a_detuned_track_is_as_sure_of_its_key_as_one_in_tune(cents, profiles):
    in_tune, detuned = (random_track(5004, duration_s=70.0, tuning_cents=by).samples for by in (0.0, cents))
    for options in ({}, profiles):
        expected, found = heard(in_tune, **options), heard(detuned, **options)
        assert found.name == expected.name
        assert found.confidence == pytest.approx(expected.confidence, abs=0.05)


def test_a_track_in_tune_is_said_to_be():
    assert heard(cadences(KeyName(9, "minor"))).tuning_cents == pytest.approx(0.0, abs=2.0)


@pytest.mark.parametrize("semitones", [1, 5, 6])
def test_transposing_the_sound_transposes_the_key_and_the_runner_up(semitones, profiles):
    key = KeyName(2, "minor")
    below, above = heard(cadences(key), **profiles), heard(cadences(transposed(key, semitones)), **profiles)
    assert parse_key(above.name) == transposed(key, semitones)
    assert above.confidence == pytest.approx(below.confidence, abs=0.15)


def test_gain_changes_nothing(profiles):
    samples = cadences(KeyName(4, "minor"))
    loud, soft = (heard(gain * samples, **profiles) for gain in (np.float32(1), np.float32(0.125)))
    assert soft.name == loud.name
    assert soft.runner_up == loud.runner_up
    assert soft.confidence == pytest.approx(loud.confidence, abs=1e-3)


def test_confidences_are_probabilities_in_order(profiles):
    found = heard(cadences(KeyName(7, "major")), **profiles)
    assert 0 < found.runner_up_confidence <= found.confidence <= 1
    assert found.runner_up != found.name
    assert parse_key(found.runner_up) is not None


@pytest.mark.parametrize("rate", [22050, 48000])
def test_the_sample_rate_does_not_matter(rate, profiles):
    assert heard(cadences(KeyName(9, "minor"), rate=rate), rate, **profiles).name == "A minor"


@pytest.mark.weights
def test_what_is_too_short_for_the_network_is_heard_by_profiles():
    assert heard(cadences(KeyName(9, "minor"), chord_s=0.28, times=1)).source == "profiles"
    assert heard(cadences(KeyName(9, "minor"), chord_s=0.35, times=1)).source == "network"


@pytest.mark.parametrize("samples", [1, 100, 8820, 8821])
def test_the_shortest_sounds_break_nothing(samples, profiles):
    tone = np.sin(2 * np.pi * 440 * np.arange(samples) / RATE + 1).astype(np.float32)
    found = analyze_key(Audio(tone, RATE, RATE), **profiles)
    assert found is None or found.source == "profiles"
