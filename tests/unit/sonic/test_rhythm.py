"""Rhythm is told from the beat: where sounds begin, whatever the tempo."""

from __future__ import annotations

import numpy as np
import pytest

from edm.model import FloatArray, TimeArray
from edm.sonic.frames import level_of
from edm.sonic.rhythm import onset_strength, onsets_of, pulse_without_beats, rhythm_values
from sounds import RATE, clicks_at, constant_beats, noise, silence, sine

DURATION_S = 24.0


def beats_at(bpm: float) -> TimeArray:
    return constant_beats(bpm, duration_s=DURATION_S, first_beat_s=0.5)


def hear(samples: FloatArray, beats: TimeArray, bpm: float | None = 120.0) -> dict[str, float]:
    strength = onset_strength(samples, level_of(samples))
    return rhythm_values(strength, onsets_of(strength), beats, bpm, 0.0, len(samples) / RATE)


def clicks_on(beats: TimeArray, *places: float) -> FloatArray:
    """Clicks at fractions of each beat."""
    instants = np.concatenate([beats[:-1] + place * np.diff(beats) for place in places])
    return clicks_at(np.sort(instants), DURATION_S)


def test_clicks_on_the_beat_are_heard_there_and_nowhere_else() -> None:
    beats = beats_at(120.0)
    values = hear(clicks_on(beats, 0.0), beats)
    assert values["onset_rate"] == pytest.approx((len(beats) - 1) / DURATION_S, abs=0.05)
    assert values["beat_strength"] > 1.0
    assert values["lag_1"] > 0.95
    assert values["lag_4"] > 0.95
    assert values["lag_1_2"] < 0.1
    assert values["regularity"] > 0.9
    assert max(values["at_1_4"], values["at_1_2"], values["at_3_4"]) < 0.02


def test_clicks_between_beats_are_heard_between_beats() -> None:
    beats = beats_at(120.0)
    values = hear(clicks_on(beats, 0.0, 0.5), beats)
    assert values["at_1_2"] == pytest.approx(0.5, abs=0.05)
    assert values["lag_1_2"] > 0.9


def test_triplets_repeat_after_a_third_of_a_beat() -> None:
    beats = beats_at(120.0)
    values = hear(clicks_on(beats, 0.0, 1 / 3, 2 / 3), beats)
    assert values["lag_1_3"] > 0.85
    assert values["lag_1_2"] < 0.1


@pytest.mark.parametrize(("place", "swings"), [(1 / 2, False), (2 / 3, True)])
def test_a_late_off_beat_swings(place: float, *, swings: bool) -> None:
    beats = beats_at(120.0)
    values = hear(clicks_on(beats, 0.0, place), beats)
    assert (values["swing_8"] > 0.9) is swings
    assert (values["swing_8"] < -0.9) is not swings


@pytest.mark.parametrize(("late", "swings"), [(0.0, False), (1 / 12, True)])
def test_late_quarters_swing(late: float, *, swings: bool) -> None:
    beats = beats_at(100.0)
    values = hear(clicks_on(beats, 0.0, 0.25 + late, 0.5, 0.75 + late), beats)
    assert (values["swing_16"] > 0.7) is swings
    assert (values["swing_16"] < -0.7) is not swings


def test_the_same_pattern_sounds_the_same_at_another_tempo() -> None:
    slow, fast = (hear(clicks_on(beats_at(bpm), 0.0, 0.5, 0.75), beats_at(bpm), bpm) for bpm in (96.0, 144.0))
    on_the_beat = [name for name in slow if name.startswith(("lag", "at", "regularity"))]
    assert {name: slow[name] for name in on_the_beat} == pytest.approx({n: fast[n] for n in on_the_beat}, abs=0.15)
    assert fast["tempo"] - slow["tempo"] == pytest.approx(np.log2(1.5))
    assert fast["onset_rate"] / slow["onset_rate"] == pytest.approx(1.5, abs=0.1)


def test_a_kick_is_low_and_a_hat_is_high() -> None:
    beats = beats_at(120.0)
    burst = np.exp(-np.arange(round(0.1 * RATE)) / RATE / 0.03)
    samples = 0.0005 * noise(DURATION_S)
    for instant in beats[:-1]:
        start, between = round(instant * RATE), round((instant + 0.25) * RATE)
        samples[start : start + len(burst)] += (burst * sine(60.0, 0.1)).astype(np.float32)
        hat = np.diff(noise(0.1, seed=start), prepend=0.0)
        samples[between : between + len(burst)] += (burst * hat).astype(np.float32)
    values = hear(samples, beats)
    assert values["low_on_beat"] > 3 * values["low_off_beat"]
    assert values["high_off_beat"] > 3 * values["high_on_beat"]


@pytest.mark.parametrize("bpm", [90.0, 128.0, 174.0])
def test_a_pulse_without_beats_falls_on_what_strikes(bpm: float) -> None:
    beats = beats_at(bpm)
    samples = clicks_on(beats, 0.0)
    pulse = pulse_without_beats(onset_strength(samples, level_of(samples)), bpm, DURATION_S)
    nearest = np.abs(pulse[:, None] - beats[None, :]).min(axis=1)
    assert np.median(nearest) < 0.03


def test_no_tempo_is_told_by_half_seconds() -> None:
    pulse = pulse_without_beats(np.zeros((1000, 3), np.float32), None, 10.0)
    assert np.diff(pulse) == pytest.approx(np.full(19, 0.5))


@pytest.mark.parametrize("bpm", [None, 60.0, 240.0])
def test_silence_has_no_rhythm(bpm: float | None) -> None:
    values = hear(silence(5.0), np.arange(0.0, 5.0, 0.5), bpm)
    assert values.pop("tempo") == {None: 0.0, 60.0: -1.0, 240.0: 1.0}[bpm]
    assert set(values.values()) == {0.0}


def test_a_cut_at_the_start_is_no_onset() -> None:
    samples = sine(300.0, 5.0)
    assert len(onsets_of(onset_strength(samples, level_of(samples)))) == 0


def test_a_segment_without_beats_still_has_onsets() -> None:
    samples = clicks_on(beats_at(120.0), 0.0)
    values = hear(samples, np.zeros(0))
    assert values["onset_rate"] > 1.5
    assert values["lag_1"] == values["beat_strength"] == 0.0
