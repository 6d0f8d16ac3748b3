"""What the lot may draw, and what it may not."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.demo.grooves import GROOVES
from edm.demo.layouts import Stretch, draw_ambient, draw_club, draw_song

DRUMS = {"kick", "soft_kick", "snare", "clap", "hat", "open_hat", "ride", "shaker", "perc"}
seeds = st.integers(0, 2**32)
club_styles = st.sampled_from([groove for groove in GROOVES.values() if groove.club])


def club(seed: int, bars: int, style: str = "house") -> tuple[Stretch, ...]:
    return draw_club(np.random.default_rng(seed), GROOVES[style], bars=bars)


def assert_gapless(stretches: tuple[Stretch, ...]) -> None:
    assert stretches[0].first_bar == 0
    ends = [stretch.first_bar + stretch.bars for stretch in stretches]
    assert [stretch.first_bar for stretch in stretches[1:]] == ends[:-1]
    assert all(stretch.bars >= 4 for stretch in stretches)
    for stretch in stretches:
        inside = [*stretch.fills, *stretch.kick_rests, *(layer.first_bar for layer in stretch.layers)]
        assert all(0 <= bar < stretch.bars for bar in inside)


@given(seeds, club_styles, st.integers(28, 200))
def test_a_club_track_has_an_intro_drops_and_an_outro_without_a_gap(seed: int, groove: object, bars: int) -> None:
    stretches = draw_club(np.random.default_rng(seed), groove, bars=bars)  # type: ignore[arg-type]
    assert_gapless(stretches)
    labels = [stretch.label for stretch in stretches]
    assert (labels[0], labels[-1]) == ("intro", "outro")
    assert 1 <= labels.count("drop") <= 3
    assert abs(sum(stretch.bars for stretch in stretches) - bars) <= 14
    assert all(one != other for one, other in itertools.pairwise(labels))


@given(seeds, st.integers(28, 200))
def test_kick_and_bass_are_in_every_drop_and_in_no_breakdown(seed: int, bars: int) -> None:
    for stretch in club(seed, bars):
        if stretch.label == "drop":
            assert stretch.players >= {"kick", "bass", "clap"}
        if stretch.label == "breakdown":
            assert not stretch.players & {"kick", "bass", "clap", "roll", "riser"}
        if stretch.label == "buildup":
            assert "roll" in stretch.players
            assert "bass" not in stretch.players
        if stretch.label in {"intro", "outro"}:
            assert not stretch.players & {"bass", "lead", "stab"}


@given(seeds, st.integers(60, 200))
def test_a_false_buildup_falls_back_into_a_breakdown(seed: int, bars: int) -> None:
    stretches = club(seed, bars)
    for stretch, following in itertools.pairwise(stretches):
        if stretch.label == "buildup":
            assert (following.label == "drop") == (stretch.name == "buildup")
            assert following.label in {"drop", "breakdown"}


def test_all_that_a_dance_floor_knows_comes_up_and_not_always() -> None:
    tracks = [club(seed, 120, "dnb") for seed in range(200)]
    stretches = [stretch for track in tracks for stretch in track]
    drops = [stretch for stretch in stretches if stretch.label == "drop"]
    shares = {
        "false buildups": np.mean([any(s.name == "false buildup" for s in track) for track in tracks]),
        "long intros": np.mean([track[0].bars >= 16 for track in tracks]),
        "soft kicks": np.mean(["soft_kick" in s.players for s in stretches if s.label == "breakdown"]),
        "crashes": np.mean([drop.crash for drop in drops]),
        "half time": np.mean([drop.half_time for drop in drops]),
        "other tunes": np.mean(["lead2" in drop.players for drop in drops]),
        "another bass": np.mean([any(s.variant == 1 for s in track) for track in tracks]),
        "breathing kicks": np.mean([bool(drop.kick_rests) for drop in drops]),
    }
    assert all(0.02 < share < 0.98 for share in shares.values()), shares
    assert np.mean([stretch.bars % 8 == 0 for stretch in stretches]) > 0.7
    assert {sum(s.label == "drop" for s in track) for track in tracks} == {2, 3}


@given(seeds, st.sampled_from(["pop", "hiphop"]), st.integers(30, 120))
def test_a_song_has_verses_and_choruses_and_nothing_of_a_club(seed: int, style: str, bars: int) -> None:
    stretches = draw_song(np.random.default_rng(seed), GROOVES[style], bars=bars)
    assert_gapless(stretches)
    labels = {stretch.label for stretch in stretches}
    assert labels == {"intro", "verse", "other", "outro"}
    assert not any(stretch.players & {"roll", "riser"} for stretch in stretches)


@given(seeds, st.integers(17, 100))
def test_ambient_music_has_no_drums(seed: int, bars: int) -> None:
    stretches = draw_ambient(np.random.default_rng(seed), bars=bars)
    assert_gapless(stretches)
    assert not any(stretch.players & DRUMS for stretch in stretches)
    assert "other" in {stretch.label for stretch in stretches}


@pytest.mark.parametrize("bars", [28, 90, 150])
def test_one_seed_draws_one_arrangement(bars: int) -> None:
    assert club(7, bars) == club(7, bars)
    assert club(7, bars) != club(8, bars)
