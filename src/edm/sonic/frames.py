"""Short frames of a track and their spectra, a block at a time, so that a mix of hours takes no more room than a song.

Three views of one sound, all at 44.1 kHz: ``ATTACKS`` (short frames: when), ``TIMBRE`` and ``HARMONY`` (long frames:
which pitch). Frame ``t`` is centred on sample ``t * hop``; beyond its ends a track is silent.

All spectra are those of the track without its mean and brought to a root mean square of 1, so that nothing computed
from them depends on gain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edm.errors import InputError
from edm.model import FloatArray

__all__ = ["ATTACKS", "HARMONY", "SAMPLE_RATE", "TIMBRE", "Level", "View", "frame_count", "level_of", "power_blocks"]

SAMPLE_RATE = 44100

_BLOCK_SAMPLES = 1 << 18  # of frames in one FFT call; they stay in the cache
_SILENCE_RMS = 1e-7  # -140 dB of full scale: below it there is nothing but rounding
_SUM_SAMPLES = 1 << 20  # float32 sums of more lose digits


@dataclass(frozen=True, slots=True)
class View:
    """Frames of ``size`` samples every ``hop`` samples; of their spectra the bins below ``bins``."""

    size: int
    hop: int
    max_hz: float

    @property
    def bins(self) -> int:
        """How many bins are kept."""
        return int(self.max_hz * self.size / SAMPLE_RATE) + 1

    @property
    def frames_per_s(self) -> float:
        """Frames a second."""
        return SAMPLE_RATE / self.hop

    @property
    def bins_hz(self) -> FloatArray:
        """Frequency of each bin that is kept, shape (bins,)."""
        hz: FloatArray = (np.arange(self.bins) * (SAMPLE_RATE / self.size)).astype(np.float32)
        return hz


# 11 kHz: above it, lossy codecs at low bit rates differ more than music does.
ATTACKS = View(1024, 441, 11000.0)
TIMBRE = View(2048, 1024, 11000.0)
HARMONY = View(8192, 4096, 2100.0)


@dataclass(frozen=True, slots=True)
class Level:
    """``mean`` of the samples, and ``gain`` that brings what is left to a root mean square of 1; 0 for silence."""

    mean: float
    gain: float


def level_of(samples: FloatArray) -> Level:
    """What to take off and to multiply by.

    Raises
    ------
    InputError
        If there are no samples, or some are not finite.
    """
    if len(samples) == 0:
        raise InputError("no samples")
    total = square = 0.0
    for start in range(0, len(samples), _SUM_SAMPLES):
        piece = samples[start : start + _SUM_SAMPLES].astype(np.float64)
        total += float(piece.sum())
        square += float(piece @ piece)
    if not np.isfinite(square):
        raise InputError("samples are not finite")
    mean = total / len(samples)
    rms = float(np.sqrt(max(square / len(samples) - mean * mean, 0.0)))
    return Level(mean, 1.0 / rms if rms > _SILENCE_RMS else 0.0)


def frame_count(samples: FloatArray, view: View) -> int:
    """How many frames a track has in a view; at least one."""
    return max(1, -(-len(samples) // view.hop))


def power_blocks(samples: FloatArray, view: View, level: Level) -> Iterator[tuple[slice, FloatArray]]:
    """Power spectra of consecutive frames, with the frames that they are.

    Yields
    ------
    slice, FloatArray
        Frames, and their spectra of shape (frames, view.bins): 1 is the power of a sine as strong as the whole track.
    """
    from scipy.fft import rfft

    window = np.hanning(view.size + 1)[:-1]
    # A sine of amplitude sqrt(2), rms 1, has the power 1 in its bin.
    window = (window * (np.sqrt(2.0) / window.sum())).astype(np.float32)
    frames = frame_count(samples, view)
    step = max(1, _BLOCK_SAMPLES // view.size)
    for first in range(0, frames, step):
        stop = min(first + step, frames)
        begin, end = first * view.hop - view.size // 2, (stop - 1) * view.hop + view.size // 2
        stretch = np.zeros(end - begin, dtype=np.float32)
        inside = samples[max(begin, 0) : max(end, 0)]
        offset = max(-begin, 0)
        stretch[offset : offset + len(inside)] = (inside - np.float32(level.mean)) * np.float32(level.gain)
        block = np.lib.stride_tricks.sliding_window_view(stretch, view.size)[:: view.hop] * window
        parts = rfft(block, axis=1, overwrite_x=True)[:, : view.bins]
        power: FloatArray = parts.real**2 + parts.imag**2
        yield slice(first, stop), power
