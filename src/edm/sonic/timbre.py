"""The colour of the sound: shape of the spectrum from frame to frame, summed up over spans and segments."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from edm.model import FloatArray, IntArray
from edm.sonic.frames import TIMBRE, Level, frame_count, power_blocks
from edm.sonic.spec import CEPSTRA, CONTRAST_BANDS_HZ

__all__ = ["LEVEL_COLUMN", "timbre_frames", "timbre_values"]

_BANDS = 40
_LOWEST_HZ = 30.0
_FLOOR = 1e-9  # -90 dB under the root mean square of the track nothing is told apart
_LOW_HZ, _HIGH_HZ = 150.0, 2000.0
_CONTRAST_SHARE = 0.2  # of the bins of a band are its peaks, as many its valleys
_ROLLOFF = 0.85
_CROSSING_HOPS = 256  # at a time

_SHAPES = ("centroid", "bandwidth", "rolloff", "flatness", "flux", "zero_crossings")
_ENERGIES = ("low", "mid", "high")

_MFCC = slice(0, len(CEPSTRA))
_DELTA = slice(_MFCC.stop, _MFCC.stop + len(CEPSTRA))
_CONTRAST = slice(_DELTA.stop, _DELTA.stop + len(CONTRAST_BANDS_HZ) - 1)
_SHAPE = slice(_CONTRAST.stop, _CONTRAST.stop + len(_SHAPES))
_ENERGY = slice(_SHAPE.stop, _SHAPE.stop + len(_ENERGIES))
LEVEL_COLUMN = _ENERGY.stop
"""Column of `timbre_frames` with the level of each frame, dB against the track's."""


def timbre_frames(samples: FloatArray, level: Level) -> FloatArray:
    """What each frame of the view `TIMBRE` sounds like.

    Parameters
    ----------
    samples
        Mono at 44.1 kHz, shape (n,), n >= 1.
    level
        Of these samples.

    Returns
    -------
    FloatArray
        Shape (frames, columns): cepstra, their changes, contrast, shapes, energies, level. Only for `timbre_values`.
    """
    mel, cosines = _mel_filters(), _cosines()
    hz = TIMBRE.bins_hz
    contrast_edges = np.searchsorted(hz, CONTRAST_BANDS_HZ)
    low, high = np.searchsorted(hz, [_LOW_HZ, _HIGH_HZ])
    # Below the lowest filter is rumble, and what is left of the mean.
    first = int(np.searchsorted(hz, _LOWEST_HZ))
    octaves = np.log2(np.maximum(hz, _LOWEST_HZ) / 1000.0)
    out = np.empty((frame_count(samples, TIMBRE), LEVEL_COLUMN + 1), dtype=np.float32)
    cepstra_before = shape_before = None
    for frames, power in power_blocks(samples, TIMBRE, level):
        power[:, :first] = 0.0
        power[:, first:] += _FLOOR
        bands = power @ mel
        cepstra = _decibels(bands) @ cosines
        shape = bands / bands.sum(axis=1, keepdims=True)
        rows = out[frames]
        rows[:, _MFCC] = cepstra
        rows[:, _DELTA] = np.abs(_steps(cepstra, cepstra_before))
        rows[:, _CONTRAST] = _contrast(power, contrast_edges)
        total = power.sum(axis=1)
        centroid = power @ octaves / total
        spread = np.maximum(power @ octaves**2 / total - centroid**2, 0.0)
        below = np.cumsum(power, axis=1)
        rolloff = np.argmax(below >= (_ROLLOFF * below[:, -1])[:, None], axis=1)
        flatness = _decibels(power[:, first:]).mean(axis=1) - _decibels(total / (power.shape[1] - first))
        flux = np.abs(_steps(shape, shape_before)).sum(axis=1) / 2
        rows[:, _SHAPE][:, :5] = np.stack([centroid, np.sqrt(spread), octaves[rolloff], flatness, flux], axis=1)
        parts = [power[:, first:low].sum(axis=1), power[:, low:high].sum(axis=1), power[:, high:].sum(axis=1)]
        rows[:, _ENERGY] = _decibels(np.stack(parts, axis=1) / total[:, None])
        rows[:, LEVEL_COLUMN] = _decibels(total)
        cepstra_before, shape_before = cepstra[-1:], shape[-1:]
    out[:, _SHAPE.stop - 1] = np.log2(np.maximum(_zero_crossings(samples, level.mean), 10.0) / 1000.0)
    return out


def timbre_values(medians: FloatArray) -> dict[str, float]:
    """Dimensions of the family, without its name.

    Parameters
    ----------
    medians
        Of `timbre_frames` over the spans of a segment, shape (spans, columns), spans >= 1.
    """
    lower, middle, upper = np.percentile(medians, [25, 50, 75], axis=0)
    spread = upper - lower
    values: dict[str, float] = {}
    for k, median, iqr, delta in zip(CEPSTRA, middle[_MFCC], spread[_MFCC], middle[_DELTA], strict=True):
        values[f"mfcc_{k}_median"] = float(median)
        values[f"mfcc_{k}_iqr"] = float(iqr)
        values[f"mfcc_{k}_delta"] = float(delta)
    for low_hz, contrast in zip(CONTRAST_BANDS_HZ[:-1], middle[_CONTRAST], strict=True):
        values[f"contrast_{low_hz:.0f}"] = float(contrast)
    for name, median, iqr in zip(_SHAPES, middle[_SHAPE], spread[_SHAPE], strict=True):
        values[f"{name}_median"] = float(median)
        values[f"{name}_iqr"] = float(iqr)
    for name, energy in zip(_ENERGIES, middle[_ENERGY], strict=True):
        values[f"energy_{name}"] = float(energy)
    return values


def _decibels(power: FloatArray) -> FloatArray:
    decibels: FloatArray = (10.0 * np.log10(np.maximum(power, _FLOOR))).astype(np.float32, copy=False)
    return decibels


def _steps(rows: FloatArray, before: FloatArray | None) -> FloatArray:
    """Differences from row to row; the first from the last of the block before, 0 in the first block."""
    steps: FloatArray = np.diff(rows, axis=0, prepend=rows[:1] if before is None else before)
    return steps


def _contrast(power: FloatArray, edges: IntArray) -> FloatArray:
    columns = []
    for start, stop in pairwise(edges.tolist()):
        ordered = np.sort(power[:, start:stop], axis=1)
        count = max(1, round(_CONTRAST_SHARE * (stop - start)))
        columns.append(_decibels(ordered[:, -count:].mean(axis=1)) - _decibels(ordered[:, :count].mean(axis=1)))
    return np.stack(columns, axis=1)


def _zero_crossings(samples: FloatArray, mean: float) -> FloatArray:
    """Crossings a second about each frame, shape (frames,)."""
    hops = np.zeros(frame_count(samples, TIMBRE), dtype=np.int64)
    for first in range(0, len(hops), _CROSSING_HOPS):
        stop = min(first + _CROSSING_HOPS, len(hops))
        # From the sample before on, so that a crossing between two stretches counts.
        begin = max(first * TIMBRE.hop - 1, 0)
        above = samples[begin : stop * TIMBRE.hop] > np.float32(mean)
        crossings = np.zeros((stop - first) * TIMBRE.hop, dtype=bool)
        offset = begin + 1 - first * TIMBRE.hop
        np.not_equal(above[1:], above[:-1], out=crossings[offset : offset + len(above) - 1])
        hops[first:stop] = crossings.reshape(-1, TIMBRE.hop).sum(axis=1)
    # A frame is centred on the edge between two hops.
    pairs = hops + np.concatenate([hops[:1], hops[:-1]])
    per_s: FloatArray = (pairs * (TIMBRE.frames_per_s / 2)).astype(np.float32)
    return per_s


@lru_cache(maxsize=1)
def _mel_filters() -> FloatArray:
    """Triangles on the mel scale (O'Shaughnessy's formula), each of area one, shape (bins, bands)."""

    def mel(hz: float) -> float:
        return 2595.0 * float(np.log10(1.0 + hz / 700.0))

    centres = 700.0 * (10.0 ** (np.linspace(mel(_LOWEST_HZ), mel(TIMBRE.max_hz), _BANDS + 2) / 2595.0) - 1.0)
    hz = TIMBRE.bins_hz[:, None]
    rising = (hz - centres[:-2]) / np.diff(centres)[:-1]
    falling = (centres[2:] - hz) / np.diff(centres)[1:]
    triangles = np.maximum(np.minimum(rising, falling), 0.0)
    filters: FloatArray = (triangles / triangles.sum(axis=0)).astype(np.float32)
    return filters


@lru_cache(maxsize=1)
def _cosines() -> FloatArray:
    """Orthonormal discrete cosine transform of the bands, shape (bands, cepstra)."""
    band = np.arange(_BANDS)[:, None] + 0.5
    cosines: FloatArray = (np.sqrt(2 / _BANDS) * np.cos(np.pi * band * np.array(CEPSTRA) / _BANDS)).astype(np.float32)
    return cosines
