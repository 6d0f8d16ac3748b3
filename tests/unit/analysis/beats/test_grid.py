"""Lines, segments, and the beats that lie on them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edm.analysis.beats.grid import Line, beats_of_segments, constant_line, piecewise_segments, segment_of
from edm.analysis.beats.piecewise import stretches
from edm.model import GridSegment
from unit.analysis.made import RATE, attacks_on, beats_at, evidence_on


@st.composite
def grids(draw: st.DrawFn) -> tuple[GridSegment, ...]:
    """Segments without gaps."""
    lengths_s = draw(st.lists(st.floats(1.0, 40.0), min_size=1, max_size=4))
    edges_s = np.concatenate([[0.0], np.cumsum(lengths_s)])
    segments = []
    for start_s, end_s in pairwise(edges_s):
        bpm = draw(st.floats(60.0, 200.0))
        phase = draw(st.floats(0.0, 0.999))
        segments.append(GridSegment(float(start_s), float(end_s), bpm, float(start_s + phase * 60.0 / bpm)))
    return tuple(segments)


@given(grids())
def test_beats_increase_and_lie_in_their_grid(segments: tuple[GridSegment, ...]) -> None:
    beats_s = beats_of_segments(segments)
    assert (np.diff(beats_s) > 0).all()
    for beat_s in beats_s:
        # At an edge two segments have a claim.
        around = [segment for segment in segments if segment.start_s - 1e-6 <= beat_s <= segment.end_s + 1e-6]
        steps = np.array([(beat_s - segment.first_beat_s) * segment.bpm / 60.0 for segment in around])
        assert np.abs(steps - np.round(steps)).min() < 1e-6


@given(grids())
def test_no_two_beats_crowd_at_an_edge(segments: tuple[GridSegment, ...]) -> None:
    gaps_s = np.diff(beats_of_segments(segments))
    shortest_s = min(60.0 / segment.bpm for segment in segments)
    assert (gaps_s > 0.4 * shortest_s - 1e-9).all()


@settings(max_examples=30)
@given(st.floats(60.0, 200.0), st.floats(1.0, 300.0), st.floats(0.0, 0.999))
def test_one_segment_has_a_beat_in_every_period(bpm: float, duration_s: float, phase: float) -> None:
    first_s = phase * 60.0 / bpm
    beats_s = beats_of_segments((GridSegment(0.0, duration_s, bpm, first_s),))
    assert abs(len(beats_s) - (duration_s - first_s) * bpm / 60.0) <= 1.0
    np.testing.assert_allclose(np.diff(beats_s), 60.0 / bpm)
    if len(beats_s):
        assert beats_s[0] == pytest.approx(first_s)
        assert beats_s[-1] < duration_s


def test_no_segments_have_no_beats() -> None:
    assert len(beats_of_segments(())) == 0


def test_a_beat_at_the_very_end_is_not_in_the_track() -> None:
    assert beats_of_segments((GridSegment(0.0, 2.0, 120.0, 0.0),)) == pytest.approx([0.0, 0.5, 1.0, 1.5])


@given(st.floats(60.0, 200.0), st.floats(-5.0, 5.0))
def test_the_segment_of_a_line_begins_with_its_first_beat(bpm: float, offset_s: float) -> None:
    segment = segment_of(Line(bpm, offset_s, None), 100.0)
    assert (segment.start_s, segment.end_s, segment.bpm) == (0.0, 100.0, bpm)
    assert 0.0 <= segment.first_beat_s <= 60.0 / bpm
    steps = (segment.first_beat_s - offset_s) * bpm / 60.0
    # A beat on the first sample is heard up to some milliseconds before it.
    allowed_s = 0.005 if segment.first_beat_s == 0.0 else 1e-6
    assert abs(steps - round(steps)) * 60.0 / bpm <= allowed_s


@settings(max_examples=12)
@given(st.floats(70.0, 180.0), st.floats(-0.04, 0.04), st.floats(0.05, 0.3))
def test_a_constant_line_finds_tempo_and_beat(bpm: float, error_bpm: float, offset_s: float) -> None:
    beats_s = beats_at(bpm, 60.0, offset_s)
    # The detector hears everything 8 ms late.
    evidence = evidence_on(beats_s + 0.008, 60.0, downbeats_s=beats_s[::4] + 0.008)
    line = constant_line(evidence, attacks_on(beats_s, 60.0), bpm + error_bpm, sample_rate=RATE)
    assert line.bpm == pytest.approx(bpm, abs=0.001)
    period_s = 60.0 / bpm
    assert (line.offset_s - offset_s + period_s / 2) % period_s - period_s / 2 == pytest.approx(0.0, abs=0.002)
    assert line.alignment is not None


def test_a_short_track_has_a_line_without_an_alignment() -> None:
    beats_s = beats_at(120.0, 4.0, 0.25)
    line = constant_line(evidence_on(beats_s, 4.0), attacks_on(beats_s, 4.0), 120.0, sample_rate=RATE)
    assert line.alignment is None
    assert line.bpm == 120.0
    assert line.offset_s == pytest.approx(0.25, abs=0.003)


def test_two_tempos_are_two_segments_that_meet() -> None:
    beats_s = np.concatenate([np.arange(0.2, 40.0, 0.5), np.arange(40.2, 80.0, 0.4)])
    evidence = evidence_on(beats_s, 80.0)
    lines = stretches(beats_s)
    segments = piecewise_segments(evidence, attacks_on(beats_s, 80.0), beats_s, lines, sample_rate=RATE)
    assert [segment.bpm for segment in segments] == pytest.approx([120.0, 150.0], abs=0.005)
    assert segments[0].start_s == 0.0
    assert segments[0].end_s == segments[1].start_s == pytest.approx(40.0, abs=0.3)
    assert segments[1].end_s == evidence.duration_s
    found_s = beats_of_segments(segments)
    assert len(found_s) == len(beats_s)
    np.testing.assert_allclose(found_s, beats_s, atol=0.003)
