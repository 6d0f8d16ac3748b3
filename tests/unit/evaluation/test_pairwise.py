"""Pairs of moments that are called alike: by hand, and equal to mir_eval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mir_eval import segment

from edm.evaluation.layout import Span
from edm.evaluation.pairwise import pairwise

SECTIONS = st.lists(st.tuples(st.integers(100, 30_000), st.sampled_from(["A", "b", "B", "chorus"])), max_size=8)


def laid(sections: list[tuple[int, str]], end_s: float = 240.0) -> tuple[Span, ...]:
    """Sections of so many milliseconds, the last one up to the end."""
    ends = np.cumsum([0] + [length for length, _ in sections]) / 1000
    spans = [Span(float(a), float(b), name) for a, b, (_, name) in zip(ends[:-1], ends[1:], sections, strict=True)]
    return (*spans, Span(float(ends[-1]), end_s, "tail"))


def test_halves_by_hand() -> None:
    # 100 frames of A, 100 of B, and an estimate that calls all of it alike: 2 * 4950 of 19900 pairs.
    rates = pairwise([Span(0, 10, "A"), Span(10, 20, "B")], [Span(0, 20, "x")])
    assert rates is not None
    assert rates.precision == pytest.approx(9900 / 19900)
    assert rates.recall == 1.0


@settings(deadline=None)
@given(SECTIONS, SECTIONS)
def test_agreement_is_that_of_mir_eval(reference: list[tuple[int, str]], estimate: list[tuple[int, str]]) -> None:
    sides = laid(reference), laid(estimate)
    args = []
    for side in sides:
        args += [np.array([(span.start_s, span.end_s) for span in side]), [str(span.label) for span in side]]
    assert tuple(pairwise(*sides) or ()) == pytest.approx(segment.pairwise(*args))


def test_other_names_for_the_same_are_as_good() -> None:
    reference = [Span(0, 8, "A"), Span(8, 16, "B"), Span(16, 24, "a")]
    estimate = [Span(0, 8, "drop"), Span(8, 16, "break"), Span(16, 24, "drop")]
    assert tuple(pairwise(reference, estimate) or ()) == (1.0, 1.0, 1.0)


def test_only_the_labelled_time_counts() -> None:
    estimate = [Span(0, 30, "A")]
    assert tuple(pairwise([Span(0, 10), Span(10, 20, "A"), Span(20, 30)], estimate) or ()) == (1.0, 1.0, 1.0)
    for nothing in ([Span(0, 10)], [Span(0, 0.1, "A")], []):
        assert pairwise(nothing, estimate) is None


def test_what_the_estimate_does_not_mention_is_alike_only_to_itself() -> None:
    assert tuple(pairwise([Span(0, 10, "A")], []) or ()) == (0.0, 0.0, 0.0)
    # 25 frames before, 50 inside, 25 behind.
    rates = pairwise([Span(0, 10, "A")], [Span(2.45, 7.45, "x")])
    assert rates is not None
    assert rates.recall == pytest.approx((2 * 300 + 1225) / 4950)
    unnamed = pairwise([Span(0, 10, "A")], [Span(0, 5), Span(5, 10)])
    assert unnamed is not None
    assert unnamed.recall == pytest.approx(2 * 1225 / 4950)
