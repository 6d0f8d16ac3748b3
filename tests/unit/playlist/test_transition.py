"""A transition, number by number, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.errors import InputError
from edm.model.keys import KEYS, parse_key
from edm.playlist.scores import Weights, cross_scores, side
from edm.playlist.space import NO_KEY, key_codes
from edm.playlist.transition import pair_scores, transition
from unit.playlist.made import FAMILIES, make_space, random_space


def code(text: str) -> int:
    key = parse_key(text)
    assert key is not None
    return KEYS.index(key)


def test_a_perfect_transition_scores_one() -> None:
    edge = transition(make_space(2), 0, 1)
    assert edge.score == pytest.approx(1.0)
    assert (edge.stretch_pct, edge.octave, edge.key_relation, edge.energy_step) == (0, None, "same", 0)


def test_the_second_track_is_pitched_to_the_first() -> None:
    space = make_space(2, bpm=np.array([129.0, 128.0]))
    edge = transition(space, 0, 1)
    assert edge.stretch_pct == pytest.approx(100 / 128, abs=1e-4)
    assert edge.shift_semitones == pytest.approx(12 * np.log2(129 / 128), abs=1e-4)
    assert transition(space, 1, 0).stretch_pct == pytest.approx(-100 / 129, abs=1e-4)


@pytest.mark.parametrize(
    ("first", "second", "octave"), [(174, 87, "double"), (87, 174, "half"), (120, 130, None), (90, 128, "half")]
)
def test_half_and_double_tempo_are_said(first: float, second: float, octave: str | None) -> None:
    assert transition(make_space(2, bpm=np.array([first, second])), 0, 1).octave == octave


def test_keys_are_compared_after_the_pitch_shift() -> None:
    # 6 % up is a semitone: from 8A (A minor) to 3A (Bb minor), which is that far above it.
    bpm = np.array([128 * 2 ** (1 / 12), 128.0])
    space = make_space(2, bpm=bpm, key=np.array([code("3A"), code("8A")], dtype=np.int8))
    edge = transition(space, 0, 1)
    assert edge.key_relation == "same"
    assert edge.keys == ("3A", "8A")
    assert edge.parts["key"] == pytest.approx(1.0, abs=1e-3)
    assert edge.parts["tempo"] == pytest.approx(0.5, abs=1e-3)


def test_a_quarter_tone_between_two_keys_halves_what_they_are_worth() -> None:
    bpm = np.array([128 * 2 ** (0.499 / 12), 128.0])
    assert transition(make_space(2, bpm=bpm), 0, 1).parts["key"] == pytest.approx(0.5, abs=0.01)


def test_the_end_of_one_meets_the_start_of_the_other() -> None:
    space = make_space(2)
    end, start = space.end.copy(), space.start.copy()
    end[0, FAMILIES["rhythm"]] *= -1
    start[0] *= -1
    edge = transition(make_space(2, end=end, start=start), 0, 1)
    assert edge.sound["groove"] == pytest.approx(0.0, abs=1e-6)
    assert edge.sound["timbre"] == pytest.approx(1.0)
    assert edge.parts["sonic"] == pytest.approx(1 - 1 / 3.3, abs=1e-4)


def test_what_is_not_known_counts_half() -> None:
    nothing = np.array([np.nan, np.nan])
    known = make_space(3)
    space = make_space(
        3,
        bpm=np.array([128.0, 128, np.nan]),
        key=np.array([0, 0, NO_KEY], dtype=np.int8),
        energy=np.array([5.0, 5, np.nan]),
    )
    edge = transition(space, 0, 2)
    assert (edge.parts["tempo"], edge.parts["key"], edge.parts["energy"]) == (0.5, 0.5, 0.5)
    assert (edge.stretch_pct, edge.shift_semitones, edge.key_relation, edge.energy_step) == (None, None, None, None)
    assert edge.reason.startswith("tempo unknown")
    assert transition(known, 0, 1).score > edge.score
    # Of what a whole library does not know, nothing is made.
    bare = make_space(2, bpm=nothing, key=np.full(2, NO_KEY, dtype=np.int8), energy=nothing)
    assert transition(bare, 0, 1).score == pytest.approx(1.0)


def test_the_reason_is_one_line() -> None:
    space = make_space(
        2,
        bpm=np.array([129.0, 128.0]),
        key=np.array([code("8A"), code("9A")], dtype=np.int8),
        energy=np.array([5.0, 6.0]),
    )
    assert transition(space, 0, 1).reason == "+0.8 % pitch, 8A→9A, groove 1.0, energy +1"
    assert transition(space, 1, 0).reason == "−0.8 % pitch, 9A→8A, groove 1.0, energy −1"


def test_the_reason_tells_the_keys_that_sound() -> None:
    bpm = np.array([128 * 2 ** (1 / 12), 128.0])
    space = make_space(2, bpm=bpm, key=np.array([code("3A"), code("8A")], dtype=np.int8))
    edge = transition(space, 0, 1)
    assert "3A→3A (8A pitched)" in edge.reason
    assert (edge.pitched_key, edge.key_relation) == ("3A", "same")
    assert "8A→8A (3A pitched)" in transition(space, 1, 0).reason


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), unknown=st.sampled_from([0.0, 0.3]), genres=st.sampled_from([0, 4]))
def test_pairs_and_crossed_pairs_score_alike(seed: int, unknown: float, genres: int) -> None:
    space = random_space(20, seed=seed, unknown=unknown, genres=genres)
    weights = Weights().of(space)
    ends, starts = side(space, slice(None), "end"), side(space, slice(None), "start")
    crossed, _, relations = cross_scores(space, weights, ends, starts)
    pairs = pair_scores(space, weights, ends, starts)
    assert np.diag(crossed) == pytest.approx(pairs.score, abs=1e-5)
    assert np.diag(relations).tolist() == pairs.relations.tolist()
    assert ((crossed >= 0) & (crossed <= 1 + 1e-5)).all()


def test_keys_of_any_notation_are_the_same_key() -> None:
    assert len(set(key_codes(["8A", "A minor", "Am", "1m"]).tolist())) == 1
    assert key_codes(["", "no key"]).tolist() == [NO_KEY, NO_KEY]


def test_weights_that_leave_nothing_are_refused() -> None:
    with pytest.raises(InputError):
        Weights(genre=0, sonic=0)
    with pytest.raises(InputError):
        Weights(tempo=-1)
    with pytest.raises(InputError):
        transition(make_space(2), 0, 2)


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(InputError):
        make_space(3, bpm=np.ones(2))
