"""What the published beat networks look at: three log-filtered spectrograms and their rises, side by side.

Constants and steps are those the networks were trained with (Böck, Krebs and Widmer, "Joint beat and downbeat tracking
with recurrent neural networks", ISMIR 2016; details as in madmom 0.16.1), so that their weights mean the same here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.dsp.filterbank import FilterBank, hann_window, triangular_filters
from edm.model import FloatArray

__all__ = [
    "BEAT_VIEWS",
    "DOWNBEAT_VIEWS",
    "FRAMES_PER_S",
    "SAMPLE_RATE",
    "SpectralView",
    "middle_spectrum",
    "spectral_features",
]

SAMPLE_RATE = 44100
FRAMES_PER_S = 100
_HOP = SAMPLE_RATE // FRAMES_PER_S
_MIN_HZ, _MAX_HZ = 30.0, 17000.0
# The networks were trained on 16-bit samples times a window divided by 32767.
_WINDOW_GAIN = 32768.0 / 32767.0
_BLOCK_FRAMES = 128  # as many frames as one FFT call takes; their spectra stay in the cache


@dataclass(frozen=True, slots=True)
class SpectralView:
    """One of the spectrograms: frame length in samples, filters to the octave."""

    frame_size: int
    bands_per_octave: int

    @property
    def filters(self) -> FilterBank:
        """Filters of this view."""
        return triangular_filters(
            self.frame_size,
            bands_per_octave=self.bands_per_octave,
            min_hz=_MIN_HZ,
            max_hz=_MAX_HZ,
            sample_rate=SAMPLE_RATE,
        )

    @property
    def rise_lag_frames(self) -> int:
        """Distance over which a rise is taken: from the centre of the window to where it has fallen to half."""
        window = np.hanning(self.frame_size)
        half = int(np.argmax(window > 0.5 * window.max()))
        return max(1, round((self.frame_size / 2 - half) / _HOP))


DOWNBEAT_VIEWS = (SpectralView(1024, 3), SpectralView(2048, 6), SpectralView(4096, 12))
BEAT_VIEWS = (SpectralView(1024, 6), SpectralView(2048, 6), SpectralView(4096, 6))


def spectral_features(samples: FloatArray, views: tuple[SpectralView, ...] = DOWNBEAT_VIEWS) -> FloatArray:
    """Input of the networks.

    Parameters
    ----------
    samples
        Mono at 44.1 kHz, shape (n,), full scale ±1, finite.
    views
        Which spectrograms.

    Returns
    -------
    FloatArray
        Shape (ceil(n / 441), features): per view the spectrum, then its rises. Frame ``t`` is centred on sample 441 t.
    """
    from scipy.fft import rfft

    from edm.dsp.kernels import add_rises, log_filtered_magnitudes, windowed_frames

    frames = -(-len(samples) // _HOP)
    banks = [view.filters for view in views]
    features = np.empty((frames, sum(2 * bank.bands for bank in banks)), dtype=np.float32)
    column = 0
    for view, bank in zip(views, banks, strict=True):
        window = hann_window(view.frame_size) * np.float32(_WINDOW_GAIN)
        block = np.empty((_BLOCK_FRAMES, view.frame_size), dtype=np.float32)
        magnitudes = np.empty(bank.last_bin, dtype=np.float32)
        for first in range(0, frames, _BLOCK_FRAMES):
            part = block[: min(_BLOCK_FRAMES, frames - first)]
            windowed_frames(samples, window, first, _HOP, part)
            spectra = rfft(part, axis=1, overwrite_x=True).view(np.float32)
            log_filtered_magnitudes(
                spectra, bank.starts, bank.offsets, bank.weights, magnitudes, features, first, column
            )
        add_rises(features, column, bank.bands, view.rise_lag_frames)
        column += 2 * bank.bands
    return features


def middle_spectrum(features: FloatArray, views: tuple[SpectralView, ...] = DOWNBEAT_VIEWS) -> FloatArray:
    """The spectrum of the second view alone, six bands to the octave: a copy of shape (frames, bands)."""
    first, second, _ = views
    start = 2 * first.filters.bands
    return np.ascontiguousarray(features[:, start : start + second.filters.bands])
