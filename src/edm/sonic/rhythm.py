"""When sounds begin, seen from the beat: how many, how strong, where in the beat and in the bar.

The onset strength is the rise of the logarithmic spectrum, in three bands (low, mid, high). On a beat it is laid out
in 24 cells to the beat, so that tempo drops out: quarters, thirds and twelfths of a beat are whole numbers of cells.
"""

from __future__ import annotations

import numpy as np

from edm.model import FloatArray, TimeArray
from edm.sonic.frames import ATTACKS, Level, frame_count, power_blocks
from edm.sonic.spec import LAGS_BEATS

__all__ = ["onset_strength", "onsets_of", "pulse_without_beats", "rhythm_values"]

_BANDS = 24
_LOWEST_HZ = 40.0
_LOW_HZ, _HIGH_HZ = 150.0, 2000.0
_COMPRESSION = 1000.0  # -60 dB under the track's level is half-way between nothing and something
_RISE_FRAMES = 2  # 20 ms: a frame is 23 ms long
_LEAST_RISE = 0.01  # of a logarithm, 0.1 dB: less is rounding, of which a steady tone is full
_CELLS = 24  # to the beat
_BAR_BEATS = 4
_NO_BPM = 120.0
_PEAK_FRAMES = 7  # 70 ms: of two onsets closer than half of it the stronger counts
_MEAN_FRAMES = 41  # 0.4 s about an onset, from which it has to stand out
_PEAK_OVER_LOCAL, _PEAK_OVER_TRACK = 1.3, 0.4
_LEAST_PEAK = 0.3  # 3 dB in one band of all


def onset_strength(samples: FloatArray, level: Level) -> FloatArray:
    """Onset strength below 150 Hz, from there to 2 kHz, and above: shape (frames, 3), >= 0, of the view `ATTACKS`."""
    hz = ATTACKS.bins_hz
    wanted = np.searchsorted(hz, np.geomspace(_LOWEST_HZ, ATTACKS.max_hz, _BANDS + 1))
    edges = np.unique(wanted)
    starts, centres_hz = edges[:-1], (hz[edges[:-1]] + hz[edges[1:] - 1]) / 2
    band_of = np.digitize(centres_hz, [_LOW_HZ, _HIGH_HZ])
    strength = np.empty((frame_count(samples, ATTACKS), 3), dtype=np.float32)
    before: FloatArray | None = None
    for frames, power in power_blocks(samples, ATTACKS, level):
        bands = np.add.reduceat(power[:, : edges[-1]], starts, axis=1)
        loud = np.log1p(np.float32(_COMPRESSION) * np.sqrt(bands))
        held = np.repeat(loud[:1], _RISE_FRAMES, axis=0) if before is None else before
        together = np.concatenate([held, loud])
        rises = loud - together[: len(loud)]
        rises[rises < _LEAST_RISE] = 0.0
        for band in range(3):
            strength[frames, band] = rises[:, band_of == band].sum(axis=1)
        before = together[-_RISE_FRAMES:]
    # Frames that reach over the ends of the track: a cut is no attack.
    over = -(-ATTACKS.size // 2 // ATTACKS.hop)
    strength[: over + _RISE_FRAMES] = 0.0
    strength[-over - 1 :] = 0.0
    return strength


def onsets_of(strength: FloatArray) -> TimeArray:
    """Times of single onsets in seconds: peaks of the strength of all bands that stand out from what is about them."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    total = strength.sum(axis=1)
    local = uniform_filter1d(total, _MEAN_FRAMES, mode="nearest")
    needed = _PEAK_OVER_LOCAL * local + _PEAK_OVER_TRACK * total.mean() + _LEAST_PEAK
    peaks = (total == maximum_filter1d(total, _PEAK_FRAMES)) & (total > needed)
    times: TimeArray = np.flatnonzero(peaks) / ATTACKS.frames_per_s
    return times


def pulse_without_beats(strength: FloatArray, bpm: float | None, duration_s: float) -> TimeArray:
    """Instants of a constant pulse from start to end, in the phase that meets most onsets.

    ``bpm`` None is taken for 120: lags and places in the beat are then fractions of half a second.
    """
    period_s = 60.0 / (bpm or _NO_BPM)
    total = strength.sum(axis=1)
    phases = np.floor(np.arange(len(total)) / ATTACKS.frames_per_s / period_s * _CELLS).astype(np.int64) % _CELLS
    met = np.bincount(phases, weights=total, minlength=_CELLS)
    first_s = (int(np.argmax(met)) + 0.5) / _CELLS * period_s
    pulse: TimeArray = np.arange(first_s, duration_s, period_s)
    return pulse


def rhythm_values(
    strength: FloatArray, onsets_s: TimeArray, pulse_s: TimeArray, bpm: float | None, start_s: float, end_s: float
) -> dict[str, float]:
    """Dimensions of the family for one segment, without the family's name.

    Parameters
    ----------
    strength, onsets_s
        Of the whole track, from `onset_strength` and `onsets_of`.
    pulse_s
        Beats, increasing, without gaps. A segment with fewer than two has 0 in all that is relative to the beat.
    bpm
        None where there is no tempo.
    start_s, end_s
        The segment.
    """
    fps = ATTACKS.frames_per_s
    first = min(int(start_s * fps), len(strength) - 1)
    part = strength[first : max(int(np.ceil(end_s * fps)), first + 1)]
    total = part.sum(axis=1)
    mean = float(total.mean())
    scale = 1.0 / mean if mean > 0 else 0.0
    shares = part.sum(axis=0) * (scale / len(part))
    inside = (onsets_s >= start_s) & (onsets_s < end_s)
    values = {
        "tempo": 0.0 if bpm is None else float(np.log2(bpm / _NO_BPM)),
        "onset_rate": float(inside.sum() / (end_s - start_s)),
        "onset_contrast": float(total.std()) * scale,
        "onset_floor": float(np.median(total)) * scale,
        "onset_share_low": float(shares[0]),
        "onset_share_high": float(shares[2]),
    }
    return values | _on_the_beat(_cells(strength, pulse_s[(pulse_s >= start_s) & (pulse_s <= end_s)]))


def _cells(strength: FloatArray, pulse_s: TimeArray) -> FloatArray:
    """Mean onset strength in each cell of each beat, shape (beats, cells, 3); cell 0 is centred on the beat."""
    if len(pulse_s) < 2:
        return np.zeros((0, _CELLS, 3), dtype=np.float32)
    fractions = (np.arange(_CELLS) - 0.5) / _CELLS
    edges_s = (pulse_s[:-1, None] + fractions * np.diff(pulse_s)[:, None]).ravel()
    last_s = pulse_s[-1] - 0.5 / _CELLS * (pulse_s[-1] - pulse_s[-2])
    # Frame t stands for the time about its centre.
    edges = np.append(edges_s, last_s) * ATTACKS.frames_per_s + 0.5
    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(strength, axis=0, dtype=np.float64)])
    at_edges = np.stack([np.interp(edges, np.arange(len(sums)), sums[:, band]) for band in range(3)], axis=1)
    widths = np.maximum(np.diff(edges), 1e-9)
    cells: FloatArray = (np.diff(at_edges, axis=0) / widths[:, None]).astype(np.float32)
    return cells.reshape(-1, _CELLS, 3)


def _on_the_beat(cells: FloatArray) -> dict[str, float]:
    total = cells.sum(axis=2)
    flat = total.ravel()
    profile = total.mean(axis=0) if len(total) else np.zeros(_CELLS, dtype=np.float32)
    about = _three(profile)
    quarters = about[[0, 6, 12, 18]]
    low, high = (_three(cells[:, :, band].mean(axis=0) if len(cells) else profile) for band in (0, 2))
    mean = float(profile.mean())
    values = {"beat_strength": float(np.log((about[0] / 3 + 0.05 * mean) / (1.05 * mean))) if mean > 0 else 0.0}
    values |= {f"lag_{name}": _similarity(flat, round(lag * _CELLS)) for name, lag in LAGS_BEATS.items()}
    values |= {
        "at_1_4": _share(quarters[1], quarters.sum()),
        "at_1_2": _share(quarters[2], quarters.sum()),
        "at_3_4": _share(quarters[3], quarters.sum()),
        "low_on_beat": _share(low[0], low.sum() / 3),
        "low_off_beat": _share(low[12], low.sum() / 3),
        "high_on_beat": _share(high[0], high.sum() / 3),
        "high_off_beat": _share(high[12], high.sum() / 3),
        "swing_8": _share(about[16] - about[12], about[16] + about[12]),
        "swing_16": _share(about[9] + about[21] - about[6] - about[18], about[9] + about[21] + about[6] + about[18]),
        "regularity": _regularity(total),
    }
    return values


def _three(profile: FloatArray) -> FloatArray:
    """Sums of each cell and its two neighbours: a played note is seldom exact to a twenty-fourth."""
    around: FloatArray = profile + np.roll(profile, 1) + np.roll(profile, -1)
    return around


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else 0.0


def _similarity(flat: FloatArray, lag: int) -> float:
    """Autocorrelation, -1 to 1; 0 where there is too little or nothing to compare."""
    if len(flat) < 2 * lag:
        return 0.0
    smooth = np.convolve(flat, [0.25, 0.5, 0.25], mode="same")
    smooth -= smooth.mean()
    variance = float(smooth @ smooth) / len(smooth)
    if variance <= 0:
        return 0.0
    return float(smooth[:-lag] @ smooth[lag:]) / (len(smooth) - lag) / variance


def _regularity(total: FloatArray) -> float:
    bars = len(total) // _BAR_BEATS
    if bars < 2:
        return 0.0
    by_bar = total[: bars * _BAR_BEATS].reshape(bars, -1)
    variance = float(by_bar.var())
    if variance <= 0:
        return 0.0
    explained = float(by_bar.mean(axis=0).var()) / variance
    # Chance explains 1 / bars.
    return max(0.0, (bars * explained - 1) / (bars - 1))
