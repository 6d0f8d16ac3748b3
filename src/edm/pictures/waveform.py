"""A waveform for the eye: how loud a track is over time in three bands of frequency.

Columns follow each other from the start of the track to its end, all of the same length. Levels are a byte each, the
square root of the amplitude: quiet parts keep their shape, and the reader squares to get heights in proportion.

`summarise_waveform` makes one from samples, `pooled` one with fewer columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edm.errors import InputError
from edm.model import Audio, FloatArray

__all__ = ["BANDS", "COLUMNS_PER_S", "MOST_COLUMNS", "Levels", "Waveform", "pooled", "summarise_waveform"]

Levels: TypeAlias = NDArray[np.uint8]

BANDS = ("low", "mid", "high")
"""Kick and bass; voices and chords; hats and air."""

COLUMNS_PER_S = 40
"""Columns of 25 ms: a sixteenth note at 150 BPM is four of them."""

MOST_COLUMNS = 9600
"""Of one track: four minutes in full, 38 kB as text; longer tracks get longer columns."""

_EDGES_HZ = (200.0, 2500.0)  # a kick's body ends below the first, a snare's and a voice's below the second
_FRAME_S = 0.023
_FRAMES_AT_ONCE = 2048
# Of the columns; a single click must not make all else small.
_TOP_SHARE = 0.998
# Full scale is 1: what never gets above this is drawn as silence rather than blown up.
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Waveform:
    """Levels of a track over time.

    Attributes
    ----------
    duration_s
        Of the track.
    levels
        Shape (3, n), one row for each of `BANDS`, n >= 1; 255 is (nearly) the loudest of the track.
    """

    duration_s: float
    levels: Levels

    @property
    def columns(self) -> int:
        """How many there are."""
        return int(self.levels.shape[1])


def summarise_waveform(audio: Audio, *, most_columns: int = MOST_COLUMNS) -> Waveform:
    """The waveform of a track.

    Parameters
    ----------
    audio
        Mono. Silence and an empty track have levels of 0.
    most_columns
        At most that many; 1 or more.

    Raises
    ------
    InputError
        If there is to be no column.
    """
    if most_columns < 1:
        raise InputError(f"a waveform of {most_columns} columns shows nothing", hint="use 1 or more")
    columns = max(1, min(most_columns, round(audio.duration_s * COLUMNS_PER_S)))
    amplitudes = _band_amplitudes(audio)
    if not amplitudes.shape[1]:
        return Waveform(audio.duration_s, np.zeros((len(BANDS), columns), np.uint8))
    # Every column has at least the frame that it lies in.
    starts = np.arange(columns) * amplitudes.shape[1] // columns
    amplitudes = np.maximum.reduceat(amplitudes, starts, axis=1)
    top = float(np.quantile(amplitudes.max(axis=0), _TOP_SHARE, method="higher"))
    shares = np.clip(amplitudes / max(top, _FLOOR), 0.0, 1.0)
    return Waveform(audio.duration_s, np.round(255 * np.sqrt(shares)).astype(np.uint8))


def pooled(waveform: Waveform, columns: int) -> Waveform:
    """The same in fewer columns: each has the largest level of those it stands for. Never more than there are.

    Raises
    ------
    InputError
        If there is to be no column.
    """
    if columns < 1:
        raise InputError(f"a waveform of {columns} columns shows nothing", hint="use 1 or more")
    columns = min(columns, waveform.columns)
    starts = np.arange(columns) * waveform.columns // columns
    return Waveform(waveform.duration_s, np.maximum.reduceat(waveform.levels, starts, axis=1))


def _band_amplitudes(audio: Audio) -> FloatArray:
    """Root of the mean square in each band, of frames that overlap by half; shape (3, frames)."""
    from scipy.fft import rfft

    size = max(16, 2 ** round(np.log2(audio.sample_rate * _FRAME_S)))
    hop = size // 2
    if not len(audio.samples):
        return np.empty((len(BANDS), 0), np.float32)
    samples = np.pad(audio.samples, (hop, size))
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    edges = np.searchsorted(np.arange(size // 2 + 1) * (audio.sample_rate / size), _EDGES_HZ)
    # The lowest bin is no sound.
    bounds = [1, *(max(1, int(edge)) for edge in edges), size // 2 + 1]
    # Parseval: a spectrum has one side of two, and the window keeps its mean square.
    scale = 2.0 / (size * float(np.sum(window**2)))
    found = np.zeros((len(BANDS), len(frames)), np.float32)
    for start in range(0, len(frames), _FRAMES_AT_ONCE):
        spectra = rfft(frames[start : start + _FRAMES_AT_ONCE] * window, axis=1)
        powers = spectra.real**2 + spectra.imag**2
        for band, (low, high) in enumerate(pairwise(bounds)):
            found[band, start : start + _FRAMES_AT_ONCE] = powers[:, low:high].sum(axis=1)
    found *= np.float32(scale)
    return np.sqrt(found, out=found)
