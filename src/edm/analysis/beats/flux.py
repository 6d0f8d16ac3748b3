"""The detector that needs no weights: onsets of the whole spectrum stand for beats.

It hears where something begins, not what it means: tempo and grid come out as precise as with the networks, the octave
and above all the downbeat are right less often.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edm.analysis.beats.evidence import Evidence, onsets_of_features
from edm.analysis.beats.features import DOWNBEAT_VIEWS, middle_spectrum, spectral_features
from edm.model import Audio

__all__ = ["detect"]

_QUIET_PERCENTILE = 20.0  # what always rustles is no onset


def detect(audio: Audio, *, models_dir: Path | None = None) -> Evidence:
    """Evidence of a track at 44.1 kHz; `models_dir` is not used."""
    features = spectral_features(audio.samples, DOWNBEAT_VIEWS)
    onsets = onsets_of_features(features)
    floor = np.percentile(onsets.total, _QUIET_PERCENTILE) if len(features) else 0.0
    beat = np.maximum(onsets.total - np.float32(floor), np.float32(0))
    return Evidence(source="flux", beat=beat, downbeat=None, onsets=onsets, spectrum=middle_spectrum(features))
