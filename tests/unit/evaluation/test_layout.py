"""Annotations become layouts on the clock: bars, lengths of bars, drops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edm.evaluation.annotation import AnnotatedSection, Annotation
from edm.evaluation.layout import Span, bar_length_s, layout_of


def said(*sections: AnnotatedSection, **more: Any) -> Annotation:
    return Annotation("a.mp3", "row 2", Path(), sections=sections or None, **more)


def section(start_s: float, end_s: float, label: str | None = None) -> AnnotatedSection:
    return AnnotatedSection(start_s, end_s, label)


def bars(start: int, end: int, label: str | None = None) -> AnnotatedSection:
    return AnnotatedSection(None, None, label, start, end)


def test_sections_in_seconds_stay_as_they_are() -> None:
    assert layout_of(said(section(0, 8.5, "x"))).spans == (Span(0, 8.5, "x"),)
    assert layout_of(said()).spans == ()


def test_bars_are_laid_on_downbeats_and_beyond_them() -> None:
    downbeats_s = np.array([1.0, 3.0, 5.0, 7.0])
    told = layout_of(said(bars(1, 2, "intro"), bars(3, 6), downbeats_s=downbeats_s))
    assert told.spans == (Span(1.0, 5.0, "intro"), Span(5.0, 13.0))


def test_its_own_downbeats_go_before_those_of_the_other_side() -> None:
    told = said(bars(2, 2), downbeats_s=np.array([0.0, 2.0, 4.0]))
    assert layout_of(told, downbeats_s=np.array([0.5, 9.0])).spans == (Span(2.0, 4.0),)
    assert layout_of(said(bars(1, 1)), downbeats_s=np.array([0.5, 9.0])).spans == (Span(0.5, 9.0),)
    assert layout_of(said(bars(1, 1)), downbeats_s=np.array([0.5])).spans == layout_of(said(bars(1, 1))).spans == ()


def test_a_drop_begins_where_it_does_not_go_on() -> None:
    told = said(
        section(0, 10, "intro"),
        section(10, 20, "Drop 1"),
        section(20.05, 30, "chorus"),
        section(30, 40, "break"),
        section(40, 50, "climax"),
        section(52, 60, "drop"),
    )
    found = layout_of(told).drops_s
    assert found is not None
    assert found.tolist() == [10, 40, 52]


def test_drops_of_their_own_go_before_labels() -> None:
    found = layout_of(said(section(0, 10, "drop"), drops_s=np.array([3.0]))).drops_s
    assert found is not None
    assert found.tolist() == [3.0]


@pytest.mark.parametrize(
    ("reference", "estimate", "length_s"),
    [
        (said(downbeats_s=np.array([0.0, 2.0, 4.0, 7.0]), bpm=60.0), None, 2.0),
        (said(bpm=120.0), said(downbeats_s=np.array([0.0, 1.0])), 2.0),
        (said(), said(downbeats_s=np.array([0.0, 1.5])), 1.5),
        (said(), said(AnnotatedSection(0.0, 12.0, None, 1, 8)), 1.5),
        (said(), said(bpm=240.0), 1.0),
        (said(), said(), None),
        (said(), None, None),
    ],
)
def test_the_best_witness_tells_the_length_of_a_bar(
    reference: Annotation, estimate: Annotation | None, length_s: float | None
) -> None:
    assert bar_length_s(reference, estimate) == length_s
