"""Which pitch classes sound, how the track is tuned, and which key that speaks for.

Pitch classes come from the peaks of the spectra rather than from their bins: a peak's frequency is known to a small
part of a semitone even in the bass. Each peak falls on a circle of 120 steps, ten to the semitone; where on the
semitone they gather is the tuning.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from edm.analysis.key_spectra import BIN_HZ
from edm.model import FloatArray, TimeArray

__all__ = ["PitchClasses", "pitch_classes", "profile_fits"]

_FINE = 10  # steps to the semitone
_OCTAVE = 12 * _FINE
_LOWEST_HZ = 65.0  # below, two semitones are closer than a frame tells apart
_HIGHEST_HZ = 2000.0
_C_HZ = 440.0 * 2 ** (-9 / 12)
_PEAK_RATIO = 10 ** (-25 / 20)  # a peak further below the highest of its frame counts for nothing
_FLOOR_RATIO = 10 ** (-60 / 20)  # nor does one so far below the loudest frame's
_SEMITONE_WIDTH = 0.25  # standard deviation, semitones, of the pitches that count for a class

# How much each pitch class sounds above the tonic, in electronic dance music: the profiles BRAW of Á. Faraldo, S. Jordà
# and P. Herrera, "A multi-profile method for key estimation in EDM", AES Conference on Semantic Audio, 2017.
_MAJOR = (1.0000, 0.1573, 0.4200, 0.1570, 0.5296, 0.3669, 0.1632, 0.7711, 0.1676, 0.3827, 0.2113, 0.2965)
_MINOR = (1.0000, 0.2330, 0.3615, 0.3905, 0.2925, 0.3777, 0.1961, 0.7425, 0.2701, 0.2161, 0.4228, 0.2272)


@dataclass(frozen=True, slots=True)
class PitchClasses:
    """What the peaks of a track say.

    Attributes
    ----------
    chroma
        Share of each pitch class, C first, tuning taken out, shape (12,), sum 1; all alike where nothing has a pitch.
    tuning_cents
        How far the track lies above A4 = 440 Hz, -50 to 50.
    focus
        How closely the peaks gather at that tuning, 0 (anywhere) to 1 (all on one spot).
    """

    chroma: TimeArray
    tuning_cents: float
    focus: float


def pitch_classes(spectra: FloatArray) -> PitchClasses:
    """Pitch classes and tuning of a track.

    Parameters
    ----------
    spectra
        From `edm.analysis.key_spectra.low_spectra`, in frames of the usual length, shape (frames, bins).
    """
    fine = _fine_classes(spectra)
    total = float(fine.sum())
    if total <= 0:
        return PitchClasses(np.full(12, 1 / 12), 0.0, 0.0)
    around = np.exp(2j * np.pi * np.arange(_OCTAVE) / _FINE)
    centre = complex(fine @ around) / total
    tuning = float(np.angle(centre) / (2 * np.pi))
    chroma = fine @ _class_weights(tuning)
    chroma /= chroma.sum()
    return PitchClasses(chroma, 100 * tuning, abs(centre))


def profile_fits(chroma: TimeArray) -> TimeArray:
    """Correlation of the pitch classes with the profile of each of `edm.model.keys.KEYS`, shape (24,), -1 to 1.

    Parameters
    ----------
    chroma
        Shape (12,), C first; where all are alike, all fits are 0.
    """
    spread = float(chroma.std())
    if spread <= 0:
        return np.zeros(len(_key_profiles()))
    fits: TimeArray = _key_profiles() @ (chroma - chroma.mean()) / (spread * 12)
    return fits


def _fine_classes(spectra: FloatArray) -> TimeArray:
    """Strength of each step of the circle over the track, shape (120,), step 0 is C at A4 = 440 Hz."""
    low, high = round(_LOWEST_HZ / BIN_HZ), round(_HIGHEST_HZ / BIN_HZ)
    inner, below, above = spectra[:, low:high], spectra[:, low - 1 : high - 1], spectra[:, low + 1 : high + 1]
    enough = np.maximum(inner.max(axis=1, keepdims=True) * _PEAK_RATIO, spectra.max(initial=0.0) * _FLOOR_RATIO)
    frame, column = np.nonzero((inner > below) & (inner >= above) & (inner > enough))
    # A parabola through the logarithms about a peak has its top where the frequency is.
    left, middle, right = (np.log(part[frame, column] + 1e-12) for part in (below, inner, above))
    offset = np.clip(0.5 * (left - right) / np.minimum(left - 2 * middle + right, -1e-6), -0.5, 0.5)
    pitch = np.log2((column + low + offset) * BIN_HZ / _C_HZ) * _OCTAVE
    whole = np.floor(pitch).astype(np.int64)
    part_above = pitch - whole
    strength = np.sqrt(inner[frame, column])
    fine: TimeArray = np.zeros(_OCTAVE)
    for step, share in ((whole, 1 - part_above), (whole + 1, part_above)):
        fine += np.bincount(step % _OCTAVE, weights=strength * share, minlength=_OCTAVE)
    return fine


def _class_weights(tuning: float) -> TimeArray:
    """Which part of each fine step counts for each pitch class, shape (120, 12); ``tuning`` in semitones."""
    distance = np.arange(_OCTAVE)[:, None] / _FINE - tuning - np.arange(12)
    distance = (distance + 6) % 12 - 6
    weights: TimeArray = np.exp(-0.5 * (distance / _SEMITONE_WIDTH) ** 2)
    return weights


@lru_cache(maxsize=1)
def _key_profiles() -> TimeArray:
    """Standardised profiles of 12 major and 12 minor keys, shape (24, 12)."""
    rows = np.array([np.roll(profile, k) for profile in (_MAJOR, _MINOR) for k in range(12)])
    profiles: TimeArray = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
    return profiles
