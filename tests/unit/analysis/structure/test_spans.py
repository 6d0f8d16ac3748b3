"""A track is described in bars where they are heard, in windows of time elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from edm.analysis.structure.spans import spans_of
from edm.model import BeatGrid, Beats, Verdict


def beats_of(bars: int, *, first_s: float = 0.0, beat_s: float = 0.5, pickup: int = 0) -> Beats:
    count = 4 * bars + pickup
    return Beats(first_s + beat_s * np.arange(count), (np.arange(count) - pickup) % 4 + 1)


def grid_of(verdict: Verdict) -> BeatGrid:
    return BeatGrid(120.0, 0.0, 0.0, 4, None, None, verdict)


def test_bars_meet_on_downbeats() -> None:
    spans = spans_of(16.0, beats_of(8), None)
    assert spans.are_bars
    np.testing.assert_allclose(spans.edges_s, np.arange(9) * 2.0)


def test_what_sounds_before_the_first_downbeat_belongs_to_the_first_bar() -> None:
    spans = spans_of(18.0, beats_of(8, first_s=0.25, pickup=2), None)
    assert len(spans) == 8
    assert spans.edges_s[0] == 0.0
    assert spans.edges_s[1] == pytest.approx(0.25 + 1.0 + 2.0)
    assert spans.edges_s[-1] == 18.0


@pytest.mark.parametrize("beats", [None, Beats(np.zeros(0), np.zeros(0, np.int64)), beats_of(3)])
def test_without_bars_there_are_windows_of_two_seconds(beats: Beats | None) -> None:
    spans = spans_of(21.0, beats, None)
    assert not spans.are_bars
    assert len(spans) == 10
    np.testing.assert_allclose(np.diff(spans.edges_s), 2.1)


def test_beats_of_unknown_place_make_no_bars() -> None:
    spans = spans_of(40.0, Beats(0.5 * np.arange(80), np.zeros(80, np.int64)), None)
    assert not spans.are_bars


def test_windows_of_a_varying_tempo_begin_with_downbeats() -> None:
    spans = spans_of(16.0, beats_of(8), grid_of("variable"))
    assert not spans.are_bars
    np.testing.assert_allclose(spans.edges_s, np.arange(9) * 2.0)


@pytest.mark.parametrize("verdict", ["locked", "unsure"])
def test_one_tempo_makes_bars(verdict: Verdict) -> None:
    assert spans_of(16.0, beats_of(8), grid_of(verdict)).are_bars


def test_a_hole_in_the_beats_leaves_no_bars() -> None:
    beats = beats_of(20)
    kept = (beats.times_s < 10) | (beats.times_s >= 20)
    assert not spans_of(40.0, Beats(beats.times_s[kept], beats.positions[kept]), None).are_bars


def test_beats_after_the_end_do_not_count() -> None:
    spans = spans_of(10.5, beats_of(20), None)
    assert spans.edges_s[-1] == 10.5
    assert len(spans) == 6
    assert spans.beats_s.max() < 10.5


def test_the_shortest_sound_is_one_window() -> None:
    spans = spans_of(0.01, None, None)
    np.testing.assert_allclose(spans.edges_s, [0.0, 0.01])
    assert spans.beat_s == 0.5
