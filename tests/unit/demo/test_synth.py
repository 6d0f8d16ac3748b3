"""The truth of a synthesised track is where its sound is."""

from __future__ import annotations

import numpy as np
import pytest

from edm.demo.styles import STYLES
from edm.demo.synth import constant_beats, ramped_beats, synthesise, synthesise_beats
from edm.errors import InputError

RATE = 44100


def first_sound(samples: np.ndarray) -> int:
    return int(np.flatnonzero(samples)[0])


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("first_beat_s", [0.0, 0.1234567, 0.9])
def test_the_first_sound_is_in_the_sample_nearest_to_the_first_beat(style: str, first_beat_s: float) -> None:
    track = synthesise(style, bpm=127.97, duration_s=6.0, first_beat_s=first_beat_s)
    assert first_sound(track.samples) == round(first_beat_s * RATE)


def test_beats_stand_on_an_exact_line_through_the_break_too() -> None:
    track = synthesise("house", bpm=124.3, duration_s=40.0, first_beat_s=0.25)
    expected = 0.25 + np.arange(83) * 60 / 124.3
    np.testing.assert_allclose(track.beats.times_s, expected[expected < 40.0], atol=1e-9)
    assert {section.label for section in track.sections} >= {"breakdown", "drop"}


@pytest.mark.parametrize("bpm", [70.0, 87.5, 124.3, 173.97])
def test_every_kick_of_a_drop_starts_in_its_own_sample(bpm: float) -> None:
    loud = synthesise("house", bpm=bpm, duration_s=5.0)
    onsets = np.round(loud.beats.times_s * RATE).astype(int)
    # The click of the kick: the step into its first sample is far above those right before it.
    steps = np.abs(np.diff(loud.samples, prepend=np.float32(0)))
    for onset in onsets[1:]:
        assert steps[onset] > 1.5 * steps[onset - 20 : onset].max()


def test_equal_arguments_give_equal_samples_and_another_seed_gives_others() -> None:
    once = synthesise("trance", bpm=138.0, duration_s=5.0, seed=4)
    again = synthesise("trance", bpm=138.0, duration_s=5.0, seed=4)
    other = synthesise("trance", bpm=138.0, duration_s=5.0, seed=5)
    np.testing.assert_array_equal(once.samples, again.samples)
    assert not np.array_equal(once.samples, other.samples)


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_length_rate_and_peak_are_as_asked(rate: int) -> None:
    track = synthesise("techno", bpm=130.0, duration_s=4.2, sample_rate=rate)
    assert len(track.samples) == round(4.2 * rate)
    assert track.samples.dtype == np.float32
    assert np.abs(track.samples).max() == pytest.approx(0.89, abs=1e-4)


@pytest.mark.parametrize(("pickup_beats", "beats_per_bar"), [(0, 4), (1, 4), (3, 4), (2, 3)])
def test_the_pickup_puts_the_first_downbeat_later(pickup_beats: int, beats_per_bar: int) -> None:
    track = synthesise(
        "house", bpm=120.0, duration_s=20.0, pickup_beats=pickup_beats, beats_per_bar=beats_per_bar, first_beat_s=0.1
    )
    assert track.beats.downbeats_s[0] == pytest.approx(0.1 + pickup_beats * 0.5)
    np.testing.assert_allclose(np.diff(track.beats.downbeats_s), beats_per_bar * 0.5)


def test_sections_start_on_downbeats_and_leave_no_gap() -> None:
    track = synthesise("dnb", bpm=174.0, duration_s=60.0, first_beat_s=0.117, pickup_beats=1)
    starts = np.array([section.start_s for section in track.sections])
    assert [section.label for section in track.sections] == ["intro", "drop", "breakdown", "buildup", "drop", "outro"]
    assert all(np.abs(track.beats.downbeats_s - start).min() < 1e-9 for start in starts)
    np.testing.assert_allclose(starts[1:], [section.end_s for section in track.sections[:-1]])
    assert track.sections[-1].end_s == 60.0


def test_the_break_has_no_kick_and_the_drop_has() -> None:
    track = synthesise("house", bpm=125.0, duration_s=60.0)
    clicks = {}
    for section in track.sections:
        inside = track.beats.times_s[(track.beats.times_s >= section.start_s) & (track.beats.times_s < section.end_s)]
        onsets = np.round(inside[1:] * RATE).astype(int)
        clicks[section.label] = np.median(np.abs(track.samples[onsets] - track.samples[onsets - 1]))
    assert clicks["drop"] > 10 * clicks["breakdown"]


def test_uneven_beats_are_played_where_they_are() -> None:
    beats_s = ramped_beats(100.0, 140.0, duration_s=12.0, first_beat_s=0.3)
    track = synthesise_beats(beats_s, "house", duration_s=12.0)
    np.testing.assert_array_equal(track.beats.times_s, beats_s)
    steps = np.abs(np.diff(track.samples, prepend=np.float32(0)))
    for onset in np.round(beats_s[1:] * RATE).astype(int):
        assert steps[onset] > 1.5 * steps[onset - 20 : onset].max()


def test_a_ramp_has_its_tempi_at_both_ends() -> None:
    beats_s = ramped_beats(90.0, 120.0, duration_s=60.0)
    local_bpm = 60 / np.diff(beats_s)
    assert local_bpm[0] == pytest.approx(90.0, abs=0.3)
    assert local_bpm[-1] == pytest.approx(120.0, abs=0.5)
    np.testing.assert_allclose(ramped_beats(120.0, 120.0, duration_s=10.0), constant_beats(120.0, duration_s=10.0))


@pytest.mark.parametrize("arguments", [{"bpm": 0.0}, {"bpm": 120.0, "first_beat_s": -1.0}, {"bpm": 5.0}])
def test_a_tempo_that_leaves_no_beats_is_refused(arguments: dict[str, float]) -> None:
    with pytest.raises(InputError):
        synthesise("house", duration_s=4.0, **arguments)


def test_an_unknown_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        synthesise("polka", bpm=120.0)
    assert "dnb" in str(caught.value.hint)


def test_beats_that_do_not_increase_are_refused() -> None:
    with pytest.raises(InputError):
        synthesise_beats(np.array([0.0, 1.0, 0.5]))
