"""Sections tile the track, begin on downbeats, and depend on nothing but the music."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.structure import analyze_structure, structure_of
from edm.analysis.structure.spans import spans_of
from edm.analysis.structure.spectrum import Spectrum
from edm.demo.instruments import hat, kick
from edm.errors import InputError
from edm.model import Audio, Beats, FloatArray, SectionLabel, Structure
from sounds import RATE, noise, silence, track_at


def beats_every(period_s: float, duration_s: float, *, first_s: float = 0.0, beats_per_bar: int = 4) -> Beats:
    times_s = np.arange(first_s, duration_s - 1e-6, period_s)
    return Beats(times_s, np.arange(len(times_s)) % beats_per_bar + 1)


def heard(samples: FloatArray, beats: Beats | None) -> Structure:
    return analyze_structure(Audio(samples, RATE, RATE), beats=beats, grid=None)


def assert_whole(structure: Structure, duration_s: float) -> None:
    """Everything that holds of any layout."""
    sections = structure.sections
    assert sections[0].start_s == 0
    assert sections[-1].end_s == pytest.approx(duration_s)
    assert all(one.end_s == two.start_s for one, two in itertools.pairwise(sections))
    assert all(one.end_s > one.start_s for one in sections)
    assert all(one.label in get_args(SectionLabel) for one in sections)
    numbers = [structure.confidence, *structure.energy.curve.tolist()]
    numbers += [value for one in sections for value in (one.confidence, one.energy)]
    numbers += [drop.confidence for drop in structure.drops]
    assert all(0 <= number <= 1 for number in numbers)
    assert 1 <= structure.energy.level <= 10
    assert len(structure.energy.times_s) == len(structure.energy.curve)
    if structure.source == "bars":
        assert [one.start_bar for one in sections] == [1, *[(one.end_bar or 0) + 1 for one in sections[:-1]]]
    else:
        assert all(one.start_bar is None and one.end_bar is None for one in sections)


def test_sections_of_a_track_begin_on_downbeats() -> None:
    track = track_at(124.0, 90.0, offset_s=0.31, seed=3)
    structure = heard(track.samples, track.beats)
    assert_whole(structure, track.duration_s)
    assert len(structure.sections) > 3
    downbeats_s = track.beats.downbeats_s
    assert all(np.abs(downbeats_s - one.start_s).min() < 1e-9 for one in structure.sections[1:])
    bars = [one.start_bar or 0 for one in structure.sections[1:]]
    np.testing.assert_allclose(downbeats_s[np.array(bars) - 1], [one.start_s for one in structure.sections[1:]])


@pytest.mark.parametrize("seconds", [0.001, 0.02, 3.0, 40.0])
@pytest.mark.parametrize("beat_s", [None, 0.5])
def test_silence_is_one_section_of_nothing(seconds: float, beat_s: float | None) -> None:
    samples = silence(seconds)
    beats = None if beat_s is None else beats_every(beat_s, seconds)
    structure = heard(samples, beats)
    assert_whole(structure, len(samples) / RATE)
    assert [one.label for one in structure.sections] == ["other"]
    assert structure.kind == "unclear"
    assert structure.drops == ()
    assert structure.confidence == 0


def test_three_seconds_have_no_layout() -> None:
    track = track_at(120.0, 3.0)
    structure = heard(track.samples, track.beats)
    assert_whole(structure, 3.0)
    assert [one.label for one in structure.sections] == ["other"]


def test_without_bars_there_are_windows() -> None:
    track = track_at(124.0, 60.0)
    structure = heard(track.samples, Beats(np.zeros(0), np.zeros(0, np.int64)))
    assert structure.source == "windows"
    assert_whole(structure, track.duration_s)


@pytest.mark.parametrize("gain", [0.001, 0.3, 4.0])
def test_gain_changes_nothing(gain: float) -> None:
    track = track_at(128.0, 70.0, seed=1)
    plain, louder = heard(track.samples, track.beats), heard((track.samples * gain).astype(np.float32), track.beats)
    assert [(one.label, one.start_bar) for one in plain.sections] == [
        (one.label, one.start_bar) for one in louder.sections
    ]
    assert plain.energy.level == louder.energy.level
    np.testing.assert_allclose(plain.energy.curve, louder.energy.curve, atol=1e-3)


def test_the_same_samples_give_the_same_layout() -> None:
    track = track_at(128.0, 60.0, seed=2)
    one, two = heard(track.samples, track.beats), heard(track.samples, track.beats)
    assert (one.sections, one.drops) == (two.sections, two.drops)


def test_other_rates_and_empty_sound_are_refused() -> None:
    with pytest.raises(InputError, match="48000"):
        analyze_structure(Audio(silence(1.0, rate=48000), 48000, 48000), beats=None, grid=None)
    with pytest.raises(InputError, match="no samples"):
        heard(silence(0.0), None)


@settings(max_examples=40, deadline=None)
@given(
    seconds=st.floats(0.05, 40.0),
    period_s=st.floats(0.2, 1.2),
    first_s=st.floats(0.0, 5.0),
    beats_per_bar=st.integers(2, 7),
    seed=st.integers(0, 100),
)
def test_any_sound_with_any_beats_is_tiled(
    seconds: float, period_s: float, first_s: float, beats_per_bar: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    samples = noise(seconds, seed=seed) * np.repeat(rng.uniform(0, 1, 8), 1 + round(seconds * RATE) // 8)[
        : round(seconds * RATE)
    ].astype(np.float32)
    beats = beats_every(period_s, seconds, first_s=first_s, beats_per_bar=beats_per_bar)
    assert_whole(heard(samples.astype(np.float32), beats), len(samples) / RATE)


def test_a_mix_of_two_hours_is_laid_out() -> None:
    rng = np.random.default_rng(0)
    seconds, bars = 7200.0, 3600
    plays = np.repeat(rng.uniform(0.01, 1, (bars // 16, 32)), 16 * 86 + 2, axis=0)[: int(seconds * 44100 / 1024)]
    bands = (plays * rng.uniform(0.5, 1, plays.shape)).astype(np.float32)
    pitches = rng.uniform(0, 1, (int(seconds * 44100 / 8192), 48)).astype(np.float32)
    spans = spans_of(seconds, beats_every(0.5, seconds), None)
    structure = structure_of(Spectrum(bands, 44100 / 1024, pitches, 44100 / 8192), spans)
    assert_whole(structure, seconds)
    assert len(structure.sections) > 100


def test_driving_music_that_never_changes_has_sections_without_labels() -> None:
    kick_s, hat_s = 60.0 / 150, 15.0 / 150
    tape = silence(90.0)
    rng = np.random.default_rng(0)
    for every_s, sound in ((kick_s, kick(rng, RATE)), (hat_s, hat(rng, RATE))):
        for start in (np.arange(0.0, 89.0, every_s) * RATE).astype(int):
            tape[start : start + len(sound)] += np.float32(0.4) * sound
    structure = heard(tape, beats_every(kick_s, 90.0))
    assert_whole(structure, 90.0)
    assert structure.kind == "unclear"
    assert {one.label for one in structure.sections} == {"other"}
    assert structure.confidence <= 0.5
