"""Curves over the beats of a track: how far the sound lies from the grid, and how fast the music is there.

A steady track is judged by the first, a track whose tempo changes by the second; `beat_curve` chooses.

The beats of an analysis lie on its grid by construction. What tells whether the grid fits is when sounds begin near
each beat: `attack_residuals_ms` listens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edm.dsp.attacks import HOP
from edm.model import BeatGrid, Beats, FloatArray, TimeArray

__all__ = ["BeatCurve", "attack_residuals_ms", "beat_curve", "local_bpm"]

# Two bars: shorter spans show the jitter of the beats rather than the tempo.
_SPAN_BEATS = 8
# How far an attack may lie from a beat to be the beat's own: as far as a grid is shifted onto attacks.
_REACH_S = 0.040
# Near attacks are likelier the beat's own; standard deviation.
_NEAR_S = 0.015
# Of the strength of a usual attack: what is weaker is no beat.
_LEAST_STRENGTH = 0.4


@dataclass(frozen=True, slots=True)
class BeatCurve:
    """A value at each beat.

    Attributes
    ----------
    kind
        ``residual``: ms that the sound is behind the grid, negative before it; ``tempo``: BPM.
    values
        Shape (n,), one for each beat; NaN where nothing begins at a beat.
    """

    kind: Literal["residual", "tempo"]
    values: TimeArray


def beat_curve(beats: Beats | None, grid: BeatGrid | None, residuals_ms: TimeArray | None = None) -> BeatCurve | None:
    """What is worth drawing over the beats; None for fewer than two of them, or where nothing is known.

    Parameters
    ----------
    beats, grid
        Of the analysis.
    residuals_ms
        From `attack_residuals_ms`, shape (n,).
    """
    if beats is None or len(beats.times_s) < 2:
        return None
    if grid is None or grid.verdict == "variable":
        return BeatCurve("tempo", local_bpm(beats.times_s))
    if residuals_ms is None or not np.isfinite(residuals_ms).any():
        return None
    return BeatCurve("residual", residuals_ms)


def attack_residuals_ms(attacks: FloatArray, beats_s: TimeArray, *, sample_rate: int) -> TimeArray:
    """How late the sound at each beat begins, in ms.

    Parameters
    ----------
    attacks
        From `edm.dsp.attacks.attack_strength`; empty for a track without samples.
    beats_s
        Seconds, shape (n,).
    sample_rate
        Of the samples, Hz.

    Returns
    -------
    array
        Shape (n,), in ±40; NaN where nothing, or next to nothing, begins.
    """
    if not len(attacks) or not len(beats_s):
        return np.full(len(beats_s), np.nan)
    steps_per_s = sample_rate / HOP
    reach = max(1, round(_REACH_S * steps_per_s))
    padded = np.pad(attacks, reach + 1)
    places = np.clip(beats_s * steps_per_s, 0, len(attacks) - 1)
    nearest = np.round(places).astype(np.int64)
    away = np.arange(-reach, reach + 1)
    around = padded[nearest[:, None] + away + reach + 1]
    offset = (nearest - places)[:, None] + away
    best = np.argmax(around * np.exp(-0.5 * (offset / (_NEAR_S * steps_per_s)) ** 2), axis=1)
    beat = np.arange(len(beats_s))
    middle = padded[nearest + best + 1].astype(np.float64)
    before, after = (padded[nearest + best + 1 + side].astype(np.float64) for side in (-1, 1))
    # The top of the parabola through three steps.
    bend = np.minimum(before - 2 * middle + after, -1e-9)
    vertex = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    late_ms: TimeArray = 1000.0 * (offset[beat, best] + vertex) / steps_per_s
    heard = middle[middle > 0]
    least = _LEAST_STRENGTH * float(np.median(heard)) if len(heard) else np.inf
    return np.where(middle >= least, late_ms, np.nan)


def local_bpm(times_s: TimeArray) -> TimeArray:
    """The tempo around each beat, in BPM: of the eight beats about it, fewer at the ends.

    Parameters
    ----------
    times_s
        Beats in seconds, shape (n,), increasing, n >= 2.
    """
    beat = np.arange(len(times_s))
    before = np.maximum(beat - _SPAN_BEATS // 2, 0)
    after = np.minimum(beat + _SPAN_BEATS // 2, len(times_s) - 1)
    bpm: TimeArray = 60.0 * (after - before) / (times_s[after] - times_s[before])
    return bpm
