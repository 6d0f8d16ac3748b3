"""Long frames of a track and their low spectra: what both methods of finding the key look at.

Five frames a second, each 8192 samples at 44.1 kHz, of which the bins up to 2.2 kHz are kept. Frame ``t`` is centred on
sample ``8820 t``; beyond its ends a track is silent. So the published key network was trained (F. Korzeniowski and
G. Widmer, "Genre-agnostic key classification with convolutional neural networks", ISMIR 2018; constants as in madmom
0.16.1).

A track that is tuned away from A4 = 440 Hz is brought there by frames of another length: a frame that is shorter by a
factor has bins that lie further apart by it, and so each pitch falls on the bin where it would lie if it were in tune.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from edm.dsp.filterbank import hann_window, triangular_filters
from edm.model import FloatArray

__all__ = ["BIN_HZ", "FRAMES_PER_S", "SAMPLE_RATE", "low_spectra", "network_bands"]

SAMPLE_RATE = 44100
FRAMES_PER_S = 5
_FRAME = 8192
BIN_HZ = SAMPLE_RATE / _FRAME
"""Distance of the bins of a track that is in tune."""

_HOP = SAMPLE_RATE // FRAMES_PER_S
_BINS = 409  # up to 2.2 kHz
_BANDS_PER_OCTAVE = 24
_MIN_HZ, _MAX_HZ = 65.0, 2100.0
# The network was trained on 16-bit samples times a window divided by 32767.
_WINDOW_GAIN = 32768.0 / 32767.0
_BLOCK_FRAMES = 32  # as many frames as one FFT call takes; they stay in the cache
# A length with other prime factors costs the FFT several times as much.
_SMALL_PRIMES = (2, 3, 5, 7, 11)


def low_spectra(samples: FloatArray, *, tuning_cents: float = 0.0) -> FloatArray:
    """Magnitudes of the frames of a track, shape (ceil(n / 8820), 409).

    Parameters
    ----------
    samples
        Mono at 44.1 kHz, shape (n,), full scale ±1, finite.
    tuning_cents
        How far the track lies above A4 = 440 Hz; taken out, to within 1 cent.
    """
    from scipy.fft import rfft

    from edm.dsp.kernels import windowed_frames

    size = _FRAME if not tuning_cents else _smooth_length(_FRAME / 2 ** (tuning_cents / 1200))
    window = hann_window(size) * np.float32(_WINDOW_GAIN * _FRAME / size)
    frames = -(-len(samples) // _HOP)
    spectra = np.empty((frames, _BINS), dtype=np.float32)
    block = np.empty((_BLOCK_FRAMES, size), dtype=np.float32)
    for first in range(0, frames, _BLOCK_FRAMES):
        part = block[: min(_BLOCK_FRAMES, frames - first)]
        windowed_frames(samples, window, first, _HOP, part)
        np.abs(rfft(part, axis=1, overwrite_x=True)[:, :_BINS], out=spectra[first : first + len(part)])
    return spectra


def network_bands(spectra: FloatArray) -> FloatArray:
    """Input of the network: logarithms of the energy in quarter tones from 65 to 2100 Hz, shape (frames, bands)."""
    bands: FloatArray = spectra @ _filters()
    bands += np.float32(1)
    return np.log10(bands, out=bands)


@lru_cache(maxsize=1)
def _filters() -> FloatArray:
    """Weight of each bin in each band, shape (409, bands)."""
    bank = triangular_filters(
        _FRAME, bands_per_octave=_BANDS_PER_OCTAVE, min_hz=_MIN_HZ, max_hz=_MAX_HZ, sample_rate=SAMPLE_RATE
    )
    matrix = np.zeros((_BINS, bank.bands), dtype=np.float32)
    for band, start in enumerate(bank.starts):
        weights = bank.weights[bank.offsets[band] : bank.offsets[band + 1]]
        matrix[start : start + len(weights), band] = weights
    return matrix


def _smooth_length(length: float) -> int:
    """The even number next to ``length`` that is a product of small primes."""
    even = 2 * round(length / 2)
    return next(even + step for reach in range(0, even, 2) for step in (reach, -reach) if _is_smooth(even + step))


def _is_smooth(number: int) -> bool:
    for prime in _SMALL_PRIMES:
        while number % prime == 0:
            number //= prime
    return number == 1
