"""Where bars begin, and whether the beat is the beat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.beats.bars import bar_phase, is_offbeat
from edm.model import FloatArray
from unit.analysis.made import FRAMES_PER_S, beats_at, evidence_on

BEATS_S = beats_at(120.0, 40.0, 0.2)


def harmony(bar_s: float, first_s: float, duration_s: float = 40.0) -> FloatArray:
    """A spectrum that changes with every bar."""
    rng = np.random.default_rng(0)
    bars = np.floor((np.arange(round(duration_s * FRAMES_PER_S)) / FRAMES_PER_S - first_s) / bar_s).astype(int)
    chords = rng.random((bars.max() - bars.min() + 1, 6)).astype(np.float32)
    return chords[bars - bars.min()]


@settings(max_examples=12)
@given(st.integers(0, 3), st.floats(80.0, 180.0))
def test_downbeats_that_are_heard_open_the_bars(first: int, bpm: float) -> None:
    beats_s = beats_at(bpm, 40.0, 0.2)
    found = bar_phase(evidence_on(beats_s, 40.0, downbeats_s=beats_s[first::4]), beats_s)
    assert found is not None
    assert (found.beats_per_bar, found.first) == (4, first)


@pytest.mark.parametrize("first", range(3))
def test_bars_of_three_are_heard(first: int) -> None:
    found = bar_phase(evidence_on(BEATS_S, 40.0, downbeats_s=BEATS_S[first::3]), BEATS_S)
    assert found is not None
    assert (found.beats_per_bar, found.first) == (3, first)


@pytest.mark.parametrize("first", range(4))
def test_change_of_harmony_opens_bars_where_no_downbeats_are_known(first: int) -> None:
    spectrum = harmony(2.0, BEATS_S[first])
    found = bar_phase(evidence_on(BEATS_S, 40.0, spectrum=spectrum, source="flux"), BEATS_S)
    assert found is not None
    assert (found.beats_per_bar, found.first) == (4, first)


@pytest.mark.parametrize("first", range(4))
def test_a_few_misleading_downbeats_do_not_move_the_bars(first: int) -> None:
    wrong = np.concatenate([BEATS_S[first::4], BEATS_S[(first + 2) % 4 :: 12]])
    found = bar_phase(evidence_on(BEATS_S, 40.0, downbeats_s=np.sort(wrong)), BEATS_S)
    assert found is not None
    assert found.first == first


@pytest.mark.parametrize("count", [0, 1, 7])
def test_fewer_than_two_bars_have_no_phase(count: int) -> None:
    assert bar_phase(evidence_on(BEATS_S, 40.0), BEATS_S[:count]) is None


def test_the_phase_lies_in_the_bar_where_nothing_tells() -> None:
    found = bar_phase(evidence_on(np.zeros(0), 40.0), BEATS_S)
    assert found is not None
    assert 0 <= found.first < found.beats_per_bar


def test_beats_beyond_the_evidence_are_no_error() -> None:
    later_s = beats_at(120.0, 60.0, 0.2)
    assert bar_phase(evidence_on(BEATS_S, 40.0, downbeats_s=BEATS_S[::4]), later_s) is not None


@settings(max_examples=12)
@given(st.floats(80.0, 180.0))
def test_beats_on_the_evidence_are_no_offbeats(bpm: float) -> None:
    beats_s = beats_at(bpm, 40.0, 0.2)
    evidence = evidence_on(beats_s, 40.0, downbeats_s=beats_s[::4])
    assert not is_offbeat(evidence, beats_s)
    assert is_offbeat(evidence, beats_s + 30.0 / bpm)


def test_downbeats_between_the_beats_tell_the_offbeat() -> None:
    # Both places are heard as beats, the wrong one a little more; the downbeats lie on the other.
    between_s = BEATS_S + 0.25
    evidence = evidence_on(np.sort(np.concatenate([BEATS_S, between_s])), 40.0, downbeats_s=between_s[::4])
    assert is_offbeat(evidence, BEATS_S)
    assert not is_offbeat(evidence, between_s[:-1])


def test_a_few_beats_are_taken_as_they_are() -> None:
    assert not is_offbeat(evidence_on(BEATS_S + 0.25, 40.0), BEATS_S[:7])
