"""What a detector hears, before anything is decided: one number a frame for beats, downbeats and onsets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edm.analysis.beats.features import DOWNBEAT_VIEWS, FRAMES_PER_S, SpectralView
from edm.model import FloatArray

__all__ = ["Evidence", "Onsets", "onsets_of_features"]

_LOW_BANDS = 14  # of the 2048-sample view: up to about 350 Hz
_MIDDLE = slice(6, -10)  # of the 1024-sample view, 3 bands to the octave: about 350 Hz to 1.3 kHz
_HIGH = slice(-10, None)


@dataclass(frozen=True, slots=True)
class Onsets:
    """Rise of the log spectrum, a frame each 10 ms.

    Attributes
    ----------
    low, middle, high
        Summed over bands below 350 Hz, up to 1.3 kHz, and above; shape (frames,), >= 0.
    total
        Mean over all bands and all views, shape (frames,), >= 0.
    """

    low: FloatArray
    middle: FloatArray
    high: FloatArray
    total: FloatArray


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the decisions on tempo, octave, grid and bars are made from.

    Attributes
    ----------
    source
        Name of the detector.
    beat
        How much a frame looks like a beat, shape (frames,), >= 0; on any scale.
    downbeat
        The same for downbeats, or None where the detector cannot tell.
    onsets
        From the audio itself, whatever the detector.
    spectrum
        Log spectrum, shape (frames, bands), for changes of sound and harmony.
    """

    source: str
    beat: FloatArray
    downbeat: FloatArray | None
    onsets: Onsets
    spectrum: FloatArray
    frames_per_s: int = FRAMES_PER_S

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.beat) / self.frames_per_s

    def between(self, start_s: float, stop_s: float) -> Evidence:
        """The part from ``start_s`` to ``stop_s``, its instants counted from ``start_s``.

        Starts that are no whole frame are reached by interpolation of the beat curve; the coarser curves are cut.
        """
        first, stop = int(start_s * self.frames_per_s), int(stop_s * self.frames_per_s)
        share = np.float32(start_s * self.frames_per_s - first)
        cut = slice(first, stop)
        onsets = self.onsets
        following = self.beat[first + 1 : stop + 1]
        beat = self.beat[cut].copy()
        beat[: len(following)] += share * (following - beat[: len(following)])
        return Evidence(
            self.source,
            beat,
            None if self.downbeat is None else self.downbeat[cut],
            Onsets(onsets.low[cut], onsets.middle[cut], onsets.high[cut], onsets.total[cut]),
            self.spectrum[cut],
            self.frames_per_s,
        )


def onsets_of_features(features: FloatArray, views: tuple[SpectralView, ...] = DOWNBEAT_VIEWS) -> Onsets:
    """Onsets out of `edm.analysis.beats.features.spectral_features`."""
    rises = []
    column = 0
    for view in views:
        bands = view.filters.bands
        rises.append(features[:, column + bands : column + 2 * bands])
        column += 2 * bands
    short, middle, _ = rises
    return Onsets(
        low=middle[:, :_LOW_BANDS].sum(axis=1),
        middle=short[:, _MIDDLE].sum(axis=1),
        high=short[:, _HIGH].sum(axis=1),
        total=np.sum([view.mean(axis=1) for view in rises], axis=0, dtype=np.float32),
    )
