"""Key of a track: `analyze_key`.

The published network where it is installed, profiles of pitch classes where it is not; the result says which. Either
way the tuning of the track is found first, and taken out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edm.analysis.key_network import MIN_FRAMES, KeyNetwork, key_probabilities, published_network
from edm.analysis.key_profiles import PitchClasses, pitch_classes, profile_probabilities
from edm.analysis.key_spectra import SAMPLE_RATE, low_spectra, network_bands
from edm.dsp.resample import resampled
from edm.dsp.threads import one_blas_thread
from edm.errors import ModelsMissingError
from edm.model import Audio, FloatArray, Key
from edm.model.keys import KEYS

__all__ = ["analyze_key"]

_SILENCE_RMS = 1e-5  # -100 dB of full scale
# Noise of 3 s reaches 0.015, of a minute 0.01; music has 0.04 and more.
_MIN_FOCUS = 0.03
# Where the peaks gather less than this, the tuning is not known well enough to act upon.
_CLEAR_FOCUS = 0.25
# The network was trained on whatever tuning its tracks had; less makes no difference to it.
_OUT_OF_TUNE_CENTS = 10.0


def analyze_key(audio: Audio, *, models_dir: Path | None = None) -> Key | None:
    """The key that most of a track is in.

    Parameters
    ----------
    audio
        Mono, any sample rate.
    models_dir
        Folder of the networks; None looks in the usual places.

    Returns
    -------
    Key or None
        None where nothing has a pitch: silence, noise. ``source`` is ``network``, or ``profiles`` where
        the network is not installed or the track is shorter than it needs (1.6 s).

    Raises
    ------
    ModelsCorruptError
        If the network is there, and is not what it should be.
    """
    samples = resampled(audio, SAMPLE_RATE).samples
    if not len(samples) or float(np.sqrt(np.mean(np.square(samples)))) < _SILENCE_RMS:
        return None
    spectra = low_spectra(samples)
    heard = pitch_classes(spectra)
    if heard.focus < _MIN_FOCUS:
        return None
    network = _network(models_dir) if len(spectra) >= MIN_FRAMES else None
    if network is None:
        return _key(profile_probabilities(heard.chroma), heard, "profiles")
    return _key(_by_network(samples, spectra, heard, network), heard, "network")


def _network(models_dir: Path | None) -> KeyNetwork | None:
    try:
        return published_network(models_dir)
    except ModelsMissingError:
        return None


def _by_network(samples: FloatArray, spectra: FloatArray, heard: PitchClasses, network: KeyNetwork) -> FloatArray:
    if heard.focus >= _CLEAR_FOCUS and abs(heard.tuning_cents) >= _OUT_OF_TUNE_CENTS:
        spectra = low_spectra(samples, tuning_cents=heard.tuning_cents)
    with one_blas_thread():
        return key_probabilities(network_bands(spectra), network)


def _key(probabilities: np.ndarray, heard: PitchClasses, source: str) -> Key:
    second, best = (int(place) for place in np.argsort(probabilities)[-2:])
    return Key(
        tonic=KEYS[best].tonic,
        mode=KEYS[best].mode,
        confidence=float(probabilities[best]),
        runner_up=KEYS[second].name,
        runner_up_confidence=float(probabilities[second]),
        source=source,
        tuning_cents=heard.tuning_cents if heard.focus >= _CLEAR_FOCUS else None,
    )
