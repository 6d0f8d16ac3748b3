"""A constant tempo and its phase to the fraction of a millisecond, from how the music lines up with itself.

The attacks of the track are folded at the period of the beat, block by block, each block into a profile of one beat
with bins of about a millisecond. If the period is right all blocks have their peaks at the same place; if it is
slightly wrong they wander, and the slope of the wandering is the error. Every sound that keeps to the grid takes part,
on the beat or off it, so that this is far sharper than beat times are. The beat itself is then the attack nearest to
where the detector hears it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edm.dsp.attacks import HOP
from edm.model import FloatArray, TimeArray

__all__ = ["Alignment", "align_tempo", "attack_phase"]

_BIN_S = 0.001
_SMOOTH_BINS = 2.0  # of a profile, standard deviation
_REACHES_S = (0.030, 0.015, 0.015)  # how far a block may be off, pass by pass
_BLOCK_S = (3.0, 10.0)
_BLOCKS = 10
_MIN_BLOCKS = 3
_SNAP_S = 0.012  # standard deviation of the distance between heard beat and attack
_SNAP_REACH_S = 0.040


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a track lines up with a constant tempo.

    Attributes
    ----------
    bpm
        Refined tempo.
    offset_s
        Shifted with it, so that a beat that was right in the middle of the track still is.
    blocks_s, lags_s
        Centre of each block, and how late it is against the refined grid, shape (blocks,).
    agreement
        How well each block correlates with the others, -1..1, shape (blocks,).
    trusted
        Which blocks took part in the line, shape (blocks,).
    slope_error
        Standard error of the slope (seconds a second).
    """

    bpm: float
    offset_s: float
    blocks_s: TimeArray
    lags_s: TimeArray
    agreement: TimeArray
    trusted: NDArray[np.bool_]
    slope_error: float


def align_tempo(attacks: FloatArray, bpm: float, offset_s: float, *, sample_rate: int) -> Alignment | None:
    """Line the track up with itself at a tempo that is right within 0.05 BPM or so.

    Parameters
    ----------
    attacks
        From `edm.dsp.attacks.attack_strength`.
    bpm, offset_s
        First guess of the grid.
    sample_rate
        Of the audio, Hz.

    Returns
    -------
    Alignment or None
        None where fewer than three blocks agree with each other.
    """
    steps_per_s = sample_rate / HOP
    duration_s = len(attacks) / steps_per_s
    times_s = np.arange(len(attacks)) / steps_per_s
    found: Alignment | None = None
    for reach_s in _REACHES_S:
        period_s = 60.0 / bpm
        block_s = max(2, round(float(np.clip(duration_s / _BLOCKS, *_BLOCK_S)) / period_s)) * period_s
        profiles, centres_s = _block_profiles(attacks, times_s, period_s, offset_s, block_s)
        if len(profiles) < _MIN_BLOCKS:
            return None
        lags_s, agreement, usable = _lags(profiles, period_s, reach_s)
        if usable.sum() < _MIN_BLOCKS:
            return None
        weights = np.maximum(agreement, 0.0) ** 2 * np.sqrt((profiles**2).sum(axis=1))
        slope, late_s, trusted, slope_error = _robust_line(centres_s, lags_s, weights, usable)
        residuals_s = lags_s - (late_s + slope * centres_s)
        bpm, offset_s = bpm / (1 + slope), offset_s + late_s
        found = Alignment(bpm, offset_s, centres_s, residuals_s, agreement, trusted, slope_error)
    return found


def attack_phase(attacks: FloatArray, bpm: float, heard_s: float, *, sample_rate: int) -> float:
    """Instant of the attack that belongs to a heard beat, seconds.

    Folds the whole track at the period and takes the strongest attack within some 40 ms of ``heard_s``, near ones
    favoured. Where nothing begins, ``heard_s`` comes back.
    """
    period_s = 60.0 / bpm
    steps_per_s = sample_rate / HOP
    times_s = np.arange(len(attacks)) / steps_per_s
    bins = _bins(period_s)
    profile = _smoothed(_fold(attacks, times_s, period_s, heard_s, bins)[None, :], 1.5)[0]
    reach = min(round(_SNAP_REACH_S / _BIN_S), bins // 2 - 1)
    away = np.arange(-reach, reach + 1)
    height = np.maximum(profile[away % bins] - np.median(profile), 0.0)
    height = height * np.exp(-0.5 * (away * _BIN_S / _SNAP_S) ** 2)
    if height.max() <= 0:
        return heard_s
    peak = int(height.argmax())
    return heard_s + (float(away[peak]) + _vertex(height, peak)) * period_s / bins


def _bins(period_s: float) -> int:
    return max(16, round(period_s / _BIN_S))


def _fold(values: FloatArray, times_s: TimeArray, period_s: float, offset_s: float, bins: int) -> TimeArray:
    """Mean of a curve at each place within the period, shape (bins,), shared between neighbouring bins."""
    place = ((times_s - offset_s) / period_s) % 1.0 * bins
    left = place.astype(np.int64)
    share = place - left
    folded: TimeArray = np.bincount(left % bins, values * (1 - share), bins).astype(np.float64)
    folded += np.bincount((left + 1) % bins, values * share, bins)
    folded *= bins / max(1, len(values))
    return folded


def _block_profiles(
    attacks: FloatArray, times_s: TimeArray, period_s: float, offset_s: float, block_s: float
) -> tuple[TimeArray, TimeArray]:
    starts_s = np.arange(0.0, times_s[-1] - 0.5 * block_s, block_s)
    bins = _bins(period_s)
    edges = np.searchsorted(times_s, np.append(starts_s, starts_s[-1:] + block_s))
    profiles: TimeArray = np.zeros((len(starts_s), bins))
    for profile, (first, last) in zip(profiles, pairwise(edges), strict=True):
        profile[:] = _fold(attacks[first:last], times_s[first:last], period_s, offset_s, bins)
    profiles -= profiles.mean(axis=1, keepdims=True)
    return _smoothed(profiles, _SMOOTH_BINS), starts_s + 0.5 * block_s


def _smoothed(profiles: TimeArray, width_bins: float) -> TimeArray:
    from scipy.ndimage import gaussian_filter1d

    smooth: TimeArray = gaussian_filter1d(profiles, width_bins, axis=-1, mode="wrap")
    return smooth


def _lags(profiles: TimeArray, period_s: float, reach_s: float) -> tuple[TimeArray, TimeArray, NDArray[np.bool_]]:
    """How late each block is against the sum of the others, the correlation there, and whether that is a peak."""
    bins = profiles.shape[1]
    others = profiles.sum(axis=0) - profiles
    spectrum = np.fft.rfft(profiles, axis=1) * np.conj(np.fft.rfft(others, axis=1))
    correlation = np.fft.irfft(spectrum, bins, axis=1)
    scale = np.sqrt((profiles**2).sum(axis=1) * (others**2).sum(axis=1)) + 1e-12
    reach = min(round(reach_s / _BIN_S), bins // 2 - 1)
    away = np.arange(-reach, reach + 1)
    window = correlation[:, away % bins]
    peaks = window.argmax(axis=1)
    usable = (peaks > 0) & (peaks < len(away) - 1) & (window.max(axis=1) > 0)
    lags = np.array([away[peak] + _vertex(row, peak) for row, peak in zip(window, peaks, strict=True)])
    return lags * period_s / bins, window.max(axis=1) / scale, usable


def _vertex(values: TimeArray, peak: int) -> float:
    """Where between its neighbours a peak lies, -0.5..0.5."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    before, top, after = values[peak - 1 : peak + 2]
    bend = before - 2 * top + after
    return float(0.5 * (before - after) / bend) if bend < 0 else 0.0


def _robust_line(
    x: TimeArray, y: TimeArray, weights: TimeArray, usable: NDArray[np.bool_]
) -> tuple[float, float, NDArray[np.bool_], float]:
    """Slope, intercept, points kept and standard error of the slope of a weighted line, outliers dropped in rounds."""
    # The median of all slopes between two points stands firm where an end of the track is off.
    first, second = np.triu_indices(int(usable.sum()), 1)
    xs, ys = x[usable], y[usable]
    slope = float(np.median((ys[second] - ys[first]) / (xs[second] - xs[first])))
    intercept = float(np.median(ys - slope * xs))
    kept = usable
    for _ in range(5):
        residuals = np.abs(y - (slope * x + intercept))
        # 1.5 medians are one standard deviation of a normal distribution; half a bin is always allowed
        limit = 3 * (1.5 * float(np.median(residuals[usable])) + 0.5 * _BIN_S)
        again = usable & (residuals < limit)
        if again.sum() < _MIN_BLOCKS:
            break
        slope, intercept = np.polyfit(x[again], y[again], 1, w=np.sqrt(weights[again] + 1e-12))
        if (again == kept).all():
            break
        kept = again
    spread = float(np.sqrt(np.mean((y[kept] - slope * x[kept] - intercept) ** 2)))
    error = spread / (float(np.std(x[kept])) * np.sqrt(max(1, kept.sum() - 2)) + 1e-9)
    return float(slope), float(intercept), kept, error
