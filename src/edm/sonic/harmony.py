"""Which pitches sound, as they are and whatever the key.

Pitch classes come from the peaks of the spectrum rather than from its bins: a peak's frequency is known to a small
part of a semitone even in the bass. The tuning of the track is found first and taken out.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from edm.model import FloatArray, TimeArray
from edm.sonic.frames import HARMONY, Level, frame_count, power_blocks
from edm.sonic.spec import DIMENSIONS, PITCH_CLASSES

__all__ = ["chroma_frames", "harmony_values"]

_FINE = 10  # steps to the semitone
_OCTAVE = 12 * _FINE
_LOWEST_HZ = 100.0  # below are drums; and two semitones are closer than a frame tells apart
_HIGHEST_HZ = 2000.0
_C_HZ = 440.0 * 2 ** (-9 / 12)
_PEAK_DB = 50.0  # a peak further below the frame's highest counts for nothing
_FLOOR = 1e-8  # -80 dB under the level of the track: no pitch
_SEMITONE_WIDTH = 0.25  # standard deviation, semitones, of the pitches that count for a class

# How well each pitch class fits a major and a minor key: C. L. Krumhansl and E. J. Kessler, "Tracing the dynamic
# changes in perceived tonal organization in a spatial representation of musical keys", Psychological Review 89, 1982.
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

_IN_KEY = tuple(one.name.split(".")[1] for one in DIMENSIONS if one.name.startswith("harmony.above_tonic_"))
# The circles of C. Harte, M. Sandler and M. Gasser, "Detecting harmonic change in musical audio", AMCMM 2006: steps of
# the pitch class around each circle of twelve, and the circle's radius.
_CIRCLES = (("fifths", 7, 1.0), ("minor_thirds", 9, 1.0), ("major_thirds", 4, 0.5))


def chroma_frames(samples: FloatArray, level: Level) -> FloatArray:
    """Strength of the twelve pitch classes in each frame of the view `HARMONY`, shape (frames, 12), C first, >= 0."""
    fine = np.zeros((frame_count(samples, HARMONY), _OCTAVE), dtype=np.float32)
    hz = HARMONY.bins_hz
    low, high = np.searchsorted(hz, [_LOWEST_HZ, _HIGHEST_HZ])
    for frames, power in power_blocks(samples, HARMONY, level):
        inner = power[:, low:high]
        below, above = power[:, low - 1 : high - 1], power[:, low + 1 : high + 1]
        enough = np.maximum(inner.max(axis=1, keepdims=True) * 10 ** (-_PEAK_DB / 10), _FLOOR)
        frame, column = np.nonzero((inner > below) & (inner >= above) & (inner > enough))
        # A parabola through the logarithms about a peak has its top where the frequency is.
        left, middle, right = (np.log(part[frame, column] + 1e-20) for part in (below, inner, above))
        offset = 0.5 * (left - right) / np.minimum(left - 2 * middle + right, -1e-6)
        offset = np.clip(offset, -0.5, 0.5)
        pitch = np.log2((column + low + offset) * float(hz[1]) / _C_HZ) * _OCTAVE
        whole = np.floor(pitch).astype(np.int64)
        part_above = pitch - whole
        strength = np.sqrt(inner[frame, column])
        count = len(inner)
        for step, share in ((whole, 1 - part_above), (whole + 1, part_above)):
            cells = np.bincount(frame * _OCTAVE + step % _OCTAVE, weights=strength * share, minlength=count * _OCTAVE)
            fine[frames] += cells.reshape(count, _OCTAVE)
    return fine @ _class_weights(_tuning(fine))


def harmony_values(chroma: FloatArray) -> dict[str, float]:
    """Dimensions of the family for one segment, without the family's name.

    Parameters
    ----------
    chroma
        Mean of `chroma_frames` over each span of the segment, shape (spans, 12), spans >= 1. Where nothing has a
        pitch, all twelve count alike.
    """
    sums = chroma.sum(axis=1, keepdims=True)
    shares = np.where(sums > 0, chroma / np.where(sums > 0, sums, 1), 1 / 12).astype(np.float64)
    # Not the median: a pitch class of two chords in four would come and go with a single span.
    typical = shares.mean(axis=0)
    tonic, mode, clarity = _key(typical)
    entropy = -np.sum(shares * np.log(np.maximum(shares, 1e-12)), axis=1) / np.log(12)
    lower, middle, upper = np.percentile(entropy, [25, 50, 75])
    circles = _circle_points()
    places = shares @ circles
    moves = np.linalg.norm(np.diff(places, axis=0), axis=1)
    values = {f"chroma_{name}": float(share) for name, share in zip(PITCH_CLASSES, typical, strict=True)}
    values |= {name: float(share) for name, share in zip(_IN_KEY, np.roll(typical, -tonic), strict=True)}
    values |= {f"circle_{k}": float(size) for k, size in enumerate(np.abs(np.fft.rfft(typical))[1:], 1)}
    names = [f"tonnetz_{name}_{axis}" for name, _, _ in _CIRCLES for axis in ("x", "y")]
    values |= {name: float(place) for name, place in zip(names, places.mean(axis=0), strict=True)}
    values |= {
        "mode": mode,
        "key_clarity": clarity,
        "entropy": float(middle),
        "entropy_iqr": float(upper - lower),
        "change": float(np.median(moves)) if len(moves) else 0.0,
    }
    return values


def _tuning(fine: FloatArray) -> float:
    """How far the track lies above A4 = 440 Hz, in semitones, -0.5 to 0.5; 0 without pitch."""
    around = np.exp(2j * np.pi * np.arange(_OCTAVE) / _FINE)
    centre = complex(fine.sum(axis=0, dtype=np.float64) @ around)
    return float(np.angle(centre) / (2 * np.pi)) if abs(centre) > 0 else 0.0


def _class_weights(tuning: float) -> FloatArray:
    """Which part of each fine step counts for each pitch class, shape (steps, 12)."""
    distance = np.arange(_OCTAVE)[:, None] / _FINE - tuning - np.arange(12)
    distance = (distance + 6) % 12 - 6
    weights: FloatArray = np.exp(-0.5 * (distance / _SEMITONE_WIDTH) ** 2).astype(np.float32)
    return weights


def _key(chroma: TimeArray) -> tuple[int, float, float]:
    """Tonic of the likeliest major key or of a minor key's relative major; major fit less minor fit; the better fit."""
    if np.ptp(chroma) < 1e-9:
        return 0, 0.0, 0.0
    fits = _key_profiles() @ ((chroma - chroma.mean()) / (chroma.std() * 12))
    major, minor = fits[:12], fits[12:]
    best = int(np.argmax(fits))
    tonic = best if best < 12 else (best - 12 + 3) % 12
    return tonic, float(major.max() - minor.max()), float(fits[best])


@lru_cache(maxsize=1)
def _key_profiles() -> TimeArray:
    """Standardised profiles of 12 major and 12 minor keys, shape (24, 12)."""
    rows = np.array([np.roll(profile, k) for profile in (_MAJOR, _MINOR) for k in range(12)])
    profiles: TimeArray = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
    return profiles


@lru_cache(maxsize=1)
def _circle_points() -> TimeArray:
    """Place of each pitch class on the three circles, shape (12, 6)."""
    columns = []
    for _, steps, radius in _CIRCLES:
        angle = 2 * np.pi * steps * np.arange(12) / 12
        columns += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.stack(columns, axis=1)
