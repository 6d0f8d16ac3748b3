"""Triangular filters on a logarithmic frequency axis, as the published beat networks were trained with.

Bands lie a fixed number to the octave, tuned to A4 = 440 Hz, each rounded to a bin of the spectrum. Where two bands
fall on one bin (low frequencies, short frames) they are merged, so that a bank has fewer bands than the axis suggests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.model import FloatArray, IntArray

__all__ = ["FilterBank", "hann_window", "triangular_filters"]

_A4_HZ = 440.0


@dataclass(frozen=True, slots=True)
class FilterBank:
    """Sparse filters: band ``b`` weighs the bins from ``starts[b]`` on with ``weights[offsets[b]:offsets[b + 1]]``.

    Attributes
    ----------
    starts
        First bin of each band, shape (bands,).
    offsets
        Where the weights of each band begin, shape (bands + 1,).
    weights
        All bands in a row; each band sums to one.
    """

    starts: IntArray
    offsets: IntArray
    weights: FloatArray

    @property
    def bands(self) -> int:
        """Number of bands."""
        return len(self.starts)

    @property
    def last_bin(self) -> int:
        """One past the highest bin that any band uses."""
        return int((self.starts + np.diff(self.offsets)).max())


def triangular_filters(
    frame_size: int, *, bands_per_octave: int, min_hz: float, max_hz: float, sample_rate: int
) -> FilterBank:
    """Filters for the magnitudes of frames of ``frame_size`` samples (bins ``0 .. frame_size // 2 - 1``).

    Each band is a triangle from the centre of its lower neighbour to the centre of its upper one, scaled to sum one.
    """
    centres = _band_bins(frame_size, bands_per_octave, min_hz, max_hz, sample_rate)
    starts, offsets, weights = [], [0], []
    for start, centre, stop in zip(centres[:-2], centres[1:-1], centres[2:], strict=True):
        if stop - start < 2:
            # Too narrow for a triangle: one bin, whole.
            centre, stop = start, start + 1
        rising = np.linspace(0, 1, centre - start, endpoint=False)
        falling = np.linspace(1, 0, stop - centre, endpoint=False)
        triangle = np.concatenate([rising, falling])
        starts.append(start)
        weights.append(triangle / triangle.sum())
        offsets.append(offsets[-1] + len(triangle))
    return FilterBank(
        np.array(starts, dtype=np.int64),
        np.array(offsets, dtype=np.int64),
        np.concatenate(weights).astype(np.float32),
    )


def hann_window(frame_size: int) -> FloatArray:
    """Symmetric Hann window, shape (frame_size,)."""
    return np.hanning(frame_size).astype(np.float32)


def _band_bins(frame_size: int, bands_per_octave: int, min_hz: float, max_hz: float, sample_rate: int) -> IntArray:
    lowest = np.floor(np.log2(min_hz / _A4_HZ) * bands_per_octave)
    highest = np.ceil(np.log2(max_hz / _A4_HZ) * bands_per_octave)
    centres_hz = _A4_HZ * 2.0 ** (np.arange(lowest, highest) / bands_per_octave)
    centres_hz = centres_hz[(centres_hz >= min_hz) & (centres_hz <= max_hz)]
    bins_hz = np.arange(frame_size // 2) * (sample_rate / frame_size)
    above = np.clip(np.searchsorted(bins_hz, centres_hz), 1, len(bins_hz) - 1)
    nearest = above - (centres_hz - bins_hz[above - 1] < bins_hz[above] - centres_hz)
    return np.unique(nearest).astype(np.int64)
