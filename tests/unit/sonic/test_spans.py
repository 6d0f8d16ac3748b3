"""Segments are real, and every instant of a track belongs to one span."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edm.model import Energy, MusicKind, Section, SectionLabel, Structure
from edm.sonic.spans import SEGMENTS, Spans, beat_spans, continued_beats, mix_parts, segment_bounds, window_spans


def test_segments_lie_at_the_real_start_middle_and_end() -> None:
    assert segment_bounds(200.0) == {
        "full": (0.0, 200.0),
        "start": (0.0, 30.0),
        "mid": (85.0, 115.0),
        "end": (170.0, 200.0),
    }


@pytest.mark.parametrize("duration_s", [0.1, 30.0, 44.9])
def test_a_short_track_is_each_of_its_segments(duration_s: float) -> None:
    assert segment_bounds(duration_s) == dict.fromkeys(SEGMENTS, (0.0, duration_s))


def laid_out(*sections: Section, kind: MusicKind = "club") -> Structure:
    return Structure(sections, (), kind, "bars", 0.9, Energy(5, np.zeros(1), np.zeros(1, np.float32)))


def section(start_s: float, end_s: float, label: SectionLabel, confidence: float = 0.9) -> Section:
    return Section(start_s, end_s, None, None, label, confidence, 0.5)


def test_a_track_is_mixed_in_by_its_intro_and_out_by_its_outro() -> None:
    structure = laid_out(section(0, 20, "intro"), section(20, 200, "drop"), section(200, 300, "outro"))
    assert mix_parts(structure) == {"start": (0, 20), "end": (255, 300)}
    bounds = segment_bounds(300.0, mix_parts(structure))
    assert (bounds["start"], bounds["mid"], bounds["end"]) == ((0, 20), (135, 165), (255, 300))


@pytest.mark.parametrize(
    "structure",
    [
        laid_out(section(0, 20, "intro"), section(20, 200, "verse"), section(200, 300, "outro"), kind="song"),
        laid_out(section(0, 20, "drop"), section(20, 200, "breakdown"), section(200, 300, "drop")),
        laid_out(section(0, 20, "intro", 0.4), section(20, 200, "drop"), section(200, 300, "outro", 0.4)),
        laid_out(section(0, 9, "intro"), section(9, 292, "drop"), section(292, 300, "outro")),
        laid_out(section(0, 150, "intro"), section(150, 300, "outro")),
    ],
    ids=["a song", "neither", "unsure", "too short", "nothing between"],
)
def test_without_a_sure_intro_and_outro_the_clock_decides(structure: Structure) -> None:
    assert mix_parts(structure) == {}


def test_windows_are_about_a_second_and_end_with_the_track() -> None:
    assert window_spans(3.2).edges_s == pytest.approx([0, 3.2 / 3, 6.4 / 3, 3.2])
    assert len(window_spans(0.1)) == 1


def test_spans_go_from_beat_to_beat_and_on_to_both_ends() -> None:
    spans = beat_spans(np.arange(1.25, 5.0, 0.5), 6.0)
    assert spans.edges_s == pytest.approx([0, 0.25, 0.75, *np.arange(1.25, 6.0, 0.5), 6.0])


def test_beats_are_continued_through_a_gap() -> None:
    beats = np.array([0.0, 0.5, 1.0, 1.5, 4.0, 4.5])
    assert continued_beats(beats, 5.2) == pytest.approx(np.arange(0.0, 5.2, 0.5))


def test_a_slower_passage_is_no_gap() -> None:
    beats = np.array([0.0, 0.5, 1.0, 1.5, 2.5, 3.5, 4.0, 4.5])
    assert continued_beats(beats, 4.6) == pytest.approx(beats)


def test_beats_outside_of_the_track_are_left_out() -> None:
    assert continued_beats(np.array([-0.5, 0.0, 0.5, 1.0, 1.5]), 1.2) == pytest.approx([0.0, 0.5, 1.0])


@given(
    st.lists(st.floats(0.05, 3.0), min_size=1, max_size=40),
    st.floats(0.0, 20.0),
    st.floats(0.5, 100.0),
)
def test_spans_increase_and_cover_the_track(intervals: list[float], first_s: float, duration_s: float) -> None:
    beats = first_s + np.concatenate([[0.0], np.cumsum(intervals)])
    edges = beat_spans(beats, duration_s).edges_s
    assert edges[0] == 0.0
    assert edges[-1] == duration_s
    assert (np.diff(edges) > 0).all()


def test_medians_are_taken_over_the_frames_of_each_span() -> None:
    values = np.array([[1.0], [2.0], [30.0], [5.0], [6.0]], np.float32)
    spans = Spans(np.array([0.0, 3.0, 5.0]))
    assert spans.medians(values, 1.0).ravel().tolist() == [2.0, 5.5]
    assert spans.means(values, 1.0).ravel().tolist() == [11.0, 5.5]


def test_a_span_without_a_frame_has_the_value_of_a_neighbour() -> None:
    values = np.array([[1.0], [2.0]], np.float32)
    spans = Spans(np.array([0.0, 0.2, 0.4, 3.0]))
    assert spans.medians(values, 1.0).ravel().tolist() == [1.0, 2.0, 2.0]


def test_a_segment_has_the_spans_whose_middle_it_holds() -> None:
    spans = window_spans(10.0)
    assert spans.within(2.0, 5.0) == slice(2, 5)
    assert spans.within(2.4, 5.4) == slice(2, 5)


def test_even_the_shortest_segment_has_a_span() -> None:
    assert len(range(*window_spans(2.0).within(1.9, 2.0).indices(2))) == 1
