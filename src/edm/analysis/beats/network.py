"""The detector with the best ears: eight published networks that know beats and downbeats.

Böck, Krebs and Widmer, "Joint beat and downbeat tracking with recurrent neural networks", ISMIR 2016. The weights are
madmom's (CC BY-NC-SA 4.0) and come from wherever `edm.weights.locate` finds them; the engine is ours.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from edm.analysis.beats.blstm import Network, ensemble_activations, load_network
from edm.analysis.beats.evidence import Evidence, onsets_of_features
from edm.analysis.beats.features import DOWNBEAT_VIEWS, middle_spectrum, spectral_features
from edm.model import Audio, FloatArray
from edm.weights.catalogue import ensemble_files
from edm.weights.locate import find_networks

__all__ = ["beat_activations", "detect", "plain_beat_activations"]

_BEAT, _DOWNBEAT = 1, 2  # outputs of a network; 0 is neither
# Ten minutes at a time bound the memory of a long mix. The nets carry some memory of the bar through a whole track, so
# that a window differs a little from the whole all along; tempo and beats do not.
_WINDOW_FRAMES = 60_000
_OVERLAP_FRAMES = 1_000


def detect(audio: Audio, *, models_dir: Path | None = None) -> Evidence:
    """Evidence of a track at 44.1 kHz.

    Raises
    ------
    ModelsMissingError, ModelsCorruptError
        If the networks cannot be used.
    """
    features = spectral_features(audio.samples, DOWNBEAT_VIEWS)
    activations = beat_activations(features, models_dir=models_dir)
    return Evidence(
        source="network",
        beat=activations[:, 0] + activations[:, 1],
        downbeat=np.ascontiguousarray(activations[:, 1]),
        onsets=onsets_of_features(features),
        spectrum=middle_spectrum(features),
    )


def beat_activations(features: FloatArray, *, models_dir: Path | None = None) -> FloatArray:
    """Probability of a beat that is no downbeat, and of a downbeat, for each frame: shape (frames, 2).

    Parameters
    ----------
    features
        From `edm.analysis.beats.features.spectral_features` with `DOWNBEAT_VIEWS`.
    models_dir
        Folder of the networks, or None for the usual places.
    """
    activations: FloatArray = _in_windows(features, _ensemble("downbeats", models_dir))[:, [_BEAT, _DOWNBEAT]]
    return activations


def plain_beat_activations(features: FloatArray, *, models_dir: Path | None = None) -> FloatArray:
    """Probability of any beat for each frame, shape (frames,), by the older ensemble that knows no downbeats.

    Parameters
    ----------
    features
        From `edm.analysis.beats.features.spectral_features` with `BEAT_VIEWS`.
    models_dir
        Folder of the networks, or None for the usual places.
    """
    activations: FloatArray = _in_windows(features, _ensemble("beats", models_dir))[:, 0]
    return activations


def _in_windows(features: FloatArray, networks: tuple[Network, ...]) -> FloatArray:
    frames = len(features)
    parts = []
    step = _WINDOW_FRAMES - _OVERLAP_FRAMES
    for start in range(0, max(1, frames - _OVERLAP_FRAMES), step):
        part = ensemble_activations(features[start : start + _WINDOW_FRAMES], networks)
        # Half of an overlap belongs to the window before, half to the one after.
        first = _OVERLAP_FRAMES // 2 if start else 0
        last = len(part) if start + _WINDOW_FRAMES >= frames else len(part) - _OVERLAP_FRAMES // 2
        parts.append(part[first:last])
    return np.concatenate(parts)


@lru_cache(maxsize=4)
def _ensemble(name: str, models_dir: Path | None) -> tuple[Network, ...]:
    store = find_networks(models_dir, ensembles=(name,))
    return tuple(load_network(store.path(entry)) for entry in ensemble_files((name,)))
