"""Sections sound where they are said to, to the sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edm.demo.grooves import GROOVES
from edm.demo.harmony import Tonality
from edm.demo.layouts import Layer, Stretch
from edm.demo.palette import draw_palette
from edm.demo.player import Tapes, perform

RATE = 11025
BPM = 120.0
FIRST_S = 0.25
PLAIN = Stretch("drop", "drop", 0, 2, (Layer("kick"),))


def play(*stretches: Stretch, style: str = "house", seed: int = 1) -> Tapes:
    tonality = Tonality(9, "minor")
    palette = draw_palette(np.random.default_rng(seed), tonality, hard=0.0, rate=RATE)
    bars = stretches[-1].first_bar + stretches[-1].bars
    return perform(
        stretches,
        GROOVES[style],
        tonality,
        palette,
        bpm=BPM,
        first_beat_s=FIRST_S,
        duration_s=FIRST_S + 2.0 * bars,
        rng=np.random.default_rng(seed),
    )


def beat(number: int) -> int:
    return round((FIRST_S + 0.5 * number) * RATE)


def loudness(tape: np.ndarray, first_beat: int, beats: int) -> float:
    return float(np.abs(tape[beat(first_beat) : beat(first_beat + beats)]).max())


def test_a_kick_starts_in_the_sample_of_every_beat() -> None:
    drums = play(PLAIN).drums
    assert np.flatnonzero(drums)[0] == beat(0)
    # Louder than what is left of the kick before.
    assert all(abs(drums[beat(k)]) > 0.3 > abs(drums[beat(k) - 1]) for k in range(8))


def test_a_bar_in_which_the_kick_rests_is_silent() -> None:
    drums = play(replace(PLAIN, bars=3, kick_rests=(1,))).drums
    assert loudness(drums, 2, 2) > 0.3
    assert loudness(drums, 5, 3) < 1e-3
    assert loudness(drums, 8, 4) > 0.3


def test_drums_and_riser_hold_their_breath_at_the_end_of_a_buildup() -> None:
    layers = (Layer("roll"), Layer("riser"))
    buildup = Stretch("buildup", "buildup", 0, 4, layers, silent_beats=2)
    quiet = play(buildup).drums
    full = play(replace(buildup, silent_beats=0)).drums
    assert loudness(quiet, 13, 1) > 0.1
    assert loudness(quiet, 15, 1) < 0.02 < loudness(full, 15, 1)


def test_a_roll_and_a_riser_swell() -> None:
    drums = play(Stretch("buildup", "buildup", 0, 8, (Layer("roll"), Layer("riser")))).drums
    power = [float(np.mean(drums[beat(8 * k) : beat(8 * k + 8)] ** 2)) for k in range(4)]
    assert power == sorted(power)
    assert power[-1] > 4 * power[0]


def test_a_layer_enters_at_its_bar() -> None:
    tones = play(Stretch("drop", "drop", 0, 4, (Layer("bass", first_bar=2),))).tones
    assert np.flatnonzero(tones)[0] >= beat(8) - 1


def test_another_bass_leaves_the_drums_and_chords_as_they_were() -> None:
    layers = tuple(Layer(player) for player in ("kick", "clap", "hat", "bass", "stab"))
    for seed in range(4):
        one, other = (play(Stretch("drop", "drop", 0, 4, layers, variant), seed=seed) for variant in (0, 1))
        np.testing.assert_array_equal(one.drums, other.drums)
        np.testing.assert_array_equal(one.chords, other.chords)


def test_a_half_time_drop_has_its_backbeat_on_three_alone() -> None:
    drop = Stretch("drop", "drop", 0, 2, (Layer("snare"),))
    usual, half = play(drop, style="dnb").drums, play(replace(drop, half_time=True), style="dnb").drums
    assert abs(usual[beat(1)]) > 0.05
    assert loudness(half, 0, 2) == 0.0
    assert abs(half[beat(2)]) > 0.05
    assert loudness(half, 4, 2) < 1e-3


def test_a_fill_replaces_the_backbeat_in_the_second_half_of_its_bar() -> None:
    drop = Stretch("intro", "intro", 0, 2, (Layer("clap"),))
    usual, filled = play(drop).drums, play(replace(drop, fills=(1,))).drums
    np.testing.assert_array_equal(usual[: beat(6)], filled[: beat(6)])
    assert not np.array_equal(usual[beat(6) :], filled[beat(6) :])


def test_a_high_pass_takes_the_kick_s_depth_away_towards_the_end() -> None:
    buildup = Stretch("buildup", "buildup", 0, 8, (Layer("kick"),), high_pass_hz=(30.0, 600.0))
    usual, thin = play(replace(buildup, high_pass_hz=None)).drums, play(buildup).drums
    first, last = slice(beat(0), beat(4)), slice(beat(28), beat(32))
    assert np.mean(thin[last] ** 2) < 0.4 * np.mean(usual[last] ** 2)
    assert np.mean(thin[first] ** 2) > 0.5 * np.mean(usual[first] ** 2)


def test_the_kick_pushes_chords_down() -> None:
    pad = (Layer("pad"),)
    alone = play(Stretch("drop", "drop", 0, 2, pad), style="trance").chords
    pumped = play(Stretch("drop", "drop", 0, 2, (*pad, Layer("kick"))), style="trance").chords
    after = slice(beat(4) + 10, beat(4) + 400)
    assert np.mean(pumped[after] ** 2) < 0.5 * np.mean(alone[after] ** 2)


@pytest.mark.parametrize("style", [name for name, groove in GROOVES.items() if groove.club])
def test_the_bass_opens_with_the_tonic(style: str) -> None:
    for seed in range(3):
        tones = play(Stretch("drop", "drop", 0, 4, (Layer("bass"),)), style=style, seed=seed).tones
        spectrum = np.abs(np.fft.rfft(tones[beat(0) : beat(4)], 1 << 18))
        frequencies_hz = np.linspace(0.0, RATE / 2, len(spectrum))
        # The third of a chord is never played, its fifth and octave are.
        heard = {note: spectrum[np.abs(frequencies_hz - hz) < 1.5].max() for note, hz in (("A", 55.0), ("D", 73.4))}
        assert heard["A"] > 3 * heard["D"]


@pytest.mark.parametrize("style", [name for name, groove in GROOVES.items() if groove.kicks])
def test_every_style_opens_its_bars_with_a_kick(style: str) -> None:
    drums = play(PLAIN, style=style).drums
    assert abs(drums[beat(0)]) > 0.3
    assert abs(drums[beat(4)]) > 0.3
