"""librosa's beat tracker as a detector, for comparison.

Its beats (Ellis, "Beat tracking by dynamic programming", 2007) stand as pulses in the beat curve, and tempo, octave and
grid are then decided as for the other detectors. What is compared is the ear, not the arithmetic after it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edm.analysis.beats import flux
from edm.analysis.beats.evidence import Evidence
from edm.model import Audio

__all__ = ["detect"]

_PULSE_FRAMES = 1.5  # standard deviation; librosa's own frames are 2.3 of ours
_DELAY_S = 0.040  # its beats come this late (median on exact renders)


def detect(audio: Audio, *, models_dir: Path | None = None) -> Evidence:
    """Evidence of a track at 44.1 kHz; `models_dir` is not used."""
    from librosa.beat import beat_track

    heard = flux.detect(audio)
    _, beats_s = beat_track(y=audio.samples, sr=audio.sample_rate, units="time")
    frames = np.arange(len(heard.beat))
    beat = np.zeros(len(frames), dtype=np.float32)
    for place in (np.asarray(beats_s) - _DELAY_S) * heard.frames_per_s:
        near = slice(max(0, int(place) - 8), max(0, int(place) + 9))
        beat[near] += np.exp(-0.5 * ((frames[near] - place) / _PULSE_FRAMES) ** 2)
    return Evidence("librosa", beat, None, heard.onsets, heard.spectrum)
