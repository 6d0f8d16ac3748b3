"""One track's layout on the clock: sections in seconds, the length of a bar, drops, energy over time.

Annotations say what their files say: seconds, or bars; drops, or sections that are labelled so. `layout_of` makes of
one, with the help of the other side's bars where its own are not known, what can be held against another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edm.evaluation.annotation import AnnotatedSection, Annotation, EnergyCurve
from edm.evaluation.labels import is_drop
from edm.model import TimeArray

__all__ = ["Layout", "Span", "bar_length_s", "layout_of"]

# Of a house track in four. A tempo without bars tells no more.
_BEATS_PER_BAR = 4
# A section that begins so soon after another goes on from it.
_TOUCHING_S = 0.1


@dataclass(frozen=True, slots=True)
class Span:
    """A section in seconds; ``end_s`` is the later. ``label`` is as written."""

    start_s: float
    end_s: float
    label: str | None = None
    energy: float | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a track is laid out, on the clock.

    Attributes
    ----------
    spans
        In order of time; empty where nothing is said.
    drops_s
        Where drops begin, shape (n,), increasing.
    downbeats_s
        Shape (m,), increasing; None where not known.
    energy
        Over time, or None.
    """

    spans: tuple[Span, ...] = ()
    drops_s: TimeArray | None = None
    downbeats_s: TimeArray | None = None
    energy: EnergyCurve | None = None


def layout_of(annotation: Annotation, *, downbeats_s: TimeArray | None = None) -> Layout:
    """The layout that an annotation describes.

    Parameters
    ----------
    annotation
        Of a reference or an estimate.
    downbeats_s
        Of the other side: sections that are given in bars are laid on them where the annotation has no downbeats of
        its own. Bars before the first and behind the last follow at the median length of those that there are. Where
        nobody knows two downbeats, such sections are left out.

    Returns
    -------
    Layout
        ``drops_s`` are the drops as given, else the starts of sections that are labelled a drop and do not go on from
        another one.
    """
    own = annotation.downbeats_s
    bars_s = own if own is not None and len(own) > 1 else downbeats_s
    spans = tuple(span for section in annotation.sections or () if (span := _in_seconds(section, bars_s)) is not None)
    return Layout(
        spans=spans,
        drops_s=_drop_starts(spans) if annotation.drops_s is None else annotation.drops_s,
        downbeats_s=own,
        energy=annotation.energy,
    )


def bar_length_s(reference: Annotation, estimate: Annotation | None) -> float | None:
    """Length of a bar, from the best witness there is.

    The reference's downbeats, its tempo (four beats to a bar), the estimate's downbeats, the bars that its sections
    count, its tempo; None where nobody tells. Of several lengths the median.
    """
    for side in (reference, estimate):
        if side is None:
            continue
        if side.downbeats_s is not None and len(side.downbeats_s) > 1:
            return float(np.median(np.diff(side.downbeats_s)))
        lengths = [
            (section.end_s - section.start_s) / (section.end_bar - section.start_bar + 1)
            for section in side.sections or ()
            if section.start_s is not None
            and section.end_s is not None
            and section.start_bar is not None
            and section.end_bar is not None
        ]
        if lengths:
            return float(np.median(lengths))
        if side.bpm is not None:
            return _BEATS_PER_BAR * 60.0 / side.bpm
    return None


def _in_seconds(section: AnnotatedSection, downbeats_s: TimeArray | None) -> Span | None:
    start_s, end_s = section.start_s, section.end_s
    if start_s is None or end_s is None:
        if downbeats_s is None or len(downbeats_s) < 2 or section.start_bar is None or section.end_bar is None:
            return None
        start_s = _bar_start_s(section.start_bar, downbeats_s)
        end_s = _bar_start_s(section.end_bar + 1, downbeats_s)
        if end_s <= start_s:
            return None
    return Span(start_s, end_s, section.label, section.energy)


def _bar_start_s(bar: int, downbeats_s: TimeArray) -> float:
    """Where a bar begins, at least 0; bar 1 begins at the first downbeat."""
    index, last = bar - 1, len(downbeats_s) - 1
    length_s = float(np.median(np.diff(downbeats_s)))
    if index < 0:
        return max(float(downbeats_s[0]) + index * length_s, 0.0)
    return float(downbeats_s[min(index, last)]) + max(index - last, 0) * length_s


def _drop_starts(spans: Sequence[Span]) -> TimeArray:
    starts = []
    previous: Span | None = None
    for span in spans:
        goes_on = previous is not None and is_drop(previous.label) and span.start_s - previous.end_s < _TOUCHING_S
        if is_drop(span.label) and not goes_on:
            starts.append(span.start_s)
        previous = span
    return np.array(starts, dtype=np.float64)
