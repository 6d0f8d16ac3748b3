"""Two coarse views of a track: bands (what plays when) and pitches (which notes).

Frame ``t`` is centred on sample ``t * hop``; beyond its ends a track is silent. Powers are those of the track brought
to a root mean square of 1, so that nothing computed from them depends on gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.model import FloatArray

__all__ = ["BAND_EDGES_HZ", "SAMPLE_RATE", "Spectrum", "spectrum_of"]

SAMPLE_RATE = 44100

_BAND_SIZE, _BAND_HOP = 2048, 1024  # samples; 46 ms tell a kick from a bass that is held
_PITCH_SIZE, _PITCH_HOP = 8192, 8192  # 5.4 Hz a bin: semitones lie apart from A2 up
_BLOCK_SAMPLES = 1 << 18  # of frames in one FFT call; they stay in the cache
_SILENCE_RMS = 1e-7  # -140 dB of full scale: below it there is nothing but rounding

# Bins of the short frames at which bands begin: single bins at first, then four to the octave, up to 16 kHz (above,
# lossy codecs differ more than music does).
_BAND_BINS: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 17, 20, 24, 29, 34, 41, 48, 57, 68, 81, 96, 115, 136)
_BAND_BINS += (162, 193, 229, 272, 324, 385, 458, 545, 648, 743)
BAND_EDGES_HZ: tuple[float, ...] = tuple((b - 0.5) * SAMPLE_RATE / _BAND_SIZE for b in _BAND_BINS)
"""Lower edge of each band, and the upper one of the last."""

_LOWEST_PITCH, _PITCHES = 45, 48  # MIDI numbers; A2 (110 Hz) to G#6 (1661 Hz)


@dataclass(frozen=True, slots=True)
class Spectrum:
    """What the views hold.

    Attributes
    ----------
    bands
        Power in each band, shape (frames, bands).
    bands_per_s
        Frames of ``bands`` a second.
    pitches
        Power around each semitone from A2 up, shape (frames, 48).
    pitches_per_s
        Frames of ``pitches`` a second.
    """

    bands: FloatArray
    bands_per_s: float
    pitches: FloatArray
    pitches_per_s: float


def spectrum_of(samples: FloatArray) -> Spectrum:
    """Both views of a track.

    Parameters
    ----------
    samples
        Mono, 44.1 kHz, shape (n,), finite.

    Returns
    -------
    Spectrum
        At least one frame of each; zeros for silence.
    """
    return Spectrum(
        _summed(samples, _BAND_SIZE, _BAND_HOP, np.array(_BAND_BINS)),
        SAMPLE_RATE / _BAND_HOP,
        _summed(samples, _PITCH_SIZE, _PITCH_HOP, _pitch_bins()),
        SAMPLE_RATE / _PITCH_HOP,
    )


def _pitch_bins() -> np.ndarray:
    edges_hz = 440.0 * 2.0 ** ((np.arange(_PITCHES + 1) + _LOWEST_PITCH - 69 - 0.5) / 12)
    return np.round(edges_hz * _PITCH_SIZE / SAMPLE_RATE).astype(np.int64)


def _summed(samples: FloatArray, size: int, hop: int, edges: np.ndarray) -> FloatArray:
    """Power between the bins ``edges``, shape (frames, len(edges) - 1)."""
    from scipy.fft import rfft

    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float32), dtype=np.float64))) if len(samples) else 0.0
    frames = max(1, -(-len(samples) // hop))
    sums = np.zeros((frames, len(edges) - 1), dtype=np.float32)
    if rms <= _SILENCE_RMS:
        return sums
    window = np.hanning(size + 1)[:-1]
    # A sine of amplitude sqrt(2), rms 1, has the power 1 in its bin.
    window = (window * (np.sqrt(2.0) / window.sum() / rms)).astype(np.float32)
    step = max(1, _BLOCK_SAMPLES // size)
    for first in range(0, frames, step):
        stop = min(first + step, frames)
        begin, end = first * hop - size // 2, (stop - 1) * hop + size // 2
        stretch = np.zeros(end - begin, dtype=np.float32)
        inside = samples[max(begin, 0) : max(end, 0)]
        offset = max(-begin, 0)
        stretch[offset : offset + len(inside)] = inside
        block = np.lib.stride_tricks.sliding_window_view(stretch, size)[::hop] * window
        parts = rfft(block, axis=1, overwrite_x=True)[:, edges[0] : edges[-1]]
        power = parts.real**2 + parts.imag**2
        sums[first:stop] = np.add.reduceat(power, edges[:-1] - edges[0], axis=1)
    return sums
