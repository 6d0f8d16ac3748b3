"""The truth about a track drawn by lot is what sounds."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.demo.arranged import RANDOM_STYLES, ArrangedSection, ArrangedTrack, random_track
from edm.demo.grooves import GROOVES
from edm.errors import InputError
from edm.model.keys import KEYS, KeyName

RATE = 11025
CLUB_STYLES = [name for name in RANDOM_STYLES if GROOVES[name].club]


@cache
def shared(seed: int, style: str) -> ArrangedTrack:
    return random_track(seed, style=style, duration_s=90.0, sample_rate=RATE)


def sound(track: ArrangedTrack, section: ArrangedSection) -> np.ndarray:
    return track.samples[round(section.start_s * RATE) : round(section.end_s * RATE)]


def power(samples: np.ndarray, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(samples, 1 << (len(samples) - 1).bit_length())) ** 2
    frequencies_hz = np.linspace(0.0, RATE / 2, len(spectrum))
    return float(spectrum[(frequencies_hz >= low_hz) & (frequencies_hz < high_hz)].sum()) / len(samples)


def pitch_classes(samples: np.ndarray, *, low_hz: float, high_hz: float, tuning_cents: float = 0.0) -> np.ndarray:
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    frequencies_hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    inside = (frequencies_hz >= low_hz) & (frequencies_hz < high_hz)
    notes = np.round(69 + 12 * np.log2(frequencies_hz[inside] / 440) - tuning_cents / 100).astype(int)
    return np.bincount(notes % 12, spectrum[inside], 12) / spectrum[inside].sum()


def opening_bar(track: ArrangedTrack) -> np.ndarray:
    """First bar of the second section: on the tonic, as every fourth bar is."""
    first, after = (round(float(track.downbeats_s[bar]) * track.sample_rate) for bar in (8, 9))
    assert track.sections[1].start_bar == 9
    return track.samples[first:after]


@pytest.mark.parametrize("style", RANDOM_STYLES)
@pytest.mark.parametrize("seed", [3, 4])
def test_sections_tile_the_track_on_downbeats(style: str, seed: int) -> None:
    track = shared(seed, style)
    starts = [section.start_s for section in track.sections]
    assert starts[0] == 0.0
    assert starts[1:] == [section.end_s for section in track.sections[:-1]]
    assert track.sections[-1].end_s == pytest.approx(track.duration_s)
    for section in track.sections[1:]:
        assert section.start_s == pytest.approx(track.downbeats_s[section.start_bar - 1], abs=1e-9)
    np.testing.assert_allclose(np.diff(track.beats_s), 60 / track.bpm)
    assert track.downbeats_s[0] == track.beats_s[0] == track.first_beat_s
    assert track.sections[-1].end_bar == len(track.downbeats_s)


@pytest.mark.parametrize("style", CLUB_STYLES)
def test_drops_are_where_the_sections_say(style: str) -> None:
    track = shared(3, style)
    assert track.kind == "club"
    assert track.drops_s
    assert track.drops_s == tuple(section.start_s for section in track.sections if section.label == "drop")
    assert np.allclose(track.drops_s, [track.downbeats_s[bar - 1] for bar in track.drop_bars])


@pytest.mark.parametrize("style", CLUB_STYLES)
def test_bass_and_kick_are_in_drops_and_gone_from_breakdowns(style: str) -> None:
    for seed in range(3, 7):
        track = shared(seed, style)
        drops = [power(sound(track, s), 30, 110) for s in track.sections if s.label == "drop"]
        for section in track.sections:
            if section.label == "breakdown" and not section.players & {"soft_kick", "sub"}:
                # A hundredth: 20 dB.
                assert power(sound(track, section), 30, 110) < 0.01 * min(drops)


@pytest.mark.parametrize("style", CLUB_STYLES)
def test_drops_are_the_loudest_sections(style: str) -> None:
    for seed in range(3, 7):
        track = shared(seed, style)
        loudness = {section: float(np.mean(sound(track, section) ** 2)) for section in track.sections}
        drops = [value for section, value in loudness.items() if section.label == "drop"]
        others = [value for section, value in loudness.items() if section.label in {"breakdown", "outro"}]
        assert min(drops) > max(others)


@pytest.mark.parametrize("style", [name for name, groove in GROOVES.items() if groove.four_on_the_floor])
def test_every_beat_of_a_drop_begins_with_the_attack_of_a_kick(style: str) -> None:
    track = random_track(9, style=style, duration_s=60.0)
    steps = np.abs(np.diff(track.samples, prepend=np.float32(0)))
    assert track.four_on_the_floor
    for section in track.sections:
        if section.label == "drop":
            beats = range(4 * (section.start_bar - 1), 4 * section.end_bar)
            struck = [beat for beat in beats if beat // 4 + 1 not in section.kick_rests]
            onsets = [round(float(track.beats_s[beat]) * track.sample_rate) for beat in struck]
            jumps = [steps[onset] > 1.5 * steps[onset - 12 : onset].max() for onset in onsets]
            assert np.mean(jumps) > 0.97


@pytest.mark.parametrize("style", ["hiphop", "pop", "ambient"])
def test_a_song_has_no_drop(style: str) -> None:
    track = shared(3, style)
    assert (track.kind, track.drops_s, track.drop_bars) == ("song", (), ())
    assert {section.label for section in track.sections} <= {"intro", "verse", "other", "outro"}
    assert track.has_beat == (style != "ambient")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_the_notes_that_sound_are_those_of_the_key(key: KeyName) -> None:
    track = random_track(5, style="ambient", key=key.name, tuning_cents=0.0, duration_s=60.0, sample_rate=RATE)
    assert track.key == key.name
    # Chords alone, and no harmonics of theirs but octaves and fifths.
    heard = np.roll(pitch_classes(sound(track, track.sections[0]), low_hz=125, high_hz=450), -key.pitch_class)
    third, other_third = (4, 3) if key.mode == "major" else (3, 4)
    assert heard[third] > 5 * heard[other_third]
    # The seventh below the tonic is the dominant's in minor, too.
    scale = [0, 2, 4, 5, 7, 9, 11] if key.mode == "major" else [0, 2, 3, 5, 7, 8, 10, 11]
    assert heard[scale].sum() > 0.97
    bass = np.roll(pitch_classes(opening_bar(track), low_hz=35, high_hz=125), -key.pitch_class)
    assert bass[0] > 0.9


@pytest.mark.parametrize("cents", [-50.0, -30.0, 12.5, 30.0, 50.0])
def test_a_tuning_moves_the_notes_by_its_cents(cents: float) -> None:
    peaks_hz = []
    for tuning_cents in (0.0, cents):
        track = random_track(5, style="ambient", key="A minor", tuning_cents=tuning_cents, duration_s=60.0)
        bar = opening_bar(track)
        spectrum = np.abs(np.fft.rfft(bar * np.hanning(len(bar)), 1 << 21))[: 1 << 12]
        peaks_hz.append(np.argmax(spectrum) * track.sample_rate / (1 << 21))
    assert peaks_hz[0] == pytest.approx(55.0, rel=1e-3)
    assert 1200 * np.log2(peaks_hz[1] / peaks_hz[0]) == pytest.approx(cents, abs=2.0)


def test_asking_for_a_key_changes_nothing_but_the_notes() -> None:
    drawn = random_track(8, duration_s=60.0, sample_rate=RATE)
    asked = random_track(8, duration_s=60.0, sample_rate=RATE, key="Db major", tuning_cents=20.0)
    assert asked.sections == drawn.sections
    assert (asked.bpm, asked.style, asked.first_beat_s) == (drawn.bpm, drawn.style, drawn.first_beat_s)
    assert (asked.key, asked.tuning_cents) == ("Db major", 20.0)
    again = random_track(8, duration_s=60.0, sample_rate=RATE, key=drawn.key, tuning_cents=drawn.tuning_cents)
    np.testing.assert_array_equal(again.samples, drawn.samples)


@pytest.mark.parametrize("gain_db", [-30.0, -6.0, 6.0])
def test_a_gain_is_a_factor_and_clips_nothing(gain_db: float) -> None:
    plain = shared(3, "house")
    changed = random_track(3, style="house", duration_s=90.0, sample_rate=RATE, gain_db=gain_db)
    np.testing.assert_allclose(changed.samples, plain.samples * 10 ** (gain_db / 20), rtol=1e-4, atol=1e-7)
    assert np.abs(plain.samples).max() == pytest.approx(0.89, abs=1e-4)


def test_a_width_gives_two_channels_that_differ_where_chords_sound() -> None:
    wide = random_track(3, style="house", duration_s=90.0, sample_rate=RATE, width=0.8)
    assert wide.samples.shape == (len(shared(3, "house").samples), 2)
    assert wide.samples.dtype == np.float32
    left, right = wide.samples.T
    differs = {
        section: float(np.mean((left - right)[round(section.start_s * RATE) : round(section.end_s * RATE)] ** 2))
        for section in wide.sections
    }
    with_chords = [value for section, value in differs.items() if section.players & {"pad", "stab"}]
    without = [value for section, value in differs.items() if not section.players & {"pad", "stab"}]
    # A chord that ends with a section is late in one channel, and so heard for a moment in the next.
    assert max(without) < 0.1 * min(with_chords)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_one_seed_gives_one_track_to_the_last_byte(seed: int) -> None:
    once, again = (random_track(seed, duration_s=60.0, sample_rate=8000) for _ in range(2))
    other = random_track(seed + 1, duration_s=60.0, sample_rate=8000)
    assert once.samples.tobytes() == again.samples.tobytes()
    assert once.sections == again.sections
    assert once.samples.tobytes() != other.samples.tobytes()


def test_lengths_are_near_what_was_asked_for_and_else_of_two_to_five_minutes() -> None:
    for style in RANDOM_STYLES:
        track = random_track(2, style=style, duration_s=150.0, sample_rate=4000)
        assert abs(track.duration_s - 150.0) < 16 * 240 / track.bpm
    for seed in range(4):
        assert 120.0 < random_track(seed, sample_rate=4000).duration_s < 330.0


@pytest.mark.parametrize(
    "arguments",
    [
        {"seed": -1},
        {"duration_s": 10.0},
        {"bpm": 0.0},
        {"style": "polka"},
        {"key": "H minor"},
        {"tuning_cents": 80.0},
        {"width": 2.0},
    ],
)
def test_what_cannot_be_played_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(InputError):
        random_track(**{"seed": 1, **arguments})  # type: ignore[arg-type]
