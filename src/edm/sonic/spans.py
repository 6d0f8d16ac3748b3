"""Stretches of time: the segments of a track, and the spans (beats or windows) over which frames are summed up.

Instants are seconds. A span's value is the median over its frames; a segment's values are the median and the spread
over its spans. So a bar counts as much as the next, and one crash or one gap does not carry the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from edm.model import FloatArray, IntArray, Section, Structure, TimeArray

__all__ = [
    "MIN_BEATS",
    "SEGMENTS",
    "Spans",
    "beat_spans",
    "continued_beats",
    "mix_parts",
    "segment_bounds",
    "window_spans",
]

SEGMENTS = ("full", "start", "mid", "end")
"""Names of the segments, ``full`` first."""

MIN_BEATS = 8
"""Fewer say nothing about a track's beat: two bars."""

_SEGMENT_S = 30.0
_SHORTEST_PART_S = 10.0
_LONGEST_PART_S = 45.0
_LEAST_SECTIONS = 3
_SURE = 0.5
_WHOLE_BELOW_S = 45.0  # shorter tracks have no parts of 30 s that differ
_WINDOW_S = 1.0
_LONGEST_BEAT = 2.5  # median intervals; a longer one is a gap in which beats were not heard


@dataclass(frozen=True, slots=True)
class Spans:
    """Consecutive stretches of time.

    Attributes
    ----------
    edges_s
        Shape (spans + 1,), increasing; the first is 0, the last the end of the track.
    """

    edges_s: TimeArray

    def __len__(self) -> int:
        return len(self.edges_s) - 1

    def within(self, start_s: float, end_s: float) -> slice:
        """The spans whose middle lies in a segment; at least one."""
        middles = (self.edges_s[:-1] + self.edges_s[1:]) / 2
        first, stop = np.searchsorted(middles, [start_s, end_s])
        first = min(int(first), len(middles) - 1)
        return slice(first, max(int(stop), first + 1))

    def medians(self, values: FloatArray, frames_per_s: float) -> FloatArray:
        """Median over the frames of each span.

        Parameters
        ----------
        values
            Shape (frames, k).
        frames_per_s
            Frame ``t`` lies at ``t / frames_per_s``.

        Returns
        -------
        FloatArray
            Shape (spans, k). A span too short to hold a frame has the value of the nearest one.
        """
        starts = self._frames(values, frames_per_s)
        out = np.empty((len(self), values.shape[1]), dtype=np.float32)
        for row, (start, stop) in enumerate(pairwise(starts.tolist())):
            out[row] = np.median(values[start : max(stop, start + 1)], axis=0)
        return out

    def means(self, values: FloatArray, frames_per_s: float) -> FloatArray:
        """Mean over the frames of each span; otherwise as `medians`."""
        starts = self._frames(values, frames_per_s)
        out = np.empty((len(self), values.shape[1]), dtype=np.float32)
        for row, (start, stop) in enumerate(pairwise(starts.tolist())):
            out[row] = values[start : max(stop, start + 1)].mean(axis=0)
        return out

    def _frames(self, values: FloatArray, frames_per_s: float) -> IntArray:
        # A frame belongs to the span in which its centre lies.
        edges = np.ceil(self.edges_s * frames_per_s - 1e-6).astype(np.int64)
        edges[:-1] = np.minimum(edges[:-1], len(values) - 1)
        edges[-1] = len(values)
        return edges


def segment_bounds(
    duration_s: float, parts: Mapping[str, tuple[float, float]] | None = None
) -> dict[str, tuple[float, float]]:
    """Start and end in seconds of each segment.

    30 s at the start, about the middle and at the end of the track; the whole track where it is shorter than 45 s.
    `parts` stand in place of these for ``start`` and ``end``, as `mix_parts` gives them.
    """
    whole = (0.0, duration_s)
    if duration_s < _WHOLE_BELOW_S:
        return dict.fromkeys(SEGMENTS, whole)
    middle_s = duration_s / 2
    return {
        "full": whole,
        "start": (0.0, _SEGMENT_S),
        "mid": (middle_s - _SEGMENT_S / 2, middle_s + _SEGMENT_S / 2),
        "end": (duration_s - _SEGMENT_S, duration_s),
        **(parts or {}),
    }


def mix_parts(structure: Structure) -> dict[str, tuple[float, float]]:
    """The stretches by which a track is mixed in and out: its intro as ``start``, its outro as ``end``.

    Of an intro the first 45 s, of an outro the last; only of music that is laid out for a dance floor, and where the
    label is sure and the section is 10 s long or more. What is not so is absent.
    """
    parts: dict[str, tuple[float, float]] = {}
    if structure.kind != "club" or len(structure.sections) < _LEAST_SECTIONS:
        return parts
    first, last = structure.sections[0], structure.sections[-1]
    if first.label == "intro" and _is_sure(first):
        parts["start"] = (first.start_s, min(first.end_s, first.start_s + _LONGEST_PART_S))
    if last.label == "outro" and _is_sure(last):
        parts["end"] = (max(last.start_s, last.end_s - _LONGEST_PART_S), last.end_s)
    return parts


def _is_sure(section: Section) -> bool:
    return section.confidence >= _SURE and section.end_s - section.start_s >= _SHORTEST_PART_S


def window_spans(duration_s: float) -> Spans:
    """Windows of a second each, as nearly as the duration allows; one for a track of less."""
    count = max(1, round(duration_s / _WINDOW_S))
    return Spans(np.linspace(0.0, duration_s, count + 1))


def beat_spans(beats_s: TimeArray, duration_s: float) -> Spans:
    """From beat to beat, and what lies before the first and after the last, in steps of a beat (`continued_beats`)."""
    beats = continued_beats(beats_s, duration_s)
    inner = beats[(beats > 0.05) & (beats < duration_s - 0.05)]
    return Spans(np.concatenate([[0.0], inner, [duration_s]]))


def continued_beats(beats_s: TimeArray, duration_s: float) -> TimeArray:
    """Beats from start to end: those given, and where there are none for a while, more at the median distance.

    Parameters
    ----------
    beats_s
        Shape (n,), increasing, n >= 2.
    duration_s
        Of the track; beats outside of it are left out.
    """
    period_s = float(np.median(np.diff(beats_s)))
    before = beats_s[0] - period_s * np.arange(int(max(beats_s[0], 0.0) / period_s), 0, -1)
    after = beats_s[-1] + period_s * np.arange(1, int(max(duration_s - beats_s[-1], 0.0) / period_s) + 1)
    parts = [before]
    for start_s, stop_s in pairwise(beats_s.tolist()):
        steps = round((stop_s - start_s) / period_s) if stop_s - start_s > _LONGEST_BEAT * period_s else 1
        parts.append(np.linspace(start_s, stop_s, steps, endpoint=False))
    beats: TimeArray = np.concatenate([*parts, beats_s[-1:], after])
    return beats[(beats >= 0.0) & (beats <= duration_s)]
