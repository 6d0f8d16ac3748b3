"""Beats followed one by one, and the fewest lines that hold them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.beats.piecewise import contradicted_share, follow, stretches
from unit.analysis.made import beats_at, evidence_on

BPMS = st.floats(65.0, 190.0)


@settings(max_examples=15)
@given(BPMS, st.floats(0.1, 0.5))
def test_a_straight_beat_is_followed(bpm: float, offset_s: float) -> None:
    truth_s = beats_at(bpm, 30.0, offset_s)
    found_s = follow(evidence_on(truth_s, 30.0), bpm)
    assert abs(len(found_s) - len(truth_s)) <= 2
    nearest_s = np.abs(found_s[:, None] - truth_s[None, :]).min(axis=1)
    assert np.median(nearest_s) < 0.006
    assert (np.diff(found_s) > 0).all()


def test_a_ramp_is_followed() -> None:
    truth_s = 0.2 + np.cumsum(np.linspace(0.55, 0.45, 100))
    found_s = follow(evidence_on(truth_s, 52.0), 120.0)
    nearest_s = np.abs(truth_s[:, None] - found_s[None, :]).min(axis=1)
    assert np.mean(nearest_s < 0.02) > 0.97


def test_a_jump_is_followed() -> None:
    truth_s = np.concatenate([np.arange(0.2, 30.0, 0.5), np.arange(30.2, 60.0, 0.6)])
    found_s = follow(evidence_on(truth_s, 60.0), 120.0)
    nearest_s = np.abs(truth_s[:, None] - found_s[None, :]).min(axis=1)
    assert np.mean(nearest_s < 0.02) > 0.97


@pytest.mark.parametrize("duration_s", [0.1, 0.5])
def test_too_short_a_curve_has_no_beats_to_follow(duration_s: float) -> None:
    assert len(follow(evidence_on(np.zeros(0), duration_s), 120.0)) == 0


def test_a_gap_in_the_evidence_is_bridged() -> None:
    truth_s = beats_at(126.0, 40.0, 0.2)
    heard_s = truth_s[(truth_s < 15.0) | (truth_s > 25.0)]
    found_s = follow(evidence_on(heard_s, 40.0), 126.0)
    assert abs(len(found_s) - len(truth_s)) <= 1


@settings(max_examples=20)
@given(BPMS, st.integers(3, 200), st.floats(0.0, 10.0))
def test_beats_on_one_line_are_one_stretch(bpm: float, count: int, start_s: float) -> None:
    (line,) = stretches(start_s + np.arange(count) * 60.0 / bpm)
    assert (line.first, line.last) == (0, count - 1)
    assert line.period_s == pytest.approx(60.0 / bpm, rel=1e-6)
    assert line.start_s == pytest.approx(start_s, abs=1e-6)


@settings(max_examples=15)
@given(BPMS, st.integers(0, 10_000))
def test_jitter_of_a_few_milliseconds_stays_one_stretch(bpm: float, seed: int) -> None:
    jitter_s = np.random.default_rng(seed).normal(0.0, 0.004, 80)
    lines = stretches(np.arange(80) * 60.0 / bpm + jitter_s)
    assert len(lines) == 1
    assert lines[0].period_s == pytest.approx(60.0 / bpm, abs=2e-4)


@settings(max_examples=15)
@given(st.floats(80.0, 120.0), st.floats(1.05, 1.5), st.integers(20, 60), st.integers(20, 60))
def test_a_change_of_tempo_is_found_where_it_is(bpm: float, ratio: float, before: int, after: int) -> None:
    first_s = np.arange(before) * 60.0 / bpm
    second_s = first_s[-1] + np.arange(1, after + 1) * 60.0 / (bpm * ratio)
    lines = stretches(np.concatenate([first_s, second_s]))
    assert len(lines) == 2
    assert lines[0].period_s == pytest.approx(60.0 / bpm, rel=1e-3)
    assert lines[1].period_s == pytest.approx(60.0 / (bpm * ratio), rel=1e-3)
    assert abs(lines[1].first - before) <= 1


@settings(max_examples=20)
@given(st.lists(st.floats(0.25, 1.2), min_size=3, max_size=60))
def test_stretches_are_in_order_and_do_not_overlap(intervals_s: list[float]) -> None:
    lines = stretches(np.cumsum(intervals_s))
    for line in lines:
        assert 0 <= line.first < line.last < len(intervals_s)
        assert line.period_s > 0
    assert all(before.last < after.first for before, after in pairwise(lines))


@settings(max_examples=10)
@given(st.floats(-100.0, 100.0))
def test_stretches_move_with_time(shift_s: float) -> None:
    # Neither line passes through a beat of the other, which could then belong to either.
    beats_s = np.concatenate([np.arange(40) * 0.5, 19.7 + np.arange(40) * 0.41])
    plain, moved = stretches(beats_s), stretches(beats_s + shift_s)
    assert [(line.first, line.last) for line in moved] == [(line.first, line.last) for line in plain]
    assert [line.start_s for line in moved] == pytest.approx([line.start_s + shift_s for line in plain], abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_two_beats_are_no_stretch(count: int) -> None:
    assert stretches(np.arange(count) * 0.5) == []


def test_a_stumble_of_half_a_beat_does_not_break_the_line() -> None:
    # The chain slips onto the offbeat for a while: the same line, halfway.
    beats_s = np.arange(0.0, 60.0, 0.5)
    beats_s[40:] += 0.25
    assert len(stretches(beats_s)) == 1


def test_followed_beats_on_the_grid_contradict_nothing() -> None:
    beats_s = beats_at(125.0, 60.0, 0.2)
    evidence = evidence_on(beats_s, 60.0)
    assert contradicted_share(evidence, beats_s, stretches(beats_s), bpm=125.0, offset_s=0.2) == 0.0


def test_a_second_tempo_contradicts_the_grid_for_as_long_as_it_lasts() -> None:
    beats_s = np.concatenate([np.arange(0.2, 40.0, 0.5), np.arange(40.2, 60.0, 0.43)])
    evidence = evidence_on(beats_s, 60.0)
    share = contradicted_share(evidence, beats_s, stretches(beats_s), bpm=120.0, offset_s=0.2)
    assert share == pytest.approx(1 / 3, abs=0.05)


def test_a_second_tempo_without_onsets_is_imagined_and_contradicts_nothing() -> None:
    beats_s = np.concatenate([np.arange(0.2, 40.0, 0.5), np.arange(40.2, 60.0, 0.43)])
    evidence = evidence_on(beats_s, 60.0, onsets_s=beats_s[beats_s < 40.0])
    assert contradicted_share(evidence, beats_s, stretches(beats_s), bpm=120.0, offset_s=0.2) == 0.0


def test_one_followed_beat_contradicts_nothing() -> None:
    evidence = evidence_on(np.array([1.0]), 10.0)
    assert contradicted_share(evidence, np.array([1.0]), [], bpm=120.0, offset_s=0.0) == 0.0
