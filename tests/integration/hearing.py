"""What the tests of the analysis share: hear samples, and measure beats against the truth."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from edm.analysis.bpm import hear_rhythm
from edm.analysis.rhythm import Rhythm
from edm.demo.synth import SynthTrack
from edm.model import Audio, FloatArray, TimeArray
from sounds import RATE, track_at

__all__ = ["RATIOS", "distances_s", "found_share", "hear", "heard_track", "nearest_ratio", "ratio_error_bpm"]

RATIOS = (1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0, 3.0)
"""Tempo levels that count as the same pulse."""


def hear(
    samples: FloatArray,
    detector: str,
    *,
    rate: int = RATE,
    min_bpm: float | None = None,
    max_bpm: float | None = None,
    tag_bpm: float | None = None,
) -> Rhythm:
    """Tempo, beats and grid of samples."""
    audio = Audio(np.ascontiguousarray(samples, np.float32), rate, rate)
    return hear_rhythm(audio, detector=detector, min_bpm=min_bpm, max_bpm=max_bpm, tag_bpm=tag_bpm)


@lru_cache(maxsize=64)
def heard_track(bpm: float, style: str, detector: str, duration_s: float = 40.0) -> tuple[SynthTrack, Rhythm]:
    """A synthesised track whose first beat is at 0.137 s, and what is heard of it; made once."""
    track = _made(bpm, style, duration_s)
    return track, hear(track.samples, detector)


def nearest_ratio(heard_bpm: float, true_bpm: float) -> float:
    """The level of the truth that the estimate is counted in."""
    return min(RATIOS, key=lambda ratio: abs(np.log(heard_bpm / (ratio * true_bpm))))


def ratio_error_bpm(heard_bpm: float, true_bpm: float) -> float:
    """Distance to the nearest level, in BPM of the true one."""
    ratio = nearest_ratio(heard_bpm, true_bpm)
    return abs(heard_bpm / ratio - true_bpm)


def distances_s(estimates_s: TimeArray, truth_s: TimeArray) -> TimeArray:
    """Distance of each estimate to the nearest true instant, seconds, signed: late is positive."""
    after = np.clip(np.searchsorted(truth_s, estimates_s), 1, len(truth_s) - 1)
    before = after - (estimates_s - truth_s[after - 1] < truth_s[after] - estimates_s)
    difference: TimeArray = estimates_s - truth_s[before]
    return difference


def found_share(estimates_s: TimeArray, truth_s: TimeArray, *, within_s: float = 0.07) -> float:
    """Share of the true instants that have an estimate near them."""
    return float(np.mean(np.abs(distances_s(truth_s, estimates_s)) < within_s))


@lru_cache(maxsize=64)
def _made(bpm: float, style: str, duration_s: float) -> SynthTrack:
    return track_at(bpm, duration_s, style, 0.137, 3)
