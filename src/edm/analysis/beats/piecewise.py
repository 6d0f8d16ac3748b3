"""Beats of music whose tempo changes: followed one by one, then laid on as few straight lines as will do.

`follow` finds the chain of beats that collects most evidence while its tempo stays put, drifts a little or, at a price,
jumps. `stretches` cuts such a chain into lines of constant tempo by dynamic programming: the squared distances of the
beats from their line, plus a price for each line.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edm.analysis.beats.evidence import Evidence
from edm.analysis.periodicity import PULSE_STRENGTH, periodicity
from edm.model import FloatArray, IntArray, TimeArray

__all__ = ["MIN_LINE_S", "Stretch", "contradicted_share", "follow", "stretches"]

_STEPS_PER_FRAME = 2  # a frame is 3 % of a beat at 174 BPM: too coarse for "the tempo stays"
_SPAN = (0.42, 1.9)  # of the main tempo: how slow and how fast the chain may get
_OCTAVE_PRICE = 4.0  # per beat and squared octave away from the main tempo
_DRIFT_PRICE = 0.5
_JUMP_PRICE = 20.0
_FLOOR = 0.02  # evidence below this tells nothing
_BEAT_SPREAD_S = 0.012  # of followed beats around a line that holds
_LINE_PRICE = 14.0
_MAX_LINE_BEATS = 1200
_MERGE_TEMPO = 0.004
_MERGE_PHASE_S = 0.030
_OFF_GRID_S = 0.040
_CONTRARY_RATIO = 1.5
MIN_LINE_S = 8.0
"""A shorter line is a stumble of the chain, or a passage between two tempos."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Beats ``first`` to ``last`` (indices, inclusive) on one line: ``start_s + k * period_s``."""

    first: int
    last: int
    start_s: float
    period_s: float


def follow(evidence: Evidence, bpm: float, *, min_bpm: float = 0.0, max_bpm: float = np.inf) -> TimeArray:
    """Beat times, shape (n,), increasing; near ``bpm`` or one of the tempos within the limits it may change to."""
    from edm.analysis.beats.path_kernel import follow_beats

    frames = len(evidence.beat)
    places = np.arange(frames * _STEPS_PER_FRAME) / _STEPS_PER_FRAME
    curve = np.interp(places, np.arange(frames), _unit_scaled(evidence))
    steps_per_minute = 60.0 * evidence.frames_per_s * _STEPS_PER_FRAME
    slowest, fastest = max(bpm * _SPAN[0], min(min_bpm, bpm)), min(bpm * _SPAN[1], max(max_bpm, bpm))
    intervals = np.arange(int(steps_per_minute / fastest), int(np.ceil(steps_per_minute / slowest)) + 1)
    if len(curve) <= intervals[-1]:
        return np.zeros(0)
    reward = (np.log((curve + _FLOOR) / (2.5 * _FLOOR)) - np.log1p(-curve)).astype(np.float32)
    liking = (-_OCTAVE_PRICE * np.log2(steps_per_minute / intervals / bpm) ** 2).astype(np.float32)
    score = np.zeros((len(curve), len(intervals)), dtype=np.float32)
    previous = np.zeros((len(curve), len(intervals)), dtype=np.int16)
    best, best_at = np.zeros(len(curve), dtype=np.float32), np.zeros(len(curve), dtype=np.int16)
    follow_beats(reward, liking, int(intervals[0]), _DRIFT_PRICE, _JUMP_PRICE, score, previous, best, best_at)
    return _traced_back(score, previous, intervals) / (evidence.frames_per_s * _STEPS_PER_FRAME)


def stretches(beats_s: TimeArray) -> list[Stretch]:
    """Fewest lines that hold the beats, in order of time; neighbours on one line are joined."""
    n = len(beats_s)
    if n < 3:
        return []
    index = np.arange(n, dtype=np.float64)
    sums = [np.concatenate([[0.0], np.cumsum(v)]) for v in (index, beats_s, index**2, index * beats_s, beats_s**2)]
    cost = np.zeros(n + 1)
    came = np.zeros(n + 1, dtype=np.int64)
    for stop in range(1, n + 1):
        first = np.arange(max(0, stop - _MAX_LINE_BEATS), stop)
        count = stop - first
        sx, sy, sxx, sxy, syy = (s[stop] - s[first] for s in sums)
        spread_x = np.maximum(sxx - sx * sx / count, 1e-9)
        left_over = np.maximum(syy - sy * sy / count - (sxy - sx * sy / count) ** 2 / spread_x, 0.0)
        total = cost[first] + left_over / _BEAT_SPREAD_S**2 + _LINE_PRICE
        cost[stop] = total.min()
        came[stop] = first[total.argmin()]
    cuts = [n]
    while cuts[-1] > 0:
        cuts.append(int(came[cuts[-1]]))
    cuts.reverse()
    lines = [_line(beats_s, first, stop - 1) for first, stop in pairwise(cuts) if stop - first > 1]
    return _joined(beats_s, lines)


def contradicted_share(
    evidence: Evidence, beats_s: TimeArray, lines: list[Stretch], *, bpm: float, offset_s: float
) -> float:
    """Share of the followed time that strong evidence puts off a rigid grid, 0..1.

    A line counts if it lasts eight seconds and the onsets there pulse at its tempo, clearly more than at the grid's. A
    place halfway between two beats of the grid is no contradiction: hi-hats there win for a while in many a track of
    constant tempo.
    """
    if len(beats_s) < 2:
        return 0.0
    half_s = 30.0 / bpm
    away_s = np.abs(((beats_s - offset_s) / half_s + 0.5) % 1.0 - 0.5) * half_s
    off_grid = away_s > min(_OFF_GRID_S, 0.3 * half_s)
    contrary_s = 0.0
    for line in lines:
        start_s, stop_s = beats_s[line.first], beats_s[line.last]
        if stop_s - start_s < MIN_LINE_S or off_grid[line.first : line.last + 1].mean() < 0.3:
            continue
        inside = slice(int(start_s * evidence.frames_per_s), int(stop_s * evidence.frames_per_s))
        lines_there = periodicity(evidence.onsets.total[inside], frames_per_s=evidence.frames_per_s)
        strength = lines_there.harmonic_strength(60.0 / line.period_s)
        if strength > PULSE_STRENGTH and strength > _CONTRARY_RATIO * lines_there.harmonic_strength(bpm):
            contrary_s += stop_s - start_s
    return float(contrary_s / (beats_s[-1] - beats_s[0]))


def _unit_scaled(evidence: Evidence) -> FloatArray:
    """The beat curve as probabilities: a network's as they are, any other scaled by its own peaks."""
    top = 1.0 if evidence.source == "network" else float(np.percentile(evidence.beat, 99)) + 1e-9
    unit: FloatArray = np.clip(evidence.beat / np.float32(top), 1e-3, 0.98)
    return unit


def _traced_back(score: FloatArray, previous: NDArray[np.int16], intervals: IntArray) -> TimeArray:
    frames = len(score)
    tail = score[-int(intervals[-1]) :]
    place, interval = np.unravel_index(int(tail.argmax()), tail.shape)
    t = frames - len(tail) + int(place)
    i = int(interval)
    chain = []
    while t >= 0:
        chain.append(t)
        came = int(previous[t, i])
        t -= int(intervals[i])
        if came < 0:
            break
        i = came
    return np.array(chain[::-1], dtype=np.float64)


def _line(beats_s: TimeArray, first: int, last: int) -> Stretch:
    index = np.arange(last - first + 1)
    period_s, start_s = np.polyfit(index, beats_s[first : last + 1], 1)
    return Stretch(first, last, float(start_s), float(period_s))


def _joined(beats_s: TimeArray, lines: list[Stretch]) -> list[Stretch]:
    """Lines that go on as before made one, a short stumble between them included.

    A chain that changes over to the off-beat and back keeps the tempo on either side, and a beat or half a beat of it
    lies between.
    """
    joined: list[Stretch] = []
    for line in lines:
        steady = next((i for i in reversed(range(len(joined))) if _is_long(beats_s, joined[i])), None)
        if joined and _same_line(joined[-1], line):
            joined.append(_one_line(beats_s, joined.pop(), line))
        elif steady is not None and _is_long(beats_s, line) and _same_line(joined[steady], line):
            before = joined[steady]
            del joined[steady:]
            joined.append(_one_line(beats_s, before, line))
        else:
            joined.append(line)
    return joined


def _is_long(beats_s: TimeArray, line: Stretch) -> bool:
    return float(beats_s[line.last] - beats_s[line.first]) >= MIN_LINE_S


def _one_line(beats_s: TimeArray, before: Stretch, after: Stretch) -> Stretch:
    longer = max(before, after, key=lambda part: part.last - part.first)
    steps = round((longer.start_s - beats_s[before.first]) / longer.period_s)
    return Stretch(before.first, after.last, longer.start_s - steps * longer.period_s, longer.period_s)


def _same_line(before: Stretch, after: Stretch) -> bool:
    if abs(after.period_s / before.period_s - 1) > _MERGE_TEMPO:
        return False
    half_s = before.period_s / 2
    away_s = abs(((after.start_s - before.start_s) / half_s + 0.5) % 1.0 - 0.5) * half_s
    return away_s < _MERGE_PHASE_S
