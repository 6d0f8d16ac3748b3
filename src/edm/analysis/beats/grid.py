"""Beat grids: the lines, where their beats fall, and how far to trust them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.analysis.beats.align import Alignment, align_tempo, attack_phase
from edm.analysis.beats.bars import is_offbeat
from edm.analysis.beats.evidence import Evidence
from edm.analysis.beats.piecewise import MIN_LINE_S, Stretch
from edm.analysis.octave import best_offset
from edm.dsp.attacks import HOP
from edm.model import FloatArray, GridSegment, TimeArray

__all__ = ["SLACK_S", "Line", "beats_of_segments", "constant_line", "piecewise_segments", "segment_of"]

SLACK_S = 0.003
"""A track cut on its first beat has it at 0 s; found a little before, it is no less there."""


@dataclass(frozen=True, slots=True)
class Line:
    """Beats at ``offset_s + k * 60 / bpm``, and how the music lines up with them (None if it is too short to say)."""

    bpm: float
    offset_s: float
    alignment: Alignment | None


def constant_line(
    evidence: Evidence, attacks: FloatArray, bpm: float, *, sample_rate: int, offset_s: float | None = None
) -> Line:
    """The best line of constant tempo near ``bpm`` (within 0.05), its beats on the attacks.

    Parameters
    ----------
    evidence, attacks
        Of the track or a part of it, both from the same first sample.
    bpm
        Tempo, its octave decided.
    sample_rate
        Of the audio, Hz.
    offset_s
        A beat, where that is decided too.
    """
    heard_s = best_offset(evidence.beat, bpm, frames_per_s=evidence.frames_per_s) if offset_s is None else offset_s
    alignment = align_tempo(attacks, bpm, heard_s, sample_rate=sample_rate)
    if alignment is not None:
        bpm = alignment.bpm
        heard_s = best_offset(evidence.beat, bpm, frames_per_s=evidence.frames_per_s)
    period_s = 60.0 / bpm
    if is_offbeat(evidence, np.arange(heard_s, evidence.duration_s - period_s, period_s)):
        heard_s += period_s / 2
    offset_s = attack_phase(attacks, bpm, heard_s, sample_rate=sample_rate)
    return Line(bpm, offset_s, alignment)


def segment_of(line: Line, duration_s: float) -> GridSegment:
    """The line as a grid over the whole track."""
    return GridSegment(0.0, duration_s, line.bpm, _first_at_or_after(0.0, line))


def piecewise_segments(
    evidence: Evidence, attacks: FloatArray, beats_s: TimeArray, stretches: list[Stretch], *, sample_rate: int
) -> tuple[GridSegment, ...]:
    """Grid segments without gaps from the start of the track to its end.

    A long stretch is fitted to the attacks like a track of its own; a short one keeps the line through its beats.
    """
    pieces = [_fitted(evidence, attacks, beats_s, stretch, sample_rate) for stretch in stretches]
    edges = [0.0]
    for before, stretch in zip(pieces[:-1], stretches[1:], strict=True):
        # A change of tempo takes effect at a beat; the old grid holds until just before the new one's first.
        first_s = float(beats_s[stretch.first])
        edges.append(max(edges[-1], first_s - 0.25 * 60.0 / before.bpm))
    edges.append(evidence.duration_s)
    return tuple(
        GridSegment(start_s, stop_s, piece.bpm, _first_at_or_after(start_s, piece))
        for piece, start_s, stop_s in zip(pieces, edges[:-1], edges[1:], strict=True)
        if stop_s > start_s
    )


def beats_of_segments(segments: tuple[GridSegment, ...]) -> TimeArray:
    """Beat times of a grid, increasing; of two that are closer than 0.4 of a period only the first stays."""
    beats_s: list[float] = []
    for segment in segments:
        period_s = 60.0 / segment.bpm
        count = max(0, int(np.ceil((segment.end_s - segment.first_beat_s) / period_s - 1e-9)))
        for beat_s in segment.first_beat_s + period_s * np.arange(count):
            if not beats_s or beat_s - beats_s[-1] > 0.4 * period_s:
                beats_s.append(float(beat_s))
    return np.array(beats_s)


def _fitted(evidence: Evidence, attacks: FloatArray, beats_s: TimeArray, stretch: Stretch, sample_rate: int) -> Line:
    plain = Line(60.0 / stretch.period_s, stretch.start_s, None)
    start_s, stop_s = float(beats_s[stretch.first]), float(beats_s[stretch.last])
    if stop_s - start_s < MIN_LINE_S:
        return plain
    # Both curves are cut at one sample, a multiple of their hops.
    steps_per_s = sample_rate / HOP
    first_step = int(start_s * steps_per_s)
    first_s = first_step / steps_per_s
    part = evidence.between(first_s, stop_s)
    line = constant_line(part, attacks[first_step : int(stop_s * steps_per_s)], plain.bpm, sample_rate=sample_rate)
    if abs(line.bpm / plain.bpm - 1) > 0.01:
        return plain
    return Line(line.bpm, first_s + line.offset_s, line.alignment)


def _first_at_or_after(start_s: float, line: Line) -> float:
    period_s = 60.0 / line.bpm
    first_s = float(line.offset_s + np.ceil((start_s - SLACK_S - line.offset_s) / period_s) * period_s)
    return max(first_s, start_s)
