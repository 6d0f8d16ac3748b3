"""Synthesised arrangements: sections, labels, drops and kinds where the truth is exact.

Seeds here took no part in fitting. Beats are the true ones, and those that we hear ourselves.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from edm.analysis.bpm import hear_rhythm
from edm.analysis.structure import analyze_structure
from edm.demo.arranged import ArrangedTrack, random_track
from edm.model import Audio, BeatGrid, Beats, Structure

HEARD = pytest.param("heard", marks=pytest.mark.weights)
BEATS = pytest.mark.parametrize("beats", ["true", HEARD])
SOME = [("house", 7001), ("techno", 7012), ("trance", 7003), ("dnb", 7004)]
CLUB = pytest.mark.parametrize(("style", "seed"), SOME)


@cache
def made(style: str, seed: int) -> ArrangedTrack:
    return random_track(seed, style=style, duration_s=150.0)


def true_beats(track: ArrangedTrack) -> Beats:
    return Beats(track.beats_s, np.arange(len(track.beats_s)) % 4 + 1)


@cache
def laid_out(style: str, seed: int, beats: str) -> Structure:
    track = made(style, seed)
    audio = Audio(track.samples, 44100, 44100)
    if beats == "true":
        return analyze_structure(audio, beats=true_beats(track), grid=None)
    rhythm = hear_rhythm(audio, detector="network")
    return analyze_structure(audio, beats=rhythm.beats, grid=rhythm.grid)


def label_share(track: ArrangedTrack, structure: Structure) -> float:
    """Share of the time under the true label."""
    times_s = np.arange(0.05, track.duration_s, 0.1)
    true = [track.sections[i].label for i in places(times_s, [one.start_s for one in track.sections])]
    found = [structure.sections[i].label for i in places(times_s, [one.start_s for one in structure.sections])]
    return float(np.mean(np.array(true) == np.array(found)))


def places(times_s: np.ndarray, starts_s: list[float]) -> list[int]:
    return (np.searchsorted(starts_s, times_s, "right") - 1).tolist()


@BEATS
@CLUB
def test_every_boundary_is_found_on_its_bar(style: str, seed: int, beats: str) -> None:
    track, structure = made(style, seed), laid_out(style, seed, beats)
    found_s = np.array([one.start_s for one in structure.sections])
    missed = [one.start_s for one in track.sections if np.abs(found_s - one.start_s).min() > 240 / track.bpm]
    assert len(missed) <= 1
    assert len(structure.sections) <= len(track.sections) + 1


@BEATS
@CLUB
def test_labels_hold_most_of_the_time(style: str, seed: int, beats: str) -> None:
    assert label_share(made(style, seed), laid_out(style, seed, beats)) > 0.85


@BEATS
@CLUB
def test_drops_are_found_and_nothing_else(style: str, seed: int, beats: str) -> None:
    track, structure = made(style, seed), laid_out(style, seed, beats)
    assert structure.kind == "club"
    assert len(structure.drops) == len(track.drops_s)
    found_s = [drop.time_s for drop in structure.drops]
    np.testing.assert_allclose(found_s, track.drops_s, atol=240 / track.bpm)


@pytest.mark.parametrize(("style", "seed"), [("ambient", 7005), ("hiphop", 7006)])
def test_a_song_has_no_drops(style: str, seed: int) -> None:
    structure = laid_out(style, seed, "true")
    assert structure.kind == "song"
    assert structure.drops == ()
    assert label_share(made(style, seed), structure) > 0.85


def test_the_fullest_sections_are_drops() -> None:
    structure = laid_out("house", 7001, "true")
    drops = [one.energy for one in structure.sections if one.label == "drop"]
    others = [one.energy for one in structure.sections if one.label != "drop"]
    assert np.mean(drops) > max(others)


def test_silence_before_a_track_shifts_its_sections() -> None:
    track, plain = made("house", 7001), laid_out("house", 7001, "true")
    bar_s = 240 / track.bpm
    lead_s = round(8 * bar_s * 44100) / 44100
    samples = np.concatenate([np.zeros(round(lead_s * 44100), np.float32), track.samples])
    # The grid goes on before the first sound, as grids do.
    before_s = track.beats_s[0] + lead_s - 60 / track.bpm * np.arange(32, 0, -1)
    times_s = np.concatenate([before_s, track.beats_s + lead_s])
    beats = Beats(times_s, np.arange(len(times_s)) % 4 + 1)
    later = analyze_structure(Audio(samples, 44100, 44100), beats=beats, grid=None)
    assert [drop.bar for drop in later.drops] == [(drop.bar or 0) + 8 for drop in plain.drops]
    starts_s = {round(one.start_s - lead_s, 3) for one in later.sections}
    assert len(starts_s & {round(one.start_s, 3) for one in plain.sections[1:]}) >= len(plain.sections) - 2


def test_a_varying_tempo_is_described_in_windows() -> None:
    track = made("house", 7001)
    grid = BeatGrid(track.bpm, 0.0, 0.0, 4, None, None, "variable")
    structure = analyze_structure(Audio(track.samples, 44100, 44100), beats=true_beats(track), grid=grid)
    assert structure.source == "windows"
    assert all(one.start_bar is None for one in structure.sections)
    assert structure.confidence < laid_out("house", 7001, "true").confidence


def test_without_beats_the_boundaries_are_near() -> None:
    track = made("trance", 7003)
    structure = analyze_structure(Audio(track.samples, 44100, 44100), beats=None, grid=None)
    found_s = np.array([one.start_s for one in structure.sections])
    near = [np.abs(found_s - one.start_s).min() < 4.0 for one in track.sections]
    assert np.mean(near) > 0.7


def test_confidence_is_lower_where_labels_are_wrong() -> None:
    right, wrong = [], []
    for style, seed in SOME:
        track, structure = made(style, seed), laid_out(style, seed, "true")
        truth_s = [one.start_s for one in track.sections]
        for one in structure.sections:
            middle_s = np.array([(one.start_s + one.end_s) / 2])
            is_right = track.sections[places(middle_s, truth_s)[0]].label == one.label
            (right if is_right else wrong).append(one.confidence)
    assert np.mean(right) > max(0.6, float(np.mean(wrong)) if wrong else 0.0)
